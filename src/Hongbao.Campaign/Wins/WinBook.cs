using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Rain;
using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Campaign.Wins;

/// <summary>The campaign's record of wins, for everybody who asks: users for their tokens, Async before money moves and by age.</summary>
internal sealed class WinBook(IStore store, DrawStore draws, SubsidyTokens tokens)
{
    private const int ListMax = 500;
    private const int QuestionMax = 1000;
    private const int PullMax = 4000;

    // A win that can be used no more is listed for a day: users ask where it went.
    private const long ShownMs = 86_400_000;

    private const string Columns = "d.win_no, d.uid, d.campaign_id, d.round, d.app, d.amount, d.key_id, d.drawn_at, d.expires_at, c.currency";

    private sealed class WinRow
    {
        public long WinNo { get; init; }
        public long Uid { get; init; }
        public long CampaignId { get; init; }
        public int Round { get; init; }
        public string App { get; init; } = "";
        public long Amount { get; init; }
        public string KeyId { get; init; } = "";
        public long DrawnAt { get; init; }
        public long ExpiresAt { get; init; }
        public string Currency { get; init; } = "";

        public SubsidyIssued Issued() => RewardNumber.Issued(new DrawKey(CampaignId, Round, Uid), App, Currency, new Outcome(Amount, KeyId, DrawnAt, ExpiresAt));
    }

    /// <summary>A user's wins, newest first.</summary>
    public async Task<WinListResponse> ListAsync(CallContext context, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<WinRow>($"""
                select {Columns} from draws d join campaigns c on c.campaign_id = d.campaign_id
                where d.uid = @Uid and d.app = @App and d.amount > 0 and d.expires_at > (select now_ms()) - @shown order by d.win_no desc limit {ListMax}
                """, new { context.Uid, context.App, shown = ShownMs }, cancellationToken).ConfigureAwait(false);
            return new WinListResponse { Items = rows.ConvertAll(r => new WinView { Win = r.Issued(), Token = RewardNumber.Token(tokens, r.Issued(), r.KeyId) }) };
        }
    }

    /// <summary>Whether wins are recorded here with exactly that content.</summary>
    public async Task<VerifyWinsResponse> VerifyAsync(VerifyWinsRequest request, CancellationToken cancellationToken)
    {
        if (request.Items.Count > QuestionMax)
        {
            return new VerifyWinsResponse { Result = Result.Invalid("items", $"at most {QuestionMax}") };
        }

        var asked = request.Items.Select(static i => RewardNumber.TryRead(i.ExternalNo, out var key) ? key : (DrawKey?)null).ToArray();
        var keys = asked.OfType<DrawKey>().Distinct().ToArray();
        var known = await draws.FindAsync(keys, cancellationToken).ConfigureAwait(false);
        var campaigns = await CampaignsAsync(keys, cancellationToken).ConfigureAwait(false);
        return new VerifyWinsResponse
        {
            Items = [.. request.Items.Select((item, i) => new WinVerdict
            {
                ExternalNo = item.ExternalNo,
                Genuine = asked[i] is { } key && known.TryGetValue(key, out var outcome) && outcome.IsWin && campaigns.TryGetValue(key.CampaignId, out var campaign)
                    && RewardNumber.Issued(key, campaign.App, campaign.Currency, outcome) == item,
            })],
        };
    }

    /// <summary>Wins of all campaigns in order of their numbers, which order by time.</summary>
    public async Task<PullWinsResponse> PullAsync(PullWinsRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit is < 1 or > PullMax)
        {
            return new PullWinsResponse { Result = Result.Invalid("limit", $"1 to {PullMax}"), NextAfterNo = request.AfterNo };
        }

        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<WinRow>($"""
                select {Columns} from draws d join campaigns c on c.campaign_id = d.campaign_id
                where d.win_no > @AfterNo and d.win_no < @below order by d.win_no limit @Limit
                """, new { request.AfterNo, below = Number.LowestAt(request.OlderThanMs), request.Limit }, cancellationToken).ConfigureAwait(false);
            return new PullWinsResponse
            {
                Items = rows.ConvertAll(static r => r.Issued()),
                NextAfterNo = rows.Count == 0 ? request.AfterNo : rows[^1].WinNo,
                Finished = rows.Count < request.Limit,
            };
        }
    }

    private sealed class CampaignRow
    {
        public long CampaignId { get; init; }
        public string App { get; init; } = "";
        public string Currency { get; init; } = "";
    }

    private async Task<Dictionary<long, CampaignRow>> CampaignsAsync(DrawKey[] keys, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return (await session.QueryAsync<CampaignRow>(
                $"select campaign_id, app, currency from campaigns where campaign_id {Sql.AnyOf(session.Dialect, "@ids")}",
                new { ids = session.Longs(keys.Select(static k => k.CampaignId).Distinct()) }, cancellationToken).ConfigureAwait(false)).ToDictionary(static c => c.CampaignId);
        }
    }
}
