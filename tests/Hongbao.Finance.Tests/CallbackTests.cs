using System.Net;
using Hongbao.Contracts;
using Hongbao.Finance.Callbacks;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class CallbackTests(SqlDialect dialect)
{
    [Fact]
    public async Task Every_final_state_is_called_back_signed_one_call_per_batch()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        var first = FinanceHarness.NewTransfer(payment, 2002, 10);
        var second = FinanceHarness.NewTransfer(payment, 2003, 0);
        var unfunded = FinanceHarness.NewTransfer(payment, 2004, 1000);
        await finance.TransferAllAsync(first, second, unfunded);
        await finance.TransferAllAsync(first, second);
        await finance.SendDueAsync();

        Assert.All(finance.Receiver.All, r => Assert.True(r.Genuine));
        Assert.Equal(2, finance.Receiver.All.Length);
        var paid = Assert.Single(finance.Receiver.All[0].Items);
        Assert.Equal("payment", paid.GetProperty("kind").GetString());
        Assert.Equal(payment.PayOrderNo.ToString(), paid.GetProperty("number").GetString());
        Assert.Equal("default", paid.GetProperty("app").GetString());
        Assert.Equal("SUCCEEDED", paid.GetProperty("status").GetString());
        Assert.Equal(100, paid.GetProperty("amount").GetInt64());
        Assert.Equal("CNY", paid.GetProperty("currency").GetString());
        var at = DateTimeOffset.Parse(paid.GetProperty("occurredAt").GetString()!);
        Assert.InRange(at, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.EndsWith("Z", paid.GetProperty("occurredAt").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [("transfer", first.TransferNo.ToString(), "SUCCEEDED"), ("transfer", second.TransferNo.ToString(), "REFUSED")],
            finance.Receiver.All[1].Items.Select(i => (i.GetProperty("kind").GetString()!, i.GetProperty("number").GetString()!, i.GetProperty("status").GetString()!)));
        Assert.Equal(0, await finance.ReadAsync<long>("select count(*) from callbacks"));
    }

    [Fact]
    public async Task Refunds_and_set_asides_are_called_back_under_their_kinds()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        await finance.RefundAsync(FinanceHarness.NewRefund(payment, 10));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "refund", RefusePermille = 1000 });
        var refund = FinanceHarness.NewRefund(payment, 20);
        await finance.RefundAsync(refund);
        await finance.SetAsideAsync(refund);
        await finance.SendDueAsync();

        Assert.Equal(
            ["payment SUCCEEDED", "refund SUCCEEDED", "refund REFUSED", "setAside SUCCEEDED"],
            finance.Receiver.All.SelectMany(r => r.Items).Select(i => $"{i.GetProperty("kind").GetString()} {i.GetProperty("status").GetString()}"));
    }

    [Fact]
    public async Task What_is_decided_later_is_called_back_then()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        var payment = await finance.PaidAsync(100);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "transfer", LaterPermille = 1000, LaterMs = 60 });
        var transfer = FinanceHarness.NewTransfer(payment, 2002, 10);
        await finance.TransferAsync(transfer);
        await finance.SendDueAsync();
        Assert.Single(finance.Receiver.All);

        await finance.UntilAsync(() => Task.FromResult(finance.Receiver.All.Length == 2));

        Assert.Equal(transfer.TransferNo.ToString(), Assert.Single(finance.Receiver.All[1].Items).GetProperty("number").GetString());
    }

    [Fact]
    public async Task A_retry_has_the_same_body_and_a_fresh_nonce()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        finance.Receiver.Answer = attempt => attempt switch
        {
            0 => HttpStatusCode.InternalServerError,
            1 => throw new HttpRequestException("connection refused"),
            2 => HttpStatusCode.Found,
            _ => HttpStatusCode.NoContent,
        };
        await finance.PaidAsync();

        await finance.UntilAsync(async () => await finance.ReadAsync<long>("select count(*) from callbacks") == 0);

        var all = finance.Receiver.All;
        Assert.Equal(4, all.Length);
        Assert.Equal(4, all.Select(r => r.Nonce).Distinct().Count());
        Assert.Single(all.Select(r => r.Body).Distinct());
        Assert.All(all, r => Assert.True(r.Genuine));
    }

    [Fact]
    public async Task A_lost_callback_is_never_sent()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "pay", CallbackLostPermille = 1000 });

        await finance.PaidAsync();
        var next = await finance.StepAsync("finance.callbacks");

        Assert.Empty(finance.Receiver.All);
        Assert.Equal(NextRun.After(TimeSpan.FromSeconds(5)), next);
        Assert.Equal(1, await finance.ReadAsync<long>("select count(*) from callbacks where state = 1"));
    }

    [Fact]
    public async Task A_late_callback_is_sent_after_its_time()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "pay", CallbackLatePermille = 1000, CallbackLateMs = 200 });

        var payment = await finance.PaidAsync();
        await finance.SendDueAsync();
        Assert.Empty(finance.Receiver.All);
        await finance.UntilAsync(() => Task.FromResult(finance.Receiver.All.Length == 1));

        Assert.Equal(FinanceStatus.Succeeded, (await finance.QueryAsync(payment)).Status);
    }

    [Fact]
    public async Task A_repeated_callback_is_sent_twice_with_fresh_nonces()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.MisbehaveAsync(new FinanceFault { Operation = "pay", CallbackRepeatPermille = 1000 });

        await finance.PaidAsync();
        await finance.SendDueAsync();

        Assert.Equal(2, finance.Receiver.All.Length);
        Assert.Single(finance.Receiver.All.Select(r => r.Body).Distinct());
        Assert.Equal(2, finance.Receiver.All.Select(r => r.Nonce).Distinct().Count());
        Assert.Equal(0, await finance.ReadAsync<long>("select count(*) from callbacks"));
    }

    [Fact]
    public async Task Callbacks_wait_for_an_address_and_survive_a_restart()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect, withTarget: false);
        await finance.PaidAsync();
        await finance.SendDueAsync();
        Assert.Empty(finance.Receiver.All);

        await using var restarted = await finance.AnotherAsync();
        await restarted.SendDueAsync();

        Assert.Single(restarted.Receiver.All);
    }

    [Fact]
    public async Task A_callback_taken_by_a_process_that_died_is_sent_by_another()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        finance.Receiver.Answer = _ => throw new InvalidOperationException("the process dies here");
        await finance.PaidAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => finance.StepAsync("finance.callbacks"));

        await using var other = await finance.AnotherAsync();
        await other.SendDueAsync();
        Assert.Empty(other.Receiver.All);
        await other.WriteAsync("update callbacks set next_at = next_at - 15000");
        await other.SendDueAsync();

        Assert.Single(other.Receiver.All);
    }

    [Fact]
    public async Task A_callback_not_accepted_for_a_day_is_given_up_with_an_alert()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        finance.Receiver.Answer = _ => HttpStatusCode.ServiceUnavailable;
        await finance.PaidAsync();
        await finance.SendDueAsync();
        Assert.Empty(finance.Alerts.Drain());

        await finance.WriteAsync("update callbacks set created_at = created_at - 86400000, next_at = 0");
        await finance.SendDueAsync();
        await finance.SendDueAsync();

        Assert.Equal(2, finance.Receiver.All.Length);
        Assert.Equal("finance.callback.dead", Assert.Single(finance.Alerts.Drain()).Kind);
        Assert.Equal("answered 503", await finance.ReadAsync<string>("select last_error from callbacks where state = 2"));
    }

    [Fact]
    public async Task Two_processes_send_each_callback_once()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await using var other = await finance.AnotherAsync();
        for (var i = 0; i < 40; i++)
        {
            await finance.PaidAsync(10);
        }

        await Task.WhenAll(new[] { finance, other }.Select(one => Task.Run(() =>
            one.UntilAsync(async () => await one.ReadAsync<long>("select count(*) from callbacks") == 0))));

        var bodies = finance.Receiver.All.Concat(other.Receiver.All).Select(r => r.Body).ToArray();
        Assert.Equal(40, bodies.Length);
        Assert.Equal(40, bodies.Distinct().Count());
    }
}

public sealed class CallbackTestsOnSqlite() : CallbackTests(SqlDialect.Sqlite);

public sealed class CallbackTestsOnPostgres() : CallbackTests(SqlDialect.Postgres);

public sealed class CallbackBackoffTests
{
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    [InlineData(8, 25_600)]
    [InlineData(9, 51_200)]
    [InlineData(10, 60_000)]
    [InlineData(1_000_000, 60_000)]
    public void The_rest_doubles_up_to_a_minute(int attempts, int expectedMs) => Assert.Equal(expectedMs, CallbackSender.BackoffMs(attempts));

    [Theory]
    [InlineData("ftp://host/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/callbacks/finance")]
    public void A_target_is_an_absolute_http_address(string url) =>
        Assert.Throws<ArgumentException>(() => new CallbackTarget { Url = new Uri(url, UriKind.RelativeOrAbsolute) });
}
