using Hongbao.Async.Orders;
using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Async.Tests;

/// <summary>Several processes on the same data, on real threads and the real clock.</summary>
public sealed class ConcurrencyTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Two_processes_that_get_everything_twice_make_one_order_each_and_end_it_once(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var coreStore = database.Open("core");
        await coreStore.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
        var options = new AsyncOptions { CheckMs = 20, CheckMsMax = 50, FinanceTimeoutMs = 2000, PullAfterMs = 1000, DeadlineSeconds = 60 };
        var finance = new FakeFinance
        {
            Decide = (kind, number) => (number & 3) switch
            {
                0 => FinanceStatus.Pending,
                1 when kind != "setAside" => FinanceStatus.Refused,
                _ => FinanceStatus.Succeeded,
            },
        };
        var core = new FakeCore();
        var outbox = new Outbox();
        var processes = new List<(AsyncProcess Process, ThreadPoolScheduler Scheduler)>();
        try
        {
            for (var i = 0; i < 2; i++)
            {
                var process = new AsyncProcess(
                    database.OpenAnother("async"), coreStore, outbox, options, finance, core, new FakeCampaigns(), TimeProvider.System, new SeededRandomSource(i + 1));
                var scheduler = new ThreadPoolScheduler(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);
                await process.Module.StartAsync(default);
                process.Attach(scheduler);
                processes.Add((process, scheduler));
            }

            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            var claims = Enumerable.Range(0, 300).Select(i => NewClaim(Number.LowestAt(now) + (i * 7919L << 10))).ToList();
            var refunds = Enumerable.Range(0, 40).Select(i => NewRefund(Number.LowestAt(now) + 5 + (i * 7919L << 10))).ToList();
            core.Hold(claims);
            core.Hold(refunds, now);
            await using (var session = await coreStore.WriteAsync(default))
            {
                // Every claim in two messages, cut and ordered differently.
                foreach (var items in claims.Chunk(7).Concat(claims.AsEnumerable().Reverse().Chunk(11)))
                {
                    await outbox.AddAsync(session, 0, Topics.ClaimsAccepted, new CallContext(), ClaimsAccepted.Of(items), TimeSpan.Zero, default);
                }

                foreach (var items in refunds.Chunk(3).Concat(refunds.AsEnumerable().Reverse().Chunk(5)))
                {
                    await outbox.AddAsync(session, 0, Topics.RefundsRequested, new CallContext(), new RefundsRequested { Items = [.. items] }, TimeSpan.Zero, default);
                }

                await session.CommitAsync();
            }

            processes.ForEach(p => p.Scheduler.Start());
            using var late = new CancellationTokenSource(TimeLimit);
            List<TransferRow> transfers = [];
            List<RefundRow> rows = [];
            while (transfers.Count < 300 || transfers.Exists(t => t.State == OrderStatus.Pending) || rows.Count < 40
                || rows.Exists(r => r.State is OrderStatus.Pending or OrderStatus.Refused) || core.Outcomes.Select(o => o.ClaimNo).Distinct().Count() < 300)
            {
                late.Token.ThrowIfCancellationRequested();
                finance.Open().ForEach(o => finance.End(o.Kind, o.App, o.Number, FinanceStatus.Succeeded));
                await using var session = await database.Open("async").ReadAsync(late.Token);
                transfers = await session.QueryAsync<TransferRow>($"select {TransferRow.Columns} from transfers");
                rows = await session.QueryAsync<RefundRow>($"select {RefundRow.Columns} from refunds");
                await Task.Delay(10, late.Token);
            }

            Assert.Equal(claims.Select(c => c.ClaimNo).Order(), transfers.Select(t => t.ClaimNo).Order());
            Assert.All(finance.Moved(), m => Assert.Equal(1, m.Value));
            Assert.Equal(
                transfers.Where(t => t.State == OrderStatus.Failed).Select(t => t.ClaimNo).Order(),
                rows.Where(r => r.Cause == RefundCause.FailedClaim).Select(r => r.CauseNo).Order());
            Assert.Equal(40, rows.Count(r => r.Cause == RefundCause.Expiry));
            Assert.Equal((300 * 100) + (40 * 50), finance.SumMoved("transfer") + finance.SumMoved("refund") + finance.SumMoved("setAside"));
            Assert.Equal(transfers.ConvertAll(t => t.ClaimNo), transfers.ConvertAll(t => t.TransferNo));
            Assert.Equal(rows.Count, rows.Select(r => r.RefundNo).Distinct().Count());
            // Each end was committed once: one message about each.
            Assert.Equal(300, core.Outcomes.Count);
        }
        finally
        {
            foreach (var (_, scheduler) in processes)
            {
                await scheduler.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task An_instance_that_meets_orders_another_is_just_writing_waits_and_takes_only_what_is_new()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var (transferStore, refundStore) = await StoresAsync(database);
        var claims = Enumerable.Range(1, 8).Select(i => NewClaim(i)).ToList();
        var refunds = Enumerable.Range(1, 8).Select(i => NewRefund(i)).ToList();

        await using var first = await database.Open("async").WriteAsync(default);
        Assert.Equal(5, (await transferStore.AddAsync(first, claims[..5], default)).Count);
        Assert.Equal(5, (await refundStore.AddAsync(first, refunds[..5], default)).Count);
        var store = database.Open("async");
        var second = Task.Run(async () =>
        {
            await using var session = await store.WriteAsync(default);
            var added = (await transferStore.AddAsync(session, [.. claims.AsEnumerable().Reverse()], default),
                await refundStore.AddAsync(session, [.. refunds.AsEnumerable().Reverse()], default));
            await session.CommitAsync();
            return added;
        });
        await UntilWaitingForLockAsync(store);
        Assert.False(second.IsCompleted);
        await first.CommitAsync();
        var (transfersAdded, refundsAdded) = await second.WaitAsync(TimeLimit);

        Assert.Equal((3, 3), (transfersAdded.Count, refundsAdded.Count));
        await using var read = await store.ReadAsync(default);
        Assert.Equal(16, await read.FirstAsync<long>("select count(*) from due"));
        Assert.Equal(
            transfersAdded.Select(t => t.TransferNo).Order(), await read.QueryAsync<long>("select transfer_no from transfers where claim_no > 5 order by transfer_no"));
        Assert.Equal(
            refundsAdded.Order(), await read.QueryAsync<long>("select refund_no from refunds where cause_no > 5 order by refund_no"));
        Assert.Equal(2, await read.FirstAsync<long>("select count(*) from outbox"));
    }

    [Fact]
    public async Task Two_words_about_the_same_orders_in_other_orders_end_each_once_without_a_deadlock()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var (transferStore, refundStore) = await StoresAsync(database);
        var store = database.Open("async");
        List<long> transfers, refunds;
        await using (var session = await store.WriteAsync(default))
        {
            transfers = (await transferStore.AddAsync(session, [.. Enumerable.Range(1, 200).Select(i => NewClaim(i))], default)).ConvertAll(t => t.TransferNo);
            refunds = await refundStore.AddAsync(session, [.. Enumerable.Range(1, 100).Select(i => NewRefund(i))], default);
            await session.CommitAsync();
        }

        var dice = new Random(5);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
        {
            var someTransfers = transfers.OrderBy(_ => dice.Next()).Take(150).Select(n => new FinalWord(n, OrderEvent.Refused, "")).ToList();
            var someRefunds = refunds.OrderBy(_ => dice.Next()).Take(70).Select(n => new FinalWord(n, OrderEvent.Refused, "")).ToList();
            return Task.Run(async () =>
            {
                await using var session = await store.WriteAsync(default);
                await transferStore.EndAsync(session, someTransfers, new Dictionary<long, TransferRow>(), default);
                await refundStore.MoveAsync(session, someRefunds, default);
                await session.CommitAsync();
            });
        }));

        await using var read = await store.ReadAsync(default);
        var failed = await read.FirstAsync<long>("select count(*) from transfers where state = 3");
        Assert.True(failed >= 150);
        Assert.Equal(failed, await read.FirstAsync<long>("select count(*) from refunds where cause = 2"));
        Assert.Equal(
            await read.FirstAsync<long>("select count(*) from refunds where state = 4"), await read.FirstAsync<long>("select count(*) from cases"));
    }

    [Fact]
    public async Task A_funding_that_ends_while_a_transfer_of_its_packet_is_being_written_waits_for_it_and_sends_it()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        var (transferStore, refundStore) = await StoresAsync(database);
        var store = database.Open("async");
        var fundingStore = new FundingStore(store, transferStore, refundStore, Schedule(store), new AlertSink(NullLogger<AlertSink>.Instance));
        var funding = new FundingWanted
        {
            PacketNo = 8,
            Subsidy = new SubsidyIssued { App = "shop", ExternalNo = "x", Uid = 3, CampaignId = 4, Amount = 100, Currency = "CNY", IssuedAtMs = 1, ExpiresAtMs = 2 },
        };
        await using (var session = await store.WriteAsync(default))
        {
            Assert.Single(await fundingStore.AddAsync(session, [funding], default));
            Assert.Equal([8], await FundingStore.MarkVerifiedAsync(session, [8], default));
            await session.CommitAsync();
        }

        await using var first = await store.WriteAsync(default);
        Assert.Empty(await transferStore.AddAsync(first, [NewClaim(5) with { PacketNo = 8, Kind = PacketKind.B2C, CampaignId = 4 }], default));
        Assert.Empty(await refundStore.AddAsync(first, [NewRefund(8) with { CampaignId = 4 }], default));
        var second = Task.Run(async () =>
        {
            await using var session = await store.WriteAsync(default);
            var released = await fundingStore.EndAsync(session, [new FinalWord(8, OrderEvent.Succeeded, "")], default);
            await session.CommitAsync();
            return released;
        });
        await UntilWaitingForLockAsync(store);
        Assert.False(second.IsCompleted);
        await first.CommitAsync();
        var (transfers, refundNos) = await second.WaitAsync(TimeLimit);

        Assert.Equal([5], transfers.ConvertAll(t => t.TransferNo));
        Assert.Single(refundNos);
        // One that is written now finds the money.
        await using var third = await store.WriteAsync(default);
        Assert.Single(await transferStore.AddAsync(third, [NewClaim(6) with { PacketNo = 8, Kind = PacketKind.B2C, CampaignId = 4 }], default));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_funding_whose_win_the_campaign_knew_is_ended_by_finance_alone(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var (transferStore, refundStore) = await StoresAsync(database);
        var store = database.Open("async");
        var alerts = new AlertSink(NullLogger<AlertSink>.Instance);
        var fundingStore = new FundingStore(store, transferStore, refundStore, Schedule(store), alerts);
        await using var session = await store.WriteAsync(default);
        await fundingStore.AddAsync(
            session,
            [new FundingWanted { PacketNo = 8, Subsidy = new SubsidyIssued { App = "shop", ExternalNo = "x", Uid = 3, CampaignId = 4, Amount = 100, Currency = "CNY" } }], default);
        await FundingStore.MarkVerifiedAsync(session, [8], default);
        await fundingStore.EndAsync(session, [new FinalWord(8, OrderEvent.Forged, "")], default);

        Assert.Equal(1, await session.FirstAsync<int>("select state from fundings"));
        await fundingStore.EndAsync(session, [new FinalWord(8, OrderEvent.Succeeded, "")], default);
        Assert.Equal(2, await session.FirstAsync<int>("select state from fundings"));
        // What has its end is not sent, whatever is known of its win.
        Assert.Empty(await FundingStore.MarkVerifiedAsync(session, [8], default));
        await session.CommitAsync();
        Assert.Equal(["order.contradiction"], alerts.Drain().ConvertAll(a => a.Kind));
    }

    [Fact]
    public async Task A_nonce_that_is_just_being_taken_elsewhere_brings_no_second_transition()
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Postgres);
        var row = await harness.PendingTransferAsync();
        var request = harness.Signed(AsyncHarness.Notice(row));

        Task<ResultCode> second;
        await using (var first = await harness.Store.WriteAsync(default))
        {
            Assert.True(await CallbackNonces.TryAcceptAsync(first, request.Nonce, default));
            second = Task.Run(() => harness.CallBackAsync(request));
            await UntilWaitingForLockAsync(harness.Store);
            await first.CommitAsync();
        }

        Assert.Equal(ResultCode.Ok, await second.WaitAsync(TimeLimit));
        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.TransfersAsync()).State);
    }

    private static async Task<(TransferStore Transfers, RefundStore Refunds)> StoresAsync(TestDatabase database)
    {
        var store = database.Open("async");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(AsyncModule).Assembly), default);
        var refundNumbers = new NumberMinter("refund", store, TimeProvider.System, new SeededRandomSource(3), NullLogger.Instance);
        await refundNumbers.StartAsync(default);
        var alerts = new AlertSink(NullLogger<AlertSink>.Instance);
        var refunds = new RefundStore(store, refundNumbers, Schedule(store), new Outbox(), alerts);
        return (new TransferStore(store, refunds, Schedule(store), new Outbox(), alerts), refunds);
    }

    private static OrderSchedule Schedule(IStore store) =>
        new(store, new DueTable<DueKind>(store), new Outbox(), new AsyncOptions(), new AlertSink(NullLogger<AlertSink>.Instance));

    private static async Task UntilWaitingForLockAsync(IStore store)
    {
        using var late = new CancellationTokenSource(TimeLimit);
        while (true)
        {
            late.Token.ThrowIfCancellationRequested();
            await Task.Delay(10, late.Token);
            await using var session = await store.ReadAsync(late.Token);
            if (await session.FirstAsync<long>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") > 0)
            {
                return;
            }
        }
    }

    private static TransferWanted NewClaim(long claimNo) => new()
    {
        App = "shop",
        ClaimNo = claimNo,
        PacketNo = 1,
        PayOrderNo = 2,
        SenderUid = 3,
        Uid = 4,
        Seq = 1,
        Amount = 100,
        Currency = "CNY",
        Kind = PacketKind.C2C,
    };

    private static RefundWanted NewRefund(long causeNo) => new()
    {
        App = "shop",
        Cause = RefundCause.Expiry,
        CauseNo = causeNo,
        PacketNo = causeNo,
        PayOrderNo = 2,
        Uid = 3,
        Amount = 50,
        Currency = "CNY",
    };
}
