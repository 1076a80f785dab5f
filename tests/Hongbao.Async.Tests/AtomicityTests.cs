using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>What belongs together happens together: at every commit that fails, loses its answer or is the last act of a process.</summary>
public sealed class AtomicityTests
{
    [Theory]
    [InlineData(SqlDialect.Sqlite, "refunds"), InlineData(SqlDialect.Sqlite, "outbox"), InlineData(SqlDialect.Sqlite, "due")]
    [InlineData(SqlDialect.Postgres, "refunds"), InlineData(SqlDialect.Postgres, "outbox"), InlineData(SqlDialect.Postgres, "due")]
    public async Task A_transfer_fails_only_together_with_its_refund_its_message_and_the_refunds_check(SqlDialect dialect, string table)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var row = await harness.PendingTransferAsync();
        harness.Finance.End("transfer", row.App, row.TransferNo, FinanceStatus.Refused);
        await harness.ExecuteAsync("delete from outbox");
        await RefuseInsertsAsync(harness, table);
        try
        {
            await FailsAsync(harness.CallBackAsync(AsyncHarness.Notice(row, "REFUSED")));
            await harness.AdvanceAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1));

            Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.TransfersAsync()).State);
            Assert.Empty(await harness.RefundsAsync());
            Assert.Empty(await harness.OutboxAsync(Topics.TransfersSettled));
            Assert.Empty(harness.Core.Outcomes);
            Assert.Single(await harness.DueAsync());
        }
        finally
        {
            await TakeInsertsAgainAsync(harness, table);
        }

        await harness.AdvanceAsync(TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(1));
        Assert.Equal(OrderStatus.Failed, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Equal(OrderStatus.Succeeded, Assert.Single(await harness.RefundsAsync()).State);
        Assert.Equal([OrderStatus.Failed], harness.Core.Outcomes.ConvertAll(o => o.Status));
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite, "cases"), InlineData(SqlDialect.Sqlite, "outbox")]
    [InlineData(SqlDialect.Postgres, "cases"), InlineData(SqlDialect.Postgres, "outbox")]
    public async Task A_refund_is_refused_only_together_with_its_case_and_its_message(SqlDialect dialect, string table)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var refund = await harness.PendingRefundAsync();
        await RefuseInsertsAsync(harness, table);
        try
        {
            await FailsAsync(harness.CallBackAsync(AsyncHarness.Notice(refund, "REFUSED")));
        }
        finally
        {
            await TakeInsertsAgainAsync(harness, table);
        }

        Assert.Equal(OrderStatus.Pending, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        Assert.Empty(await harness.CasesAsync());
        await harness.RunAsync();
        // Also no alert about what did not happen.
        Assert.Empty(await harness.AlertsAsync());
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite, CommitFault.Fails), InlineData(SqlDialect.Sqlite, CommitFault.AnswerLost)]
    [InlineData(SqlDialect.Postgres, CommitFault.Fails), InlineData(SqlDialect.Postgres, CommitFault.AnswerLost)]
    public async Task A_process_that_dies_at_any_commit_leaves_nothing_half_done_and_its_successor_ends_everything(SqlDialect dialect, CommitFault fault)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var claims = new List<TransferWanted>();
        var wanted = new List<RefundWanted>();
        // A transfer that succeeds and one that is refused; of the two refunds one succeeds and one is refused as well.
        harness.Finance.Decide = (kind, number) => kind switch
        {
            "transfer" => (number & 1) == 0 ? FinanceStatus.Succeeded : FinanceStatus.Refused,
            "refund" => (number & 1) == 0 ? FinanceStatus.Succeeded : FinanceStatus.Refused,
            _ => FinanceStatus.Succeeded,
        };
        var died = true;
        var deaths = 0;
        while (died)
        {
            died = false;
            claims.AddRange(harness.NewClaims(2));
            wanted.Add(harness.NewRefund(amount: 10));
            await harness.SendAsync([.. claims.TakeLast(2)]);
            await harness.SendAsync(wanted[^1]);
            var last = harness.Store.Writes + deaths + 1;
            var process = harness.Process;
            harness.Store.Fate = n =>
            {
                if (n < last)
                {
                    return CommitFault.None;
                }

                died = true;
                process.Kill();
                return n == last ? fault : CommitFault.NoConnection;
            };

            await harness.RunAsync();
            harness.Store.Fate = _ => CommitFault.None;
            await harness.AssertWholeAsync();
            if (died)
            {
                deaths++;
                await harness.RestartAsync();
            }

            // Messages that the dead one had leased come back after half a minute.
            await harness.AdvanceAsync(TimeSpan.FromSeconds(33), TimeSpan.FromSeconds(11));
        }

        Assert.True(deaths > 8, $"only {deaths} commits");
        await harness.AdvanceAsync(TimeSpan.FromSeconds(33), TimeSpan.FromSeconds(11));
        await harness.AssertEndedAsync(claims, wanted);
    }

    // What a database calls it that a trigger refuses an insert differs, and with it whether the caller may ask again.
    private static async Task FailsAsync(Task<ResultCode> callback)
    {
        try
        {
            Assert.Equal(ResultCode.Overloaded, await callback);
        }
        catch (StoreException)
        {
            // A fault of our own.
        }
    }

    private static Task RefuseInsertsAsync(AsyncHarness harness, string table) => harness.ExecuteAsync(new Sql(
        $"create trigger refuse_{table} before insert on {table} begin select raise(abort, 'refused by a test'); end",
        $"""
        create or replace function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused by a test'; end $$;
        create trigger refuse_{table} before insert on {table} for each row execute function refuse();
        """));

    private static Task TakeInsertsAgainAsync(AsyncHarness harness, string table) => harness.ExecuteAsync(new Sql(
        $"drop trigger refuse_{table}", $"drop trigger refuse_{table} on {table}"));
}
