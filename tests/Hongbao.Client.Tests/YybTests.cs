using System.Net;
using Hongbao.Client.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;

namespace Hongbao.Client.Tests;

/// <summary>The package for apps: what leaves the client, and what becomes of packages that answer.</summary>
public sealed class YybTests
{
    private static readonly ClaimReq Claim = new() { PacketNo = 5 };
    private static readonly ClaimRsp Claimed = new() { Claim = new ClaimInfo { ClaimNo = 77, PacketNo = 5, Uid = 1001, Seq = 1, Amount = 88, Status = ClaimStatus.Claimed, ClaimedAtMs = 1 }, RemainingCount = 3 };
    private static readonly ClientOptions Known = new() { Token = (_, _) => ValueTask.FromResult<string?>("t1"), Locale = "zh-CN", AppVersion = "9.1" };

    [Fact]
    public async Task A_command_alone_travels_in_version_1()
    {
        var service = new ScriptedService().Then(sent => Single(sent, r => Ok(r, Claimed)));
        var claim = await service.Yyb(Known).ClaimAsync(Claim);
        Assert.Equal((77, 88, 3), (claim.Claim.ClaimNo, claim.Claim.Amount, claim.RemainingCount));

        var sent = Assert.Single(service.Sent);
        Assert.Equal(("POST", "/base/yyb", "application/octet-stream", null), (sent.Method, sent.Path, sent.ContentType, sent.Token));
        var package = ReadV1(sent);
        Assert.Equal(("t1", "9.1", "zh-CN"), (package.Head.AccessToken, package.Head.AppVersion, package.Head.Locale));
        Assert.Equal((int)Command.Claim, package.Request.Head.Command);
        Assert.Equal(5, JceSerializer.Read<ClaimReq>(package.Request.Body).PacketNo);
    }

    [Fact]
    public async Task A_refusal_says_what_it_says_over_http()
    {
        var service = new ScriptedService().Then(sent => Single(sent, r => Refused(r, ErrorCode.ValidationFailed, new ErrorDetail
        {
            Faults = [new FieldFault { Field = "limit", Message = "must be at most 100" }, new FieldFault { Field = "limit", Message = "must be even" }],
        })));
        var refusal = await Assert.ThrowsAsync<HongbaoException>(() => service.Yyb(Known).ListClaimsAsync(new ListClaimsReq { PacketNo = 5, Limit = 101 }));
        Assert.Equal((HongbaoCodes.ValidationFailed, 400, "said", "0af7"), (refusal.Code, refusal.Status, refusal.Detail, refusal.TraceId));
        Assert.Equal(["must be at most 100", "must be even"], refusal.Errors["limit"]);
        Assert.Null(refusal.RetryAfter);
        Assert.Null(refusal.TriesLeft);
    }

    [Theory]
    [InlineData(ErrorCode.ValidationFailed, 4)]
    [InlineData(ErrorCode.LimitExceeded, 0)]
    public async Task A_wrong_password_says_how_often_another_may_be_said(ErrorCode code, int left)
    {
        var service = new ScriptedService().Then(sent => Single(sent, r => Refused(r, code, new ErrorDetail { TriesLeft = left })));
        Assert.Equal(left, (await Assert.ThrowsAsync<HongbaoException>(() => service.Yyb(Known).ClaimAsync(Claim))).TriesLeft);
    }

