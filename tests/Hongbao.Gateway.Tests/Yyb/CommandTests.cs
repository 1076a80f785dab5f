using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Every command: what the modules are asked, and what the app gets.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.Query.Subsidies = CampaignTests.Subsidies();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>A request of every command that the fakes answer.</summary>
    internal static IReadOnlyDictionary<Command, IJceStruct?> Requests { get; } = new Dictionary<Command, IJceStruct?>
    {
        [Command.CreatePacket] = Offer(),
        [Command.SetContent] = new SetContentReq { PacketNo = 9001, ContentId = "video-881" },
        [Command.ListPackets] = new ListPacketsReq { ContentId = "video-881", Limit = 7, Cursor = "c" },
        [Command.GetPacket] = new GetPacketReq { PacketNo = 9001 },
        [Command.GetPacketStatus] = new GetPacketStatusReq { PacketNo = 9001 },
        [Command.GetDraw] = new GetDrawReq { PacketNo = 9001 },
        [Command.GetLimits] = null,
        [Command.Claim] = new ClaimReq { PacketNo = 9001 },
        [Command.ListClaims] = new ListClaimsReq { PacketNo = 9001, Limit = 100, Cursor = "3" },
        [Command.GetClaim] = new GetClaimReq { ClaimNo = 77 },
        [Command.GetMe] = null,
        [Command.ListSent] = new ListSentReq { Year = 2025 },
        [Command.ListReceived] = new ListReceivedReq { Limit = 1 },
        [Command.GetWallet] = null,
        [Command.ListWalletEntries] = new ListWalletEntriesReq { Cursor = "9" },
        [Command.IssueTicket] = null,
        [Command.ListSubsidies] = null,
        [Command.CreateWithdrawal] = new CreateWithdrawalReq { Amount = 500, Currency = "CNY" },
        [Command.GetWithdrawal] = new GetWithdrawalReq { WithdrawalNo = 4401 },
        [Command.Pay] = new PayReq { PayOrderNo = 55 },
        [Command.ListCampaigns] = null,
        [Command.DrawInRound] = new DrawInRoundReq { CampaignId = 71, Round = 2, Password = "恭喜发财🧧" },
    };

    public static TheoryData<Command> Commands => [.. Enum.GetValues<Command>()];

    internal static CreatePacketReq Offer() => new()
    {
        Amount = 10_000,
        Count = 10,
        Currency = "CNY",
        Split = Wire.SplitKind.Fair,
        Scope = new Scope { Kind = Wire.ScopeKind.Exclusive, Uids = [1002, long.MaxValue] },
        Funding = new Funding { Kind = FundingKind.Cashier },
        Greeting = "新年快乐",
        ContentId = "video-881",
        TtlSeconds = 86_400,
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_is_answered_alike_in_both_versions(Command command)
    {
        var one = await _host.AskAsync(command, Requests[command]);
        var several = await _host.AskAsync(AppPackages.Of(command, Requests[command]));
        Assert.Equal(ErrorCode.Ok, one.OnlyCode);
        Assert.NotEmpty(one.Only.Body);
        if (command == Command.IssueTicket)
        {
            // Tickets are made by chance.
            Assert.Equal(ErrorCode.Ok, several.OnlyCode);
            return;
        }

        Assert.Equal(one.Only, several.Only);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_in_the_long_form_of_other_encoders_is_read_alike(Command command)
    {
        var request = Requests[command];
        var full = await _host.AskAsync(AppPackages.Of((int)command, request is null ? [] : JceSerializer.ToBytes(request, JceForm.Full)));
        Assert.Equal(ErrorCode.Ok, full.OnlyCode);
    }

    [Fact]
    public async Task Creating_passes_every_field_and_the_requests_number_to_core()
    {
        var answer = await _host.AskAsync(Command.CreatePacket, Offer(), "order-7f3a");
        var create = _host.Core.Last<CreatePacketRequest>();
        Assert.Equal(("order-7f3a", 10_000L, 10, "CNY"), (create.RequestId, create.Amount, create.Count, create.Currency));
        Assert.Equal((Contracts.SplitKind.Fair, Contracts.ScopeKind.Exclusive), (create.Split, create.Scope));
        Assert.Equal([1002, long.MaxValue], create.ScopeUids);
        Assert.Equal(("新年快乐", "video-881", 86_400), (create.Greeting, create.ContentId, create.TtlSeconds));
        Assert.Equal(new CreatePacketRsp
        {
            PacketNo = long.MaxValue,
            Kind = Wire.PacketKind.C2C,
            Status = Wire.PacketStatus.PendingPayment,
            ExpiresAtMs = 1_771_329_600_123,
            PayOrderNo = 730_100_000_000_000_002,
            PaymentStatus = Wire.PaymentStatus.Pending,
            CashierUrl = "/cashier/730100000000000002",
            SeedHash = "ab01",
        }, answer.Body<CreatePacketRsp>());
    }

    [Fact]
    public async Task A_repeated_creation_says_so()
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(FakeCore.Created() with { Repeated = true });
        Assert.True((await _host.AskAsync(Command.CreatePacket, Offer())).Body<CreatePacketRsp>().Repeated);
    }

    [Fact]
    public async Task Funding_is_checked_as_over_http()
    {
        var offer = Offer();
        offer.Funding = new Funding { Kind = FundingKind.Subsidy };
        Assert.Equal(["funding.subsidyNo"], (await _host.AskAsync(Command.CreatePacket, offer)).Blamed);
        offer.Funding = new Funding { Kind = FundingKind.Subsidy, SubsidyNo = -1 };
        Assert.Equal(["funding.subsidyNo"], (await _host.AskAsync(Command.CreatePacket, offer)).Blamed);
        offer.Funding = new Funding { Kind = FundingKind.Subsidy, Token = "a\0b" };
        Assert.Equal(["funding.token"], (await _host.AskAsync(Command.CreatePacket, offer)).Blamed);
        offer.Funding = new Funding { Kind = FundingKind.Subsidy, SubsidyNo = -1, Token = "a\0b" };
        Assert.Equal(["funding.subsidyNo", "funding.token", "funding.token"], (await _host.AskAsync(Command.CreatePacket, offer)).Blamed);
        offer.Funding = new Funding { Kind = FundingKind.Subsidy, SubsidyNo = 12, Token = "abc" };
        Assert.Equal(["funding.token"], (await _host.AskAsync(Command.CreatePacket, offer)).Blamed);
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData(FundingKind.Cashier, 12, "abc", 0, "")]
    [InlineData(FundingKind.Subsidy, 12, "", 12, "")]
    [InlineData(FundingKind.Subsidy, 0, "abc", 0, "abc")]
    public async Task Who_funds_a_packet_is_passed_to_core(FundingKind kind, long subsidyNo, string token, long passedNo, string passedToken)
    {
        var offer = Offer();
        offer.Funding = new Funding { Kind = kind, SubsidyNo = subsidyNo, Token = token };
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { PacketNo = 9001, Kind = Contracts.PacketKind.B2C, Status = Contracts.PacketStatus.Active, SeedHash = "ab01" });
        var answer = (await _host.AskAsync(Command.CreatePacket, offer)).Body<CreatePacketRsp>();
        Assert.Equal((passedNo, passedToken), (_host.Core.Last<CreatePacketRequest>().SubsidyNo, _host.Core.Last<CreatePacketRequest>().Token));
        Assert.Equal((Wire.PacketKind.B2C, Wire.PacketStatus.Active, 0L, ""), (answer.Kind, answer.Status, answer.PayOrderNo, answer.CashierUrl));

        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = Result.Of(ResultCode.SubsidyNotUsable) });
        Assert.Equal(ErrorCode.SubsidyNotUsable, (await _host.AskAsync(Command.CreatePacket, offer)).OnlyCode);
    }

    [Fact]
    public async Task Choices_that_are_none_are_told_together_in_numbers()
    {
        var offer = Offer();
        offer.Split = (Wire.SplitKind)9;
        offer.Scope.Kind = 0;
        offer.Funding.Kind = (FundingKind)3;
        var refused = await _host.AskAsync(Command.CreatePacket, offer);
        Assert.Equal(
            [
                ("split", "must be one of 1 (Random), 2 (Fair), 3 (Equal)"), ("scope.kind", "must be one of 1 (Public), 2 (Followers), 3 (Friends), 4 (Exclusive)"),
                ("funding.kind", "must be one of 1 (Cashier), 2 (Subsidy)"),
            ],
            refused.Detail.Faults.Select(f => (f.Field, f.Message)));
        Assert.Empty(_host.Core.Asked);
    }

    [Fact]
    public async Task Setting_the_content_passes_packet_and_video()
    {
        var answer = await _host.AskAsync(Command.SetContent, Requests[Command.SetContent]);
        Assert.Equal(new SetContentRsp { PacketNo = 9001, ContentId = "video-881" }, answer.Body<SetContentRsp>());
        Assert.Equal((9001L, "video-881"), (_host.Core.Last<SetContentRequest>().PacketNo, _host.Core.Last<SetContentRequest>().ContentId));
    }

    [Fact]
    public async Task Lists_pass_their_page_and_give_the_next()
    {
        _host.Query.Next = "further";
        var packets = (await _host.AskAsync(Command.ListPackets, Requests[Command.ListPackets])).Body<ListPacketsRsp>();
        Assert.Equal((9001L, "further"), (Assert.Single(packets.Items).PacketNo, packets.Next));
        Assert.Equal(("video-881", 7, "c"), Page(p => (p.ContentId, p.Limit, p.Cursor)));

        var claims = (await _host.AskAsync(Command.ListClaims, Requests[Command.ListClaims])).Body<ListClaimsRsp>();
        Assert.Equal(
            new ClaimItem { ClaimNo = 77, Uid = 1001, Seq = 1, Amount = 888, ClaimedAtMs = 1_771_329_600_007, Name = "王", Avatar = "/avatars/1.svg", Luckiest = true }, Assert.Single(claims.Items));
        Assert.Equal((9001L, 100, "3"), Page(p => (p.PacketNo, p.Limit, p.Cursor)));

        var sent = (await _host.AskAsync(Command.ListSent, Requests[Command.ListSent])).Body<ListSentRsp>();
        Assert.Equal((5L, 50_000L, "further", 1), (sent.TotalCount, sent.TotalAmount, sent.Next, sent.Items.Count));
        Assert.Equal((2025, 20, ""), Page(p => (p.Year, p.Limit, p.Cursor)));

        var received = (await _host.AskAsync(Command.ListReceived, Requests[Command.ListReceived])).Body<ListReceivedRsp>();
        Assert.Equal((1L, 888L, "further"), (received.TotalCount, received.TotalAmount, received.Next));
        Assert.Equal(new Wire.ReceivedItem { Claim = Claim(Wire.ClaimStatus.Transferring), Sender = 1002, SenderName = "Lin", Greeting = "hi" }, Assert.Single(received.Items));
        Assert.Equal((0, 1, ""), Page(p => (p.Year, p.Limit, p.Cursor)));

        var entries = (await _host.AskAsync(Command.ListWalletEntries, Requests[Command.ListWalletEntries])).Body<ListWalletEntriesRsp>();
        Assert.Equal(("4", 2), (entries.Next, entries.Items.Count));
        Assert.Equal(
            new Wire.WalletEntry { EntryNo = 5, Kind = "transfer", Account = "change", Amount = 888, Balance = 1011, PacketNo = 9001, AtMs = 1_771_329_600_000 }, entries.Items[0]);
        Assert.Equal("9", ((PageRequest)_host.Finance.Asked.Single().Request).Cursor);
    }

    [Fact]
    public void A_list_of_claims_does_not_tell_how_they_stand() => Assert.DoesNotContain(typeof(ClaimItem).GetProperties(), static p => p.PropertyType == typeof(Wire.ClaimStatus) || p.PropertyType == typeof(ClaimInfo));

    [Fact]
    public async Task A_packet_has_all_that_http_shows()
    {
        _host.Query.Packet = FakeQuery.View() with { Seed = "5eed", ContentId = "v1", MyClaim = FakeQuery.Claim(), RefundedAmount = 9 };
        var packet = (await _host.AskAsync(Command.GetPacket, new GetPacketReq { PacketNo = 9001 })).Body<GetPacketRsp>().Packet;
        Assert.Equal(new PacketInfo
        {
            PacketNo = 9001,
            Kind = Wire.PacketKind.C2C,
            Status = Wire.PacketStatus.Active,
            Sender = 1002,
            SenderName = "Lin",
            Greeting = "新年快乐 <b>",
            ContentId = "v1",
            Split = Wire.SplitKind.Random,
            Scope = Wire.ScopeKind.Public,
            Amount = 10_000,
            Currency = "CNY",
            Count = 10,
            ClaimedAmount = 888,
            ClaimedCount = 1,
            RemainingCount = 9,
            CreatedAtMs = 1_771_329_600_000,
            ExpiresAtMs = 1_771_416_000_000,
            SeedHash = "ab01",
            Seed = "5eed",
            MyClaim = Claim(Wire.ClaimStatus.Transferring),
            RefundedAmount = 9,
        }, packet);
        Assert.Equal(9001, ((PacketRequest)_host.Query.Asked.Single().Request).PacketNo);
    }

    [Theory]
    [InlineData(Contracts.PacketStatus.PendingPayment, 55, 55, "/cashier/55")]
    [InlineData(Contracts.PacketStatus.PendingPayment, 0, 0, "")]
    [InlineData(Contracts.PacketStatus.Active, 55, 0, "")]
    public async Task A_packet_shows_its_payment_order_while_there_is_something_to_pay(Contracts.PacketStatus status, long payOrderNo, long shown, string url)
    {
        _host.Query.Packet = FakeQuery.View() with { Status = status, PayOrderNo = payOrderNo };
        var packet = (await _host.AskAsync(Command.GetPacket, new GetPacketReq { PacketNo = 9001 })).Body<GetPacketRsp>().Packet;
        Assert.Equal((shown, url), (packet.PayOrderNo, packet.CashierUrl));
    }

    [Fact]
    public async Task Status_draw_and_limits_have_their_figures()
    {
        Assert.Equal(
            new GetPacketStatusRsp { PacketNo = 9001, Status = Wire.PacketStatus.Active }, (await _host.AskAsync(Command.GetPacketStatus, Requests[Command.GetPacketStatus])).Body<GetPacketStatusRsp>());
        var draw = (await _host.AskAsync(Command.GetDraw, Requests[Command.GetDraw])).Body<GetDrawRsp>();
        Assert.Equal((9001L, 1, Wire.SplitKind.Random, 10_000L, 10, 20_000L, "ab01", ""), (draw.PacketNo, draw.Algorithm, draw.Split, draw.Amount, draw.Count, draw.Cap, draw.SeedHash, draw.Seed));
        Assert.Equal([new Wire.DrawnShare { Seq = 1, Amount = 888 }], draw.Draws);
        Assert.Equal(new GetLimitsRsp
        {
            Currency = "CNY",
            MaxCount = 100,
            MinShare = 1,
            MaxShare = 20_000,
            MaxGreeting = 64,
            MinTtlSeconds = 5,
            MaxTtlSeconds = 604_800,
            DefaultTtlSeconds = 86_400,
            MaxOpensAheadSeconds = 3600,
        }, (await _host.AskAsync(Command.GetLimits)).Body<GetLimitsRsp>());
    }

    [Fact]
    public async Task A_claim_has_its_share_and_what_is_left()
    {
        var claim = (await _host.AskAsync(Command.Claim, new ClaimReq { PacketNo = 9001 })).Body<ClaimRsp>();
        Assert.Equal(new ClaimInfo { ClaimNo = 77, PacketNo = 9001, Uid = 1001, Seq = 3, Amount = 888, Status = Wire.ClaimStatus.Claimed, ClaimedAtMs = 1_771_329_600_123 }, claim.Claim);
        Assert.Equal((7, 1001L), (claim.RemainingCount, _host.Core.Asked.Single().Context.Uid));
        Assert.Equal(Claim(Wire.ClaimStatus.Transferring), (await _host.AskAsync(Command.GetClaim, Requests[Command.GetClaim])).Body<GetClaimRsp>().Claim);
        Assert.Equal(77, ((ClaimByNoRequest)_host.Query.Asked.Single().Request).ClaimNo);
    }

    [Fact]
    public async Task The_user_has_a_name_a_wallet_and_tickets()
    {
        Assert.Equal(new GetMeRsp { Uid = 1001, Name = "user 1001", Avatar = "/avatars/1001.svg", App = "default" }, (await _host.AskAsync(Command.GetMe)).Body<GetMeRsp>());
        _host.Profiles.Failure = new InvalidOperationException("no profiles");
        Assert.Equal(new GetMeRsp { Uid = 1001, App = "default" }, (await _host.AskAsync(Command.GetMe)).Body<GetMeRsp>());
        Assert.Equal(new GetWalletRsp { Currency = "CNY", Change = 123 }, (await _host.AskAsync(Command.GetWallet)).Body<GetWalletRsp>());

        var ticket = (await _host.AskAsync(Command.IssueTicket)).Body<IssueTicketRsp>();
        Assert.Equal((_host.Clock.GetUtcNow() + TimeSpan.FromSeconds(60)).ToUnixTimeMilliseconds(), ticket.ExpiresAtMs);
        _host.Finance.Order = CashierTests.Known(55);
        Assert.Equal(200, (await _host.GetAsync("/cashier/55?ticket=" + ticket.Ticket, null)).Status);
        Assert.Equal(401, (await _host.GetAsync("/cashier/55?ticket=" + ticket.Ticket, null)).Status);
    }

    [Theory]
    [InlineData(Contracts.PaymentStatus.Succeeded, Wire.PaymentStatus.Succeeded)]
    [InlineData(Contracts.PaymentStatus.Pending, Wire.PaymentStatus.Pending)]
    public async Task Paying_tells_how_the_payment_stands(Contracts.PaymentStatus status, Wire.PaymentStatus shown)
    {
        _host.Core.Check = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, status));
        Assert.Equal(new PayRsp { PayOrderNo = 55, Status = shown, PacketNo = 9001 }, (await _host.AskAsync(Command.Pay, new PayReq { PayOrderNo = 55 })).Body<PayRsp>());
        Assert.Equal(55, ((FinanceNumber)_host.Finance.Asked.Single().Request).Number);
    }

    [Fact]
    public async Task Paying_is_for_the_sender_and_for_what_is_open()
    {
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, Contracts.PaymentStatus.Pending, uid: 1002));
        Assert.Equal(ErrorCode.Forbidden, (await _host.AskAsync(Command.Pay, new PayReq { PayOrderNo = 55 })).OnlyCode);
        _host.Core.Prepare = r => Task.FromResult(FakeCore.Payment(r.PayOrderNo, Contracts.PaymentStatus.Closed));
        Assert.Equal(ErrorCode.PacketNotActive, (await _host.AskAsync(Command.Pay, new PayReq { PayOrderNo = 55 })).OnlyCode);
        _host.Core.Prepare = _ => Task.FromResult(new PaymentResponse { Result = Result.Of(ResultCode.NotFound) });
        Assert.Equal(ErrorCode.NotFound, (await _host.AskAsync(Command.Pay, new PayReq { PayOrderNo = 55 })).OnlyCode);
        Assert.Empty(_host.Finance.Asked);
    }

    private TOut Page<TOut>(Func<PageRequest, TOut> of) => of((PageRequest)_host.Query.Asked.Last().Request);

    private static ClaimInfo Claim(Wire.ClaimStatus status) =>
        new() { ClaimNo = 77, PacketNo = 9001, Uid = 1001, Seq = 1, Amount = 888, Status = status, ClaimedAtMs = 1_771_329_600_007 };
}
