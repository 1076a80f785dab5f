using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Claims;
using Hongbao.Query.Packets;
using Hongbao.Query.Received;
using Microsoft.Extensions.Logging;

namespace Hongbao.Query;

/// <summary>The module's contract: each call goes to the one who knows. Passing trouble of a store is told as such, wherever the caller is.</summary>
internal sealed class RedPacketQuery(PacketDetails details, PacketLists lists, ClaimLists claims, ReceivedList received, ILogger log) : IRedPacketQuery
{
    public Task<PacketResponse> GetPacketAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(details.GetAsync(context, request, cancellationToken));

    public Task<PacketStatusResponse> GetStatusAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(details.GetStatusAsync(context, request, cancellationToken));

    public Task<ClaimListResponse> ListClaimsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(claims.ListAsync(context, request, cancellationToken));

    public Task<PacketListResponse> ListPacketsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(lists.ListAsync(context, request, cancellationToken));

    public Task<PacketListResponse> ListSentAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(lists.ListSentAsync(context, request, cancellationToken));

    public Task<ReceivedListResponse> ListReceivedAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(received.ListAsync(context, request, cancellationToken));

    public Task<ClaimByNoResponse> GetClaimAsync(CallContext context, ClaimByNoRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(claims.GetAsync(context, request, cancellationToken));

    public Task<DrawResponse> GetDrawAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(details.GetDrawAsync(context, request, cancellationToken));

    // Reading changes nothing: asked again, it may well be answered.
    private async Task<T> AnswerAsync<T>(Task<T> answer)
        where T : IAnswer, new()
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            log.LogWarning("No {Answer} just now ({Fault}): {Reason}", typeof(T).Name, e.Fault, e.Message);
            return new T { Result = Result.Of(ResultCode.Overloaded, "Please ask again.") };
        }
    }
}
