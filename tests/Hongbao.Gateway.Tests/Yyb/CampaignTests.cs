using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Campaigns in the package for apps: the list, the draws of a rain, and what was won.</summary>
public sealed class CampaignTests : IAsyncLifetime
{
    private const long Now = FakeCampaigns.Now;
    private static readonly DrawInRoundReq Round2 = new() { CampaignId = 71, Round = 2 };
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>One subsidy of each status that there is, while the campaign gives no answer.</summary>
    internal static SubsidyListResponse Subsidies() => new()
    {
        Items =
        [
            new SubsidyItem { Token = "k1.token", CampaignId = 71, Amount = 888, Currency = "CNY", Status = Contracts.SubsidyStatus.Issued, ExpiresAtMs = Now + 7 },
            new SubsidyItem { SubsidyNo = 12, Token = "k1.other", CampaignId = 71, Amount = 20, Currency = "CNY", Status = Contracts.SubsidyStatus.Available, ExpiresAtMs = Now + 8 },
            new SubsidyItem { SubsidyNo = 13, CampaignId = 71, Amount = 20, Currency = "CNY", Status = Contracts.SubsidyStatus.Used, ExpiresAtMs = Now + 9, PacketNo = 9001 },
            new SubsidyItem { SubsidyNo = 14, CampaignId = 72, Amount = 20, Currency = "CNY", Status = Contracts.SubsidyStatus.Expired, ExpiresAtMs = Now - 1 },
        ],
        Degraded = ["campaign"],
    };

    [Fact]
    public async Task The_list_shows_rounds_with_the_users_start_and_a_secret_once_it_is_shown()
    {
        Assert.Equal(new ListCampaignsRsp
        {
            Items =
            [
                new CampaignInfo
                {
                    CampaignId = 71,
                    Name = "新年红包雨",
                    Status = Wire.CampaignStatus.Running,
                    Currency = "CNY",
                    StartsAtMs = Now,
                    EndsAtMs = Now + 3_600_000,
                    Rounds =
                    [
                        new RoundInfo { Round = 1, StartsAtMs = Now, EndsAtMs = Now + 60_000, YourStartAtMs = Now + 250, SecretHash = "ab01", Secret = "5ec1" },
                        new RoundInfo { Round = 2, StartsAtMs = Now + 600_000, EndsAtMs = Now + 660_000, YourStartAtMs = Now + 600_250, SecretHash = "ab02" },
                    ],
                    Prizes = [new PrizeInfo { Amount = 888, Quantity = 100 }, new PrizeInfo { Amount = 20, ChancePpb = 1_000_000 }],
                    PassPpb = 250_000_000,
                },
            ],
            ServerTimeMs = Now + 1,
        }, (await _host.AskAsync(Command.ListCampaigns)).Body<ListCampaignsRsp>());
        Assert.Equal(1001, _host.Campaigns.Asked.Single().Context.Uid);
    }

    [Fact]
    public async Task A_campaign_shows_its_condition_without_the_password()
    {
        var condition = new Contracts.OpeningCondition { Kind = Contracts.ConditionKind.Follow, Uid = 1002, Password = "never told" };
        _host.Campaigns.Views = [FakeCampaigns.View() with { Condition = condition }];
        var shown = (await _host.AskAsync(Command.ListCampaigns)).Body<ListCampaignsRsp>();
        Assert.Equal(new Wire.OpeningCondition { Kind = Wire.ConditionKind.Follow, Uid = 1002 }, Assert.Single(shown.Items).Condition);
    }