    [Fact]
    public async Task A_busy_packet_is_polled_as_it_says_by_the_same_command()
    {
        var service = new ScriptedService()
            .Then(sent => Single(sent, r => Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 200, MaxPolls = 3 })))
            .Then(sent => Single(sent, r => Ok(r, Claimed)));
        await service.RunAsync(service.Yyb(Known).ClaimAsync(Claim, service.Watched));
        Assert.Equal([275], service.WaitsMs);
        Assert.Equal((1, 3), (service.Waits[0].Poll, service.Waits[0].MaxPolls));
        Assert.Equal(service.Sent[0].Bytes, service.Sent[1].Bytes);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_under_the_same_number()
    {
        var numbers = new HashSet<string>();
        HttpResponseMessage Create(SentRequest sent) => Single(sent, r =>
        {
            numbers.Add(r.Head.RequestId);
            return Ok(r, new CreatePacketRsp { PacketNo = 7300 + numbers.Count, Kind = PacketKind.C2C, Status = PacketStatus.PendingPayment });
        });
        var service = new ScriptedService()
            .Then(sent =>
            {
                Create(sent);
                throw new HttpRequestException("The connection was reset.");
            })
            .Then(_ => ScriptedService.Answer(503, """{"code":"OVERLOADED","status":503}""", ("Retry-After", "1")))
            .Then(Create).Then(Create);
        var client = service.Yyb(Known);
        var request = new CreatePacketReq { Amount = 10, Count = 1, Currency = "CNY", Split = SplitKind.Equal, Scope = new Scope { Kind = ScopeKind.Public }, Funding = new Funding { Kind = FundingKind.Cashier } };
        Assert.Equal(7301, (await service.RunAsync(client.CreatePacketAsync(RequestNumber.New(), request, service.Watched))).PacketNo);
        Assert.Single(numbers);
        Assert.Equal([150, 1500], service.WaitsMs);
        Assert.Equal(7302, (await client.CreatePacketAsync("order-1", request)).PacketNo);
        Assert.Contains("order-1", numbers);
    }

    [Fact]
    public async Task A_packet_that_was_not_answered_is_the_same_packet_by_another_call()
    {
        var numbers = new HashSet<string>();
        HttpResponseMessage Create(SentRequest sent) => Single(sent, r =>
        {
            numbers.Add(r.Head.RequestId);
            return Ok(r, new CreatePacketRsp { PacketNo = 7300 + numbers.Count });
        });
        var service = new ScriptedService()
            .Then(sent =>
            {
                Create(sent);
                throw new HttpRequestException("The connection was reset.");
            })
            .Then(Create);
        var client = service.Yyb(Known with { Attempts = 1 });
        var requestId = RequestNumber.New();
        var request = new CreatePacketReq { Amount = 10, Count = 1, Currency = "CNY", Split = SplitKind.Equal, Scope = new Scope { Kind = ScopeKind.Public }, Funding = new Funding { Kind = FundingKind.Cashier } };
        Assert.True((await Assert.ThrowsAsync<HongbaoException>(() => client.CreatePacketAsync(requestId, request))).IsUnanswered);
        Assert.Equal(7301, (await client.CreatePacketAsync(requestId, request)).PacketNo);
        Assert.Equal([requestId], numbers);
        await Assert.ThrowsAsync<ArgumentException>(() => client.CreatePacketAsync("", request));
    }

    [Fact]
    public async Task A_withdrawal_that_was_not_answered_is_asked_for_under_the_same_number()
    {
        var requests = new List<(string RequestId, long Amount)>();
        HttpResponseMessage Create(SentRequest sent) => Single(sent, r =>
        {
            requests.Add((r.Head.RequestId, JceSerializer.Read<CreateWithdrawalReq>(r.Body).Amount));
            return Ok(r, new CreateWithdrawalRsp { Withdrawal = new WithdrawalInfo { WithdrawalNo = 4401, Status = WithdrawalStatus.Pending } });
        });
        var service = new ScriptedService()
            .Then(sent =>
            {
                Create(sent);
                throw new HttpRequestException("The connection was reset.");
            })
            .Then(Create);
        Assert.Equal(4401, (await service.RunAsync(service.Yyb(Known).CreateWithdrawalAsync("payout-1", new CreateWithdrawalReq { Amount = 500 }, service.Watched))).Withdrawal.WithdrawalNo);
        Assert.Equal([("payout-1", 500L), ("payout-1", 500L)], requests);
        await Assert.ThrowsAsync<ArgumentException>(() => service.Yyb(Known).CreateWithdrawalAsync("", new CreateWithdrawalReq { Amount = 500 }));
    }

    [Fact]
    public async Task A_token_that_the_package_is_refused_for_is_replaced_once()
    {
        var tokens = new Queue<string?>(["old", "new"]);
        var service = new ScriptedService()
            .Then(sent => Package(1, new PkgRspV1 { Head = new PkgRspHead { Code = (int)ErrorCode.Unauthenticated }, Response = Refused(ReadV1(sent).Request, ErrorCode.Unauthenticated) }))
            .Then(sent => Single(sent, r => Ok(r, Claimed)));
        await service.Yyb(new ClientOptions { Token = (_, _) => ValueTask.FromResult(tokens.Dequeue()) }).ClaimAsync(Claim);
        Assert.Equal(["old", "new"], service.Sent.Select(s => ReadV1(s).Head.AccessToken));
    }

    [Fact]
    public async Task Several_commands_travel_in_version_2_and_end_each_on_its_own()
    {
        var service = new ScriptedService().Then(sent => Several(sent, r => (Command)r.Head.Command switch
        {
            Command.GetWallet => Ok(r, new GetWalletRsp { Currency = "CNY", Change = 88 }),
            Command.Claim => Refused(r, ErrorCode.PacketExhausted),
            _ => new Response { Head = Head(r, ErrorCode.Ok), Body = [0xff] },
        }));
        var batch = new YybBatch();
        var wallet = batch.Add(YybCommands.GetWallet, Nothing.Value);
        var claim = batch.Add(YybCommands.Claim, Claim);
        var broken = batch.Add(YybCommands.GetMe, Nothing.Value);
        Assert.Throws<InvalidOperationException>(() => wallet.Value);
        await service.Yyb(Known).SendAsync(batch);

        Assert.Equal(88, wallet.Value.Change);
        Assert.Equal((false, HongbaoCodes.PacketExhausted), (claim.IsOk, claim.Failure!.Code));
        Assert.Equal(HongbaoCodes.PacketExhausted, Assert.Throws<HongbaoException>(() => claim.Value).Code);
        Assert.Equal(HongbaoCodes.BadAnswer, broken.Failure!.Code);
    }

    [Fact]
    public async Task Only_what_is_to_come_again_is_sent_again()
    {
        var service = new ScriptedService()
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.Claim
                ? Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 200, MaxPolls = 10 }) : Ok(r, new GetWalletRsp { Currency = "CNY" })))
            .Breaks()
            .Then(sent => Several(sent, r => Ok(r, Claimed)));
        var batch = new YybBatch();
        var wallet = batch.Add(YybCommands.GetWallet, Nothing.Value);
        var claim = batch.Add(YybCommands.Claim, Claim, "mine");
        var client = service.Yyb(Known);
        await service.RunAsync(Done(client.SendAsync(batch, service.Watched)));
        Assert.True(wallet.IsOk && claim.IsOk);
        Assert.Equal([2, 1, 1], service.Sent.Select(s => ReadV2(s).Requests.Count));
        Assert.All(service.Sent, s => Assert.Equal("mine", ReadV2(s).Requests[^1].Head.RequestId));
    }

    [Fact]
    public async Task What_is_busy_to_the_end_keeps_what_it_was_told()
    {
        var service = new ScriptedService();
        for (var i = 0; i < 3; i++)
        {
            service.Then(sent => Several(sent, r => (Command)r.Head.Command == Command.Claim
                ? Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 1, MaxPolls = 2 }) : Ok(r, new GetWalletRsp { Currency = "CNY" })));
        }

        var batch = new YybBatch();
        var (wallet, claim) = (batch.Add(YybCommands.GetWallet, Nothing.Value), batch.Add(YybCommands.Claim, Claim));
        await service.RunAsync(Done(service.Yyb(Known).SendAsync(batch, service.Watched)));
        Assert.Equal((true, HongbaoCodes.ClaimBusy, 3), (wallet.IsOk, claim.Failure!.Code, service.Sent.Count));
    }

    [Fact]
    public async Task A_batch_sent_once_more_holds_only_what_did_not_succeed_under_the_same_numbers()
    {
        var service = new ScriptedService()
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.Claim ? Refused(r, ErrorCode.PacketNotActive) : Ok(r, new GetWalletRsp { Currency = "CNY", Change = 88 })))
            .Then(sent => Several(sent, r => Ok(r, Claimed)));
        var batch = new YybBatch();
        var (wallet, claim) = (batch.Add(YybCommands.GetWallet, Nothing.Value), batch.Add(YybCommands.Claim, Claim));
        var client = service.Yyb(Known);
        await client.SendAsync(batch);
        Assert.Equal(HongbaoCodes.PacketNotActive, claim.Failure!.Code);
        await client.SendAsync(batch);
        Assert.Equal((88, 77), (wallet.Value.Change, claim.Value.Claim.ClaimNo));
        Assert.Null(claim.Failure);
        Assert.Equal([[wallet.RequestId, claim.RequestId], [claim.RequestId]], service.Sent.Select(s => ReadV2(s).Requests.Select(r => r.Head.RequestId).ToArray()));

        // Nothing is left.
        await client.SendAsync(batch);
        Assert.Equal(2, service.Sent.Count);
    }

    [Theory]
    [InlineData(200, 1000)]
    [InlineData(1000, 200)]
    public async Task What_is_worth_the_same_command_again_is_asked_of_each_in_a_batch(int busyMs, int degradedMs)
    {
        var service = new ScriptedService()
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.Claim
                ? Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = busyMs, MaxPolls = 10 }) : Refused(r, ErrorCode.Degraded, new ErrorDetail { RetryAfterMs = degradedMs })))
            .Then(sent => Several(sent, r => Ok(r, Claimed)));
        var batch = new YybBatch();
        var (wallet, claim) = (batch.Add(YybCommands.GetWallet, Nothing.Value), batch.Add(YybCommands.Claim, Claim));
        var client = service.Yyb(Known with { Repeats = f => f.IsTransient && f.Code != HongbaoCodes.Degraded });
        await service.RunAsync(Done(client.SendAsync(batch, service.Watched)));
        Assert.Equal((true, HongbaoCodes.Degraded), (claim.IsOk, wallet.Failure!.Code));
        Assert.Equal([(int)Command.Claim], ReadV2(service.Sent[1]).Requests.Select(r => r.Head.Command));
    }

    [Fact]
    public async Task What_needs_no_token_is_asked_without_one()
    {
        var service = new ScriptedService()
            .Then(sent => Single(sent, r => Ok(r, new GetLimitsRsp { Currency = "CNY" })))
            .Then(sent => Several(sent, r => Ok(r, new GetLimitsRsp { Currency = "CNY" })))
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.GetMe ? Ok(r, new GetMeRsp { App = "a" }) : Ok(r, new GetLimitsRsp { Currency = "CNY" })));
        var client = service.Yyb(Known);
        await client.GetLimitsAsync();
        var alone = new YybBatch();
        alone.Add(YybCommands.GetLimits, Nothing.Value);
        await client.SendAsync(alone);
        var both = new YybBatch();
        both.Add(YybCommands.GetLimits, Nothing.Value);
        both.Add(YybCommands.GetMe, Nothing.Value);
        await client.SendAsync(both);
        Assert.Equal(["", "", "t1"], [ReadV1(service.Sent[0]).Head.AccessToken, .. service.Sent.Skip(1).Select(s => ReadV2(s).Head.AccessToken)]);
    }

    [Fact]
    public async Task What_breaks_after_it_was_shed_is_not_reported_as_shed()
    {
        var service = new ScriptedService()
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.CreatePacket ? Refused(r, ErrorCode.Overloaded, new ErrorDetail { RetryAfterMs = 200 }) : Ok(r, new GetWalletRsp { Currency = "CNY" })))
            .Breaks().Breaks();
        var batch = new YybBatch();
        var (wallet, packet) = (batch.Add(YybCommands.GetWallet, Nothing.Value), batch.Add(YybCommands.CreatePacket, new CreatePacketReq { Scope = new Scope(), Funding = new Funding() }, "order-1"));
        await service.RunAsync(Done(service.Yyb(Known with { Attempts = 2 }).SendAsync(batch, service.Watched)));

        // It may have been made: only the same number tells.
        Assert.True(wallet.IsOk);
        Assert.True(packet.Failure is { Code: HongbaoCodes.Offline, IsUnanswered: true });
        Assert.Equal(3, service.Sent.Count);
    }

    [Fact]
    public async Task A_token_that_ends_while_a_claim_waits_is_what_the_claim_hears()
    {
        var service = new ScriptedService()
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.Claim ? Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 200 }) : Refused(r, ErrorCode.NotFound)))
            .Then(sent => Package(2, new PkgRspV2
            {
                Head = new PkgRspHead { Code = (int)ErrorCode.Unauthenticated },
                Responses = ReadV2(sent).Requests.ConvertAll(r => Refused(r, ErrorCode.Unauthenticated)),
            }));
        var batch = new YybBatch();
        var (packet, claim) = (batch.Add(YybCommands.GetPacket, new GetPacketReq { PacketNo = 5 }), batch.Add(YybCommands.Claim, Claim));
        await service.RunAsync(Done(service.Yyb(Known).SendAsync(batch, service.Watched)));
        Assert.Equal((HongbaoCodes.NotFound, HongbaoCodes.Unauthenticated), (packet.Failure!.Code, claim.Failure!.Code));
    }

    [Fact]
    public async Task A_wait_that_would_outlast_the_deadline_ends_its_command_and_no_other()
    {
        var service = new ScriptedService()
            .Then(sent => Several(sent, r => (Command)r.Head.Command == Command.Claim
                ? Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 200, MaxPolls = 10 }) : Refused(r, ErrorCode.Degraded, new ErrorDetail { RetryAfterMs = 3_600_000 })))
            .Then(sent => Several(sent, r => Ok(r, Claimed)));
        var batch = new YybBatch();
        var (wallet, claim) = (batch.Add(YybCommands.GetWallet, Nothing.Value), batch.Add(YybCommands.Claim, Claim));
        await service.RunAsync(Done(service.Yyb(Known).SendAsync(batch, service.Watched)));
        Assert.Equal((true, HongbaoCodes.Degraded), (claim.IsOk, wallet.Failure!.Code));
        Assert.Equal([2, 1], service.Sent.Select(s => ReadV2(s).Requests.Count));
        Assert.Equal([275], service.WaitsMs);
    }

    [Fact]
    public async Task Each_command_of_a_batch_is_polled_as_often_as_it_says()
    {
        var (few, many) = (new ClaimReq { PacketNo = 1 }, new ClaimReq { PacketNo = 2 });
        var service = new ScriptedService();
        for (var round = 0; round < 4; round++)
        {
            // The one that gives up first asks for the longer wait.
            var isLast = round == 3;
            service.Then(sent => Several(sent, r => JceSerializer.Read<ClaimReq>(r.Body).PacketNo == 1 ? Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 1000, MaxPolls = 1 })
                : isLast ? Ok(r, Claimed) : Refused(r, ErrorCode.ClaimBusy, new ErrorDetail { RetryAfterMs = 200, MaxPolls = 3 })));
        }

        var batch = new YybBatch();
        var (first, second) = (batch.Add(YybCommands.Claim, few), batch.Add(YybCommands.Claim, many));
        await service.RunAsync(Done(service.Yyb(Known).SendAsync(batch, service.Watched)));
        Assert.Equal((HongbaoCodes.ClaimBusy, true), (first.Failure!.Code, second.IsOk));
        Assert.Equal([2, 2, 1, 1], service.Sent.Select(s => ReadV2(s).Requests.Count));
        Assert.Equal([1075, 275, 275], service.WaitsMs);
        Assert.Equal([(1, 1), (2, 3), (3, 3)], service.Waits.Select(w => (w.Poll, w.MaxPolls)));
    }

    [Fact]
    public async Task A_package_that_nobody_answers_is_thrown()
    {
        var service = new ScriptedService().Breaks();
        var batch = new YybBatch();
        var wallet = batch.Add(YybCommands.GetWallet, Nothing.Value);
        Assert.Equal(HongbaoCodes.Offline, (await Assert.ThrowsAsync<HongbaoException>(() => service.Yyb(Known with { Attempts = 1 }).SendAsync(batch))).Code);
        Assert.False(wallet.IsOk);
        Assert.Equal(HongbaoCodes.Offline, Assert.Throws<HongbaoException>(() => wallet.Value).Code);
    }

    [Fact]
    public void A_batch_has_room_for_as_many_as_a_package()
    {
        var batch = new YybBatch();
        for (var i = 0; i < YybBatch.CommandsMax; i++)
        {
            batch.Add(YybCommands.GetWallet, Nothing.Value);
        }

        Assert.Throws<InvalidOperationException>(() => batch.Add(YybCommands.GetWallet, Nothing.Value));
    }

    public static TheoryData<string, byte[]> Strangers => new()
    {
        { "nothing", [] },
        { "a page", "<html>hello</html>"u8.ToArray() },
        { "a head alone", "YYB\0\0\0\x01"u8.ToArray() },
        { "another version", YybPackage.ToBytes(2, new PkgRspV1 { Head = new PkgRspHead(), Response = new Response { Head = new RspHead() } }) },
        { "another command", YybPackage.ToBytes(1, new PkgRspV1 { Head = new PkgRspHead(), Response = new Response { Head = new RspHead { Command = 999 } } }) },
    };

    [Fact]
    public async Task An_answer_as_long_as_the_service_gives_is_read()
    {
        var text = new string('x', 1 << 20);
        var page = new ListPacketsRsp { Items = [.. Enumerable.Range(0, 7).Select(_ => new PacketInfo { Currency = "CNY", Greeting = text })] };
        var service = new ScriptedService().Then(sent => Single(sent, r => Ok(r, page)));
        Assert.Equal(7, (await service.Yyb(Known).ListPacketsAsync(new ListPacketsReq())).Items.Count);
    }

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task An_answer_that_is_not_ours_is_said_to_be_none(string what, byte[] bytes)
    {
        Assert.NotNull(what);
        var service = new ScriptedService().Then(_ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) });
        Assert.Equal(HongbaoCodes.BadAnswer, (await Assert.ThrowsAsync<HongbaoException>(() => service.Yyb(Known).ClaimAsync(Claim))).Code);
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task Every_code_of_the_protocol_ends_a_call_as_the_same_code_over_http()
    {
        var statuses = new Dictionary<int, List<string>>();
        foreach (var code in Enum.GetValues<ErrorCode>().Where(c => c != ErrorCode.Ok))
        {
            var service = new ScriptedService().Then(sent => Single(sent, r => Refused(r, code)));
            var refusal = await Assert.ThrowsAsync<HongbaoException>(() => service.Yyb(Known with { Token = null, Repeats = _ => false }).ClaimAsync(Claim));
            (statuses.TryGetValue(refusal.Status, out var codes) ? codes : statuses[refusal.Status] = []).Add(refusal.Code);
        }

        Assert.Equal(["UNAUTHENTICATED"], statuses[401]);
        Assert.Equal(["FORBIDDEN", "NOT_IN_SCOPE", "RISK_REFUSED"], statuses[403]);
        Assert.Equal(["PACKET_NOT_ACTIVE", "PACKET_EXHAUSTED", "PACKET_EXPIRED", "IDEMPOTENCY_MISMATCH", "SUBSIDY_NOT_USABLE", "LIMIT_EXCEEDED", "CAMPAIGN_NOT_OPEN", "INSUFFICIENT_FUNDS"], statuses[409]);
        Assert.Equal(["CLAIM_BUSY", "RATE_LIMITED"], statuses[429]);
        Assert.Equal(["DEGRADED", "OVERLOADED"], statuses[503]);
        Assert.Equal(["VALIDATION_FAILED", "UNKNOWN_COMMAND", "COMMAND_COUNT"], statuses[400]);
        Assert.Superset(
            statuses.Values.SelectMany(c => c).ToHashSet(),
            typeof(HongbaoCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!).ToHashSet());
    }

    [Fact]
    public async Task A_code_that_only_a_newer_service_knows_is_no_refusal()
    {
        var service = new ScriptedService().Then(sent => Single(sent, r => Refused(r, (ErrorCode)4711)))
            .Then(sent => Single(sent, r => Refused(r, (ErrorCode)4711, new ErrorDetail { RetryAfterMs = 200 }))).Then(sent => Single(sent, r => Ok(r, Claimed)));
        await service.RunAsync(service.Yyb(Known).ClaimAsync(Claim, service.Watched));
        Assert.All(service.Waits, w => Assert.True(w.Failure is { Code: "CODE_4711", IsRefused: false }));
        Assert.Equal([(500, 0), (503, 1)], service.Waits.Select(w => (w.Failure.Status, w.Poll)));
    }

    [Fact]
    public void Every_command_has_its_method_and_its_place_in_the_table()
    {
        var names = Enum.GetNames<Command>().Order(StringComparer.Ordinal).ToList();
        Assert.Equal(names, typeof(YybCommands).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.All(names, n => Assert.NotNull(typeof(YybClient).GetMethod(n + "Async")));
        Assert.All(typeof(YybCommands).GetProperties(), p => Assert.Equal(p.Name, ((dynamic)p.GetValue(null)!).Number.ToString()));
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private static PkgReqV1 ReadV1(SentRequest sent) => JceSerializer.Read<PkgReqV1>(BodyOf(sent, 1));

    private static PkgReqV2 ReadV2(SentRequest sent) => JceSerializer.Read<PkgReqV2>(BodyOf(sent, 2));

    private static byte[] BodyOf(SentRequest sent, uint version)
    {
        Assert.Equal(YybFault.None, YybPackage.Read(sent.Bytes, out var package, YybConstants.PackageBytesMax));
        Assert.Equal(version, package.Version);
        return package.Body.ToArray();
    }

    private static HttpResponseMessage Single(SentRequest sent, Func<Request, Response> answer) =>
        Package(1, new PkgRspV1 { Head = new PkgRspHead { TraceId = "0af7" }, Response = answer(ReadV1(sent).Request) });

    private static HttpResponseMessage Several(SentRequest sent, Func<Request, Response> answer) =>
        Package(2, new PkgRspV2 { Head = new PkgRspHead { TraceId = "0af7" }, Responses = ReadV2(sent).Requests.ConvertAll(r => answer(r)) });

    private static HttpResponseMessage Package<T>(uint version, T body)
        where T : class, IJceStruct => new(HttpStatusCode.OK) { Content = new ByteArrayContent(YybPackage.ToBytes(version, body)) };

    private static RspHead Head(Request request, ErrorCode code) => new() { Command = request.Head.Command, RequestId = request.Head.RequestId, Code = (int)code, Message = code == ErrorCode.Ok ? "" : "said" };

    private static Response Ok<T>(Request request, T body)
        where T : class, IJceStruct => new() { Head = Head(request, ErrorCode.Ok), Body = JceSerializer.ToBytes(body) };

    private static Response Refused(Request request, ErrorCode code, ErrorDetail? detail = null) =>
        new() { Head = Head(request, code), Body = detail is null ? [] : JceSerializer.ToBytes(detail) };
}
