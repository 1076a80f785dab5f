using Hongbao.Contracts;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Packets;

/// <summary>One packet: its detail, its status, its draw.</summary>
internal sealed class PacketDetails(CorePackets packets, CoreClaims claims, PacketViews views, IRelations relations)
{
    private const int DrawAlgorithm = 1;

    public async Task<PacketResponse> GetAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken)
    {
        var found = await OpenAsync(context, request.PacketNo, cancellationToken).ConfigureAwait(false);
        return found.Refusal is { } refusal
            ? new PacketResponse { Result = refusal }
            : new PacketResponse { Packet = (await views.ShowAsync(context, [found.Row!], found.Mine, cancellationToken).ConfigureAwait(false))[0] };
    }

    /// <summary>For every user of the app, also while the packet is unpaid: a claim on it would tell the same.</summary>
    public async Task<PacketStatusResponse> GetStatusAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        await packets.FindAsync(context.App, request.PacketNo, cancellationToken).ConfigureAwait(false) is { } row
            ? new PacketStatusResponse { Status = row.State }
            : new PacketStatusResponse { Result = Result.Of(ResultCode.NotFound) };

    /// <summary>
    /// For everyone of the app, without names: who distrusts the draw need not be in the packet's scope. But while a packet that is not public can
    /// still be claimed, its amounts are for those alone who may see its detail; the caller may be nobody, uid 0. None without money.
    /// </summary>
    public async Task<DrawResponse> GetDrawAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken)
    {
        var row = await packets.FindAsync(context.App, request.PacketNo, cancellationToken).ConfigureAwait(false);
        if (row is null || !PacketPhase.IsPaid(row.State))
        {
            return new DrawResponse { Result = Result.Of(ResultCode.NotFound) };
        }

        if (row.Scope != ScopeKind.Public && !PacketPhase.IsDrawOver(row.State))
        {
            var refusal = context.Uid == 0 ? Result.Of(ResultCode.NotInScope) : (await LookAsync(context, row, cancellationToken).ConfigureAwait(false)).Refusal;
            if (refusal is not null)
            {
                return new DrawResponse { Result = refusal };
            }
        }

        return new DrawResponse
        {
            Algorithm = DrawAlgorithm,
            Packet = new PacketView
            {
                PacketNo = row.PacketNo,
                Status = row.State,
                Split = row.Split,
                Amount = row.Amount,
                Currency = row.Currency,
                Count = row.Count,
                Cap = row.Cap,
                SeedHash = row.SeedHash,
                Seed = PacketViews.SeedOf(row),
            },
            Draws = await claims.DrawsAsync(row.PacketNo, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>
    /// The packet and the caller's claim of it, if he may see its detail. The packet is read before any of its claims: what
    /// its row counts is there when the claims are read.
    /// </summary>
    public async Task<OpenedPacket> OpenAsync(CallContext context, long packetNo, CancellationToken cancellationToken)
    {
        var row = await packets.FindAsync(context.App, packetNo, cancellationToken).ConfigureAwait(false);
        return row is null ? OpenedPacket.Refused(Result.Of(ResultCode.NotFound)) : await LookAsync(context, row, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OpenedPacket> LookAsync(CallContext context, PacketRow row, CancellationToken cancellationToken)
    {
        var mine = await claims.OfUserAsync(context.Uid, [row.PacketNo], cancellationToken).ConfigureAwait(false);
        var sight = await new PacketSight(relations, context, asksMax: 1).LookAsync(row, mine.Count > 0, cancellationToken).ConfigureAwait(false);
        return sight switch
        {
            Sight.Shown => new OpenedPacket(null, row, mine),
            Sight.Hidden => OpenedPacket.Refused(Result.Of(ResultCode.NotFound)),
            Sight.OutOfScope => OpenedPacket.Refused(Result.Of(ResultCode.NotInScope)),
            Sight.Unknown or Sight.NotAsked => OpenedPacket.Refused(
                Result.Of(ResultCode.Degraded, "This packet cannot be checked just now; please try again soon.")),
        };
    }
}

/// <summary>A packet that the caller may see, or why not.</summary>
/// <param name="Refusal">Null when he may.</param>
/// <param name="Row">Null when he may not.</param>
/// <param name="Mine">The caller's claim by packet number, or empty.</param>
internal sealed record OpenedPacket(Result? Refusal, PacketRow? Row, Dictionary<long, ClaimRow> Mine)
{
    public static OpenedPacket Refused(Result result) => new(result, null, []);
}
