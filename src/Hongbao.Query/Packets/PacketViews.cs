using Hongbao.Contracts;
using Hongbao.Query.Claims;
using Hongbao.Query.Lists;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Packets;

/// <summary>Shows packets to one user: rows that he may see become views, with one question to each source for all of them.</summary>
internal sealed class PacketViews(ClaimViews claims, AsyncOrders orders, IProfiles profiles)
{
    /// <summary>One view a row, in the order of the rows.</summary>
    /// <param name="context">The caller.</param>
    /// <param name="rows">Packets that he may see, at most 100.</param>
    /// <param name="mine">His claims by packet number; may hold more.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<List<PacketView>> ShowAsync(
        CallContext context, IReadOnlyCollection<PacketRow> rows, IReadOnlyDictionary<long, ClaimRow> mine, CancellationToken cancellationToken)
    {
        var nos = rows.Select(r => r.PacketNo).ToList();
        var shown = await claims.ShowAsync([.. nos.Where(mine.ContainsKey).Select(no => mine[no])], cancellationToken).ConfigureAwait(false);
        var claimOf = shown.ToDictionary(c => c.PacketNo);
        var refunded = await orders.RefundedAsync(nos, cancellationToken).ConfigureAwait(false);
        var names = await Names.OfAsync(profiles, context, rows.Select(r => r.SenderUid), cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => new PacketView
        {
            PacketNo = row.PacketNo,
            Kind = row.Kind,
            Status = row.State,
            Sender = row.SenderUid,
            SenderName = names[row.SenderUid].Name,
            SenderAvatar = names[row.SenderUid].Avatar,
            Greeting = row.Greeting,
            ContentId = row.ContentId ?? "",
            Split = row.Split,
            Scope = row.Scope,
            Amount = row.Amount,
            Currency = row.Currency,
            Count = row.Count,
            Cap = row.Cap,
            ClaimedAmount = row.ClaimedAmount,
            ClaimedCount = row.ClaimedCount,
            RemainingCount = PacketPhase.IsDrawOver(row.State) ? 0 : row.Count - row.ClaimedCount,
            CreatedAtMs = row.CreatedAt,
            // What was never paid for has no end of claiming.
            ExpiresAtMs = row.ExpiresAt ?? row.PayUntil,
            SeedHash = row.SeedHash,
            Seed = SeedOf(row),
            MyClaim = claimOf.GetValueOrDefault(row.PacketNo) ?? new ClaimView(),
            RefundedAmount = refunded.GetValueOrDefault(row.PacketNo),
            PayOrderNo = row.SenderUid == context.Uid ? row.PayOrderNo : 0,
            OpensAtMs = row.OpensAt ?? 0,
            NowMs = row.SeenAt ?? 0,
            Condition = new OpeningCondition { Kind = row.ConditionKind, Uid = row.ConditionUid ?? 0, ContentId = row.ConditionContent ?? "" },
        })];
    }

    /// <summary>The seed in lower-case hex once no draw is possible; empty before, for then it would tell who gets how much.</summary>
    public static string SeedOf(PacketRow row) => PacketPhase.IsDrawOver(row.State) ? Convert.ToHexStringLower(row.Seed) : "";
}
