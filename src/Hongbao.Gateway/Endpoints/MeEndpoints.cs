using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>What concerns the caller alone: his lists, his subsidies, his wallet, his tickets.</summary>
internal sealed class MeEndpoints(
    IRedPacketQuery query, IFinance finance, OwnProfile ownProfile, Calls calls, Tickets tickets, PacketLimits limits)
{
    private const string Tag = "Me";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/me", GetAsync).For(Access.User).Describe(Tag, "getMe", "The caller.").Gives(typeof(MeAnswer));
        routes.MapGet("/api/v1/me/packets/sent", ListSentAsync).For(Access.User)
            .Describe(Tag, "listSent", "Packets that the caller sent in a year.", ResultCode.ValidationFailed).Lists("year").Gives(typeof(SentPage));
        routes.MapGet("/api/v1/me/packets/received", ListReceivedAsync).For(Access.User)
            .Describe(Tag, "listReceived", "Shares that the caller received in a year.", ResultCode.ValidationFailed).Lists("year").Gives(typeof(ReceivedPage));
        routes.MapGet("/api/v1/me/wallet", GetWalletAsync).For(Access.User)
            .Describe(Tag, "getWallet", "The caller's balances.", ResultCode.Degraded).Gives(typeof(WalletAnswer));
        routes.MapGet("/api/v1/me/wallet/entries", ListEntriesAsync).For(Access.User)
            .Describe(Tag, "listWalletEntries", "The caller's statement.", ResultCode.ValidationFailed, ResultCode.Degraded).Lists().Gives(typeof(WalletEntryPage));
        routes.MapGet("/api/v1/me/subsidies", ListSubsidiesAsync).For(Access.User)
            .Describe(Tag, "listSubsidies", "The caller's subsidies, also those that only the campaign knows yet.", ResultCode.Degraded).Gives(typeof(SubsidyList));
        routes.MapPost("/api/v1/me/tickets", IssueTicket).For(Access.User)
            .Describe(Tag, "issueTicket", "A ticket for a page that cannot send a header: single use, 60 seconds.").Gives(typeof(TicketAnswer));
    }

    private async Task<IResult> GetAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(http);
        var profile = await ownProfile.FindAsync(Calls.OriginOf(http), caller.Uid);
        return JsonAnswer.Ok(new MeAnswer { Uid = caller.Uid, Name = profile.Name, Avatar = profile.Avatar, App = caller.App }, GatewayJson.Wire.MeAnswer);
    }

    private Task<IResult> ListSentAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var page = parameters.PageOfYear();
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => query.ListSentAsync(context, page, gone), static r => new SentPage
        {
            Items = r.Items.ConvertAll(PacketDetail.From),
            Totals = new Totals { Count = r.TotalCount, Amount = r.TotalAmount },
            Next = r.Next.Length == 0 ? null : r.Next,
        }, GatewayJson.Wire.SentPage);
    }

    private Task<IResult> ListReceivedAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var page = parameters.PageOfYear();
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => query.ListReceivedAsync(context, page, gone), static r => new ReceivedPage
        {
            Items = r.Items.ConvertAll(RowOf),
            Totals = new Totals { Count = r.TotalCount, Amount = r.TotalAmount },
            Next = r.Next.Length == 0 ? null : r.Next,
        }, GatewayJson.Wire.ReceivedPage);
    }

    private static ReceivedRow RowOf(ReceivedItem item) => new()
    {
        ClaimNo = item.Claim.ClaimNo,
        PacketNo = item.Claim.PacketNo,
        Seq = item.Claim.Seq,
        Sender = item.Sender,
        SenderName = item.SenderName,
        SenderAvatar = item.SenderAvatar,
        Greeting = item.Greeting,
        Amount = item.Claim.Amount,
        Status = item.Claim.Status,
        ClaimedAt = item.Claim.ClaimedAtMs,
    };

    private async Task<IResult> GetWalletAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var known = await limits.GetAsync(Calls.OriginOf(http));
        if (!known.Result.IsOk())
        {
            return ProblemAnswer.From(known.Result);
        }

        var asked = new WalletRequest { Currency = known.Currency };
        return await calls.AnswerAsync(http, refusal: null, (context, gone) => finance.GetWalletAsync(context, asked, gone),
            static r => new WalletAnswer { Currency = r.Currency, Change = r.Change, Reward = r.Reward }, GatewayJson.Wire.WalletAnswer);
    }

    private Task<IResult> ListEntriesAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var page = parameters.Page();
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => finance.ListEntriesAsync(context, page, gone),
            static r => new WalletEntryPage { Items = r.Items.ConvertAll(RowOf), Next = r.Next.Length == 0 ? null : r.Next }, GatewayJson.Wire.WalletEntryPage);
    }

    private static WalletEntryRow RowOf(WalletEntry entry) => new()
    {
        EntryNo = entry.EntryNo,
        Kind = entry.Kind,
        Account = entry.Account,
        Amount = entry.Amount,
        Balance = entry.Balance,
        PacketNo = Num.OrNone(entry.PacketNo),
        At = entry.AtMs,
    };

    private Task<IResult> ListSubsidiesAsync(HttpContext http, CancellationToken cancellationToken) => calls.AnswerAsync(http, refusal: null, query.ListSubsidiesAsync,
        static r => new SubsidyList { Items = r.Items.ConvertAll(RowOf), Degraded = r.Degraded }, GatewayJson.Wire.SubsidyList);

    private static SubsidyRow RowOf(SubsidyItem item) => new()
    {
        SubsidyNo = Num.OrNone(item.SubsidyNo),
        Token = item.Token.Length == 0 ? null : item.Token,
        CampaignId = item.CampaignId,
        Amount = item.Amount,
        Currency = item.Currency,
        Status = item.Status,
        ExpiresAt = item.ExpiresAtMs,
        PacketNo = Num.OrNone(item.PacketNo),
    };

    private IResult IssueTicket(HttpContext http)
    {
        var issued = tickets.Issue(Caller.Of(http));
        return JsonAnswer.Ok(new TicketAnswer { Ticket = issued.Ticket, ExpiresAt = issued.ExpiresAt.ToUnixTimeMilliseconds() }, GatewayJson.Wire.TicketAnswer);
    }
}
