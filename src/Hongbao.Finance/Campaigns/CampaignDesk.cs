using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Campaigns;

/// <summary>A campaign's account, summed from its orders.</summary>
internal sealed class CampaignDesk(FinanceStore store)
{
    /// <summary>One statement, so that the sums and the balance are of one moment; the orders' indexes have to cover it, and are found by their own conditions only.</summary>
    internal const string Totals =
        """
        select kind, cast(sum(amount) as bigint) as total from orders
        where campaign_id = @CampaignId and campaign_id <> 0 and app = @App and currency = @Currency and status = 2 group by kind
        union all
        select 'payout', cast(coalesce(sum(amount), 0) as bigint) from orders where kind = 'payout' and status = 2 and currency = @Currency and app = @App
        union all
        select kind, balance from accounts where app = @App and account = @account and currency = @Currency
        """;

    // Of each packet's money: its funding and what came back of it, by the funding's win.
    private const string Hours =
        """
        select f.won_at / 3600000 * 3600000 as hour_ms, cast(sum(case when o.kind = 'fund' then o.amount else 0 end) as bigint) as funded,
          cast(sum(case when o.kind = 'refund' then o.amount else 0 end) as bigint) as returned
        from orders o join orders f on f.app = o.app and f.kind = 'fund' and f.order_no = o.packet_no
        where o.campaign_id = @CampaignId and o.campaign_id <> 0 and o.app = @App and o.currency = @Currency and o.status = 2 and o.kind in ('fund', 'refund')
        group by f.won_at / 3600000 * 3600000 order by 1
        """;

    private sealed class TotalRow
    {
        public string Kind { get; init; } = "";
        public long Total { get; init; }
    }

    public async Task<CampaignAccountResponse> GetAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken)
    {
        if (request.CampaignId <= 0)
        {
            return new CampaignAccountResponse { Result = Result.Invalid("campaignId", FinanceLimits.NumberText) };
        }

        if (!FinanceLimits.IsCurrency(request.Currency))
        {
            return new CampaignAccountResponse { Result = Result.Invalid("currency", FinanceLimits.CurrencyText) };
        }

        await using var session = await store.ReadAsync(cancellationToken);
        var rows = await session.QueryAsync<TotalRow>(
            Totals,
            new { context.App, request.CampaignId, request.Currency, account = Account.CampaignHold(request.CampaignId, request.Currency).Name }, cancellationToken);
        var hours = request.ByHour ? await session.QueryAsync<CampaignAccountHour>(Hours, new { context.App, request.CampaignId, request.Currency }, cancellationToken) : [];
        var totals = rows.ToDictionary(r => r.Kind, r => r.Total);
        return new CampaignAccountResponse
        {
            Held = totals.GetValueOrDefault(Operations.Hold),
            Funded = totals.GetValueOrDefault(Operations.Fund),
            Returned = totals.GetValueOrDefault(Operations.Refund),
            Released = totals.GetValueOrDefault(Operations.Release),
            Balance = totals.GetValueOrDefault(AccountKinds.CampaignHold),
            Withdrawn = totals.GetValueOrDefault(Operations.Payout),
            Hours = hours,
        };
    }
}
