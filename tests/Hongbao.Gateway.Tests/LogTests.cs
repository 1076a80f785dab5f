using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Tests.Yyb;

namespace Hongbao.Gateway.Tests;

public sealed class LogTests
{
    [Fact]
    public async Task No_token_ticket_or_uid_is_ever_logged()
    {
        await using var host = await GatewayHost.StartAsync(GatewayHost.TraceEverything);
        host.Gate.IsOpen = true;
        host.Finance.Order = CashierTests.Known(55);
        host.Core.Claim = (_, _, _) => throw new InvalidOperationException("boom");
        host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won());
        host.Core.Withdraw = (_, _, _) => throw new InvalidOperationException("boom");
        host.Query.Subsidies = Yyb.CampaignTests.Subsidies();
        const string uid = "740274027402";
        const string subsidy = "k1.a-subsidys-token";
        var token = (await host.PostAsync("/api/v1/dev/token", new { uid, role = "admin" }, null)).Json.GetProperty("token").GetString()!;
        var wrong = token[..^4] + "AAAA";
        var ticket = (await host.PostAsync("/api/v1/me/tickets", null, token)).Json.GetProperty("ticket").GetString()!;

        await host.GetAsync("/api/v1/me", token);
        await host.GetAsync("/api/v1/me", wrong);
        await host.GetAsync("/cashier/55?ticket=" + ticket, null);
        await host.GetAsync("/cashier/55?ticket=" + ticket, null);
        await host.GetAsync("/api/v1/nothing?ticket=" + ticket, null);
        (await host.PostAsync("/api/v1/packets/9001/claims", null, token)).IsProblem(500, "INTERNAL");
        Assert.Equal(200, (await host.PutAsync("/ops/v1/finance/faults", new { reason = "x", operations = Array.Empty<object>() }, token)).Status);

        Assert.Equal(200, (await host.PostAsync("/api/v1/campaigns/71/rounds/1/draws", null, token)).Status);
        foreach (var command in new[] { Command.DrawInRound, Command.ListSubsidies, Command.CreateWithdrawal })
        {
            Assert.Equal(command == Command.CreateWithdrawal ? ErrorCode.Internal : ErrorCode.Ok, (await host.AskAsync(command, CommandTests.Requests[command], token: token)).OnlyCode);
        }

        host.Campaigns.Draw = (_, _, _) => throw new InvalidOperationException("boom");
        (await host.PostAsync("/api/v1/campaigns/71/rounds/1/draws", null, token)).IsProblem(500, "INTERNAL");
        (await host.PostAsync("/api/v1/me/withdrawals", new { requestId = "w-1", amount = 1 }, token)).IsProblem(500, "INTERNAL");
        Assert.Equal(200, (await host.PostAsync("/ops/v1/campaigns/71/pause", new { reason = "x" }, token)).Status);
        var packet = PacketTests.Body();
        packet["funding"] = new { kind = "subsidy", token = subsidy };
        Assert.Equal(201, (await host.PostAsync("/api/v1/packets", packet, token)).Status);
        host.Core.Create = (_, _, _) => throw new InvalidOperationException("boom");
        (await host.PostAsync("/api/v1/packets", packet, token)).IsProblem(500, "INTERNAL");

        var lines = host.Logs.Lines.ToArray();
        Assert.Contains(lines, l => l.StartsWith("Debug Microsoft.AspNetCore.Routing", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("uid 74**", StringComparison.Ordinal));
        foreach (var secret in new[] { token, token.Split('.')[2], wrong.Split('.')[1], ticket, uid, subsidy, FakeCampaigns.Won().Token, host.Query.Subsidies.Items[0].Token })
        {
            Assert.DoesNotContain(lines, l => l.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(0, "**")]
    [InlineData(7, "**")]
    [InlineData(42, "**")]
    [InlineData(100, "10**")]
    [InlineData(long.MaxValue, "92**")]
    public void A_masked_uid_shows_two_digits_at_most(long uid, string mask) => Assert.Equal(mask, Mask.Uid(uid));
}
