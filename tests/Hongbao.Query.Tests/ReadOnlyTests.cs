using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Tests;

public sealed class SqliteReadOnlyTests() : ReadOnlyTests(SqlDialect.Sqlite);

public sealed class PostgresReadOnlyTests() : ReadOnlyTests(SqlDialect.Postgres);

/// <summary>Rule 1: Query reads Core's and Async's tables and writes none of them.</summary>
public abstract class ReadOnlyTests(SqlDialect dialect)
{
    [Fact]
    public void Query_holds_only_the_reading_half_of_the_others_stores()
    {
        var stores = typeof(QueryModule).GetConstructors().Single().GetParameters().Where(p => typeof(IReadStore).IsAssignableFrom(p.ParameterType)).ToArray();

        Assert.Equal([("own", typeof(IStore)), ("core", typeof(IReadStore)), ("async", typeof(IReadStore))], stores.Select(p => (p.Name!, p.ParameterType)));
        Assert.Equal(["ReadAsync"], typeof(IReadStore).GetMethods().Where(m => !m.IsSpecialName).Select(m => m.Name));
    }

    [Theory]
    [InlineData("core", "update packets set state = 2")]
    [InlineData("core", "delete from claims")]
    [InlineData("core", "insert into requests (app, uid, operation, request_id, slot, fingerprint, result_no, created_at) values ('a', 1, 'o', 'r', 1, 'f', 1, 1)")]
    [InlineData("core", "create table mine (i int)")]
    [InlineData("core", "drop table claims")]
    [InlineData("async", "update transfers set state = 2")]
    [InlineData("async", "delete from refunds")]
    public async Task A_write_through_a_session_that_query_gets_is_refused(string module, string statement)
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(2001, 10)] });
        await query.Plants.TransferAsync(packet.Claims[0], OrderStatus.Pending);
        await query.Plants.RefundAsync(packet, RefundCause.Expiry, packet.PacketNo, 1, OrderStatus.Pending);
        IReadStore store = query.Database.Open(module);

        await using (var session = await store.ReadAsync(default))
        {
            Assert.Equal(StoreFault.Other, (await Assert.ThrowsAsync<StoreException>(() => session.ExecuteAsync(statement))).Fault);
        }

        Assert.Equal(ClaimStatus.Transferring, (await query.DetailAsync(2001, packet)).Packet.MyClaim.Status);
    }
}