    [Fact]
    public async Task A_draw_passes_round_and_password()
    {
        await _host.AskAsync(Command.DrawInRound, new DrawInRoundReq { CampaignId = long.MaxValue, Round = int.MaxValue, Password = "恭喜发财🧧" }, token: _host.Token("1003", app: "other-app"));
        var (context, request) = _host.Campaigns.Asked.Single();
        Assert.Equal(new RainDrawRequest { CampaignId = long.MaxValue, Round = int.MaxValue, Password = "恭喜发财🧧" }, request);
        Assert.Equal(("other-app", 1003L, AppPackages.TraceId), (context.App, context.Uid, context.TraceId));
        Assert.Equal((_host.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)).ToUnixTimeMilliseconds(), context.DeadlineMs);
        await _host.AskAsync(Command.DrawInRound, Round2);
        Assert.Equal(new RainDrawRequest { CampaignId = 71, Round = 2 }, _host.Campaigns.Last<RainDrawRequest>());
    }

    [Fact]
    public async Task A_won_draw_says_what_was_won_and_proves_it()
    {
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won());
        Assert.Equal(
            new DrawInRoundRsp { Won = true, Amount = 888, Currency = "CNY", Token = "k1.won-token", ExpiresAtMs = Now + 7 }, (await _host.AskAsync(Command.DrawInRound, Round2)).Body<DrawInRoundRsp>());
    }

    [Fact]
    public async Task A_lost_draw_says_only_that()
    {
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won() with { Won = false });
        var answer = await _host.AskAsync(Command.DrawInRound, Round2);
        Assert.Equal(new DrawInRoundRsp(), answer.Body<DrawInRoundRsp>());
        Assert.Equal([0x0C], answer.Only.Body);
    }

    [Fact]
    public async Task The_layout_of_a_draw_is_that_of_the_contract()
    {
        // By hand: {0 campaign 71, 1 round 2, 2 password "x"}, of a campaign whose number needs 8 bytes too.
        _host.Campaigns.Draw = (_, r, _) => Task.FromResult(FakeCampaigns.Won() with { Amount = r.Round, Token = r.Password });
        var answer = await _host.AskAsync(AppPackages.Of(502, [0x00, 71, 0x10, 2, 0x26, 1, (byte)'x']));
        Assert.Equal(new RainDrawRequest { CampaignId = 71, Round = 2, Password = "x" }, _host.Campaigns.Last<RainDrawRequest>());

        // {0 won, 1 amount 2, 2 "CNY", 3 "x", 4 the time}.
        Assert.Equal("0001" + "1002" + "2603434E59" + "360178" + "430000019C6B78BA07", Convert.ToHexString(answer.Only.Body));
        await _host.AskAsync(AppPackages.Of(502, [0x03, 0x0A, 0x22, 0x5B, 0x13, 0xD5, 0xC5, 0x10, 0x02, 0x10, 2]));
        Assert.Equal(0x0A225B13D5C51002, _host.Campaigns.Last<RainDrawRequest>().CampaignId);
    }

    [Theory]
    [InlineData(ResultCode.ValidationFailed)]
    [InlineData(ResultCode.NotInScope)]
    [InlineData(ResultCode.RiskRefused)]
    [InlineData(ResultCode.NotFound)]
    [InlineData(ResultCode.LimitExceeded)]
    [InlineData(ResultCode.CampaignNotOpen)]
    [InlineData(ResultCode.RateLimited)]
    [InlineData(ResultCode.Degraded)]
    public async Task A_refused_draw_says_nothing_of_a_win(ResultCode code)
    {
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won() with { Result = Result.Of(code) });
        var answer = await _host.AskAsync(Command.DrawInRound, Round2);
        Assert.Equal((ErrorCode)code, answer.OnlyCode);
        Assert.Equal(-1, answer.Only.Body.AsSpan().IndexOf("won-token"u8));
        Assert.Equal(code is ResultCode.RateLimited or ResultCode.Degraded ? 1000 : 0, answer.Detail.RetryAfterMs);
    }

    [Fact]
    public async Task A_wrong_password_is_told_by_its_field_and_appears_in_no_log()
    {
        var draw = new DrawInRoundReq { CampaignId = 71, Round = 2, Password = "secret-word" };
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(new RainDrawResponse { Result = Result.Invalid("password", "is wrong; 4 tries are left") });
        var answer = await _host.AskAsync(Command.DrawInRound, draw);
        Assert.Equal([new Wire.FieldFault { Field = "password", Message = "is wrong; 4 tries are left" }], answer.Detail.Faults);
        _host.Campaigns.Draw = (_, _, _) => throw new InvalidOperationException("a fault");
        Assert.Equal(ErrorCode.Internal, (await _host.AskAsync(Command.DrawInRound, draw)).OnlyCode);
        Assert.Contains(_host.Logs.Lines, static l => l.Contains("Command DrawInRound of a package failed", StringComparison.Ordinal));
        Assert.DoesNotContain(_host.Logs.Lines, static l => l.Contains("secret-word", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Draws_of_one_package_are_answered_each_on_its_own()
    {
        _host.Campaigns.Draw = (_, r, _) => Task.FromResult(r.Round % 2 == 0 ? FakeCampaigns.Won() with { Amount = r.Round } : new RainDrawResponse());
        var answer = await _host.AskAsync([.. Enumerable.Range(1, YybConstants.CommandsMax).Select(i => AppPackages.Of(Command.DrawInRound, new DrawInRoundReq { CampaignId = 71, Round = i }))]);
        Assert.Equal(
            Enumerable.Range(1, YybConstants.CommandsMax).Select(i => i % 2 == 0 ? i : 0L), answer.Responses.Select(r => JceSerializer.Read<DrawInRoundRsp>(r.Body).Amount));
    }

    [Fact]
    public async Task A_draw_that_takes_too_long_is_shed_and_cancelled_inside()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        var cancelled = new TaskCompletionSource();
        host.Campaigns.Draw = async (_, _, cancellationToken) =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => cancelled.SetResult(), TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            return new RainDrawResponse();
        };
        var answer = await host.AskAsync(Command.DrawInRound, Round2);
        Assert.Equal((ErrorCode.Overloaded, 1000), (answer.OnlyCode, answer.Detail.RetryAfterMs));
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_draw_whose_client_leaves_goes_on_and_is_no_fault()
    {
        var entered = new TaskCompletionSource<CancellationToken>();
        var decided = new TaskCompletionSource<RainDrawResponse>();
        _host.Campaigns.Draw = (_, _, cancellationToken) =>
        {
            entered.SetResult(cancellationToken);
            return decided.Task;
        };
        using var leaving = new CancellationTokenSource();
        var package = AppPackages.One(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.DrawInRound, Round2));
        var call = _host.Http.PostAsync("/yyb", AppPackages.Content(package), leaving.Token);
        var inside = await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(inside.IsCancellationRequested);
        decided.SetResult(FakeCampaigns.Won());
        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.ListCampaigns)).OnlyCode);
        Assert.DoesNotContain(_host.Logs.Lines, static l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Subsidies_show_what_they_can_be_used_by_and_whose_part_is_missing()
    {
        Assert.Equal(new ListSubsidiesRsp(), (await _host.AskAsync(Command.ListSubsidies)).Body<ListSubsidiesRsp>());
        _host.Query.Subsidies = Subsidies();
        Assert.Equal(new ListSubsidiesRsp
        {
            Items =
            [
                new SubsidyInfo { Token = "k1.token", CampaignId = 71, Amount = 888, Currency = "CNY", Status = Wire.SubsidyStatus.Issued, ExpiresAtMs = Now + 7 },
                new SubsidyInfo { SubsidyNo = 12, Token = "k1.other", CampaignId = 71, Amount = 20, Currency = "CNY", Status = Wire.SubsidyStatus.Available, ExpiresAtMs = Now + 8 },
                new SubsidyInfo { SubsidyNo = 13, CampaignId = 71, Amount = 20, Currency = "CNY", Status = Wire.SubsidyStatus.Used, ExpiresAtMs = Now + 9, PacketNo = 9001 },
                new SubsidyInfo { SubsidyNo = 14, CampaignId = 72, Amount = 20, Currency = "CNY", Status = Wire.SubsidyStatus.Expired, ExpiresAtMs = Now - 1 },
            ],
            Degraded = ["campaign"],
        }, (await _host.AskAsync(Command.ListSubsidies)).Body<ListSubsidiesRsp>());
        Assert.Equal(1001, _host.Query.Asked.Last().Context.Uid);
    }
}
