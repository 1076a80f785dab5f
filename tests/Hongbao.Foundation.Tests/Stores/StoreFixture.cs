using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Foundation.Tests.Stores;

/// <summary>A fresh database per test and the few statements that most tests need.</summary>
public abstract class StoreFixture(SqlDialect dialect) : IAsyncLifetime
{
    protected static readonly CancellationToken None = CancellationToken.None;

    protected static readonly Migration Things = new(1, "things", """
        create table thing (
          id bigint primary key,
          name text,
          amount bigint check (amount >= 0),
          kind int,
          --sqlite: body blob
          --postgres: body bytea
        )
        ---
        create table counter (
          id int primary key, n bigint not null)
        ---
        insert into counter (id, n) values (1, 0), (2, 0)
        """);

    protected TestDatabase Database { get; private set; } = null!;
    protected IStore Store { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Database = await TestDatabase.CreateAsync(dialect);
        Store = Database.Open("probe");
        await Store.MigrateAsync(MigrationSet.Of(Things), None);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Database.DisposeAsync();
    }

    protected Task WriteAsync(Func<StoreSession, Task> work) => WriteAsync(Store, work);

    protected static async Task WriteAsync(IStore store, Func<StoreSession, Task> work)
    {
        await using var session = await store.WriteAsync(None);
        await work(session);
        await session.CommitAsync(None);
    }

    protected Task<T?> ReadAsync<T>(Sql sql, object? arguments = null) => ReadAsync<T>(Store, sql, arguments);

    protected static async Task<T?> ReadAsync<T>(IStore store, Sql sql, object? arguments = null)
    {
        await using var session = await store.ReadAsync(None);
        return await session.FirstAsync<T>(sql, arguments, None);
    }

    protected static Task<int> InsertAsync(StoreSession session, long id, string? name = null, long amount = 0) =>
        session.ExecuteAsync("insert into thing (id, name, amount) values (@id, @name, @amount)", new { id, name, amount }, None);

    protected static async Task<StoreFault> FaultOfAsync(Func<Task> work) => (await Assert.ThrowsAsync<StoreException>(work)).Fault;
}
