using Hongbao.Contracts;
using Hongbao.Query.Lists;
using Hongbao.Query.Packets;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Claims;

/// <summary>A packet's claims in order of seq, and single claims.</summary>
internal sealed class ClaimLists(PacketDetails packets, CoreClaims claims, ClaimViews views, IProfiles profiles)
{
    /// <summary>Who may see the packet's detail may see its claims.</summary>
    public async Task<ClaimListResponse> ListAsync(CallContext context, PageRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Read(request, CursorKind.Claims, 0, out var page) is { } fault)
        {
            return new ClaimListResponse { Result = fault };
        }

        var packet = await packets.OpenAsync(context, request.PacketNo, cancellationToken).ConfigureAwait(false);
        if (packet.Refusal is { } refusal)
        {
            return new ClaimListResponse { Result = refusal };
        }

        var rows = await claims.OfPacketAsync(request.PacketNo, page.First, page.Limit + 1, cancellationToken).ConfigureAwait(false);
        // Of the whole packet: the greatest share may stand on another page.
        var luckiest = packet.Row!.State == PacketStatus.Exhausted ? await claims.LuckiestAsync(request.PacketNo, cancellationToken).ConfigureAwait(false) : 0;
        var isMore = rows.Count > page.Limit;
        var shown = isMore ? rows[..page.Limit] : rows;
        var names = await Names.OfAsync(profiles, context, shown.Select(r => r.Uid), cancellationToken).ConfigureAwait(false);
        return new ClaimListResponse
        {
            Items = (await views.ShowAsync(shown, cancellationToken).ConfigureAwait(false)).ConvertAll(claim => new ClaimListItem
            {
                Claim = claim,
                Name = names[claim.Uid].Name,
                Avatar = names[claim.Uid].Avatar,
                Luckiest = claim.ClaimNo == luckiest,
            }),
            Next = isMore ? Cursor.Write(CursorKind.Claims, shown[^1].Seq) : "",
        };
    }

    /// <summary>For its claimer and the packet's sender.</summary>
    public async Task<ClaimByNoResponse> GetAsync(CallContext context, ClaimByNoRequest request, CancellationToken cancellationToken)
    {
        var row = await claims.FindAsync(context.App, request.ClaimNo, cancellationToken).ConfigureAwait(false);
        return row is null || (context.Uid != row.Uid && context.Uid != row.SenderUid)
            ? new ClaimByNoResponse { Result = Result.Of(ResultCode.NotFound) }
            : new ClaimByNoResponse { Claim = (await views.ShowAsync([row], cancellationToken).ConfigureAwait(false))[0] };
    }
}
