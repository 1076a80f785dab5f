namespace Hongbao.Client.Yyb;

// A method for each command, alone in a package. What they share: the options are of the call alone; the token ends the call and its waiting, while what was
// sent may still be carried out; a HongbaoException is the service's refusal or the want of an answer.
public sealed partial class YybClient
{
    /// <summary>Make a packet and its payment order.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="requestId">The client's own number, 1 to 64 characters: the same number and content gives the same packet. A fresh one for each call when null.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<CreatePacketRsp> CreatePacketAsync(CreatePacketReq request, string? requestId = null, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.CreatePacket, request, requestId, options, cancellationToken);

    /// <summary>Bind a packet to a video, by its sender, once.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<SetContentRsp> SetContentAsync(SetContentReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.SetContent, request, null, options, cancellationToken);

    /// <summary>Packets of a video that the user may see, or without one the recent public ones.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<ListPacketsRsp> ListPacketsAsync(ListPacketsReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.ListPackets, request, null, options, cancellationToken);

    /// <summary>A packet as the user may see it.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetPacketRsp> GetPacketAsync(GetPacketReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetPacket, request, null, options, cancellationToken);

    /// <summary>Only a packet's status.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetPacketStatusRsp> GetPacketStatusAsync(GetPacketStatusReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetPacketStatus, request, null, options, cancellationToken);

    /// <summary>What anyone needs to recompute a packet's amounts.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetDrawRsp> GetDrawAsync(GetDrawReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetDraw, request, null, options, cancellationToken);

    /// <summary>The limits of packets; needs no token.</summary>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetLimitsRsp> GetLimitsAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetLimits, Nothing.Value, null, options, cancellationToken);

    /// <summary>Take the user's share; claiming again gives the same claim.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<ClaimRsp> ClaimAsync(ClaimReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.Claim, request, null, options, cancellationToken);

    /// <summary>The claims of a packet, in order of seq.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<ListClaimsRsp> ListClaimsAsync(ListClaimsReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.ListClaims, request, null, options, cancellationToken);

    /// <summary>A claim, for its claimer and the packet's sender.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetClaimRsp> GetClaimAsync(GetClaimReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetClaim, request, null, options, cancellationToken);

    /// <summary>Who the token stands for.</summary>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetMeRsp> GetMeAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetMe, Nothing.Value, null, options, cancellationToken);

    /// <summary>Packets that the user sent in a year.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<ListSentRsp> ListSentAsync(ListSentReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.ListSent, request, null, options, cancellationToken);

    /// <summary>Shares that the user received in a year.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<ListReceivedRsp> ListReceivedAsync(ListReceivedReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.ListReceived, request, null, options, cancellationToken);

    /// <summary>The user's balances.</summary>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<GetWalletRsp> GetWalletAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.GetWallet, Nothing.Value, null, options, cancellationToken);

    /// <summary>The user's statement.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<ListWalletEntriesRsp> ListWalletEntriesAsync(ListWalletEntriesReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.ListWalletEntries, request, null, options, cancellationToken);

    /// <summary>A ticket for a page that cannot send a token: single use, 60 seconds.</summary>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<IssueTicketRsp> IssueTicketAsync(CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.IssueTicket, Nothing.Value, null, options, cancellationToken);

    /// <summary>Pay a payment order, by the packet's sender; paying twice pays once. Pending: ask again.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="options">Of this call alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="HongbaoException">Refused, or no answer.</exception>
    public Task<PayRsp> PayAsync(PayReq request, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        CallAsync(YybCommands.Pay, request, null, options, cancellationToken);
}
