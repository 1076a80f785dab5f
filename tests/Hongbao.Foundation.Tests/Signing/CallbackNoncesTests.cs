using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Foundation.Tests.Signing;

public sealed class CallbackNoncesTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task A_nonce_is_new_once_and_only_a_committed_one_is_known(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = await OpenAsync(database);
        Assert.False(await CallbackNonces.IsKnownAsync(store, "nonce-01", None));

        // Its transaction is rolled back: what it stood for did not happen.
        await using (var session = await store.WriteAsync(None))
        {
            Assert.True(await CallbackNonces.TryAcceptAsync(session, "nonce-01", None));
        }

        Assert.False(await CallbackNonces.IsKnownAsync(store, "nonce-01", None));
        for (var i = 0; i < 2; i++)
        {
            await using var session = await store.WriteAsync(None);
            Assert.Equal(i == 0, await CallbackNonces.TryAcceptAsync(session, "nonce-01", None));
            Assert.True(await CallbackNonces.TryAcceptAsync(session, $"other-{i}", None));
            await session.CommitAsync(None);
        }

        Assert.True(await CallbackNonces.IsKnownAsync(store, "nonce-01", None));
        Assert.False(await CallbackNonces.IsKnownAsync(store, "NONCE-01", None));
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Nonces_are_forgotten_only_when_no_timestamp_near_them_can_be_genuine_any_more(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = await OpenAsync(database);
        var ages = new[] { TimeSpan.Zero, CallbackSignature.Tolerance, CallbackSignature.Tolerance * 3.9, CallbackSignature.Tolerance * 4.1 };
        await using (var session = await store.WriteAsync(None))
        {
            for (var i = 0; i < ages.Length; i++)
            {
                await CallbackNonces.TryAcceptAsync(session, $"nonce-{i}", None);
                await session.ExecuteAsync(
                    "update callback_nonces set received_at = now_ms() - @ms where nonce = @nonce", new { ms = (long)ages[i].TotalMilliseconds, nonce = $"nonce-{i}" });
            }

            await session.CommitAsync(None);
        }

        await CallbackNonces.PurgeAsync(store, None);

        await using var read = await store.ReadAsync(None);
        Assert.Equal(["nonce-0", "nonce-1", "nonce-2"], await read.QueryAsync<string>("select nonce from callback_nonces order by nonce"));
    }

    private static async Task<IStore> OpenAsync(TestDatabase database)
    {
        var store = database.Open("probe");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(MigrationSet).Assembly), None);
        return store;
    }
}
