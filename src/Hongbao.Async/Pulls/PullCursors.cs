using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Pulls;

/// <summary>
/// How far the pulls have looked, by number. A watermark passes every number once; a slower one behind it passes again, for late commits.
/// Ages are counted by the store's clock: a machine that is ahead would push a watermark past numbers that commit later.
/// </summary>
internal static class PullCursors
{
    private const int SlowFactor = 60;

    // Longer than any transaction of others can live by their stores' own deadlines, however short the ordinary age is set.
    private const long SlowAgeMsMin = 10 * 60_000;

    /// <summary>How old a number is when the slow watermark passes it, milliseconds.</summary>
    public static long SlowAgeMs(AsyncOptions options) => Math.Max((long)options.PullAfterMs * SlowFactor, SlowAgeMsMin);

    /// <summary>Where a watermark is, and the store's clock.</summary>
    public static async Task<(long After, long NowMs)> ReadAsync(IStore store, string cursor, CancellationToken cancellationToken)
    {
        var read = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (read.ConfigureAwait(false))
        {
            return (
                await read.FirstAsync<long>("select after_no from pull_cursors where name = @cursor", new { cursor }, cancellationToken).ConfigureAwait(false),
                await read.NowMsAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Moves a watermark, never back, in the transaction of what it passed.</summary>
    public static Task MoveAsync(StoreSession session, string cursor, long afterNo, CancellationToken cancellationToken) => session.ExecuteAsync("""
        insert into pull_cursors (name, after_no) values (@cursor, @afterNo)
        on conflict (name) do update set after_no = excluded.after_no where excluded.after_no > pull_cursors.after_no
        """, new { cursor, afterNo }, cancellationToken);
}
