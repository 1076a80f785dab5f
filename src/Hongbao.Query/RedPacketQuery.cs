using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Claims;
using Hongbao.Query.Packets;
using Hongbao.Query.Received;
using Hongbao.Query.Subsidies;
using Microsoft.Extensions.Logging;

namespace Hongbao.Query;

/// <summary>The module's contract: each call goes to the one who knows. Passing trouble of a store is told as such, wherever the caller is.</summary>
internal sealed class RedPacketQuery(PacketDetails details, PacketLists lists, ClaimLists claims, ReceivedList received, SubsidyList subsidies, ILogger log) : IRedPacketQuery
{
    public Task<PacketResponse> GetPacketAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        details.GetAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<PacketStatusResponse> GetStatusAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        details.GetStatusAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<ClaimListResponse> ListClaimsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        claims.ListAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<PacketListResponse> ListPacketsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        lists.ListAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<PacketListResponse> ListSentAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        lists.ListSentAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<ReceivedListResponse> ListReceivedAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        received.ListAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<ClaimByNoResponse> GetClaimAsync(CallContext context, ClaimByNoRequest request, CancellationToken cancellationToken) =>
        claims.GetAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<DrawResponse> GetDrawAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        details.GetDrawAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<SubsidyListResponse> ListSubsidiesAsync(CallContext context, CancellationToken cancellationToken) =>
        subsidies.ListAsync(context, cancellationToken).OrAskAgainAsync(log);
}
