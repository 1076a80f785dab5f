namespace Hongbao.Client.Yyb;

/// <summary>Every command that a user can send, for <see cref="YybBatch.Add"/>; <see cref="YybClient"/> has a method for each.</summary>
public static class YybCommands
{
    /// <summary>Make a packet and its payment order.</summary>
    public static YybCommand<CreatePacketReq, CreatePacketRsp> CreatePacket { get; } = new(Command.CreatePacket);

    /// <summary>Bind a packet to a video, by its sender, once.</summary>
    public static YybCommand<SetContentReq, SetContentRsp> SetContent { get; } = new(Command.SetContent);

    /// <summary>Packets of a video that the user may see, or without one the recent public ones.</summary>
    public static YybCommand<ListPacketsReq, ListPacketsRsp> ListPackets { get; } = new(Command.ListPackets);

    /// <summary>A packet as the user may see it.</summary>
    public static YybCommand<GetPacketReq, GetPacketRsp> GetPacket { get; } = new(Command.GetPacket);

    /// <summary>Only a packet's status.</summary>
    public static YybCommand<GetPacketStatusReq, GetPacketStatusRsp> GetPacketStatus { get; } = new(Command.GetPacketStatus);

    /// <summary>What anyone needs to recompute a packet's amounts.</summary>
    public static YybCommand<GetDrawReq, GetDrawRsp> GetDraw { get; } = new(Command.GetDraw);

    /// <summary>The limits of packets; needs no token.</summary>
    public static YybCommand<Nothing, GetLimitsRsp> GetLimits { get; } = new(Command.GetLimits);

    /// <summary>Take the user's share; claiming again gives the same claim.</summary>
    public static YybCommand<ClaimReq, ClaimRsp> Claim { get; } = new(Command.Claim);

    /// <summary>The claims of a packet, in order of seq.</summary>
    public static YybCommand<ListClaimsReq, ListClaimsRsp> ListClaims { get; } = new(Command.ListClaims);

    /// <summary>A claim, for its claimer and the packet's sender.</summary>
    public static YybCommand<GetClaimReq, GetClaimRsp> GetClaim { get; } = new(Command.GetClaim);

    /// <summary>Who the token stands for.</summary>
    public static YybCommand<Nothing, GetMeRsp> GetMe { get; } = new(Command.GetMe);

    /// <summary>Packets that the user sent in a year.</summary>
    public static YybCommand<ListSentReq, ListSentRsp> ListSent { get; } = new(Command.ListSent);

    /// <summary>Shares that the user received in a year.</summary>
    public static YybCommand<ListReceivedReq, ListReceivedRsp> ListReceived { get; } = new(Command.ListReceived);

    /// <summary>The user's balances.</summary>
    public static YybCommand<Nothing, GetWalletRsp> GetWallet { get; } = new(Command.GetWallet);

    /// <summary>The user's statement.</summary>
    public static YybCommand<ListWalletEntriesReq, ListWalletEntriesRsp> ListWalletEntries { get; } = new(Command.ListWalletEntries);

    /// <summary>A ticket for a page that cannot send a token: single use, 60 seconds.</summary>
    public static YybCommand<Nothing, IssueTicketRsp> IssueTicket { get; } = new(Command.IssueTicket);

    /// <summary>Pay a payment order, by the packet's sender; paying twice pays once. Pending: ask again.</summary>
    public static YybCommand<PayReq, PayRsp> Pay { get; } = new(Command.Pay);
}
