using System.Text;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

public sealed class PaymentTests
{
    private const string Scan = "core.payments.scan";

    public static TheoryData<SqlDialect, string> Drivers => new MatrixTheoryData<SqlDialect, string>(
        [SqlDialect.Sqlite, SqlDialect.Postgres], ["callback", "check", "scan", "all at once"]);

    [Theory]
    [MemberData(nameof(Drivers))]
    public async Task A_payment_in_time_activates_its_packet_once_whoever_tells(SqlDialect dialect, string driver)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await harness.UnpaidAsync(CoreHarness.Request() with { TtlSeconds = 60 });
        Assert.Equal(ResultCode.Ok, (await PrepareAsync(harness, created)).Result.Code);
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, 1000);
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PaymentCheckMs));

        switch (driver)
        {
            case "callback":
                Assert.True((await harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))).Result.IsOk());
                break;
            case "check":
                var checkedNow = await CheckAsync(harness, created);
                Assert.Equal((PaymentStatus.Succeeded, created.PacketNo, CoreHarness.Sender), (checkedNow.Status, checkedNow.PacketNo, checkedNow.Uid));
                break;
            case "scan":
                await harness.Main.StepAsync(Scan);
                break;
            default:
                await Task.WhenAll(
                    Task.Run(() => harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))), Task.Run(() => CheckAsync(harness, created)),
                    Task.Run(() => harness.Main.StepAsync(Scan)), Task.Run(() => harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))));
                break;
        }

        var packet = await harness.PacketAsync(created.PacketNo);
        Assert.Equal((PacketStatus.Active, 2L), (packet.State, packet.Version));
        Assert.Equal(packet.ActivatedAt + 60_000, packet.ExpiresAt);
        Assert.Equal(PaymentStatus.Succeeded, await harness.PaymentAsync(created.PayOrderNo));
        Assert.Equal([2], await harness.ReadAllAsync<int>("select kind from due"));
        Assert.Empty(await harness.RefundsWantedAsync());
        Assert.Empty(harness.AlertKinds());
    }

    [Fact]
    public async Task Only_a_genuine_callback_of_our_time_is_believed()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var created = await harness.UnpaidAsync();
        var notice = CoreHarness.Notice(created.PayOrderNo, 1000);
        var now = harness.Clock.GetUtcNow();
        var genuine = CoreHarness.Signed(CoreHarness.Signature, now, "nonce-0001", notice);
        FinanceCallbackRequest[] forged =
        [
            CoreHarness.Signed(new CallbackSignature(Encoding.ASCII.GetBytes("a key that a forger made up by himself")), now, "nonce-0002", notice),
            CoreHarness.Signed(CoreHarness.Signature, now.AddMinutes(-6), "nonce-0003", notice),
            CoreHarness.Signed(CoreHarness.Signature, now.AddMinutes(6), "nonce-0004", notice),
            genuine with { Nonce = "nonce-0005" },
            genuine with { Body = genuine.Body.Replace("1000", "1001", StringComparison.Ordinal) },
            genuine with { Signature = "" },
        ];

        foreach (var request in forged)
        {
            Assert.Equal(ResultCode.Unauthenticated, (await harness.Core.FinanceCallbackAsync(CoreHarness.System, request, default)).Result.Code);
        }

        Assert.Equal(1, (await harness.PacketAsync(created.PacketNo)).Version);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from callback_nonces"));
        Assert.Equal(ResultCode.Ok, (await harness.Core.FinanceCallbackAsync(CoreHarness.System, genuine, default)).Result.Code);
        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(created.PacketNo)).State);
    }

    [Theory, BothStores]
    public async Task A_replayed_callback_is_taken_and_changes_nothing(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await harness.UnpaidAsync();
        var request = CoreHarness.Signed(CoreHarness.Signature, harness.Clock.GetUtcNow(), "nonce-0001", CoreHarness.Notice(created.PayOrderNo, 1000));
        await harness.Core.FinanceCallbackAsync(CoreHarness.System, request, default);
        Assert.Equal("nonce-0001", await harness.ReadAsync<string>("select nonce from callback_nonces"));
        // Even if the state were put back, a known nonce does nothing.
        await harness.WriteAsync("update payments set state = 1");

        Assert.Equal(ResultCode.Ok, (await harness.Core.FinanceCallbackAsync(CoreHarness.System, request, default)).Result.Code);

        Assert.Equal((2L, PaymentStatus.Pending), ((await harness.PacketAsync(created.PacketNo)).Version, await harness.PaymentAsync(created.PayOrderNo)));
    }

    [Fact]
    public async Task A_callback_that_does_not_fit_changes_nothing_and_calls_for_a_person()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var fits = await harness.UnpaidAsync();
        var created = await harness.UnpaidAsync();
        var good = CoreHarness.Notice(created.PayOrderNo, 1000);

        Assert.Equal(ResultCode.NotFound, (await harness.CallbackAsync(good with { Number = "12345" })).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await harness.CallbackAsync(good with { App = "other" })).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await harness.CallbackAsync(good with { Kind = "refund" })).Result.Code);
        Assert.Empty(harness.AlertKinds());
        foreach (var other in new[] { good with { Amount = 999 }, good with { Amount = 1001 }, good with { Currency = "USD" }, good with { Status = "REFUSED" } })
        {
            // The one before it in the same callback is genuine, and is not applied either.
            Assert.Equal(ResultCode.ValidationFailed, (await harness.CallbackAsync(CoreHarness.Notice(fits.PayOrderNo, 1000), other)).Result.Code);
            Assert.Equal(["payment.mismatch"], harness.AlertKinds());
        }

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from packets where version <> 1"));
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from payments where state <> 1"));
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from callback_nonces"));
    }

    [Theory, BothStores]
    public async Task A_callback_about_several_orders_that_fails_half_way_is_taken_up_by_its_repetition(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var first = await harness.UnpaidAsync();
        var second = await harness.UnpaidAsync();
        var request = CoreHarness.Signed(
            CoreHarness.Signature, harness.Clock.GetUtcNow(), "nonce-0001", CoreHarness.Notice(first.PayOrderNo, 1000), CoreHarness.Notice(second.PayOrderNo, 1000));
        harness.Main.Store.BeforeNextWrite(() =>
        {
            harness.Main.Store.BeforeNextWrite(() =>
            {
                harness.Main.Store.Refuse(StoreFault.Unavailable, StoreFault.Unavailable, StoreFault.Unavailable);
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        });

        Assert.Equal(ResultCode.Overloaded, (await harness.Core.FinanceCallbackAsync(CoreHarness.System, request, default)).Result.Code);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets where state = 2"));
        Assert.Equal(ResultCode.Ok, (await harness.Core.FinanceCallbackAsync(CoreHarness.System, request, default)).Result.Code);

        Assert.Equal(2, await harness.ReadAsync<int>("select count(*) from packets where state = 2 and version = 2"));
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from callback_nonces"));
    }

    [Theory, BothStores]
    public async Task An_unpaid_packet_closes_after_its_time_and_is_closed_at_finance(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await harness.UnpaidAsync();
        await PrepareAsync(harness, created);
        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.PaySeconds - 5));
        await harness.Main.StepAsync(Scan);
        Assert.Equal(PacketStatus.PendingPayment, (await harness.PacketAsync(created.PacketNo)).State);

        await harness.MoveAsync(TimeSpan.FromSeconds(20));
        await harness.Main.StepAsync(Scan);

        var packet = await harness.PacketAsync(created.PacketNo);
        Assert.Equal((PacketStatus.Closed, 2L), (packet.State, packet.Version));
        Assert.Equal(PaymentStatus.Closed, await harness.PaymentAsync(created.PayOrderNo));
        Assert.Contains(("close", created.PayOrderNo), harness.Finance.Calls);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from due"));
        Assert.Empty(await harness.RefundsWantedAsync());
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(created.PacketNo, 1)).Result.Code);
        // Closed for ever: what finance says afterwards only calls for a person.
        await harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000));
        Assert.Equal(["payment.paid_after_closed"], harness.AlertKinds());
        Assert.Equal(PaymentStatus.Closed, await harness.PaymentAsync(created.PayOrderNo));
    }

    [Theory, BothStores]
    public async Task A_payment_found_paid_when_it_is_closed_is_late_and_wants_exactly_one_refund(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await ClosingAsync(harness);
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, 1000);
        harness.Finance.Instead = null;

        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await Task.WhenAll(
            Task.Run(() => harness.Main.StepAsync(Scan)), Task.Run(() => CheckAsync(harness, created)),
            Task.Run(() => harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))),
            Task.Run(() => harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))));

        Assert.Equal(PaymentStatus.PaidLate, await harness.PaymentAsync(created.PayOrderNo));
        Assert.Equal(PacketStatus.Closed, (await harness.PacketAsync(created.PacketNo)).State);
        Assert.Equal(
            new RefundWanted
            {
                App = "default",
                Cause = RefundCause.LatePayment,
                CauseNo = created.PayOrderNo,
                PacketNo = created.PacketNo,
                PayOrderNo = created.PayOrderNo,
                Uid = CoreHarness.Sender,
                Amount = 1000,
                Currency = "CNY",
            },
            Assert.Single(await harness.RefundsWantedAsync()));
        Assert.Equal([3], await harness.ReadAllAsync<int>("select kind from due"));
        Assert.Empty(harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task An_unknown_answer_to_closing_ends_nothing_and_is_asked_again(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await ClosingAsync(harness);
        foreach (var answer in new[] { FinanceStatus.Unknown, FinanceStatus.Pending, FinanceStatus.Refused })
        {
            harness.Finance.Instead = (_, _) => FakeFinance.Answer(answer);
            await CheckAsync(harness, created);
            Assert.Equal(PaymentStatus.Closing, await harness.PaymentAsync(created.PayOrderNo));
        }

        // Not Ok means unknown, whatever the status says.
        harness.Finance.Instead = (_, _) => FakeFinance.Answer(FinanceStatus.Closed) with { Result = Result.Of(ResultCode.Internal) };
        await CheckAsync(harness, created);
        Assert.Equal(PaymentStatus.Closing, await harness.PaymentAsync(created.PayOrderNo));

        harness.Finance.Instead = null;
        Assert.Equal(PaymentStatus.Closed, (await CheckAsync(harness, created)).Status);
    }

    [Theory, BothStores]
    public async Task A_lost_answer_of_finance_is_asked_for_again_under_the_same_number(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await harness.UnpaidAsync();
        harness.Finance.After = (_, _) => throw new TimeoutException();
        Assert.Equal(ResultCode.Degraded, (await PrepareAsync(harness, created)).Result.Code);
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, 1000);
        Assert.Equal(PaymentStatus.Pending, (await CheckAsync(harness, created)).Status);
        await harness.MoveAsync(TimeSpan.FromHours(1));
        // Past its time, and finance stays silent: the packet closes, its payment does not end.
        await harness.Main.StepAsync(Scan);
        Assert.Equal(PaymentStatus.Closing, await harness.PaymentAsync(created.PayOrderNo));

        harness.Finance.After = null;
        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.StepAsync(Scan);

        Assert.Equal(PaymentStatus.PaidLate, await harness.PaymentAsync(created.PayOrderNo));
        Assert.Single(await harness.RefundsWantedAsync());
        Assert.All(harness.Finance.Calls, c => Assert.Equal(created.PayOrderNo, c.Number));
    }

    [Fact]
    public async Task Preparing_makes_finance_know_the_order_and_looks_soon_for_its_end()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var created = await harness.UnpaidAsync();
        Assert.Equal(ResultCode.NotFound, (await harness.Core.PreparePaymentAsync(CoreHarness.As(1, "other"), new PaymentRequest { PayOrderNo = created.PayOrderNo }, default)).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await harness.Core.CheckPaymentAsync(CoreHarness.As(1, "other"), new PaymentRequest { PayOrderNo = created.PayOrderNo }, default)).Result.Code);
        Assert.Empty(harness.Finance.Calls);

        await PrepareAsync(harness, created);
        await PrepareAsync(harness, created);

        Assert.Equal([("create", created.PayOrderNo), ("create", created.PayOrderNo)], harness.Finance.Calls);
        // Paid, and the callback never comes: the next look finds it.
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, 1000);
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PaymentCheckMs));
        await harness.Main.StepAsync(Scan);
        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(created.PacketNo)).State);
    }

    [Fact]
    public async Task Callers_who_wait_for_a_finance_that_hangs_are_bounded_and_the_others_told_at_once()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, static o => o.CashierVisitsMax = 2);
        var created = await harness.UnpaidAsync();
        var (came, release) = (new CountdownEvent(2), new TaskCompletionSource());
        harness.Finance.Hangs = _ =>
        {
            came.Signal();
            return release.Task;
        };
        var waiting = new[] { PrepareAsync(harness, created), CheckAsync(harness, created) };
        Assert.True(came.Wait(TimeSpan.FromSeconds(30)));

        Assert.Equal(ResultCode.Degraded, (await PrepareAsync(harness, created)).Result.Code);
        var state = await CheckAsync(harness, created);
        Assert.Equal((ResultCode.Ok, PaymentStatus.Pending), (state.Result.Code, state.Status));
        Assert.Equal(2, harness.Finance.Calls.Count);

        release.SetResult();
        await Task.WhenAll(waiting);
        harness.Finance.Hangs = null;
        Assert.Equal(ResultCode.Ok, (await PrepareAsync(harness, created)).Result.Code);
    }

    [Fact]
    public async Task Finance_is_told_how_long_anybody_waits_and_for_whose_request()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var created = await harness.UnpaidAsync();
        var request = new PaymentRequest { PayOrderNo = created.PayOrderNo };
        var now = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var caller = CoreHarness.As(CoreHarness.Sender) with { TraceId = "0af7651916cd43dd8448eb211c80319c", DeadlineMs = now + 2000 };

        await harness.Core.PreparePaymentAsync(caller, request, default);
        await harness.Core.CheckPaymentAsync(caller with { DeadlineMs = now + 600_000 }, request, default);
        await harness.MoveAsync(TimeSpan.FromMilliseconds(harness.Options.PaymentCheckMs));
        await harness.Main.StepAsync(Scan);

        var (prepared, asked, scanned) = (harness.Finance.Contexts.ElementAt(0), harness.Finance.Contexts.ElementAt(1), harness.Finance.Contexts.ElementAt(2));
        Assert.Equal(caller with { Uid = 0 }, prepared);
        Assert.Equal((caller.TraceId, 0L), (asked.TraceId, asked.Uid));
        // What comes later than finance may take is no deadline; a scan has none but that.
        var later = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.InRange(asked.DeadlineMs, now + 5000, later + 5000);
        Assert.Equal("", scanned.TraceId);
        Assert.InRange(scanned.DeadlineMs, now + harness.Options.PaymentCheckMs + 5000, later + 5000);
    }

    [Fact]
    public async Task A_payment_that_finance_closed_by_itself_closes_the_packet_before_its_time()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var created = await harness.UnpaidAsync();
        harness.Finance.Instead = (_, _) => FakeFinance.Answer(FinanceStatus.Closed);

        await CheckAsync(harness, created);
        Assert.Equal((PacketStatus.Closed, PaymentStatus.Closing), ((await harness.PacketAsync(created.PacketNo)).State, await harness.PaymentAsync(created.PayOrderNo)));
        await harness.Main.StepAsync(Scan);

        Assert.Equal(PaymentStatus.Closed, await harness.PaymentAsync(created.PayOrderNo));
    }

    [Theory]
    [InlineData(999, "CNY")]
    [InlineData(1000, "USD")]
    public async Task An_order_that_finance_has_with_other_content_is_never_believed(long amount, string currency)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var created = await harness.UnpaidAsync();
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, amount, currency);

        Assert.Equal(PaymentStatus.Pending, (await CheckAsync(harness, created)).Status);
        harness.Finance.Instead = (_, _) => FakeFinance.Answer(FinanceStatus.Mismatch);
        Assert.Equal(PaymentStatus.Pending, (await CheckAsync(harness, created)).Status);

        Assert.Equal(["payment.mismatch", "payment.mismatch"], harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task An_order_past_its_deadline_alerts_and_goes_on_being_asked_at_growing_rests(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = await ClosingAsync(harness);
        Assert.Empty(harness.AlertKinds());
        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.DeadlineSeconds + 10));
        var asked = harness.Finance.Calls.Count;

        await harness.Main.StepAsync(Scan);
        Assert.Equal(["payment.overdue"], harness.AlertKinds());
        Assert.Equal(asked + 1, harness.Finance.Calls.Count);
        await harness.Main.StepAsync(Scan);
        Assert.Equal(asked + 1, harness.Finance.Calls.Count);
        for (var visit = 0; visit < 8; visit++)
        {
            await harness.MoveAsync(TimeSpan.FromSeconds(61));
            await harness.Main.StepAsync(Scan);
        }

        Assert.Equal(asked + 9, harness.Finance.Calls.Count);
        Assert.InRange(await harness.ReadAsync<long>("select next_check_at - now_ms() from due"), 55_000, 60_000);
    }

    [Fact]
    public async Task A_finance_that_never_answers_about_one_order_keeps_no_other_waiting()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var orders = new List<CreatePacketResponse>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add(await harness.UnpaidAsync());
            harness.Finance.Pay(orders[i].PayOrderNo, orders[i].PacketNo, 1000);
        }

        await harness.WriteAsync("update due set next_check_at = 0");
        // It does not look at its token either: only the visit's own patience ends it.
        harness.Finance.Hangs = no => no == orders[0].PayOrderNo ? new TaskCompletionSource().Task : Task.CompletedTask;
        harness.Clock.TimerSpeed = 50;

        await harness.Main.StepAsync(Scan).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(
            [PaymentStatus.Pending, PaymentStatus.Succeeded, PaymentStatus.Succeeded],
            await Task.WhenAll(orders.Select(o => harness.PaymentAsync(o.PayOrderNo))));
    }

    [Fact]
    public async Task An_order_that_cannot_be_moved_keeps_no_other_waiting()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var bad = await harness.UnpaidAsync();
        var good = await harness.UnpaidAsync();
        harness.Finance.Pay(bad.PayOrderNo, bad.PacketNo, 1000);
        harness.Finance.Pay(good.PayOrderNo, good.PacketNo, 1000);
        await harness.WriteAsync("create trigger broken before update on payments when old.pay_order_no = " + bad.PayOrderNo + " begin select raise(abort, 'broken'); end");
        try
        {
            await harness.WriteAsync("update due set next_check_at = 0");
            await harness.Main.StepAsync(Scan);
        }
        finally
        {
            await harness.WriteAsync("drop trigger broken");
        }

        Assert.Equal((PaymentStatus.Pending, PaymentStatus.Succeeded), (await harness.PaymentAsync(bad.PayOrderNo), await harness.PaymentAsync(good.PayOrderNo)));
    }

    [Theory, BothStores]
    public async Task Payment_and_closing_at_the_same_moment_agree(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var created = new List<CreatePacketResponse>();
        for (var i = 0; i < 20; i++)
        {
            created.Add(await harness.UnpaidAsync());
        }

        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.PaySeconds + 1));
        await Task.WhenAll(created.Select(c => Task.Run(() => harness.CallbackAsync(CoreHarness.Notice(c.PayOrderNo, 1000))))
            .Concat<Task>(created.Select(c => Task.Run(async () =>
            {
                await CheckAsync(harness, c);
                harness.Finance.Pay(c.PayOrderNo, c.PacketNo, 1000);
            })))
            .Append(Task.Run(() => harness.Main.StepAsync(Scan))));
        foreach (var c in created)
        {
            await harness.CallbackAsync(CoreHarness.Notice(c.PayOrderNo, 1000));
        }

        var refunds = await harness.RefundsWantedAsync();
        foreach (var c in created)
        {
            var packet = await harness.PacketAsync(c.PacketNo);
            var payment = await harness.PaymentAsync(c.PayOrderNo);
            Assert.Contains((packet.State, payment), new[]
            {
                (PacketStatus.Active, PaymentStatus.Succeeded), (PacketStatus.Closed, PaymentStatus.PaidLate), (PacketStatus.Closed, PaymentStatus.Closed),
            });
            Assert.Equal(payment == PaymentStatus.PaidLate ? 1 : 0, refunds.Count(r => r.CauseNo == c.PayOrderNo));
        }
    }

    private static Task<PaymentResponse> PrepareAsync(CoreHarness harness, CreatePacketResponse created) =>
        harness.Core.PreparePaymentAsync(CoreHarness.As(CoreHarness.Sender), new PaymentRequest { PayOrderNo = created.PayOrderNo }, default);

    private static Task<PaymentResponse> CheckAsync(CoreHarness harness, CreatePacketResponse created) =>
        harness.Core.CheckPaymentAsync(CoreHarness.As(CoreHarness.Sender), new PaymentRequest { PayOrderNo = created.PayOrderNo }, default);

    /// <summary>A packet that was not paid in time, while finance does not say what became of its payment.</summary>
    private static async Task<CreatePacketResponse> ClosingAsync(CoreHarness harness)
    {
        var created = await harness.UnpaidAsync();
        harness.Finance.Instead = (_, _) => FakeFinance.Answer(FinanceStatus.Unknown);
        await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.PaySeconds + 1));
        await harness.Main.StepAsync(Scan);
        Assert.Equal((PacketStatus.Closed, PaymentStatus.Closing), ((await harness.PacketAsync(created.PacketNo)).State, await harness.PaymentAsync(created.PayOrderNo)));
        return created;
    }
}
