using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands about the user alone: his lists, his wallet, his tickets.</summary>
internal sealed class MeCommands(IRedPacketQuery query, IFinance finance, OwnProfile ownProfile, Calls calls, Tickets tickets, PacketLimits limits)
{
    public async Task<Outcome<GetMeRsp>> GetAsync(CommandCall call)
    {
        var profile = await ownProfile.FindAsync(call.Origin, call.User.Uid);
        return new GetMeRsp { Uid = call.User.Uid, Name = profile.Name, Avatar = profile.Avatar, App = call.User.App };
    }

    public async Task<Outcome<ListSentRsp>> ListSentAsync(CommandCall call, ListSentReq request)
    {
        var fields = new ListFields();
        var page = fields.Page(request.Limit, request.Cursor);
        page.Year = fields.Year(request.Year);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.ListSentAsync(context, page, gone));
        return !response.Result.IsOk() ? response.Result : new ListSentRsp
        {
            Items = response.Items.ConvertAll(AppShapes.Of),
            TotalCount = response.TotalCount,
            TotalAmount = response.TotalAmount,
            Next = response.Next,
        };
    }

    public async Task<Outcome<ListReceivedRsp>> ListReceivedAsync(CommandCall call, ListReceivedReq request)
    {
        var fields = new ListFields();
        var page = fields.Page(request.Limit, request.Cursor);
        page.Year = fields.Year(request.Year);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.ListReceivedAsync(context, page, gone));
        return !response.Result.IsOk() ? response.Result : new ListReceivedRsp
        {
            Items = response.Items.ConvertAll(AppShapes.Of),
            TotalCount = response.TotalCount,
            TotalAmount = response.TotalAmount,
            Next = response.Next,
        };
    }

    public async Task<Outcome<GetWalletRsp>> GetWalletAsync(CommandCall call)
    {
        var known = await limits.GetAsync(call.Origin);
        if (!known.Result.IsOk())
        {
            return known.Result;
        }

        var request = new WalletRequest { Currency = known.Currency };
        var response = await calls.AskAsync(call.Origin, (context, gone) => finance.GetWalletAsync(context, request, gone));
        return !response.Result.IsOk() ? response.Result : new GetWalletRsp { Currency = response.Currency, Change = response.Change, Reward = response.Reward };
    }

    public async Task<Outcome<ListWalletEntriesRsp>> ListWalletEntriesAsync(CommandCall call, ListWalletEntriesReq request)
    {
        var fields = new ListFields();
        var page = fields.Page(request.Limit, request.Cursor);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => finance.ListEntriesAsync(context, page, gone));
        return !response.Result.IsOk() ? response.Result : new ListWalletEntriesRsp { Items = response.Items.ConvertAll(AppShapes.Of), Next = response.Next };
    }

    public Task<Outcome<IssueTicketRsp>> IssueTicketAsync(CommandCall call)
    {
        var issued = tickets.Issue(call.User);
        return Task.FromResult<Outcome<IssueTicketRsp>>(new IssueTicketRsp { Ticket = issued.Ticket, ExpiresAtMs = issued.ExpiresAt.ToUnixTimeMilliseconds() });
    }
}
