using Hongbao.Contracts.Yyb;
using Hongbao.Foundation.Opening;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Packets that open at a time, or to those who meet a condition, in the package for apps.</summary>
public sealed class OpeningTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task When_a_packet_opens_and_to_whom_is_passed_to_core()
    {
        var offer = CommandTests.Offer();
        (offer.OpensAtMs, offer.Condition) = (1_771_329_600_500, new Wire.OpeningCondition { Kind = Wire.ConditionKind.Password, Password = "恭喜发财🧧" });
        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.CreatePacket, offer)).OnlyCode);
        Assert.Equal(1_771_329_600_500, _host.Core.Last<CreatePacketRequest>().OpensAtMs);
        Assert.Equal(new Contracts.OpeningCondition { Kind = Contracts.ConditionKind.Password, Password = "恭喜发财🧧" }, _host.Core.Last<CreatePacketRequest>().Condition);

        offer.Condition = new Wire.OpeningCondition { Kind = Wire.ConditionKind.Follow, Uid = -1 };
        await _host.AskAsync(Command.CreatePacket, offer);
        Assert.Equal(-1, _host.Core.Last<CreatePacketRequest>().Condition.Uid);

        await _host.AskAsync(Command.CreatePacket, CommandTests.Offer());
        Assert.Equal((0L, new Contracts.OpeningCondition()), (_host.Core.Last<CreatePacketRequest>().OpensAtMs, _host.Core.Last<CreatePacketRequest>().Condition));
        _host.Core.Asked.Clear();
        offer.Condition = new Wire.OpeningCondition { Kind = (Wire.ConditionKind)9 };
        Assert.Equal(["condition.kind"], (await _host.AskAsync(Command.CreatePacket, offer)).Blamed);
        Assert.Empty(_host.Core.Asked);
    }

    [Fact]
    public async Task The_password_of_a_claim_is_passed_to_core()
    {
        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001, Password = "恭喜发财🧧" })).OnlyCode);
        Assert.Equal(new ClaimRequest { PacketNo = 9001, Password = "恭喜发财🧧" }, _host.Core.Last<ClaimRequest>());
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Invalid("password", "is wrong; 4 tries are left") });
        Assert.Equal(["password"], (await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001, Password = "x" })).Blamed);
    }

    [Fact]
    public async Task How_often_a_password_may_still_be_said_is_told_as_a_number()
    {
        foreach (var (result, left) in new[]
        {
            (PasswordTries.Wrong(4), 4), (PasswordTries.Wrong(0), 0), (PasswordTries.UsedUp(), 0), (Result.Invalid("password", "is required"), -1), (Result.Of(ResultCode.LimitExceeded), -1),
        })
        {
            _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = result });
            _host.Campaigns.Draw = (_, _, _) => Task.FromResult(new RainDrawResponse { Result = result });
            foreach (var command in new[] { Command.Claim, Command.DrawInRound })
            {
                var answer = await _host.AskAsync(command, CommandTests.Requests[command]);
                Assert.Equal(((ErrorCode)result.Code, left), (answer.OnlyCode, answer.Detail.TriesLeft));
            }
        }
    }

    [Fact]
    public async Task A_packet_shows_when_it_opens_and_to_whom_without_the_password()
    {
        _host.Query.Packet = FakeQuery.View() with
        {
            OpensAtMs = 1_771_329_600_123,
            NowMs = 1_771_329_599_000,
            Condition = new Contracts.OpeningCondition { Kind = Contracts.ConditionKind.Share, ContentId = "video-7", Password = "never told" },
        };
        var shown = (await _host.AskAsync(Command.GetPacket, new GetPacketReq { PacketNo = 9001 })).Body<GetPacketRsp>().Packet;
        Assert.Equal(
            (1_771_329_600_123, 1_771_329_599_000, new Wire.OpeningCondition { Kind = Wire.ConditionKind.Share, ContentId = "video-7" }), (shown.OpensAtMs, shown.ServerTimeMs, shown.Condition));
    }

    [Fact]
    public async Task A_packet_that_opens_later_says_when()
    {
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = new Result { Code = ResultCode.PacketNotActive, Detail = "It opens later.", RetryAfterMs = 90_000 } });
        var answer = await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 });
        Assert.Equal((ErrorCode.PacketNotActive, "It opens later.", 90_000), (answer.OnlyCode, answer.Only.Head.Message, answer.Detail.RetryAfterMs));
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Of(ResultCode.PacketNotActive) });
        Assert.Empty((await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 })).Only.Body);
    }
}
