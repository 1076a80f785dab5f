using Hongbao.Contracts;
using Hongbao.Query.Lists;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Packets;

/// <summary>Packets of a video, recent public ones, and those that the caller sent; newest first.</summary>
internal sealed class PacketLists(CorePackets packets, CoreClaims claims, PacketViews views, IRelations relations, Paging paging)
{
    // A page reads whole portions, and ends with what it has after so many packets or questions to the host app.
    private const int PortionMin = 50;
    private const int LooksMax = 500;
    private const int AsksMax = 20;

    public async Task<PacketListResponse> ListAsync(CallContext context, PageRequest request, CancellationToken cancellationToken)
    {
        var isFeed = request.ContentId.Length == 0;
        var kind = isFeed ? CursorKind.Feed : CursorKind.Content;
        if (Paging.Read(request, kind, long.MaxValue, out var page) is { } fault)
        {
            return new PacketListResponse { Result = fault };
        }

        var sight = new PacketSight(relations, context, AsksMax);
        var portion = Math.Max(page.Limit, PortionMin);
        var before = page.First;
        var shown = new List<PacketRow>();
        var mine = new Dictionary<long, ClaimRow>();
        var isMore = false;
        for (var looked = 0; looked < LooksMax; looked += portion)
        {
            // One more than is looked at tells whether anything follows.
            var rows = isFeed
                ? await packets.PublicAsync(context.App, before, portion + 1, cancellationToken).ConfigureAwait(false)
                : await packets.OfContentAsync(context.App, request.ContentId, context.Uid, before, portion + 1, cancellationToken).ConfigureAwait(false);
            foreach (var (packetNo, claim) in await claims.OfUserAsync(context.Uid, [.. rows.Select(r => r.PacketNo)], cancellationToken).ConfigureAwait(false))
            {
                mine[packetNo] = claim;
            }

            var taken = 0;
            while (taken < Math.Min(rows.Count, portion) && shown.Count < page.Limit)
            {
                var row = rows[taken];
                var seen = await sight.LookAsync(row, mine.ContainsKey(row.PacketNo), cancellationToken).ConfigureAwait(false);
                if (seen == Sight.NotAsked)
                {
                    break;
                }

                if (seen == Sight.Shown)
                {
                    shown.Add(row);
                }

                before = row.PacketNo;
                taken++;
            }

            isMore = taken < rows.Count;
            if (taken < portion || shown.Count == page.Limit)
            {
                break;
            }
        }

        return new PacketListResponse
        {
            Items = await views.ShowAsync(context, shown, mine, cancellationToken).ConfigureAwait(false),
            Next = isMore ? Cursor.Write(kind, before) : "",
        };
    }

    public async Task<PacketListResponse> ListSentAsync(CallContext context, PageRequest request, CancellationToken cancellationToken)
    {
        var year = default(YearRange);
        if ((Paging.Read(request, CursorKind.Sent, long.MaxValue, out var page) ?? paging.ReadYear(request, out year)) is { } fault)
        {
            return new PacketListResponse { Result = fault };
        }

        var rows = await packets.SentAsync(context.App, context.Uid, year, page.First, page.Limit + 1, cancellationToken).ConfigureAwait(false);
        var totals = await packets.SentTotalsAsync(context.App, context.Uid, year, cancellationToken).ConfigureAwait(false);
        var isMore = rows.Count > page.Limit;
        var shown = isMore ? rows[..page.Limit] : rows;
        var mine = await claims.OfUserAsync(context.Uid, [.. shown.Select(r => r.PacketNo)], cancellationToken).ConfigureAwait(false);
        return new PacketListResponse
        {
            Items = await views.ShowAsync(context, shown, mine, cancellationToken).ConfigureAwait(false),
            TotalCount = totals.Count,
            TotalAmount = totals.Amount,
            Next = isMore ? Cursor.Write(CursorKind.Sent, shown[^1].PacketNo) : "",
        };
    }
}
