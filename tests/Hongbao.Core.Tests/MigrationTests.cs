using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Core.Tests;

/// <summary>Steps of the schema that move rows: what stood before stands afterwards.</summary>
public sealed class MigrationTests
{
    private static readonly MigrationSet All = MigrationSet.FromAssembly(typeof(CoreModule).Assembly);

    [Theory]
    [BothStores]
    public async Task Claims_of_an_older_release_are_kept_with_their_rules(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = database.Open("core");
        await store.MigrateAsync(MigrationSet.Of([.. All.Items.Take(6)]), default);
        await RunAsync(store, """
            insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
            values (511879948971933698, 7, 'demo', 11, 1001, 1, 250, 3, 1790000000000), (511879948971933697, 7, 'demo', 11, 1002, 2, 1, 4, 1790000000001)
            """);

        await store.MigrateAsync(All, default);
        await store.MigrateAsync(All, default);

        await using (var session = await store.ReadAsync(default))
        {
            var rows = await session.QueryAsync<string>("""
                select claim_no || ' ' || slot || ' ' || app || ' ' || packet_no || ' ' || uid || ' ' || seq || ' ' || amount || ' ' || state || ' ' || claimed_at
                from claims order by claim_no
                """, null, default);
            Assert.Equal(["511879948971933697 7 demo 11 1002 2 1 4 1790000000001", "511879948971933698 7 demo 11 1001 1 250 3 1790000000000"], rows);
        }

        foreach (var (claimNo, uid, seq, amount) in new[] { (511879948971933698, 1003, 3, 5), (1, 1001, 3, 5), (1, 1003, 2, 5), (1, 1003, 3, 0) })
        {
            await Assert.ThrowsAsync<StoreException>(() => RunAsync(store, $"""
                insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at) values ({claimNo}, 7, 'demo', 11, {uid}, {seq}, {amount}, 1, 1790000000002)
                """));
        }
    }

    [Theory]
    [BothStores]
    public async Task Packets_of_an_older_release_are_their_senders_and_a_campaigns_has_its_subsidy(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = database.Open("core");
        await store.MigrateAsync(MigrationSet.Of([.. All.Items.Take(9)]), default);
        await RunAsync(store, Packet(11, "", ""));

        await store.MigrateAsync(All, default);

        await using (var session = await store.ReadAsync(default))
        {
            Assert.Equal("0 0 1", await session.FirstAsync<string>("select campaign_id || ' ' || coalesce(subsidy_no, 0) || ' ' || kind from packets"));
        }

        await RunAsync(store, Packet(12, ", campaign_id, subsidy_no", ", 501, 77", kind: 2));
        foreach (var refused in new[]
        {
            Packet(13, ", campaign_id, subsidy_no", ", 501, 77", kind: 2), Packet(13, "", "", kind: 2), Packet(13, ", campaign_id", ", 501", kind: 2),
            Packet(13, ", subsidy_no", ", 78", kind: 2), Packet(13, ", campaign_id, subsidy_no", ", 501, 78"), Packet(13, ", subsidy_no", ", 78"),
        })
        {
            await Assert.ThrowsAsync<StoreException>(() => RunAsync(store, refused));
        }

        static string Packet(long packetNo, string columns, string values, int kind = 1) => $"""
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, greeting, ttl_seconds, seed, seed_hash,
              pay_order_no, created_at, pay_until{columns})
            values ({packetNo}, 7, 'demo', 1001, {kind}, 2, 1, 'CNY', 100, 1, 1, 200, 1, '', 60, '', '', 0, 1790000000000, 1790000000000{values})
            """;
    }

    [Theory]
    [BothStores]
    public async Task Packets_of_an_older_release_open_at_once_to_everybody_and_a_condition_has_what_it_needs(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = database.Open("core");
        await store.MigrateAsync(MigrationSet.Of([.. All.Items.Take(11)]), default);
        const string Columns = """
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, greeting, ttl_seconds, seed, seed_hash,
              pay_order_no, created_at, pay_until
            """;
        const string Values = "7, 'demo', 1001, 1, 2, 1, 'CNY', 100, 1, 1, 200, 1, '', 60, '', '', 0, 1790000000000, 1790000000000";
        await RunAsync(store, $"{Columns}) values (11, {Values})");

        await store.MigrateAsync(All, default);

        await using (var session = await store.ReadAsync(default))
        {
            Assert.Equal(1, await session.FirstAsync<int>("""
                select count(*) from packets
                where opens_at is null and condition_kind = 0 and condition_uid is null and condition_content is null and password_hash is null
                """));
        }

        var no = 12;
        foreach (var (columns, values) in new[] { ("password_hash", "1, 'x'"), ("condition_uid", "2, 5"), ("condition_content", "3, 'v'") })
        {
            await RunAsync(store, $"{Columns}, condition_kind, {columns}) values ({no++}, {Values}, {values})");
            await Assert.ThrowsAsync<StoreException>(() => RunAsync(store, $"{Columns}, condition_kind) values (99, {Values}, {values[0]})"));
            await Assert.ThrowsAsync<StoreException>(() => RunAsync(store, $"{Columns}, {columns}) values (99, {Values}, {values[3..]})"));
        }
    }

    private static async Task RunAsync(IStore store, string sql)
    {
        await using var session = await store.WriteAsync(default);
        await session.ExecuteAsync(sql, null, default);
        await session.CommitAsync(default);
    }
}
