using System.ComponentModel.DataAnnotations;
using Hongbao.Contracts;
using Hongbao.Core.Withdrawals;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Asking for a payout of reward money.</summary>
public sealed class WithdrawalTests
{
    // Field, what the request gets, how it ends.
    public static TheoryData<string, Action<CreateWithdrawalRequest>, ResultCode> Fields => new()
    {
        { "requestId", r => r.RequestId = "", ResultCode.ValidationFailed },
        { "requestId", r => r.RequestId = new string('x', 64), ResultCode.Ok },
        { "requestId", r => r.RequestId = new string('x', 65), ResultCode.ValidationFailed },
        { "requestId", r => r.RequestId = "a\nb", ResultCode.ValidationFailed },
        { "amount", r => r.Amount = 0, ResultCode.ValidationFailed },
        { "amount", r => r.Amount = -1, ResultCode.ValidationFailed },
        { "amount", r => r.Amount = long.MinValue, ResultCode.ValidationFailed },
        { "amount", r => r.Amount = 9, ResultCode.ValidationFailed },
        { "amount", r => r.Amount = 10, ResultCode.Ok },
        { "amount", r => r.Amount = 500, ResultCode.Ok },
        { "amount", r => r.Amount = 501, ResultCode.LimitExceeded },
        { "amount", r => r.Amount = long.MaxValue, ResultCode.LimitExceeded },
        { "currency", r => r.Currency = "", ResultCode.Ok },
        { "currency", r => r.Currency = "CNY", ResultCode.Ok },
        { "currency", r => r.Currency = "cny", ResultCode.ValidationFailed },
        { "currency", r => r.Currency = "USD", ResultCode.ValidationFailed },
    };

