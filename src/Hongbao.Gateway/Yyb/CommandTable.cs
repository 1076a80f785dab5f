using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Hongbao.Contracts.Yyb;
using static Hongbao.Gateway.Yyb.AppCommand;

namespace Hongbao.Gateway.Yyb;

/// <summary>Every command and what carries it out. A new one is a line here and a method there (docs/contracts.md).</summary>
internal sealed class CommandTable(
    PacketCommands packets, ClaimCommands claims, MeCommands me, WithdrawalCommands withdrawals, CashierCommands cashier, CampaignCommands campaigns)
{
    private readonly FrozenDictionary<int, AppCommand> _commands = new[]
    {
        ForUser<CreatePacketReq, CreatePacketRsp>(Command.CreatePacket, packets.CreateAsync),
        ForUser<SetContentReq, SetContentRsp>(Command.SetContent, packets.SetContentAsync),
        ForUser<ListPacketsReq, ListPacketsRsp>(Command.ListPackets, packets.ListAsync),
        ForUser<GetPacketReq, GetPacketRsp>(Command.GetPacket, packets.GetAsync),
        ForUser<GetPacketStatusReq, GetPacketStatusRsp>(Command.GetPacketStatus, packets.GetStatusAsync),
        ForAnyone<GetDrawReq, GetDrawRsp>(Command.GetDraw, packets.GetDrawAsync),
        ForAnyone<GetLimitsRsp>(Command.GetLimits, packets.GetLimitsAsync),

        ForUser<ClaimReq, ClaimRsp>(Command.Claim, claims.ClaimAsync),
        ForUser<ListClaimsReq, ListClaimsRsp>(Command.ListClaims, claims.ListAsync),
        ForUser<GetClaimReq, GetClaimRsp>(Command.GetClaim, claims.GetAsync),

        ForUser<GetMeRsp>(Command.GetMe, me.GetAsync),
        ForUser<ListSentReq, ListSentRsp>(Command.ListSent, me.ListSentAsync),
        ForUser<ListReceivedReq, ListReceivedRsp>(Command.ListReceived, me.ListReceivedAsync),
        ForUser<GetWalletRsp>(Command.GetWallet, me.GetWalletAsync),
        ForUser<ListWalletEntriesReq, ListWalletEntriesRsp>(Command.ListWalletEntries, me.ListWalletEntriesAsync),
        ForUser<IssueTicketRsp>(Command.IssueTicket, me.IssueTicketAsync),
        ForUser<ListSubsidiesRsp>(Command.ListSubsidies, me.ListSubsidiesAsync),
        ForUser<CreateWithdrawalReq, CreateWithdrawalRsp>(Command.CreateWithdrawal, withdrawals.CreateAsync),
        ForUser<GetWithdrawalReq, GetWithdrawalRsp>(Command.GetWithdrawal, withdrawals.GetAsync),

        ForUser<PayReq, PayRsp>(Command.Pay, cashier.PayAsync),

        ForUser<ListCampaignsRsp>(Command.ListCampaigns, campaigns.ListAsync),
        ForUser<DrawInRoundReq, DrawInRoundRsp>(Command.DrawInRound, campaigns.DrawAsync),
    }.ToFrozenDictionary(static c => (int)c.Command);

    /// <summary>The command of a number, if there is one.</summary>
    public bool TryFind(int number, [NotNullWhen(true)] out AppCommand? command) => _commands.TryGetValue(number, out command);
}
