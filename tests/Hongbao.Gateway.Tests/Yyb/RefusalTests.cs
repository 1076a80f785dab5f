using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>What refused and failed commands are answered.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(typeof(ErrorCode), typeof(ResultCode))]
    [InlineData(typeof(Wire.PacketKind), typeof(Contracts.PacketKind))]
    [InlineData(typeof(Wire.SplitKind), typeof(Contracts.SplitKind))]
    [InlineData(typeof(Wire.ScopeKind), typeof(Contracts.ScopeKind))]
    [InlineData(typeof(FundingKind), typeof(Endpoints.FundingKind))]
    [InlineData(typeof(Wire.PacketStatus), typeof(Contracts.PacketStatus))]
    [InlineData(typeof(Wire.PaymentStatus), typeof(Contracts.PaymentStatus))]
    [InlineData(typeof(Wire.ConditionKind), typeof(Contracts.ConditionKind))]
    [InlineData(typeof(Wire.ClaimStatus), typeof(Contracts.ClaimStatus))]
    [InlineData(typeof(Wire.CampaignStatus), typeof(Contracts.CampaignStatus))]
    [InlineData(typeof(Wire.SubsidyStatus), typeof(Contracts.SubsidyStatus))]
    [InlineData(typeof(Wire.WithdrawalStatus), typeof(Contracts.WithdrawalStatus))]
    public void Enums_of_the_package_have_the_numbers_of_those_inside(Type wire, Type inside)
    {
        static IEnumerable<(string, int)> Members(Type type) => Enum.GetValues(type).Cast<object>().Select(v => (v.ToString()!, Convert.ToInt32(v, null)));
        Assert.Equal(Members(inside), Members(wire).Where(m => m.Item2 < 1000));
    }

    [Fact]
    public async Task A_code_of_a_newer_module_is_an_internal_fault_and_logged_once()
    {
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Of((ResultCode)77) });
        Assert.Equal(ErrorCode.Internal, (await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 })).OnlyCode);
        Assert.Equal(ErrorCode.Internal, (await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 })).OnlyCode);
        Assert.Single(_host.Logs.Lines, static l => l.Contains("ResultCode 77", StringComparison.Ordinal));
        Assert.DoesNotContain(_host.Logs.Lines, static l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_busy_claim_says_when_and_how_often_to_ask_again_also_when_core_does_not()
    {
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Of(ResultCode.ClaimBusy) });
        Assert.Equal(new ErrorDetail { RetryAfterMs = 500, MaxPolls = 10 }, (await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 })).Detail);
    }

    [Fact]
    public async Task Fields_that_core_blames_are_named()
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = Result.Invalid("scope.uids", "must name 1 to 100 users") });
        var answer = await _host.AskAsync(Command.CreatePacket, CommandTests.Offer());
        Assert.Equal(ErrorCode.ValidationFailed, answer.OnlyCode);
        Assert.Equal([new Wire.FieldFault { Field = "scope.uids", Message = "must name 1 to 100 users" }], answer.Detail.Faults);
        Assert.Equal((0, 0), (answer.Detail.RetryAfterMs, answer.Detail.MaxPolls));
    }

    public static TheoryData<Command, string, IJceStruct> BadFields => new()
    {
        { Command.SetContent, "packetNo", new SetContentReq { PacketNo = 0, ContentId = "v" } },
        { Command.GetPacket, "packetNo", new GetPacketReq { PacketNo = -1 } },
        { Command.GetPacketStatus, "packetNo", new GetPacketStatusReq() },
        { Command.GetDraw, "packetNo", new GetDrawReq { PacketNo = long.MinValue } },
        { Command.Claim, "packetNo", new ClaimReq() },
        { Command.Claim, "password", new ClaimReq { PacketNo = 1, Password = "a\0b" } },
        { Command.ListClaims, "packetNo", new ListClaimsReq() },
        { Command.ListClaims, "limit", new ListClaimsReq { PacketNo = 1, Limit = 0 } },
        { Command.GetClaim, "claimNo", new GetClaimReq() },
        { Command.Pay, "payOrderNo", new PayReq() },
        { Command.ListPackets, "limit", new ListPacketsReq { Limit = 101 } },
        { Command.ListPackets, "limit", new ListPacketsReq { Limit = -1 } },
        { Command.ListPackets, "cursor", new ListPacketsReq { Cursor = "a\0b" } },
        { Command.ListPackets, "cursor", new ListPacketsReq { Cursor = new string('c', 513) } },
        { Command.ListPackets, "contentId", new ListPacketsReq { ContentId = "a\nb" } },
        { Command.ListPackets, "contentId", new ListPacketsReq { ContentId = new string('c', 65) } },
        { Command.ListSent, "year", new ListSentReq { Year = 1999 } },
        { Command.ListSent, "year", new ListSentReq { Year = 3000 } },
        { Command.ListReceived, "year", new ListReceivedReq { Year = -1 } },
        { Command.ListReceived, "limit", new ListReceivedReq { Limit = int.MaxValue } },
        { Command.ListWalletEntries, "cursor", new ListWalletEntriesReq { Cursor = "\u0085" } },
        { Command.GetWithdrawal, "withdrawalNo", new GetWithdrawalReq() },
        { Command.GetWithdrawal, "withdrawalNo", new GetWithdrawalReq { WithdrawalNo = -4401 } },
        { Command.DrawInRound, "campaignId", new DrawInRoundReq { Round = 1 } },
        { Command.DrawInRound, "campaignId", new DrawInRoundReq { CampaignId = long.MinValue, Round = 1 } },
        { Command.DrawInRound, "round", new DrawInRoundReq { CampaignId = 1 } },
        { Command.DrawInRound, "round", new DrawInRoundReq { CampaignId = 1, Round = int.MinValue } },
        { Command.DrawInRound, "password", new DrawInRoundReq { CampaignId = 1, Round = 1, Password = "a\0b" } },
    };

    [Theory]
    [MemberData(nameof(BadFields))]
    public async Task A_field_that_is_not_acceptable_is_named_and_nothing_is_asked(Command command, string field, IJceStruct request)
    {
        var answer = await _host.AskAsync(command, request);
        Assert.Equal(ErrorCode.ValidationFailed, answer.OnlyCode);
        Assert.Equal([field], answer.Blamed);
        NothingWasAsked();
    }

    [Fact]
    public async Task A_text_of_the_client_that_is_too_long_is_refused_and_repeated()
    {
        var text = new string('r', 65);
        var answer = await _host.AskAsync(Command.CreatePacket, CommandTests.Offer(), text);
        Assert.Equal(["requestId"], answer.Blamed);
        Assert.Equal(text, answer.Only.Head.RequestId);
        Assert.Equal(["requestId"], (await _host.AskAsync(Command.GetMe, null, "a\0b")).Blamed);
        NothingWasAsked();
        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.GetMe, null, string.Concat(Enumerable.Repeat("🧧", 64)))).OnlyCode);
        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.GetMe, null, "")).OnlyCode);
    }

    [Theory]
    [InlineData("", "packetNo")]
    [InlineData("0601", "packetNo")]
    [InlineData("0300", "packetNo")]
    [InlineData("0F", "packetNo")]
    [InlineData("FF", "body")]
    public async Task A_commands_body_that_is_not_its_request_is_refused(string hex, string field)
    {
        var answer = await _host.AskAsync(AppPackages.Of((int)Command.GetPacket, Convert.FromHexString(hex)));
        Assert.Equal(ErrorCode.ValidationFailed, answer.OnlyCode);
        Assert.Equal([field], answer.Blamed);
        Assert.StartsWith("must be JCE as in Protocol.jce: ", answer.Detail.Faults[0].Message, StringComparison.Ordinal);
        NothingWasAsked();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(100)]
    [InlineData(int.MaxValue)]
    public async Task An_unknown_command_is_its_own_error(int command)
    {
        var answer = await _host.AskAsync(AppPackages.Of(command, [1, 2, 3]));
        Assert.Equal((ErrorCode.Ok, ErrorCode.UnknownCommand, command, "r-1"), (answer.Code, answer.OnlyCode, answer.Only.Head.Command, answer.Only.Head.RequestId));
        Assert.Contains($"{command}", answer.Only.Head.Message, StringComparison.Ordinal);
        Assert.Empty(answer.Only.Body);
    }

    [Fact]
    public async Task A_fault_of_ours_stays_inside_and_is_logged_without_the_user()
    {
        _host.Core.Claim = (_, _, _) => throw new InvalidOperationException("secret-host");
        var token = _host.Token("740274027402");
        var answer = await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 }, token: token);
        Assert.Equal(ErrorCode.Internal, answer.OnlyCode);
        Assert.DoesNotContain("secret-host", answer.Only.Head.Message, StringComparison.Ordinal);
        Assert.Empty(answer.Only.Body);
        var line = Assert.Single(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains($"Command Claim of a package failed for uid 74**, trace {AppPackages.TraceId}", line, StringComparison.Ordinal);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.Contains("740274027402", StringComparison.Ordinal) || l.Contains(token.Split('.')[2], StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_call_without_an_answer_in_time_is_shed()
    {
        await using var host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "100"));
        var claim = new TaskCompletionSource<ClaimResponse>();
        var create = new TaskCompletionSource<CreatePacketResponse>();
        host.Core.Claim = (_, _, _) => claim.Task;
        host.Core.Create = (_, _, _) => create.Task;
        foreach (var command in new[] { Command.Claim, Command.CreatePacket })
        {
            var answer = await host.AskAsync(command, CommandTests.Requests[command]);
            Assert.Equal((ErrorCode.Overloaded, 1000), (answer.OnlyCode, answer.Detail.RetryAfterMs));
        }
    }

    [Fact]
    public async Task A_stopping_process_refuses_packages_as_it_does_requests()
    {
        _host.App.Lifetime.StopApplication();
        var refused = (await _host.PostAsync(AppPackages.One(new PkgReqHead(), AppPackages.Of(Command.GetLimits)))).IsProblem(503, "OVERLOADED");
        Assert.Equal("1", refused.Header("Retry-After"));
    }

    private void NothingWasAsked()
    {
        Assert.Empty(_host.Core.Asked);
        Assert.Empty(_host.Query.Asked);
        Assert.Empty(_host.Finance.Asked);
        Assert.Empty(_host.Campaigns.Asked);
    }
}
