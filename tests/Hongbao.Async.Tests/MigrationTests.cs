using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Async.Tests;

/// <summary>Steps of the schema that move rows: what stood before stands afterwards.</summary>
public sealed class MigrationTests
{
    private static readonly MigrationSet All = MigrationSet.FromAssembly(typeof(AsyncModule).Assembly);

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Refunds_and_transfers_of_an_older_release_are_kept_with_their_rules(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = database.Open("async");
        await store.MigrateAsync(MigrationSet.Of([.. All.Items.Take(5)]), default);
        await RunAsync(store, """
            insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, reason, created_at, updated_at)
            values (511879948971933698, 7, 'demo', 1, 11, 11, 21, 1001, 250, 'CNY', 2, null, 5, 6), (12, 8, 'demo', 2, 13, 11, 21, 1002, 1, 'CNY', 4, 'closed', 7, 8)
            """);
        await RunAsync(store, """
            insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, reason, created_at, updated_at)
            values (13, 7, 'demo', 13, 11, 21, 1001, 1002, 1, 'CNY', 1, 3, 'closed', 5, 6)
            """);

        await store.MigrateAsync(All, default);
        await store.MigrateAsync(All, default);

        await using (var session = await store.ReadAsync(default))
        {
            Assert.Equal(
                ["12 8 demo 2 13 11 21 1002 1 CNY 4 closed 7 8 0", "511879948971933698 7 demo 1 11 11 21 1001 250 CNY 2 - 5 6 0"],
                await session.QueryAsync<string>("""
                    select refund_no || ' ' || slot || ' ' || app || ' ' || cause || ' ' || cause_no || ' ' || packet_no || ' ' || pay_order_no || ' ' || uid || ' ' || amount
                      || ' ' || currency || ' ' || state || ' ' || coalesce(reason, '-') || ' ' || created_at || ' ' || updated_at || ' ' || campaign_id
                    from refunds order by refund_no
                    """));
            Assert.Equal([0], await session.QueryAsync<long>("select campaign_id from transfers"));
        }

        Assert.Equal(1, await RunAsync(store, Refund(14, cause: 1, causeNo: 15, state: 6)));
        foreach (var refused in new[] { Refund(12, 1, 16, 1), Refund(17, 2, 13, 1), Refund(17, 4, 18, 1), Refund(17, 1, 18, 3), Refund(17, 1, 18, 7), Refund(17, 1, 18, 1, amount: 0) })
        {
            await Assert.ThrowsAsync<StoreException>(() => RunAsync(store, refused));
        }
    }

    private static string Refund(long refundNo, int cause, long causeNo, int state, int amount = 1) => $"""
        insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, created_at, updated_at)
        values ({refundNo}, 7, 'demo', {cause}, {causeNo}, 11, 0, 1001, {amount}, 'CNY', {state}, 5, 6)
        """;

    private static async Task<int> RunAsync(IStore store, string sql)
    {
        await using var session = await store.WriteAsync(default);
        var changed = await session.ExecuteAsync(sql);
        await session.CommitAsync();
        return changed;
    }
}