    [Fact]
    public async Task Every_field_has_its_limits_and_a_fault_names_it()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => (o.WithdrawAmountMin, o.WithdrawAmountMax, o.WithdrawalsPerDayMax) = (10, 500, 100));
        harness.Reward(10_000);
        foreach (var row in Fields)
        {
            var (field, change, expected) = row.Data;
            var request = Withdrawing.Request();
            change(request);

            var answer = await harness.WithdrawAsync(request);

            var said = $"{field} in {request}: {answer.Result.Code} {answer.Result.Detail} {string.Join("; ", answer.Result.Faults)}";
            Assert.True(answer.Result.Code == expected, said);
            Assert.True(expected != ResultCode.ValidationFailed || answer.Result.Faults.Select(f => f.Field).SequenceEqual([field]), said);
            Assert.True(expected != ResultCode.LimitExceeded || answer.Result.Detail.Contains("500", StringComparison.Ordinal), said);
            Assert.Equal(expected == ResultCode.Ok ? 1 : 0, await harness.ReadAsync<int>("select count(*) from requests where request_id = @RequestId", new { request.RequestId }));
        }
    }

    [Fact]
    public async Task All_faults_are_named_at_once_with_what_is_accepted_and_nothing_changes()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => (o.WithdrawAmountMin, o.Currencies) = (50, ["EUR", "JPY"]));

        var answer = await harness.WithdrawAsync(new CreateWithdrawalRequest { Currency = "CNY" });

        Assert.Equal(["requestId", "amount", "currency"], answer.Result.Faults.Select(f => f.Field));
        Assert.Equal("must be at least 50 minor units", answer.Result.Faults[1].Message);
        Assert.Equal("must be empty or one of: EUR, JPY", answer.Result.Faults[2].Message);
        Assert.Equal(ResultCode.Unauthenticated, await harness.RefusedAsync(uid: 0));
        await harness.AssertNothingAsync();
    }

    [Theory, BothStores]
    public async Task A_withdrawal_is_stored_with_the_message_that_asks_for_its_payout(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Reward(700);
        var before = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        var made = await harness.WithdrawnAsync(Withdrawing.Request(700));

        Assert.Equal((700L, "CNY", WithdrawalStatus.Pending), (made.Amount, made.Currency, made.Status));
        Assert.InRange(made.CreatedAtMs, before - 1000, before + 20_000);
        Assert.Equal(Number.SlotOf(Withdrawing.User), Number.SlotFrom(made.WithdrawalNo));
        Assert.Equal(
            new PayoutWanted { App = "default", WithdrawalNo = made.WithdrawalNo, Uid = Withdrawing.User, Amount = 700, Currency = "CNY" },
            Assert.Single(await harness.PayoutsWantedAsync()));
        Assert.Equal(made.WithdrawalNo, await harness.ReadAsync<long>("select no from due where kind = 7"));
        Assert.Equal((1, 700L), await harness.DayAsync());
        Assert.Equal(new RiskRequest { Operation = "withdrawal", Uid = Withdrawing.User, Amount = 700, Currency = "CNY" }, Assert.Single(harness.Risk.Asked));
        Assert.Equal(Withdrawing.User, Assert.Single(harness.Finance.Wallets).Uid);

        // His own, and nobody else's.
        var named = new WithdrawalRequest { WithdrawalNo = made.WithdrawalNo };
        Assert.Equal(made, (await harness.Core.GetWithdrawalAsync(CoreHarness.As(Withdrawing.User), named, default)) with { Result = made.Result });
        foreach (var other in new[] { CoreHarness.As(Withdrawing.User + 1), CoreHarness.As(Withdrawing.User, "other"), CoreHarness.System })
        {
            Assert.Equal(new WithdrawalResponse { Result = Result.Of(ResultCode.NotFound) }, await harness.Core.GetWithdrawalAsync(other, named, default));
        }

        Assert.Equal(
            ResultCode.NotFound, (await harness.Core.GetWithdrawalAsync(CoreHarness.As(Withdrawing.User), new WithdrawalRequest { WithdrawalNo = 1 }, default)).Result.Code);
    }

    [Theory]
    [InlineData(500, 500, ResultCode.Ok)]
    [InlineData(500, 501, ResultCode.InsufficientFunds)]
    [InlineData(0, 1, ResultCode.InsufficientFunds)]
    [InlineData(-5, 1, ResultCode.InsufficientFunds)]
    public async Task The_reward_balance_bounds_it(long reward, long amount, ResultCode expected)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Reward(reward);
        harness.Reward(10_000, app: "other");
        harness.Reward(10_000, uid: Withdrawing.User + 1);

        var answer = await harness.WithdrawAsync(Withdrawing.Request(amount));

        Assert.Equal(expected, answer.Result.Code);
        if (expected != ResultCode.Ok)
        {
            Assert.Equal($"At most {Math.Max(0, reward)} minor units can be withdrawn now.", answer.Result.Detail);
            await harness.AssertNothingAsync();
        }
    }

    [Theory, BothStores]
    public async Task Twenty_times_the_same_request_at_once_is_one_withdrawal(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.WithdrawalsPerDayMax = 1);
        harness.Reward(1000);
        var request = Withdrawing.Request();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => harness.WithdrawAsync(request))));

        Assert.All(answers, a => Assert.Equal(ResultCode.Ok, a.Result.Code));
        Assert.Single(answers.Select(a => (a.WithdrawalNo, a.CreatedAtMs)).Distinct());
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from withdrawals"));
        Assert.Single(await harness.PayoutsWantedAsync());
        Assert.Equal((1, 100L), await harness.DayAsync());
    }

    [Theory, BothStores]
    public async Task A_repetition_that_finds_the_balance_taken_by_the_request_itself_has_the_withdrawal(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Reward(100);
        var request = Withdrawing.Request(100);
        WithdrawalResponse? first = null;
        // Between the repetition's look for the request and its look at the balance the first one is paid.
        harness.Finance.InsteadOfWallet = async _ =>
        {
            harness.Finance.InsteadOfWallet = null;
            first = await harness.WithdrawnAsync(request);
            return new WalletResponse { Currency = "CNY", Reward = 0 };
        };

        var repeated = await harness.WithdrawAsync(request);

        Assert.Equal((ResultCode.Ok, first!.WithdrawalNo), (repeated.Result.Code, repeated.WithdrawalNo));
        Assert.Single(await harness.PayoutsWantedAsync());
    }

    [Theory, BothStores]
    public async Task Of_two_amounts_under_one_number_at_the_same_moment_exactly_one_wins(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Reward(10_000);
        for (var round = 0; round < 5; round++)
        {
            var request = Withdrawing.Request();

            var answers = await Task.WhenAll(Task.Run(() => harness.WithdrawAsync(request)), Task.Run(() => harness.WithdrawAsync(request with { Amount = 200 })));

            Assert.Equal([ResultCode.Ok, ResultCode.IdempotencyMismatch], answers.Select(a => a.Result.Code).Order());
        }

        Assert.Equal(5, await harness.ReadAsync<int>("select count(*) from withdrawals"));
    }

    [Fact]
    public async Task The_same_number_with_other_content_is_refused_whatever_differs()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.Currencies = ["CNY", "USD"]);
        harness.Reward(1000);
        harness.Reward(1000, currency: "USD");
        var request = Withdrawing.Request();
        var made = await harness.WithdrawnAsync(request);

        Assert.Equal(ResultCode.IdempotencyMismatch, await harness.RefusedAsync(request with { Amount = 101 }));
        Assert.Equal(ResultCode.IdempotencyMismatch, await harness.RefusedAsync(request with { Amount = 1_000_000 }));
        Assert.Equal(ResultCode.IdempotencyMismatch, await harness.RefusedAsync(request with { Currency = "USD" }));
        // The same said in another way is the same.
        Assert.Equal(made.WithdrawalNo, (await harness.WithdrawnAsync(request with { Currency = "CNY" })).WithdrawalNo);
        // Other users and apps have numbers of their own.
        harness.Reward(1000, uid: 5);
        harness.Reward(1000, app: "other");
        Assert.NotEqual(made.WithdrawalNo, (await harness.WithdrawnAsync(request, uid: 5)).WithdrawalNo);
        Assert.Equal(ResultCode.Ok, (await harness.WithdrawAsync(request with { Amount = 7 }, app: "other")).Result.Code);
        Assert.Equal(3, await harness.ReadAsync<int>("select count(*) from withdrawals"));
    }

    [Theory, BothStores]
    public async Task A_repetition_has_the_first_withdrawal_and_its_status_now_whatever_has_changed(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Reward(1000);
        var request = Withdrawing.Request();
        var made = await harness.WithdrawnAsync(request);
        harness.Reward(0);
        harness.Risk.Check = _ => Task.FromResult(new RiskResponse());
        (harness.Options.WithdrawOpenPercent, harness.Options.WithdrawAmountMin, harness.Options.WithdrawAmountMax) = (0, 101, 99);
        harness.Finance.InsteadOfWallet = _ => throw new TimeoutException();

        Assert.Equal(made, (await harness.WithdrawnAsync(request)) with { Result = made.Result });
        await harness.PayoutsEndAsync((made.WithdrawalNo, OrderStatus.Succeeded));
        Assert.Equal(made with { Status = WithdrawalStatus.Succeeded }, (await harness.WithdrawnAsync(request)) with { Result = made.Result });
        await harness.RestartAsync();
        Assert.Equal(made with { Status = WithdrawalStatus.Succeeded }, (await harness.WithdrawnAsync(request)) with { Result = made.Result });
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from withdrawals"));
    }

    [Theory, BothStores]
    public async Task A_users_withdrawals_of_a_day_are_limited_also_when_asked_for_at_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.WithdrawalsPerDayMax = 5);
        harness.Reward(10_000);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => harness.WithdrawAsync(Withdrawing.Request()))));

        Assert.Equal(5, answers.Count(a => a.Result.IsOk()));
        Assert.All(answers.Where(a => !a.Result.IsOk()), a => Assert.Equal((ResultCode.LimitExceeded, "At most 5 withdrawals a day."), (a.Result.Code, a.Result.Detail)));
        Assert.Equal(5, await harness.ReadAsync<int>("select count(*) from requests"));
        Assert.Equal((5, 500L), await harness.DayAsync());
        // Others have limits of their own, and sending packets has.
        harness.Reward(100, uid: 5);
        await harness.WithdrawnAsync(uid: 5);
        await harness.UnpaidAsync(uid: Withdrawing.User);
    }

    [Theory, BothStores]
    public async Task The_hundredth_repetition_of_the_days_last_request_is_not_one_too_many_and_a_new_day_gives_room(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.WithdrawalsPerDayMax = 2);
        harness.Reward(10_000);
        await harness.WithdrawnAsync();
        var last = Withdrawing.Request();
        var made = await harness.WithdrawnAsync(last);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(made.WithdrawalNo, (await harness.WithdrawnAsync(last)).WithdrawalNo);
        }

        Assert.Equal(ResultCode.LimitExceeded, await harness.RefusedAsync());
        Assert.Equal((2, 200L), await harness.DayAsync());

        await harness.MoveAsync(TimeSpan.FromDays(1));
        await harness.WithdrawnAsync();
        await harness.MoveAsync(TimeSpan.FromDays(7));
        await harness.Main.StepAsync("core.withdrawn_days.purge");
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from withdrawn_days"));
    }

    [Theory, BothStores]
    public async Task A_days_amount_is_limited_to_the_last_unit_and_what_was_refused_counts_no_more(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => (o.WithdrawalsPerDayMax, o.WithdrawAmountPerDayMax, o.Currencies) = (4, 1000, ["CNY", "JPY"]));
        harness.Reward(10_000);
        harness.Reward(10_000, currency: "JPY");
        var first = await harness.WithdrawnAsync(Withdrawing.Request(600));
        Assert.Equal(ResultCode.LimitExceeded, await harness.RefusedAsync(Withdrawing.Request(401)));
        await harness.WithdrawnAsync(Withdrawing.Request(400));
        Assert.Equal(ResultCode.LimitExceeded, await harness.RefusedAsync(Withdrawing.Request(1)));
        // A currency has a limit of its own.
        await harness.WithdrawnAsync(Withdrawing.Request(1000) with { Currency = "JPY" });

        await harness.PayoutsEndAsync((first.WithdrawalNo, OrderStatus.Failed));
        Assert.Equal(ResultCode.LimitExceeded, await harness.RefusedAsync(Withdrawing.Request(601)));
        await harness.WithdrawnAsync(Withdrawing.Request(599));
        // That it was asked for still counts.
        await harness.WithdrawnAsync(Withdrawing.Request(1));
        Assert.Equal("At most 4 withdrawals a day.", (await harness.WithdrawAsync(Withdrawing.Request(1))).Result.Detail);
    }

    public static TheoryData<string> Silences => ["throws", "degraded", "hangs", "other currency"];

    [Theory]
    [MemberData(nameof(Silences))]
    public async Task Without_an_answer_about_the_balance_nothing_is_withdrawn(string silence)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Reward(1000);
        harness.Clock.TimerSpeed = 100;
        harness.Finance.InsteadOfWallet = _ => silence switch
        {
            "throws" => throw new InvalidOperationException("finance is down"),
            "degraded" => Task.FromResult(new WalletResponse { Result = Result.Of(ResultCode.Degraded), Currency = "CNY", Reward = 1000 }),
            "hangs" => new TaskCompletionSource<WalletResponse>().Task,
            _ => Task.FromResult(new WalletResponse { Currency = "USD", Reward = 1000 }),
        };
        var request = Withdrawing.Request();

        Assert.Equal(ResultCode.Degraded, await harness.RefusedAsync(request).WaitAsync(TimeSpan.FromSeconds(20)));
        await harness.AssertNothingAsync();

        // The same request again, once finance answers.
        harness.Finance.InsteadOfWallet = null;
        await harness.WithdrawnAsync(request);
    }

    [Theory]
    [InlineData("throws", ResultCode.Degraded, "")]
    [InlineData("hangs", ResultCode.Degraded, "")]
    [InlineData("degraded", ResultCode.Degraded, "")]
    [InlineData("refuses", ResultCode.RiskRefused, "This withdrawal cannot be made.")]
    [InlineData("explains", ResultCode.RiskRefused, "Please call us.")]
    public async Task Only_what_risk_control_allows_is_withdrawn(string verdict, ResultCode expected, string detail)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Reward(1000);
        harness.Clock.TimerSpeed = 100;
        harness.Risk.Check = _ => verdict switch
        {
            "throws" => throw new InvalidOperationException("risk control is down"),
            "hangs" => new TaskCompletionSource<RiskResponse>().Task,
            "degraded" => Task.FromResult(new RiskResponse { Result = Result.Of(ResultCode.Degraded), Allowed = true }),
            "refuses" => Task.FromResult(new RiskResponse()),
            _ => Task.FromResult(new RiskResponse { Reason = "Please call us." }),
        };
        var request = Withdrawing.Request();

        var answer = await harness.WithdrawAsync(request).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(expected, answer.Result.Code);
        Assert.True(detail.Length == 0 || answer.Result.Detail == detail, answer.Result.Detail);
        Assert.Empty(harness.Finance.Wallets);
        await harness.AssertNothingAsync();
        harness.Risk.Check = _ => Task.FromResult(new RiskResponse { Allowed = true });
        await harness.WithdrawnAsync(request);
    }

    [Fact]
    public async Task Nobody_waits_beyond_the_callers_deadline_and_who_is_asked_knows_it()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Reward(1000);
        var deadline = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 3000;

        var answer = await harness.Core.CreateWithdrawalAsync(CoreHarness.As(Withdrawing.User) with { DeadlineMs = deadline }, Withdrawing.Request(), default);
        var over = await harness.Core.CreateWithdrawalAsync(
            CoreHarness.As(Withdrawing.User) with { DeadlineMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() }, Withdrawing.Request(), default);

        Assert.Equal(ResultCode.Ok, answer.Result.Code);
        Assert.Equal(deadline, Assert.Single(harness.Finance.Wallets).DeadlineMs);
        Assert.Equal(ResultCode.Degraded, over.Result.Code);
    }

    [Fact]
    public async Task Callers_who_wait_for_others_are_bounded()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.WithdrawWaitingMax = 2);
        harness.Reward(1000);
        var known = Withdrawing.Request();
        await harness.WithdrawnAsync(known);
        var balance = new TaskCompletionSource<WalletResponse>();
        harness.Finance.InsteadOfWallet = _ => balance.Task;
        var waiting = new[] { harness.WithdrawAsync(Withdrawing.Request()), harness.WithdrawAsync(Withdrawing.Request()) };

        Assert.Equal(ResultCode.Overloaded, await harness.RefusedAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        // Who needs nobody's answer waits for nobody.
        await harness.WithdrawnAsync(known);

        balance.SetResult(new WalletResponse { Currency = "CNY", Reward = 1000 });
        Assert.All(await Task.WhenAll(waiting), a => Assert.Equal(ResultCode.Ok, a.Result.Code));
        await harness.WithdrawnAsync();
    }

    [Fact]
    public async Task Before_the_release_reaches_a_user_it_is_closed_for_him_and_nobody_is_asked()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.WithdrawOpenPercent = 30);
        foreach (var uid in Enumerable.Range(1, 40))
        {
            harness.Reward(1000, uid);
            Assert.Equal(WithdrawalRelease.IsOpenFor(uid, 30) ? ResultCode.Ok : ResultCode.Degraded, await harness.RefusedAsync(uid: uid));
        }

        Assert.Equal(Enumerable.Range(1, 40).Count(uid => WithdrawalRelease.IsOpenFor(uid, 30)), harness.Risk.Asked.Count);
        Assert.InRange(harness.Risk.Asked.Count, 1, 39);
    }

    [Fact]
    public void The_release_keeps_whom_it_let_in_and_takes_its_share_of_the_users()
    {
        for (var uid = 1L; uid <= 3000; uid++)
        {
            Assert.False(WithdrawalRelease.IsOpenFor(uid, 0));
            Assert.True(WithdrawalRelease.IsOpenFor(uid, 100));
            // Once in, always in.
            var open = Enumerable.Range(0, 101).Select(percent => WithdrawalRelease.IsOpenFor(uid, percent)).ToArray();
            Assert.Equal(open.Order(), open);
        }

        foreach (var percent in new[] { 1, 10, 20, 50, 99 })
        {
            var share = Enumerable.Range(1, 100_000).Count(uid => WithdrawalRelease.IsOpenFor(uid, percent));
            Assert.InRange(share, (percent * 1000) - 700, (percent * 1000) + 700);
        }

        // For ever: a later release must not shut out whom this one let in.
        Assert.Equal([1, 12, 17, 19, 51], Enumerable.Range(1, 60).Where(uid => WithdrawalRelease.IsOpenFor(uid, 10)));
    }

    [Theory, BothStores]
    public async Task A_lost_answer_of_the_commit_is_found_out_and_not_done_twice(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Reward(1000);
        harness.Main.Store.LoseAnswers(1);
        var request = Withdrawing.Request();

        var made = await harness.WithdrawnAsync(request);

        Assert.Equal(made.WithdrawalNo, (await harness.WithdrawnAsync(request)).WithdrawalNo);
        Assert.Single(await harness.PayoutsWantedAsync());
        Assert.Equal((1, 100L), await harness.DayAsync());
    }

    [Theory]
    [InlineData(StoreFault.Transient)]
    [InlineData(StoreFault.Unavailable)]
    [InlineData(StoreFault.UnknownOutcome)]
    public async Task A_store_in_trouble_is_answered_with_a_code_that_invites_to_repeat(StoreFault fault)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Reward(1000);
        harness.Main.Store.Refuse(fault);
        var request = Withdrawing.Request();

        Assert.Equal(ResultCode.Overloaded, await harness.RefusedAsync(request));
        await harness.AssertNothingAsync();
        await harness.WithdrawnAsync(request);
    }

    [Fact]
    public void Settings_that_do_not_fit_are_named()
    {
        var options = new CoreOptions
        {
            WithdrawAmountMin = 0,
            WithdrawAmountMax = 0,
            WithdrawalsPerDayMax = 0,
            WithdrawAmountPerDayMax = 0,
            WithdrawOpenPercent = 101,
            WithdrawAdvanceMs = 9,
            WithdrawWaitingMax = 0,
        };
        var faults = new List<ValidationResult>();

        Assert.False(Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true));
        Assert.Equal(7, faults.Count);
        Assert.All(faults, f => Assert.StartsWith("Core:Withdraw", f.ErrorMessage, StringComparison.Ordinal));
        Assert.Empty(new CoreOptions().CrossFaults());
        Assert.Single(new CoreOptions { WithdrawAmountMin = 2, WithdrawAmountMax = 1 }.CrossFaults());
    }
}
