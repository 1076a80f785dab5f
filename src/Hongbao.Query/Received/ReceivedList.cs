using Hongbao.Contracts;
using Hongbao.Query.Claims;
using Hongbao.Query.Lists;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Received;

/// <summary>The caller's received shares of a year: which ones by the read model, what became of them by Core and Async.</summary>
internal sealed class ReceivedList(ReceivedStore store, CoreClaims claims, ClaimViews views, IProfiles profiles, Paging paging)
{
    public async Task<ReceivedListResponse> ListAsync(CallContext context, PageRequest request, CancellationToken cancellationToken)
    {
        var year = default(YearRange);
        if ((Paging.Read(request, CursorKind.Received, long.MaxValue, out var page) ?? paging.ReadYear(request, out year)) is { } fault)
        {
            return new ReceivedListResponse { Result = fault };
        }

        var rows = await store.ListAsync(context.App, context.Uid, year, page.First, page.Second, page.Limit + 1, cancellationToken).ConfigureAwait(false);
        var totals = await store.TotalsAsync(context.App, context.Uid, year, cancellationToken).ConfigureAwait(false);
        var isMore = rows.Count > page.Limit;
        var shown = isMore ? rows[..page.Limit] : rows;
        var byNo = (await claims.ByNumberAsync([.. shown.Select(r => r.ClaimNo)], cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.ClaimNo);
        // A claim is committed before anything tells of it; one that Core does not have was lost with Core's data, and is not shown.
        var current = shown.Where(r => byNo.ContainsKey(r.ClaimNo)).Select(r => byNo[r.ClaimNo]).ToList();
        var names = await Names.OfAsync(profiles, context, current.Select(c => c.SenderUid), cancellationToken).ConfigureAwait(false);
        var claimViews = await views.ShowAsync(current, cancellationToken).ConfigureAwait(false);
        return new ReceivedListResponse
        {
            Items = [.. current.Zip(claimViews, (claim, view) => new ReceivedItem
            {
                Claim = view,
                Sender = claim.SenderUid,
                SenderName = names[claim.SenderUid].Name,
                SenderAvatar = names[claim.SenderUid].Avatar,
                Greeting = claim.Greeting,
            })],
            TotalCount = totals.Count,
            TotalAmount = totals.Amount,
            Next = isMore ? Cursor.Write(CursorKind.Received, shown[^1].ClaimedAt, shown[^1].ClaimNo) : "",
        };
    }
}
