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

    /// <summary>Forgets nonces whose timestamps can no longer be genuine.</summary>
    public static async Task PurgeAsync(IStore store, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "delete from callback_nonces where received_at < (select now_ms()) - @ageMs",
                new { ageMs = 4 * (long)CallbackSignature.Tolerance.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
