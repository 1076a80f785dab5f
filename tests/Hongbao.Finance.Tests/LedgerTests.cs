using Hongbao.Contracts;
using Hongbao.Finance.Ledger;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Tests;

public abstract class LedgerTests(SqlDialect dialect)
{
    [Fact]
    public async Task A_trial_balance_sums_to_zero_per_currency()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await BooksAsync(finance);

        var check = await finance.CheckAsync();

        Assert.Empty(check.Faults);
        Assert.Equal(
            [
                "CNY campaign-hold 1 140", "CNY change 2 20", "CNY escrow 2 60", "CNY in-transit 1 8", "CNY outside -295", "CNY reward 2 22", "CNY unclaimed 1 45",
            ],
            check.Lines.Select(l => l.Kind == "outside" ? $"{l.Currency} {l.Kind} {l.Balance}" : $"{l.Currency} {l.Kind} {l.Accounts} {l.Balance}"));
        Assert.Empty((await finance.Operations.CheckLedgerAsync(CallContext.ForSystem("other"), default)).Lines);
    }

    [Theory]
    [InlineData("update accounts set balance = balance + 1 where account = 'change:2002'", "trial balance")]
    [InlineData("update accounts set balance = balance + 1 where account = 'change:2002'", "balance differs from entries")]
    [InlineData("update entries set amount = amount + 1 where account = 'change:2002'", "transaction does not sum to 0")]
    [InlineData("delete from accounts where account = 'change:2002'", "entries without account")]
    [InlineData("update entries set balance_after = balance_after + 1 where account = 'change:2002'", "statement does not add up")]
    [InlineData("update accounts set may_be_negative = true, balance = -1 where account = 'change:2002'", "forbidden negative")]
    [InlineData("delete from entries where kind = 'transfer'", "transaction without entries")]
    [InlineData("delete from transactions where kind = 'transfer'", "entries without transaction")]
    [InlineData("update orders set amount = amount + 1 where kind = 'refund' and status = 2", "order and ledger differ")]
    [InlineData("update payments set amount = amount + 1", "order and ledger differ")]
    [InlineData("update orders set status = 1 where kind = 'transfer'", "ledger without order")]
    [InlineData("update payments set status = 4, paid_at = 0, refunded = 0", "ledger without order")]
    [InlineData("update payments set refunded = refunded - 1", "refunds of a payment")]
    [InlineData("update entries set amount = amount - 1000 where account like 'escrow:%' and kind = 'transfer'", "more left escrow than was paid")]
    [InlineData("update entries set balance_after = -1 where account like 'campaign-hold:%' and kind = 'fund'", "negative meanwhile")]
    [InlineData("update orders set amount = amount + 1 where kind = 'hold'", "order and ledger differ")]
    [InlineData("update orders set amount = amount + 1 where kind = 'release'", "order and ledger differ")]
    [InlineData("update orders set amount = amount + 1 where kind = 'fund'", "order and ledger differ")]
    [InlineData("update orders set amount = amount + 1 where kind = 'payout'", "order and ledger differ")]
    [InlineData("update orders set status = 1 where kind = 'release'", "ledger without order")]
    [InlineData("delete from orders where kind = 'payout'", "ledger without order")]
    [InlineData("update orders set amount = amount + 1 where kind = 'fund'", "escrow and its funding differ")]
    [InlineData("update payments set amount = amount + 1", "escrow and its funding differ")]
    [InlineData("update entries set account = 'escrow:1' where account like 'escrow:%' and kind = 'fund'", "escrow and its funding differ")]
    [InlineData("update payments set packet_no = (select order_no from orders where kind = 'fund')", "packet funded twice")]
    [InlineData("update orders set refunded = refunded - 1 where kind = 'fund'", "refunds of a funding")]
    [InlineData("update orders set campaign_id = campaign_id + 1 where kind = 'refund' and campaign_id <> 0 and status = 2", "refunds of a funding")]
    [InlineData("update orders set status = 3 where kind = 'setAside' and campaign_id <> 0", "refunds of a funding")]
    [InlineData("update orders set campaign_id = campaign_id + 1 where kind = 'release'", "campaign account and orders differ")]
    [InlineData("update accounts set balance = balance + 1 where kind = 'campaign-hold'", "campaign account and orders differ")]
    [InlineData("update orders set status = 3 where kind = 'payout' and status = 2", "payout and ledger differ")]
    [InlineData("update orders set status = 2 where kind = 'payout' and status = 1", "payout and ledger differ")]
    [InlineData("update orders set status = 2 where kind = 'payout' and status = 3 and reason = 'refused by the bank'", "payout and ledger differ")]
    [InlineData("update orders set status = 2 where kind = 'payout' and status = 3 and reason = 'balance too small'", "payout and ledger differ")]
    [InlineData("update orders set uid = uid + 1 where kind = 'payout' and status = 2", "payout and ledger differ")]
    [InlineData("delete from entries where kind = 'payoutReturned'", "payout and ledger differ")]
    [InlineData("update orders set status = 2 where kind = 'payout' and status = 1", "in transit and payouts differ")]
    [InlineData("update accounts set balance = balance + 1 where kind = 'in-transit'", "in transit and payouts differ")]
    public async Task A_planted_fault_is_found_by_its_rule(string plant, string rule)
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await BooksAsync(finance);
        await finance.AssertCleanAsync();

        Assert.True(await finance.WriteAsync(plant) > 0, "nothing was planted");

        Assert.Contains((await finance.CheckAsync()).Faults, f => f.StartsWith(rule + ":", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_payouts_are_not_each_compared_with_every_entry()
    {
        // Three thousand of them took half a minute so.
        const string Many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) select";
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await finance.WriteAsync($"""
            insert into orders (app, kind, order_no, packet_no, pay_order_no, uid, amount, currency, packet_kind, status, reason, process_at, attempts, created_at, final_at)
            {Many} 'default', 'payout', i, 0, 0, 7, 5, 'CNY', 0, 2, '', 0, 1, 1, 1 from n
            """);
        foreach (var (kind, account, amount) in new[] { ("payout", "reward:7", -5), ("payout", "in-transit", 5), ("payoutPaid", "in-transit", -5), ("payoutPaid", "outside:0", 5) })
        {
            await finance.WriteAsync($"""
                insert into entries (app, kind, business_no, account, currency, amount, balance_after, packet_no, at)
                {Many} 'default', @kind, i, @account, 'CNY', {amount}, 0, 0, 1 from n
                """, new { kind, account });
        }

        var start = TimeProvider.System.GetTimestamp();
        var check = await finance.CheckAsync();

        Assert.DoesNotContain(check.Faults, f => f.StartsWith("payout and ledger differ", StringComparison.Ordinal));
        Assert.Contains(check.Faults, f => f.StartsWith("transaction", StringComparison.Ordinal) || f.StartsWith("entries", StringComparison.Ordinal));
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(8), TimeProvider.System.GetElapsedTime(start).ToString());
    }

    [Fact]
    public async Task The_database_itself_refuses_a_user_below_zero()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await BooksAsync(finance);

        var refused = await Assert.ThrowsAsync<StoreException>(() => finance.WriteAsync("update accounts set balance = -1 where account = 'change:2002'"));

        Assert.Equal(StoreFault.CheckViolation, refused.Fault);
    }

    [Fact]
    public async Task The_database_itself_refuses_to_refund_more_than_was_paid_or_to_post_twice()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await BooksAsync(finance);

        var beyond = await Assert.ThrowsAsync<StoreException>(() => finance.WriteAsync("update payments set refunded = amount + 1"));
        var twice = await Assert.ThrowsAsync<StoreException>(() => finance.WriteAsync(
            "insert into transactions (app, kind, business_no, at) select app, kind, business_no, at from transactions where kind = 'payment'"));
        var beyondFunding = await Assert.ThrowsAsync<StoreException>(() => finance.WriteAsync("update orders set refunded = amount + 1 where kind = 'fund'"));
        var ofTransfer = await Assert.ThrowsAsync<StoreException>(() => finance.WriteAsync("update orders set refunded = 1 where kind = 'transfer'"));

        Assert.Equal((StoreFault.CheckViolation, StoreFault.CheckViolation), (beyondFunding.Fault, ofTransfer.Fault));
        Assert.Equal(StoreFault.CheckViolation, beyond.Fault);
        Assert.Equal(StoreFault.UniqueViolation, twice.Fault);
    }

    [Fact]
    public async Task A_posting_below_zero_is_refused_before_it_is_written()
    {
        await using var finance = await FinanceHarness.StartAsync(dialect);
        await using var session = await finance.Store.WriteAsync(default);
        var from = Account.Change(1, "CNY");
        var to = Account.Change(2, "CNY");
        var ledger = await LedgerBatch.OpenAsync(session, "default", [from, to], default);

        Assert.False(ledger.CanMove(from, to, 1));
        Assert.Throws<InvalidOperationException>(() => ledger.Post(Posting.Move("transfer", 1, 0, from, to, 1), 0));
    }

    /// <summary>One packet of a payer and one of a campaign with every kind of movement, and payouts with every end.</summary>
    private static async Task BooksAsync(FinanceHarness finance)
    {
        var payment = await finance.PaidAsync(100);
        await finance.TransferAllAsync(FinanceHarness.NewTransfer(payment, 2002, 10), FinanceHarness.NewTransfer(payment, 2002, 15, PacketKind.B2C));
        await finance.RefundAsync(FinanceHarness.NewRefund(payment, 10));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "refund", RefusePermille = 1000 });
        var refused = FinanceHarness.NewRefund(payment, 25);
        await finance.RefundAsync(refused);
        await finance.SetAsideAsync(refused);

        await finance.MisbehaveAsync();
        var funding = await finance.FundedAsync(100, held: 250);
        await finance.TransferAsync(FinanceHarness.NewTransfer(funding, 2003, 35));
        await finance.RefundAsync(FinanceHarness.NewRefund(funding, 25));
        await finance.ReleaseAsync(FinanceHarness.NewHold(funding.CampaignId, 35));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "refund", RefusePermille = 1000 });
        var aside = FinanceHarness.NewRefund(funding, 20);
        await finance.RefundAsync(aside);
        await finance.SetAsideAsync(aside);

        await finance.PayoutAsync(FinanceHarness.NewPayout(2003, 20));
        await finance.PayoutAsync(FinanceHarness.NewPayout(2003, 1000));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", RefusePermille = 1000 });
        await finance.PayoutAsync(FinanceHarness.NewPayout(2003, 5));
        await finance.MisbehaveAsync(new FinanceFault { Operation = "payout", LaterPermille = 1000, LaterMs = 60_000 });
        await finance.PayoutAsync(FinanceHarness.NewPayout(2003, 8));
        await finance.MisbehaveAsync();
    }
}

