using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Subsidized packets after their creation: funding, claims, credits that wait, and what goes back to the campaign.</summary>
public sealed class FundingTests
{
    private const string Scan = "core.fundings.scan";

    [Theory, BothStores]
    public async Task Everything_that_is_asked_for_names_the_campaign(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.SubsidizedAsync(Wins.New(harness), ttlSeconds: 60);
        var paid = await harness.ActiveAsync(CoreHarness.Request() with { TtlSeconds = 60 });
        await harness.ClaimedAsync(packetNo, 1);
        await harness.ClaimedAsync(paid, 1);

        var wanted = await harness.TransfersWantedAsync();
        Assert.Equal(
            [(packetNo, PacketKind.B2C, Wins.Campaign, true), (paid, PacketKind.C2C, 0, false)],
            wanted.Select(w => (w.PacketNo, w.Kind, w.CampaignId, w.PayOrderNo == 0)).OrderByDescending(w => w.Kind));
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.StepAsync("core.packets.scan");
        Assert.Equal([(packetNo, Wins.Campaign, 0L, Wins.Winner)], (await harness.RefundsWantedAsync()).Where(r => r.CampaignId != 0).Select(r => (r.PacketNo, r.CampaignId, r.PayOrderNo, r.Uid)));
        await harness.AssertSoundAsync(packetNo);
        await harness.AssertSoundAsync(paid);

        // By pull as by message.
        var all = new PullRequest { SlotTo = 1023, OlderThanMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000, Limit = 100 };
        var transfers = await harness.Core.PullTransfersAsync(CoreHarness.System, all, default);
        Assert.Equal(wanted.OrderBy(w => w.ClaimNo), transfers.Items.OrderBy(w => w.ClaimNo));
        var refunds = await harness.Core.PullRefundsAsync(CoreHarness.System, all, default);
        Assert.Equal((await harness.RefundsWantedAsync()).OrderBy(r => r.CauseNo), refunds.Items.OrderBy(r => r.CauseNo));
    }

    [Theory, BothStores]
    public async Task Credits_wait_until_their_claims_end_and_those_of_paid_packets_never_do(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.SubsidizedAsync(Wins.New(harness));
        var paid = await harness.ActiveAsync(1000, 10);
        var claims = new List<long>();
        foreach (var uid in new[] { 1, 2, 3 })
        {
            claims.Add((await harness.ClaimedAsync(packetNo, uid)).Claim.ClaimNo);
            claims.Add((await harness.ClaimedAsync(paid, uid)).Claim.ClaimNo);
        }

        Assert.Equal(
            (await harness.ClaimsAsync(packetNo)).Select(c => $"{c.ClaimNo} {c.Uid} {packetNo} {c.Seq} {c.Amount} CNY"),
            await harness.ReadAllAsync<string>(
                "select claim_no || ' ' || uid || ' ' || packet_no || ' ' || seq || ' ' || amount || ' ' || currency from reward_credits where app = 'default' order by seq"));
        // One that cannot be shows that nothing is looked for where the sender paid.
        await harness.WriteAsync("insert into reward_credits select @no, slot, app, uid, packet_no, 99, amount, currency, claimed_at from reward_credits where seq = 1", new { no = claims[1] });
        await harness.DeliverAsync(Topics.TransfersSettled, Settled(packetNo, (claims[0], OrderStatus.Succeeded)));
        await harness.DeliverAsync(Topics.TransfersSettled, Settled(paid, (claims[1], OrderStatus.Succeeded)));
        Assert.Equal([claims[2], claims[4], claims[1]], await CreditsAsync(harness));
        await harness.WriteAsync("delete from reward_credits where seq = 99");

        // A process that has not met the packet looks for them all the same.
        await harness.RestartAsync();
        await harness.DeliverAsync(Topics.TransfersSettled, Settled(packetNo, (claims[2], OrderStatus.Failed), (claims[2], OrderStatus.Failed)));
        Assert.Equal([claims[4]], await CreditsAsync(harness));
        // By pull.
        harness.Async.Transfers[claims[4]] = OrderStatus.Succeeded;
        await harness.MoveAsync(TimeSpan.FromMinutes(1));
        await harness.Main.StepAsync("core.claims.pull");
        Assert.Empty(await CreditsAsync(harness));
    }

