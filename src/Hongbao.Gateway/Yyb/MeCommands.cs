using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands about the user alone: his lists, his subsidies, his wallet, his tickets.</summary>
internal sealed class MeCommands(IRedPacketQuery query, IFinance finance, OwnProfile ownProfile, Calls calls, Tickets tickets, PacketLimits limits)
{
    public async Task<Outcome<GetMeRsp>> GetAsync(CommandCall call)
    {
        var profile = await ownProfile.FindAsync(call.Origin, call.User.Uid);
        return new GetMeRsp { Uid = call.User.Uid, Name = profile.Name, Avatar = profile.Avatar, App = call.User.App };
    }

    public Task<Outcome<ListSentRsp>> ListSentAsync(CommandCall call, ListSentReq request)
    {
        var fields = new Fields();
        var page = fields.PageOfYear(request.Limit, request.Cursor, request.Year);
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.ListSentAsync(context, page, gone), static r => new ListSentRsp
        {
            Items = r.Items.ConvertAll(AppShapes.Of),
            TotalCount = r.TotalCount,
            TotalAmount = r.TotalAmount,
            Next = r.Next,
        });
    }

    public Task<Outcome<ListReceivedRsp>> ListReceivedAsync(CommandCall call, ListReceivedReq request)
    {
        var fields = new Fields();
        var page = fields.PageOfYear(request.Limit, request.Cursor, request.Year);
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.ListReceivedAsync(context, page, gone), static r => new ListReceivedRsp
        {
            Items = r.Items.ConvertAll(AppShapes.Of),
            TotalCount = r.TotalCount,
            TotalAmount = r.TotalAmount,
            Next = r.Next,
        });
    }

    public async Task<Outcome<GetWalletRsp>> GetWalletAsync(CommandCall call)
    {
        var known = await limits.GetAsync(call.Origin);
        var asked = new WalletRequest { Currency = known.Currency };
        return await calls.AnswerAsync(call, known.Result.IsOk() ? null : known.Result, (context, gone) => finance.GetWalletAsync(context, asked, gone),
            static r => new GetWalletRsp { Currency = r.Currency, Change = r.Change, Reward = r.Reward });
    }

    public Task<Outcome<ListWalletEntriesRsp>> ListWalletEntriesAsync(CommandCall call, ListWalletEntriesReq request)
    {
        var fields = new Fields();
        var page = fields.Page(request.Limit, request.Cursor);
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => finance.ListEntriesAsync(context, page, gone),
            static r => new ListWalletEntriesRsp { Items = r.Items.ConvertAll(AppShapes.Of), Next = r.Next });
    }

    public Task<Outcome<ListSubsidiesRsp>> ListSubsidiesAsync(CommandCall call) => calls.AnswerAsync(call, refusal: null, query.ListSubsidiesAsync,
        static r => new ListSubsidiesRsp { Items = r.Items.ConvertAll(AppShapes.Of), Degraded = r.Degraded });

    public Task<Outcome<IssueTicketRsp>> IssueTicketAsync(CommandCall call)
    {
        var issued = tickets.Issue(call.User);
        return Task.FromResult<Outcome<IssueTicketRsp>>(new IssueTicketRsp { Ticket = issued.Ticket, ExpiresAtMs = issued.ExpiresAt.ToUnixTimeMilliseconds() });
    }
}
