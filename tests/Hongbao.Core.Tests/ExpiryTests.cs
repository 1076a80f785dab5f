using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Closing by time and the refund of what was left.</summary>
public sealed class ExpiryTests(ITestOutputHelper output)
{
    private const string Scan = "core.packets.scan";
    private const string RefundScan = "core.refunds.scan";

    [Theory, BothStores]
    public async Task When_time_is_over_what_is_left_is_asked_back_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await ActiveForAMinuteAsync(harness);
        var taken = (await harness.ClaimedAsync(packetNo, 1)).Claim.Amount + (await harness.ClaimedAsync(packetNo, 2)).Claim.Amount;
        await harness.MoveAsync(TimeSpan.FromSeconds(50));
        await harness.Main.StepAsync(Scan);
        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(packetNo)).State);

        await harness.MoveAsync(TimeSpan.FromSeconds(11));
        for (var i = 0; i < 3; i++)
        {
            await harness.Main.StepAsync(Scan);
        }

        var packet = await harness.PacketAsync(packetNo);
        Assert.Equal((PacketStatus.Expired, 1000 - taken, 8), (packet.State, packet.ClosedAmount, packet.ClosedCount));
        Assert.True(packet.ClosedAt >= packet.ExpiresAt);
        Assert.Equal(
            new RefundWanted
            {
                App = "default",
                Cause = RefundCause.Expiry,
                CauseNo = packetNo,
                PacketNo = packetNo,
                PayOrderNo = packet.PayOrderNo,
                Uid = CoreHarness.Sender,
                Amount = 1000 - taken,
                Currency = "CNY",
            },
            Assert.Single(await harness.RefundsWantedAsync()));
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task Only_the_stores_clock_closes_a_packet_however_wrong_the_process_is(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await ActiveForAMinuteAsync(harness);
        // The due table and the lane's memory say that it is over; the row does not.
        await harness.ClaimedAsync(packetNo, 1);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        await harness.WriteAsync("update packets set expires_at = now_ms() + 3600000");

        await harness.Main.StepAsync(Scan);

        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(packetNo)).State);
        Assert.Empty(await harness.RefundsWantedAsync());
    }

    [Fact]
    public async Task A_process_ahead_of_its_database_proposes_and_is_refused()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Postgres);
        var packetNo = await ActiveForAMinuteAsync(harness);
        await harness.ClaimedAsync(packetNo, 1);
        // Only the process is an hour ahead, and has not measured it yet.
        harness.Clock.AheadMs += 3_600_000;
        await harness.WriteAsync("update due set next_check_at = 0");

        await harness.Main.StepAsync(Scan);

        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(packetNo)).State);
        // With the time that the refusal brought, the lane sees by itself that it is too early, and comes again soon.
        Assert.InRange(await harness.ReadAsync<long>("select next_check_at - now_ms() from due"), -60_000, 50);
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, 2)).Result.Code);
        await harness.AssertSoundAsync(packetNo);
    }

    [Fact]
    public async Task A_process_behind_its_database_claims_nothing_after_the_end()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Postgres);
        var packetNo = await ActiveForAMinuteAsync(harness);
        await harness.ClaimedAsync(packetNo, 1);
        // Only the database is a minute ahead, and the process has not measured it yet.
        await harness.WriteAsync("""
            create or replace function now_ms() returns bigint language sql volatile as
            $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint + 61000 $$
            """);

        Assert.Equal(ResultCode.PacketExpired, (await harness.ClaimAsync(packetNo, 2)).Result.Code);
        Assert.Single(await harness.ClaimsAsync(packetNo));
    }

    [Theory, BothStores]
    public async Task Claims_and_closing_at_the_same_moment_share_the_whole_amount_between_them(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        // How far ahead the end has to be for claims to be under way then depends on the machine.
        var met = 0;
        for (var round = 0; round < 30; round++)
        {
            var aheadMs = 40 << (round % 5);
            var both = await RaceAsync(harness, other, aheadMs);
            output.WriteLine($"{both} of 12 packets were closed while they were claimed, {aheadMs} ms ahead");
            met += both;
            if (met > 2)
            {
                return;
            }
        }

        Assert.Fail($"only {met} packets were closed while they were claimed");
    }

    private static async Task<int> RaceAsync(CoreHarness harness, CoreProcess other, int aheadMs)
    {
        var packets = new List<long>();
        for (var i = 0; i < 12; i++)
        {
            packets.Add(await ActiveForAMinuteAsync(harness, amount: 10_000, count: 100));
        }

        // They expire one after the other, from a moment ahead on.
        var first = await harness.ReadAsync<long>("select min(expires_at) from packets where state = 2");
        await harness.MoveAsync(TimeSpan.FromMilliseconds(first - aheadMs - await harness.ReadAsync<long>("select now_ms()")));
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var closing = new[] { harness.Main, other }.Select(p => Task.Run(async () =>
        {
            while (await harness.ReadAsync<int>("select count(*) from packets where state = 2") > 0)
            {
                late.Token.ThrowIfCancellationRequested();
                await p.StepAsync(Scan);
            }
        })).ToArray();
        // At every packet one after the other asks, until it is over.
        var claims = packets.ConvertAll(p => Task.Run(async () =>
        {
            var told = new List<(long Packet, long Uid, ClaimResponse Answer)>();
            for (var uid = 1; uid <= 100 && (told.Count == 0 || told[^1].Answer.Result.IsOk()); uid++)
            {
                told.Add((p, uid, await CoreHarness.ClaimUntilToldAsync(uid % 2 == 0 ? harness.Core : other.Core, p, uid)));
            }

            return told;
        }));
        var answers = (await Task.WhenAll(claims)).SelectMany(a => a).ToArray();
        await Task.WhenAll(closing);

        var both = 0;
        foreach (var packetNo in packets)
        {
            await harness.AssertSoundAsync(packetNo);
            var packet = await harness.PacketAsync(packetNo);
            Assert.Equal(10_000, packet.ClaimedAmount + packet.ClosedAmount);
            Assert.Contains(packet.State, new[] { PacketStatus.Expired, PacketStatus.Exhausted });
            var told = answers.Where(a => a.Packet == packetNo && a.Answer.Result.IsOk()).Select(a => a.Uid).Order();
            Assert.Equal((await harness.ClaimsAsync(packetNo)).Select(c => c.Uid).Order(), told);
            both += packet.ClaimedCount > 0 && packet.ClosedCount > 0 ? 1 : 0;
        }

        return both;
    }

    [Theory, BothStores]
    public async Task A_refund_moves_its_packet_to_the_end_in_any_order_of_messages_and_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var inOrder = await ExpiredAsync(harness);
        var backwards = await ExpiredAsync(harness);
        var aside = await ExpiredAsync(harness);

        await harness.RefundMovesAsync(RefundCause.Expiry, inOrder, OrderStatus.Pending);
        await harness.RefundMovesAsync(RefundCause.Expiry, inOrder, OrderStatus.Pending);
        Assert.Equal(PacketStatus.Refunding, (await harness.PacketAsync(inOrder)).State);
        Assert.Contains(inOrder, await DueAsync(harness));
        await harness.RefundMovesAsync(RefundCause.Expiry, inOrder, OrderStatus.Succeeded);
        await harness.RefundMovesAsync(RefundCause.Expiry, inOrder, OrderStatus.Succeeded);
        await harness.RefundMovesAsync(RefundCause.Expiry, inOrder, OrderStatus.Pending);

        await harness.RefundMovesAsync(RefundCause.Expiry, backwards, OrderStatus.Succeeded);
        await harness.RefundMovesAsync(RefundCause.Expiry, backwards, OrderStatus.Pending);

        // Refused for good is not the end: the money is set aside, and then it is.
        await harness.RefundMovesAsync(RefundCause.Expiry, aside, OrderStatus.Refused);
        Assert.Equal(PacketStatus.Refunding, (await harness.PacketAsync(aside)).State);
        await harness.RefundMovesAsync(RefundCause.Expiry, aside, OrderStatus.SetAside);

        foreach (var (packetNo, version) in new[] { (inOrder, 6), (backwards, 5), (aside, 6) })
        {
            var packet = await harness.PacketAsync(packetNo);
            // Created, activated, one claim, closed, and the refund's own moves.
            Assert.Equal((PacketStatus.Refunded, (long)version), (packet.State, packet.Version));
            await harness.AssertSoundAsync(packetNo);
        }

        Assert.Empty(await DueAsync(harness));
    }

    [Theory, BothStores]
    public async Task Refunds_of_other_causes_do_not_move_the_packet(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await ExpiredAsync(harness);

        foreach (var cause in new[] { RefundCause.FailedClaim, RefundCause.LatePayment })
        {
            await harness.RefundMovesAsync(cause, packetNo, OrderStatus.Pending);
            await harness.RefundMovesAsync(cause, packetNo, OrderStatus.Succeeded);
        }

        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(packetNo)).State);
        Assert.Equal([packetNo], await DueAsync(harness));
    }

    [Theory, BothStores]
    public async Task With_every_message_lost_both_sides_pull_and_the_refund_reaches_its_end(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await ExpiredAsync(harness);
        var wanted = Assert.Single(await harness.RefundsWantedAsync());
        await harness.WriteAsync("delete from outbox");

        // Async pulls what Core wants, once it is old enough.
        Assert.Empty((await PullAsync(harness)).Items);
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        Assert.Equal(wanted, Assert.Single((await PullAsync(harness)).Items));

        // Core pulls how far Async is, and rests longer every time.
        await harness.Main.StepAsync(RefundScan);
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(packetNo)).State);
        var restMs = harness.Options.PullAfterMs;
        foreach (var (status, state) in new[] { (OrderStatus.Pending, PacketStatus.Refunding), (OrderStatus.Succeeded, PacketStatus.Refunded) })
        {
            harness.Async.Refunds[(RefundCause.Expiry, packetNo)] = status;
            await harness.MoveAsync(TimeSpan.FromMilliseconds(restMs - 5000));
            await harness.Main.StepAsync(RefundScan);
            Assert.NotEqual(state, (await harness.PacketAsync(packetNo)).State);
            await harness.MoveAsync(TimeSpan.FromMilliseconds(6000));
            Assert.Single((await PullAsync(harness)).Items);
            await harness.Main.StepAsync(RefundScan);
            Assert.Equal(state, (await harness.PacketAsync(packetNo)).State);
            restMs *= 2;
        }

        Assert.Empty((await PullAsync(harness)).Items);
        Assert.Empty(await DueAsync(harness));
    }

    [Theory, BothStores]
    public async Task A_late_payments_refund_is_tracked_to_its_end_by_message_and_by_pull(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var byMessage = await PaidLateAsync(harness);
        var byPull = await PaidLateAsync(harness);
        var wanted = await harness.RefundsWantedAsync();
        await harness.WriteAsync("delete from outbox");
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        Assert.Equal(wanted.OrderBy(w => w.CauseNo), (await PullAsync(harness)).Items);

        await harness.RefundMovesAsync(RefundCause.LatePayment, byMessage, OrderStatus.Pending);
        Assert.Equal(2, (await DueAsync(harness)).Count);
        await harness.RefundMovesAsync(RefundCause.LatePayment, byMessage, OrderStatus.SetAside);
        Assert.Equal([byPull], await DueAsync(harness));
        await harness.Main.StepAsync("core.late_payments.scan");
        Assert.Equal([byPull], await DueAsync(harness));
        harness.Async.Refunds[(RefundCause.LatePayment, byPull)] = OrderStatus.Succeeded;
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PullAfterMs + 1000));
        await harness.Main.StepAsync("core.late_payments.scan");

        Assert.Empty(await DueAsync(harness));
        Assert.Empty((await PullAsync(harness)).Items);
        Assert.Equal(2, await harness.ReadAsync<int>("select count(*) from payments where state = 5"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refund_past_its_deadline_alerts_whether_or_not_Async_answers(bool asyncThrows)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var packetNo = await ExpiredAsync(harness);
        await ExpiredAsync(harness);
        await PaidLateAsync(harness);
        harness.AlertKinds();
        harness.Async.Fault = asyncThrows ? new TimeoutException() : null;

        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.DeadlineSeconds + 1));
        await harness.Main.StepAsync(RefundScan);
        await harness.Main.StepAsync("core.late_payments.scan");

        // Once for all that a scan meets: an outage is no flood.
        var alerts = harness.Main.Alerts.Drain();
        Assert.All(alerts, a => Assert.Equal("refund.overdue", a.Kind));
        Assert.Collection(
            alerts,
            a => Assert.StartsWith("Refunds for Expiry without an end: 2 in", a.Text, StringComparison.Ordinal),
            a => Assert.StartsWith("Refunds for LatePayment without an end: 1 in", a.Text, StringComparison.Ordinal));
        Assert.Contains(new RefundKey { Cause = RefundCause.Expiry, CauseNo = packetNo }, harness.Async.AskedRefunds);
    }

    [Theory, BothStores]
    public async Task A_packet_that_cannot_be_closed_keeps_no_other_from_its_end(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var waiting = await ExpiredAsync(harness);
        harness.Async.Refunds[(RefundCause.Expiry, waiting)] = OrderStatus.Succeeded;
        var bad = await ActiveForAMinuteAsync(harness);
        var good = await ActiveForAMinuteAsync(harness);
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        // The lane learns an end in time that the row then does not show: the store refuses to close it.
        await harness.ClaimAsync(bad, 1);
        await harness.WriteAsync("update packets set expires_at = now_ms() + 360000000 where packet_no = @bad", new { bad });
        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.DeadlineSeconds));

        await harness.Main.StepAsync(Scan);
        await harness.Main.StepAsync(RefundScan);

        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(bad)).State);
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(good)).State);
        Assert.Equal(PacketStatus.Refunded, (await harness.PacketAsync(waiting)).State);
        Assert.Contains("packet.overdue", harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task An_exhausted_packet_leaves_nothing_to_do(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await ActiveForAMinuteAsync(harness, amount: 10, count: 1);
        await harness.ClaimedAsync(packetNo, 1);
        Assert.Empty(await DueAsync(harness));
        await harness.MoveAsync(TimeSpan.FromMinutes(2));

        await harness.Main.StepAsync(Scan);

        Assert.Equal(PacketStatus.Exhausted, (await harness.PacketAsync(packetNo)).State);
        Assert.Empty(await DueAsync(harness));
        Assert.Empty(await harness.RefundsWantedAsync());
    }

    [Theory, BothStores]
    public async Task The_pull_of_refunds_goes_page_by_page_in_order(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var causes = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            causes.Add(await ExpiredAsync(harness));
            causes.Add(await PaidLateAsync(harness));
        }

        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        var pulled = new List<long>();
        for (List<RefundWanted> page; (page = (await PullAsync(harness, after: pulled.LastOrDefault(), limit: 2)).Items).Count > 0;)
        {
            Assert.InRange(page.Count, 1, 2);
            pulled.AddRange(page.Select(r => r.CauseNo));
        }

        Assert.Equal(causes.Order(), pulled);
        var slot = Hongbao.Foundation.Numbers.Number.SlotOf(CoreHarness.Sender);
        Assert.Equal(6, (await PullAsync(harness, slots: (slot, slot))).Items.Count);
        Assert.Empty((await PullAsync(harness, slots: (slot + 1, 1023))).Items);
    }

    private static Task<PullRefundsResponse> PullAsync(CoreHarness harness, long after = 0, int limit = 100, (int From, int To)? slots = null) =>
        harness.Core.PullRefundsAsync(
            CoreHarness.System,
            new PullRequest
            {
                SlotFrom = slots?.From ?? 0,
                SlotTo = slots?.To ?? 1023,
                AfterNo = after,
                Limit = limit,
                OlderThanMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() - harness.Options.PullAfterMs,
            },
            default);

    private static Task<List<long>> DueAsync(CoreHarness harness) => harness.ReadAllAsync<long>("select no from due order by no");

    private static Task<long> ActiveForAMinuteAsync(CoreHarness harness, long amount = 1000, int count = 10) =>
        harness.ActiveAsync(CoreHarness.Request(amount, count) with { TtlSeconds = 60 });

    private static async Task<long> ExpiredAsync(CoreHarness harness)
    {
        var packetNo = await ActiveForAMinuteAsync(harness);
        await harness.ClaimedAsync(packetNo, 1);
        await harness.WriteAsync("update packets set expires_at = now_ms() where packet_no = @packetNo", new { packetNo });
        await harness.WriteAsync("update due set next_check_at = now_ms() where no = @packetNo", new { packetNo });
        await harness.RestartAsync();
        await harness.Main.StepAsync(Scan);
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(packetNo)).State);
        return packetNo;
    }

    private static async Task<long> PaidLateAsync(CoreHarness harness)
    {
        var created = await harness.UnpaidAsync();
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, 1000);
        harness.Finance.Instead = (operation, _) => operation == "query" ? FakeFinance.Answer(FinanceStatus.Pending) : null;
        await harness.WriteAsync("update payments set pay_until = 0 where pay_order_no = @PayOrderNo", new { created.PayOrderNo });
        await harness.Core.CheckPaymentAsync(CoreHarness.System, new PaymentRequest { PayOrderNo = created.PayOrderNo }, default);
        Assert.Equal(PaymentStatus.PaidLate, await harness.PaymentAsync(created.PayOrderNo));
        return created.PayOrderNo;
    }
}