    [Theory, BothStores]
    public async Task Fundings_without_an_end_are_pulled_and_asked_about_until_they_have_one(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.DeadlineSeconds = 100);
        SubsidyIssued[] wins = [.. Enumerable.Range(0, 3).Select(i => Wins.New(harness, 9000 + i))];
        var packets = new List<long>();
        foreach (var win in wins)
        {
            packets.Add(await harness.SubsidizedAsync(win));
        }

        await harness.ActiveAsync(1000, 10);
        await harness.Main.StepAsync(Scan);
        Assert.Empty(harness.Async.AskedFundings);
        var pull = new PullRequest { SlotTo = 1023, OlderThanMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1000, Limit = 2 };
        var first = (await harness.Core.PullFundingsAsync(CoreHarness.System, pull, default)).Items;
        var second = (await harness.Core.PullFundingsAsync(CoreHarness.System, pull with { AfterNo = first[^1].PacketNo }, default)).Items;
        Assert.Equal((await harness.FundingsWantedAsync()).OrderBy(f => f.PacketNo), first.Concat(second));
        Assert.Empty((await harness.Core.PullFundingsAsync(CoreHarness.System, pull with { OlderThanMs = pull.OlderThanMs - 3_600_000 }, default)).Items);

        harness.Async.Fundings[packets[0]] = OrderStatus.Succeeded;
        harness.Async.Fundings[packets[1]] = OrderStatus.Pending;
        await harness.MoveAsync(TimeSpan.FromSeconds(40));
        await harness.Main.StepAsync(Scan);
        Assert.Equal(packets.Order(), harness.Async.AskedFundings.Order());
        Assert.Equal([packets[1], packets[2]], await harness.ReadAllAsync<long>("select no from due where kind = 6 order by no"));
        Assert.Empty(harness.AlertKinds());

        harness.Async.Fault = new InvalidOperationException("away");
        await harness.MoveAsync(TimeSpan.FromSeconds(100));
        await harness.Main.StepAsync(Scan);
        Assert.Equal(["funding.overdue"], harness.AlertKinds());

