using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>What a person has to settle.</summary>
internal static class Cases
{
    /// <summary>Opens a case about an order, once, in the caller's transaction.</summary>
    public static Task OpenAsync(StoreSession session, string kind, long no, string app, string detail, CancellationToken cancellationToken) =>
        session.ExecuteAsync("""
            insert into cases (kind, no, slot, app, detail, opened_at) values (@kind, @no, @slot, @app, @detail, now_ms())
            on conflict (kind, no) do nothing
            """, new { kind, no, slot = Number.SlotFrom(no), app, detail }, cancellationToken);
}
