using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Signing;

/// <summary>Remembers the nonces of callbacks, in the transaction of what they changed: a replay changes nothing.</summary>
public static class CallbackNonces
{
    /// <summary>True the first time a nonce is seen.</summary>
    public static async Task<bool> TryAcceptAsync(StoreSession session, string nonce, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            "insert into callback_nonces (nonce, received_at) values (@nonce, now_ms()) on conflict (nonce) do nothing",
            new { nonce }, cancellationToken).ConfigureAwait(false) == 1;

    /// <summary>True when the nonce's callback was taken before.</summary>
    public static async Task<bool> IsKnownAsync(IStore store, string nonce, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<int?>(
                "select 1 from callback_nonces where nonce = @nonce", new { nonce }, cancellationToken).ConfigureAwait(false) is not null;
        }
    }

    /// <summary>Adds the worker that forgets nonces whose timestamps can no longer be genuine.</summary>
    public static void AttachPurge(IScheduler scheduler, string name, IStore store) => scheduler.Add(name, async cancellationToken =>
        await PurgeAsync(store, cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(CallbackSignature.Tolerance));

    /// <summary>Forgets such nonces, a bounded piece at a time. True when there may be more.</summary>
    public static async Task<bool> PurgeAsync(IStore store, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var gone = await session.ExecuteAsync("""
                delete from callback_nonces where nonce in
                  (select nonce from callback_nonces where received_at < (select now_ms()) - @age order by received_at limit 1000)
                """, new { age = 4 * (long)CallbackSignature.Tolerance.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return gone == 1000;
        }
    }
}