        harness.Async.Fault = null;
        (harness.Async.Fundings[packets[1]], harness.Async.Fundings[packets[2]]) = (OrderStatus.Succeeded, OrderStatus.Succeeded);
        await harness.MoveAsync(TimeSpan.FromSeconds(400));
        await harness.Main.StepAsync(Scan);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where kind = 6"));
        Assert.All(packets, p => Assert.Equal(PacketStatus.Active, harness.PacketAsync(p).Result.State));
    }

    [Theory, BothStores]
    public async Task A_packet_whose_funding_failed_is_closed_and_ends_with_a_void_refund(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (open, taken) = (await harness.SubsidizedAsync(Wins.New(harness)), await harness.SubsidizedAsync(Wins.New(harness), count: 1));
        var share = (await harness.ClaimedAsync(open, 1)).Claim.Amount;
        await harness.ClaimedAsync(taken, 1);
        (harness.Async.Fundings[open], harness.Async.Fundings[taken]) = (OrderStatus.Failed, OrderStatus.Failed);
        await harness.MoveAsync(TimeSpan.FromSeconds(40));
        // Another process has the packet in memory as it was.
        var other = await harness.StartProcessAsync();
        Assert.True((await CoreHarness.ClaimUntilToldAsync(other.Core, open, 2)).Result.IsOk());
        share += (await harness.ClaimsAsync(open))[1].Amount;

        await harness.Main.StepAsync(Scan);
        await harness.Main.StepAsync(Scan);

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where kind in (2, 6) and no in (@open, @taken)", new { open, taken }));
        var packet = await harness.PacketAsync(open);
        Assert.Equal((PacketStatus.Expired, 1000 - share, 8), (packet.State, packet.ClosedAmount, packet.ClosedCount));
        Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(taken)).State);
        Assert.Equal((1000 - share, Wins.Campaign), Assert.Single((await harness.RefundsWantedAsync()).Select(r => (r.Amount, r.CampaignId))));
        Assert.Equal(ResultCode.PacketExpired, (await CoreHarness.ClaimUntilToldAsync(harness.Core, open, 3)).Result.Code);
        Assert.Equal(ResultCode.PacketExpired, (await CoreHarness.ClaimUntilToldAsync(other.Core, open, 3)).Result.Code);
        await harness.AssertSoundAsync(open);

        await harness.RefundMovesAsync(RefundCause.Expiry, open, OrderStatus.Void);
        Assert.Equal(PacketStatus.Refunded, (await harness.PacketAsync(open)).State);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due where no = @open", new { open }));
    }

    [Theory, BothStores]
    public async Task A_void_refund_is_an_end_also_when_it_is_asked_for(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.SubsidizedAsync(Wins.New(harness), ttlSeconds: 60);
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.StepAsync("core.packets.scan");
        harness.Async.Refunds[(RefundCause.Expiry, packetNo)] = OrderStatus.Void;
        await harness.MoveAsync(TimeSpan.FromMinutes(2));

        await harness.Main.StepAsync("core.refunds.scan");

        Assert.Equal(PacketStatus.Refunded, (await harness.PacketAsync(packetNo)).State);
    }

    [Theory, BothStores]
    public async Task The_books_say_by_hour_what_became_of_a_campaigns_subsidies(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var hour = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() / 3_600_000 * 3_600_000;
        SubsidyIssued[] wins =
        [
            .. Enumerable.Range(0, 6).Select(i => Wins.New(harness, 9000 + i, 100 * (i + 1)) with { IssuedAtMs = hour - (i < 4 ? 1 : 0), ExpiresAtMs = hour + 7_200_000 }),
            Wins.New(harness) with { CampaignId = 502 },
        ];
        await harness.BookAsync(wins);
        // Of the hour before: 400 open and unclaimed, 300 exhausted with a failed share of the two, 200 given back but for one share, 100 unused.
        var open = await harness.SubsidizedAsync(wins[3]);
        var taken = await harness.SubsidizedAsync(wins[2], count: 2);
        var returned = await harness.SubsidizedAsync(wins[1], ttlSeconds: 5);
        var failed = (await harness.ClaimedAsync(taken, 1)).Claim;
        var last = (await harness.ClaimedAsync(taken, 2)).Claim;
        var kept = (await harness.ClaimedAsync(returned, 1)).Claim.Amount;
        await harness.DeliverAsync(Topics.TransfersSettled, Settled(taken, (failed.ClaimNo, OrderStatus.Failed)));
        await harness.MoveAsync(TimeSpan.FromSeconds(10));
        await harness.Main.StepAsync("core.packets.scan");
        await harness.RefundMovesAsync(RefundCause.Expiry, returned, OrderStatus.Succeeded);
        // Of this hour: 500 used, 600 expired.
        await harness.SubsidizedAsync(wins[4]);
        await harness.WriteAsync("update subsidies set state = 4 where external_no = @ExternalNo", new { wins[5].ExternalNo });

        var books = await harness.Core.GetSubsidyBooksAsync(CoreHarness.System, new SubsidyBooksRequest { CampaignId = Wins.Campaign }, default);

        Assert.Equal(
            [
                new SubsidyBooksHour
                {
                    HourMs = hour - 3_600_000,
                    StoredCount = 4,
                    StoredAmount = 1000,
                    UsedCount = 3,
                    UsedAmount = 900,
                    ClaimedAmount = 300 - failed.Amount + kept,
                    ReturnedAmount = failed.Amount + 200 - kept,
                    // The one that can be claimed of, and two whose transfers can still fail.
                    OpenPackets = 3,
                },
                new SubsidyBooksHour { HourMs = hour, StoredCount = 2, StoredAmount = 1100, UsedCount = 1, UsedAmount = 500, ExpiredCount = 1, ExpiredAmount = 600, OpenPackets = 1 },
            ],
            books.Hours);
        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(open)).State);

        await harness.DeliverAsync(Topics.TransfersSettled, Settled(taken, (last.ClaimNo, OrderStatus.Succeeded)));
        books = await harness.Core.GetSubsidyBooksAsync(CoreHarness.System, new SubsidyBooksRequest { CampaignId = Wins.Campaign }, default);
        Assert.Equal(2, books.Hours[0].OpenPackets);
        Assert.Empty((await harness.Core.GetSubsidyBooksAsync(CoreHarness.System, new SubsidyBooksRequest { CampaignId = 503 }, default)).Hours);
    }

    private static Task<List<long>> CreditsAsync(CoreHarness harness) => harness.ReadAllAsync<long>("select claim_no from reward_credits order by seq");

    private static TransfersSettled Settled(long packetNo, params (long ClaimNo, OrderStatus Status)[] ends) => new()
    {
        Items = [.. ends.Select(e => new TransferOutcome { ClaimNo = e.ClaimNo, PacketNo = packetNo, Status = e.Status })],
    };
}
