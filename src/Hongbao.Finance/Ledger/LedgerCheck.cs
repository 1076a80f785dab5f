using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Ledger;

/// <summary>
/// The ledger's own check: a trial balance, and rules that hold at every moment. Each rule is one statement, so that it sees
/// one state of the books while others write.
/// </summary>
internal sealed class LedgerCheck(FinanceStore store)
{
    private const int FaultsPerRuleMax = 50;

    // A fault's sentence is made by the database: one shape for all rules.
    private static readonly (string Rule, Sql Find)[] Rules =
    [
        ("transaction does not sum to 0",
            """
            select kind || ' ' || business_no || ' in ' || currency || ' sums to ' || sum(amount)
            from entries where app = @App group by kind, business_no, currency having sum(amount) <> 0 limit @max
            """),
        ("balance differs from entries",
            """
            select a.account || ' ' || a.currency || ' stands at ' || a.balance || ', its entries sum to ' || coalesce(e.total, 0)
            from accounts a
            left join (select account, currency, sum(amount) as total from entries where app = @App group by account, currency) e
              on e.account = a.account and e.currency = a.currency
            where a.app = @App and a.balance <> coalesce(e.total, 0) limit @max
            """),
        ("entries without account",
            """
            select e.account || ' ' || e.currency || ' has ' || e.lines || ' entries'
            from (select account, currency, count(*) as lines from entries where app = @App group by account, currency) e
            left join accounts a on a.app = @App and a.account = e.account and a.currency = e.currency
            where a.account is null limit @max
            """),
        ("statement does not add up",
            """
            select 'entry ' || entry_no || ' of ' || account || ' ' || currency || ' shows ' || balance_after || ', the entries up to it sum to ' || running
            from (select entry_no, account, currency, balance_after,
                    sum(amount) over (partition by account, currency order by entry_no) as running
                  from entries where app = @App) e
            where running <> balance_after limit @max
            """),
        ("forbidden negative",
            """
            select account || ' ' || currency || ' stands at ' || balance
            from accounts where app = @App and balance < 0 and kind <> 'outside' limit @max
            """),
        ("negative meanwhile",
            """
            select account || ' ' || currency || ' stood at ' || balance_after || ' after entry ' || entry_no
            from entries where app = @App and balance_after < 0 and account not like 'outside:%' limit @max
            """),
        ("transaction without entries",
            """
            select t.kind || ' ' || t.business_no from transactions t
            left join (select distinct kind, business_no from entries where app = @App) e on e.kind = t.kind and e.business_no = t.business_no
            where t.app = @App and e.kind is null limit @max
            """),
        ("entries without transaction",
            """
            select e.kind || ' ' || e.business_no from (select distinct kind, business_no from entries where app = @App) e
            left join transactions t on t.app = @App and t.kind = e.kind and t.business_no = e.business_no
            where t.kind is null limit @max
            """),
        ("order and ledger differ",
            """
            select b.kind || ' ' || b.no || ' of ' || b.amount || ' ' || b.currency || ' succeeded, the ledger moved ' || coalesce(m.moved, 0)
            from (select 'payment' as kind, pay_order_no as no, amount, currency from payments where app = @App and status = 2
                  union all
                  select kind, order_no, amount, currency from orders where app = @App and status = 2) b
            left join (select kind, business_no, currency, sum(case when amount > 0 then amount else 0 end) as moved
                       from entries where app = @App group by kind, business_no, currency) m
              on m.kind = b.kind and m.business_no = b.no and m.currency = b.currency
            where coalesce(m.moved, 0) <> b.amount limit @max
            """),
        ("ledger without order",
            """
            select t.kind || ' ' || t.business_no from transactions t
            left join payments p on t.kind = 'payment' and p.app = t.app and p.pay_order_no = t.business_no and p.status = 2
            left join orders o on o.app = t.app and o.order_no = t.business_no
              and o.kind = case when t.kind in ('payoutPaid', 'payoutReturned') then 'payout' else t.kind end and (o.status = 2 or o.kind = 'payout')
            where t.app = @App and p.app is null and o.app is null limit @max
            """),
        ("refunds of a payment",
            """
            select 'payment ' || p.pay_order_no || ' of ' || p.amount || ' counts ' || p.refunded || ' refunded, its refunds sum to ' || coalesce(r.total, 0)
            from payments p
            left join (select pay_order_no, sum(amount) as total from orders
                       where app = @App and kind in ('refund', 'setAside') and status = 2 group by pay_order_no) r
              on r.pay_order_no = p.pay_order_no
            where p.app = @App and (p.refunded <> coalesce(r.total, 0) or p.refunded > p.amount) limit @max
            """),
        ("more left escrow than was paid",
            """
            select 'packet ' || e.packet_no || ' in ' || e.currency || ' got ' || e.paid || ' and gave ' || e.given
            from (select packet_no, currency,
                    sum(case when amount > 0 then amount else 0 end) as paid, sum(case when amount < 0 then -amount else 0 end) as given
                  from entries where app = @App and account like 'escrow:%' group by packet_no, currency) e
            where e.given > e.paid limit @max
            """),
        ("escrow and its funding differ",
            """
            select account || ' ' || currency || ' got ' || sum(got) || ', its payment or funding says ' || sum(said)
            from (select account, currency, amount as got, 0 as said from entries where app = @App and account like 'escrow:%' and amount > 0
                  union all
                  select 'escrow:' || packet_no, currency, 0, amount from payments where app = @App and status = 2
                  union all
                  select 'escrow:' || order_no, currency, 0, amount from orders where app = @App and kind = 'fund' and status = 2) m
            group by account, currency having sum(got) <> sum(said) limit @max
            """),
        ("packet funded twice",
            """
            select 'packet ' || packet_no || ' got money from ' || count(*) || ' orders'
            from (select packet_no from payments where app = @App and status = 2
                  union all
                  select packet_no from orders where app = @App and kind = 'fund' and status = 2) f
            group by packet_no having count(*) > 1 limit @max
            """),
        ("refunds of a funding",
            """
            select 'packet ' || packet_no || ' got ' || sum(given) || ' ' || currency || ' from campaign ' || campaign_id || ', counts ' || sum(refunded)
              || ' refunded, its refunds sum to ' || sum(returned)
            from (select packet_no, campaign_id, currency, amount as given, refunded, 0 as returned
                  from orders where app = @App and kind = 'fund' and status = 2
                  union all
                  select packet_no, campaign_id, currency, 0, 0, amount
                  from orders where app = @App and kind in ('refund', 'setAside') and campaign_id <> 0 and status = 2) m
            group by packet_no, campaign_id, currency having sum(refunded) <> sum(returned) or sum(refunded) > sum(given) limit @max
            """),
        ("campaign account and orders differ",
            """
            select account || ' ' || currency || ' stands at ' || sum(balance) || ', its orders sum to ' || sum(moved)
            from (select account, currency, balance, 0 as moved from accounts where app = @App and kind = 'campaign-hold'
                  union all
                  select 'campaign-hold:' || campaign_id, currency, 0, case when kind in ('hold', 'refund') then amount else -amount end
                  from orders where app = @App and campaign_id <> 0 and kind <> 'setAside' and status = 2) m
            group by account, currency having sum(balance) <> sum(moved) limit @max
            """),
        ("payout and ledger differ",
            """
            select 'payout ' || order_no || ' of ' || amount || ' ' || currency || ' in state ' || status || ': the ledger took ' || taken || ', paid ' || paid
              || ' and gave ' || given || ' back'
            from (select order_no, currency, sum(amount) as amount, max(status) as status, sum(taken) as taken, sum(paid) as paid, sum(given) as given,
                    count(distinct account) as accounts
                  from (select order_no, currency, amount, status, 0 as taken, 0 as paid, 0 as given, 'reward:' || uid as account
                        from orders where app = @App and kind = 'payout'
                        union all
                        select business_no, currency, 0, 0, case kind when 'payout' then -amount else 0 end, 0, case kind when 'payout' then 0 else amount end, account
                        from entries where app = @App and kind in ('payout', 'payoutReturned') and account like 'reward:%'
                        union all
                        select business_no, currency, 0, 0, 0, amount, 0, null from entries where app = @App and kind = 'payoutPaid' and account like 'outside:%') m
                  group by order_no, currency) p
            where accounts > 1
              or (not (taken = amount and paid = case when status = 2 then amount else 0 end and given = case when status = 3 then amount else 0 end)
                and not (status = 3 and taken = 0 and paid = 0 and given = 0)) limit @max
            """),
        ("in transit and payouts differ",
            """
            select currency || ' in transit stands at ' || sum(balance) || ', the payouts not decided sum to ' || sum(waiting)
            from (select currency, balance, 0 as waiting from accounts where app = @App and kind = 'in-transit'
                  union all
                  select currency, 0, amount from orders where app = @App and kind = 'payout' and status = 1) m
            group by currency having sum(balance) <> sum(waiting) limit @max
            """),
    ];

    /// <summary>Reads everything of one app; takes seconds on millions of entries.</summary>
    public async Task<TrialBalanceResponse> RunAsync(string app, CancellationToken cancellationToken)
    {
        await using var session = await store.ReadAsync(cancellationToken);
        var response = new TrialBalanceResponse
        {
            Lines = await session.QueryAsync<TrialBalanceLine>(
                """
                select currency, kind, count(*) as accounts, cast(sum(balance) as bigint) as balance
                from accounts where app = @app group by currency, kind order by currency, kind
                """, new { app }, cancellationToken),
        };
        foreach (var currency in response.Lines.GroupBy(l => l.Currency, StringComparer.Ordinal))
        {
            var sum = currency.Sum(l => l.Balance);
            if (sum != 0)
            {
                response.Faults.Add($"trial balance: {currency.Key} sums to {sum}");
            }
        }

        foreach (var (rule, find) in Rules)
        {
            var found = await session.QueryAsync<string>(find, new { App = app, max = FaultsPerRuleMax }, cancellationToken);
            response.Faults.AddRange(found.Select(text => $"{rule}: {text}"));
        }

        return response;
    }
}