public sealed class LedgerTestsOnSqlite() : LedgerTests(SqlDialect.Sqlite);

public sealed class LedgerTestsOnPostgres() : LedgerTests(SqlDialect.Postgres);

public sealed class PostingTests
{
    private static readonly Account Here = Account.Change(1, "CNY");

    [Fact]
    public void A_posting_that_does_not_sum_to_zero_per_currency_cannot_be_made()
    {
        Assert.Throws<InvalidOperationException>(() => new Posting("transfer", 1, 0, [new(Here, 5), new(Account.Change(2, "CNY"), -4)]));
        Assert.Throws<InvalidOperationException>(() => new Posting("transfer", 1, 0, [new(Here, 5), new(Account.Change(2, "USD"), -5)]));
        Assert.Throws<InvalidOperationException>(() => new Posting("transfer", 1, 0, [new(Here, 0), new(Account.Change(2, "CNY"), 0)]));
        Assert.Throws<InvalidOperationException>(() => new Posting("transfer", 1, 0, []));
    }

    [Fact]
    public void Only_the_outside_may_be_negative()
    {
        Account[] accounts =
        [
            Account.Outside(17, "CNY"), Account.Escrow(1, "CNY"), Here, Account.Reward(1, "CNY"), Account.Unclaimed("CNY"),
            Account.CampaignHold(1, "CNY"), Account.InTransit("CNY"),
        ];

        Assert.Equal(["outside:1", "escrow:1", "change:1", "reward:1", "unclaimed", "campaign-hold:1", "in-transit"], accounts.Select(a => a.Name));
        Assert.Equal(accounts[0], Assert.Single(accounts, a => a.MayBeNegative));
    }
}
