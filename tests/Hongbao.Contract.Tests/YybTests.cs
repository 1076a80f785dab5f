using System.Net;
using System.Net.Http.Headers;
using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;

namespace Hongbao.Contract.Tests;

/// <summary>The package for apps against the real service: the same packets and money as over HTTP.</summary>
public abstract class YybTests(RunningServer server)
{
    [Fact]
    public async Task A_packet_lives_its_life_by_packages()
    {
        var (sender, first, second) = (RunningServer.NewUser(), RunningServer.NewUser(), RunningServer.NewUser());
        var created = Body<CreatePacketRsp>(await AskAsync(sender, Of(Command.CreatePacket, Offer(), "order-" + sender)));
        Assert.Equal((PacketStatus.PendingPayment, false), (created.Status, created.Repeated));
        Assert.Equal(created with { Repeated = true }, Body<CreatePacketRsp>(await AskAsync(sender, Of(Command.CreatePacket, Offer(), "order-" + sender))));
        Assert.Equal(ErrorCode.PacketNotActive, CodeOf(await AskAsync(first, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo }))));

        await RunningServer.UntilAsync(
            async () => Body<PayRsp>(await AskAsync(sender, Of(Command.Pay, new PayReq { PayOrderNo = created.PayOrderNo }))).Status == PaymentStatus.Succeeded, "paid");
        Assert.Equal("video-1", Body<SetContentRsp>(await AskAsync(sender, Of(Command.SetContent, new SetContentReq { PacketNo = created.PacketNo, ContentId = "video-1" }))).ContentId);

        // The same share, however often and by whatever entry.
        var share = Body<ClaimRsp>(await AskAsync(first, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo }))).Claim;
        Assert.Equal(share.ClaimNo, Body<ClaimRsp>(await AskAsync(first, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo }))).Claim.ClaimNo);
        Assert.Equal($"{share.ClaimNo}", (await server.Api.PostAsync($"/api/v1/packets/{created.PacketNo}/claims", first)).Text("claimNo"));
        var last = Body<ClaimRsp>(await AskAsync(second, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo })));
        Assert.Equal((1000L, 0), (share.Amount + last.Claim.Amount, last.RemainingCount));
        Assert.Equal(ErrorCode.PacketExhausted, CodeOf(await AskAsync(RunningServer.NewUser(), Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo }))));

        // Many questions in one package.
        await RunningServer.UntilAsync(async () => Body<GetWalletRsp>(await AskAsync(first, Of(Command.GetWallet))).Change == share.Amount, "credited");
        await RunningServer.UntilAsync(async () => Body<ListReceivedRsp>(await AskAsync(first, Of(Command.ListReceived, new ListReceivedReq()))).TotalAmount == share.Amount, "listed");
        var answers = await SeveralAsync(
            first,
            Of(Command.GetPacket, new GetPacketReq { PacketNo = created.PacketNo }),
            Of(Command.GetPacketStatus, new GetPacketStatusReq { PacketNo = created.PacketNo }),
            Of(Command.GetDraw, new GetDrawReq { PacketNo = created.PacketNo }),
            Of(Command.ListClaims, new ListClaimsReq { PacketNo = created.PacketNo }),
            Of(Command.GetClaim, new GetClaimReq { ClaimNo = share.ClaimNo }),
            Of(Command.ListPackets, new ListPacketsReq { ContentId = "video-1" }),
            Of(Command.GetMe),
            Of(Command.ListSent, new ListSentReq()),
            Of(Command.ListReceived, new ListReceivedReq()),
            Of(Command.GetWallet),
            Of(Command.ListWalletEntries, new ListWalletEntriesReq()),
            Of(Command.IssueTicket),
            Of(Command.GetLimits),
            Of(Command.GetClaim, new GetClaimReq { ClaimNo = 1 }));
        Assert.Equal([.. Enumerable.Repeat(ErrorCode.Ok, 13), ErrorCode.NotFound], answers.Select(CodeOf));
        var packet = Body<GetPacketRsp>(answers[0]).Packet;
        Assert.Equal((sender, PacketStatus.Exhausted, 1000L, 2, share.ClaimNo), (packet.Sender, packet.Status, packet.ClaimedAmount, packet.ClaimedCount, packet.MyClaim.ClaimNo));
        Assert.NotEmpty(Body<GetDrawRsp>(answers[2]).Seed);
        Assert.Equal([share.ClaimNo, last.Claim.ClaimNo], Body<ListClaimsRsp>(answers[3]).Items.Select(i => i.ClaimNo));
        Assert.Equal(created.PacketNo, Assert.Single(Body<ListPacketsRsp>(answers[5]).Items).PacketNo);
        Assert.Equal((0L, first), (Body<ListSentRsp>(answers[7]).TotalCount, Body<GetMeRsp>(answers[6]).Uid));
        Assert.Equal(share.Amount, Assert.Single(Body<ListWalletEntriesRsp>(answers[10]).Items).Amount);
    }

    [Fact]
    public async Task A_number_is_the_same_by_both_entries()
    {
        var sender = RunningServer.NewUser();
        var offer = Offer();
        offer.ContentId = "";
        offer.Greeting = "";
        var created = Body<CreatePacketRsp>(await AskAsync(sender, Of(Command.CreatePacket, offer, "both")));
        var again = await server.Api.PostAsync("/api/v1/packets", sender, RunningServer.Body(("requestId", "both")));
        Assert.Equal((HttpStatusCode.OK, $"{created.PacketNo}"), (again.Status, again.Text("packetNo")));
        offer.Amount = 1001;
        Assert.Equal(ErrorCode.IdempotencyMismatch, CodeOf(await AskAsync(sender, Of(Command.CreatePacket, offer, "both"))));
    }

    [Fact]
    public async Task A_win_becomes_a_packet_and_its_share_is_paid_out_by_packages()
    {
        var (winner, claimer) = (RunningServer.NewUser(), RunningServer.NewUser());
        var campaignId = long.Parse(await server.CampaignAsync(), null);
        var list = Body<ListCampaignsRsp>(await AskAsync(winner, Of(Command.ListCampaigns)));
        var campaign = list.Items.Single(c => c.CampaignId == campaignId);
        var round = Assert.Single(campaign.Rounds);
        Assert.Equal((CampaignStatus.Running, "CNY", ConditionKind.None, 1), (campaign.Status, campaign.Currency, campaign.Condition.Kind, round.Round));
        Assert.InRange(list.ServerTimeMs, round.StartsAtMs, round.EndsAtMs);
        Assert.InRange(round.YourStartAtMs, round.StartsAtMs, round.EndsAtMs);
        Assert.Equal((64, ""), (round.SecretHash.Length, round.Secret));

        // The same outcome, however often and by whatever entry.
        var draw = Of(Command.DrawInRound, new DrawInRoundReq { CampaignId = campaignId, Round = 1 });
        var won = Body<DrawInRoundRsp>(await AskAsync(winner, draw));
        Assert.Equal((true, 888, "CNY"), (won.Won, won.Amount, won.Currency));
        Assert.Equal(won, Body<DrawInRoundRsp>(await AskAsync(winner, draw)));
        Assert.Equal(won.Token, (await server.Api.PostAsync($"/api/v1/campaigns/{campaignId}/rounds/1/draws", winner)).Text("token"));
        await RunningServer.UntilAsync(async () => (await SubsidyAsync(winner)).Status == SubsidyStatus.Available, "stored");
        var subsidy = await SubsidyAsync(winner);
        Assert.Equal((won.Token, campaignId, 888, won.ExpiresAtMs), (subsidy.Token, subsidy.CampaignId, subsidy.Amount, subsidy.ExpiresAtMs));

        // By its number or its token it is the same request, and there is one packet.
        var offer = Offer();
        (offer.Amount, offer.Count, offer.Condition) = (888, 1, new OpeningCondition { Kind = ConditionKind.Password, Password = "恭喜发财" });
        offer.Funding = new Funding { Kind = FundingKind.Subsidy, SubsidyNo = subsidy.SubsidyNo };
        var created = Body<CreatePacketRsp>(await AskAsync(winner, Of(Command.CreatePacket, offer, "win")));
        Assert.Equal((PacketKind.B2C, PacketStatus.Active, 0L, ""), (created.Kind, created.Status, created.PayOrderNo, created.CashierUrl));
        offer.Funding = new Funding { Kind = FundingKind.Subsidy, Token = won.Token };
        Assert.Equal(created with { Repeated = true }, Body<CreatePacketRsp>(await AskAsync(winner, Of(Command.CreatePacket, offer, "win"))));
        Assert.Equal(ErrorCode.SubsidyNotUsable, CodeOf(await AskAsync(winner, Of(Command.CreatePacket, offer, "another"))));
        subsidy = await SubsidyAsync(winner);
        Assert.Equal((SubsidyStatus.Used, created.PacketNo, ""), (subsidy.Status, subsidy.PacketNo, subsidy.Token));

        Assert.Equal(["password"], Blamed(await AskAsync(claimer, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo }))));
        Assert.Equal(["password"], Blamed(await AskAsync(claimer, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo, Password = "恭喜" }))));
        Assert.Equal(888, Body<ClaimRsp>(await AskAsync(claimer, Of(Command.Claim, new ClaimReq { PacketNo = created.PacketNo, Password = "恭喜发财" }))).Claim.Amount);
        await RunningServer.UntilAsync(async () => Body<GetWalletRsp>(await AskAsync(claimer, Of(Command.GetWallet))).Reward == 888, "credited");

        // A number is the same by both entries here too.
        var payout = new CreateWithdrawalReq { Amount = 888 };
        var asked = Body<CreateWithdrawalRsp>(await AskAsync(claimer, Of(Command.CreateWithdrawal, payout, "w-1"))).Withdrawal;
        Assert.Equal((888L, "CNY"), (asked.Amount, asked.Currency));
        var again = await server.Api.PostAsync("/api/v1/me/withdrawals", claimer, new { requestId = "w-1", amount = 888 });
        Assert.Equal((HttpStatusCode.OK, $"{asked.WithdrawalNo}"), (again.Status, again.Text("withdrawalNo")));
        Assert.Equal(ErrorCode.IdempotencyMismatch, CodeOf(await AskAsync(claimer, Of(Command.CreateWithdrawal, new CreateWithdrawalReq { Amount = 1 }, "w-1"))));
        var look = Of(Command.GetWithdrawal, new GetWithdrawalReq { WithdrawalNo = asked.WithdrawalNo });
        await RunningServer.UntilAsync(async () => Body<GetWithdrawalRsp>(await AskAsync(claimer, look)).Withdrawal.Status == WithdrawalStatus.Succeeded, "paid out");
        Assert.Equal(asked with { Status = WithdrawalStatus.Succeeded }, Body<GetWithdrawalRsp>(await AskAsync(claimer, look)).Withdrawal);
        Assert.Equal(ErrorCode.NotFound, CodeOf(await AskAsync(winner, look)));
        Assert.Equal(0, Body<GetWalletRsp>(await AskAsync(claimer, Of(Command.GetWallet))).Reward);
        Assert.Equal(ErrorCode.InsufficientFunds, CodeOf(await AskAsync(claimer, Of(Command.CreateWithdrawal, payout, "w-2"))));
    }

    [Fact]
    public async Task What_a_withdrawal_or_a_draw_may_not_be_names_the_field_of_the_package()
    {
        var user = RunningServer.NewUser();
        Assert.Equal(
            ["amount", "currency", "requestId"], Blamed(await AskAsync(user, Of(Command.CreateWithdrawal, new CreateWithdrawalReq { Amount = -1, Currency = "X\0" }, ""))).Order(StringComparer.Ordinal));
        Assert.Equal(["withdrawalNo"], Blamed(await AskAsync(user, Of(Command.GetWithdrawal, new GetWithdrawalReq()))));
        Assert.Equal(["campaignId", "round"], Blamed(await AskAsync(user, Of(Command.DrawInRound, new DrawInRoundReq { Round = -1 }))));
    }

    [Fact]
    public async Task A_campaigns_password_is_shown_to_nobody_and_asked_of_everybody()
    {
        var (player, campaignId) = (RunningServer.NewUser(), long.Parse(await server.CampaignAsync("恭喜发财"), null));
        var campaign = Body<ListCampaignsRsp>(await AskAsync(player, Of(Command.ListCampaigns))).Items.Single(c => c.CampaignId == campaignId);
        Assert.Equal(new OpeningCondition { Kind = ConditionKind.Password }, campaign.Condition);
        Task<Response> DrawAsync(string password) => AskAsync(player, Of(Command.DrawInRound, new DrawInRoundReq { CampaignId = campaignId, Round = 1, Password = password }));
        Assert.Equal(["password"], Blamed(await DrawAsync("")));
        var wrong = await DrawAsync("恭喜");
        Assert.Equal(["password"], Blamed(wrong));
        Assert.InRange(JceSerializer.Read<ErrorDetail>(wrong.Body).TriesLeft, 1, 100);
        Assert.True(Body<DrawInRoundRsp>(await DrawAsync("恭喜发财")).Won);
    }

    [Fact]
    public async Task What_core_does_not_accept_names_the_field_of_the_package()
    {
        var offer = Offer();
        (offer.Amount, offer.Count, offer.Greeting, offer.TtlSeconds) = (0, 101, "a\0b", -1);
        await BlamesAsync(offer, "amount", "count", "greeting", "requestId", "ttlSeconds");

        // Numbers that are no choice come first, as names that are none do over HTTP.
        (offer.Split, offer.Scope.Kind) = ((SplitKind)9, 0);
        await BlamesAsync(offer, "scope.kind", "split");

        async Task BlamesAsync(CreatePacketReq request, params string[] fields)
        {
            var refused = await AskAsync(RunningServer.NewUser(), Of(Command.CreatePacket, request, ""));
            Assert.Equal(fields, Blamed(refused).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Without_a_token_there_are_limits_and_public_draws()
    {
        var packetNo = long.Parse(await server.CreatePaidAsync(RunningServer.NewUser()), null);
        var answers = await SeveralAsync(0, Of(Command.GetLimits), Of(Command.GetDraw, new GetDrawReq { PacketNo = packetNo }), Of(Command.GetMe));
        Assert.Equal([ErrorCode.Ok, ErrorCode.Ok, ErrorCode.Unauthenticated], answers.Select(CodeOf));
        Assert.Equal((packetNo, ""), (Body<GetDrawRsp>(answers[1]).PacketNo, Body<GetDrawRsp>(answers[1]).Seed));
    }

    [Fact]
    public async Task Bytes_that_are_no_package_are_a_problem()
    {
        using var content = new ByteArrayContent("PK\u0003\u0004"u8.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/yyb") { Content = content };
        var answer = await server.Api.ReadAsync(request);
        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_FAILED"), (answer.Status, answer.Code));
    }

    /// <summary>As the body of <see cref="RunningServer.Body"/>.</summary>
    private static CreatePacketReq Offer() => new()
    {
        Amount = 1000,
        Count = 2,
        Currency = "CNY",
        Split = SplitKind.Random,
        Scope = new Scope { Kind = ScopeKind.Public },
        Funding = new Funding { Kind = FundingKind.Cashier },
        Greeting = "新年快乐 🧧",
    };

    private static Request Of(Command command, IJceStruct? body = null, string requestId = "") =>
        new() { Head = new ReqHead { Command = (int)command, RequestId = requestId }, Body = body is null ? [] : JceSerializer.ToBytes(body) };

    private static ErrorCode CodeOf(Response response) => (ErrorCode)response.Head.Code;

    private static T Body<T>(Response response)
        where T : class, IJceStruct<T>
    {
        Assert.Equal((ErrorCode.Ok, ""), (CodeOf(response), response.Head.Message));
        return JceSerializer.Read<T>(response.Body);
    }

    private static IEnumerable<string> Blamed(Response response)
    {
        Assert.Equal(ErrorCode.ValidationFailed, CodeOf(response));
        return JceSerializer.Read<ErrorDetail>(response.Body).Faults.Select(f => f.Field);
    }

    private async Task<SubsidyInfo> SubsidyAsync(long uid) => Assert.Single(Body<ListSubsidiesRsp>(await AskAsync(uid, Of(Command.ListSubsidies))).Items);

    private async Task<Response> AskAsync(long uid, Request request)
    {
        var package = await SendAsync(YybConstants.Version1, new PkgReqV1 { Head = await HeadAsync(uid), Request = request });
        return JceSerializer.Read<PkgRspV1>(package).Response;
    }

    private async Task<List<Response>> SeveralAsync(long uid, params Request[] requests)
    {
        var package = await SendAsync(YybConstants.Version2, new PkgReqV2 { Head = await HeadAsync(uid), Requests = [.. requests] });
        return JceSerializer.Read<PkgRspV2>(package).Responses;
    }

    private async Task<PkgReqHead> HeadAsync(long uid) => new() { AccessToken = uid == 0 ? "" : await server.Api.TokenAsync(uid), AppVersion = "1.0", Locale = "zh-CN" };

    private async Task<byte[]> SendAsync<T>(int version, T body)
        where T : class, IJceStruct
    {
        using var content = new ByteArrayContent(YybPackage.ToBytes((uint)version, body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await server.Api.Http.PostAsync("/yyb", content);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((HttpStatusCode.OK, YybFault.None), (response.StatusCode, YybPackage.Read(bytes, out var package, YybConstants.AnswerBytesMax)));
        Assert.Equal((uint)version, package.Version);
        return package.Body.ToArray();
    }
}

public sealed class YybTestsInOneProcess(OneProcess server) : YybTests(server), IClassFixture<OneProcess>;

public sealed class YybTestsInSixProcesses(SixProcesses server) : YybTests(server), IClassFixture<SixProcesses>;
