using System.Text.Json;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Ledger;

/// <summary>
/// The postings of one store transaction. Opening it locks the accounts in order, posting works in memory, saving writes
/// accounts, transactions and entries, each with one statement.
/// </summary>
internal sealed class LedgerBatch
{
    private readonly StoreSession _session;
    private readonly string _app;
    private readonly Dictionary<Account, long> _balances;
    private readonly HashSet<Account> _fresh;
    private readonly HashSet<Account> _moved = [];
    private readonly List<TransactionRow> _transactions = [];
    private readonly List<EntryRow> _entries = [];

    private LedgerBatch(StoreSession session, string app, Dictionary<Account, long> balances, HashSet<Account> fresh) =>
        (_session, _app, _balances, _fresh) = (session, app, balances, fresh);

    private sealed record TransactionRow(string Kind, long BusinessNo, long At);

    private sealed record EntryRow(string Kind, long BusinessNo, Account Account, long Amount, long BalanceAfter, long PacketNo, long At);

    private sealed class BalanceRow
    {
        public string Account { get; init; } = "";
        public string Currency { get; init; } = "";
        public long Balance { get; init; }
    }

    /// <summary>
    /// Locks the accounts until the end of the transaction, in order, so that two batches never wait for each other. Those that do not exist
    /// begin at 0 and are written with their first balance; whoever wrote one meanwhile makes this transaction begin anew.
    /// </summary>
    public static async Task<LedgerBatch> OpenAsync(StoreSession session, string app, IEnumerable<Account> accounts, CancellationToken cancellationToken)
    {
        var wanted = accounts.ToHashSet();
        var names = wanted.Select(a => a.Name).Distinct(StringComparer.Ordinal).ToArray();
        var rows = await session.QueryAsync<BalanceRow>(new Sql(
            "select account, currency, balance from accounts where app = @app and account in (select value from json_each(@names))",
            // PostgreSQL sorts before it locks, and shows the balance as it is under the lock.
            "select account, currency, balance from accounts where app = @app and account = any(@names) order by account, currency for update"),
            new { app, names = session.Dialect switch { SqlDialect.Sqlite => (object)JsonSerializer.Serialize(names), SqlDialect.Postgres => names } },
            cancellationToken);
        var found = rows.ToDictionary(r => (r.Account, r.Currency), r => r.Balance);
        var balances = new Dictionary<Account, long>(wanted.Count);
        var fresh = new HashSet<Account>();
        foreach (var account in wanted)
        {
            if (!found.TryGetValue((account.Name, account.Currency), out var balance))
            {
                fresh.Add(account);
            }

            balances.Add(account, balance);
        }

        return new LedgerBatch(session, app, balances, fresh);
    }

    /// <summary>The balance of an account that the batch was opened with, after what was posted so far.</summary>
    public long BalanceOf(Account account) => _balances[account];

    /// <summary>True when an amount can leave one account for another.</summary>
    public bool CanMove(Account from, Account to, long amount) =>
        (from.MayBeNegative ? _balances[from] >= long.MinValue + amount : _balances[from] >= amount)
        && _balances[to] <= long.MaxValue - amount;

    /// <summary>Posts in memory; ask <see cref="CanMove"/> before.</summary>
    /// <exception cref="InvalidOperationException">An account would fall below zero that must not.</exception>
    public void Post(Posting posting, long nowMs)
    {
        _transactions.Add(new TransactionRow(posting.Kind, posting.BusinessNo, nowMs));
        foreach (var line in posting.Lines)
        {
            var balance = _balances[line.Account] + line.Amount;
            if (balance < 0 && line.Amount < 0 && !line.Account.MayBeNegative)
            {
                throw new InvalidOperationException($"{posting.Kind} {posting.BusinessNo}: {line.Account} would stand at {balance}");
            }

            _balances[line.Account] = balance;
            _moved.Add(line.Account);
            _entries.Add(new EntryRow(posting.Kind, posting.BusinessNo, line.Account, line.Amount, balance, posting.PacketNo, nowMs));
        }
    }

    /// <summary>Writes what was posted.</summary>
    /// <exception cref="StoreException">UniqueViolation when one of the orders was posted before; Transient when another transaction opened one of the new accounts.</exception>
    public async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (_transactions.Count == 0)
        {
            return;
        }

        await SaveAccountsAsync([.. _moved.Where(_fresh.Contains).Order()], [.. _moved.Where(a => !_fresh.Contains(a)).Order()], cancellationToken);
        await _session.ExecuteRowsAsync(new Sql(
            "insert into transactions (app, kind, business_no, at) values (@app, @kind, @no, @at)",
            "insert into transactions (app, kind, business_no, at) select @app::text, kind, no, at from unnest(@kind, @no, @at) as t (kind, no, at)"),
            new ColumnBatch()
                .AddCommon("app", _app)
                .Add("kind", _transactions, t => t.Kind)
                .Add("no", _transactions, t => t.BusinessNo)
                .Add("at", _transactions, t => t.At),
            cancellationToken);

        // Entry numbers are given in this order while the accounts are locked, new ones by their insertion: an account's entries
        // stand in order of time.
        await _session.ExecuteRowsAsync(new Sql(
            """
            insert into entries (app, kind, business_no, account, currency, amount, balance_after, packet_no, at)
            values (@app, @kind, @no, @account, @currency, @amount, @after, @packet, @at)
            """,
            """
            insert into entries (app, kind, business_no, account, currency, amount, balance_after, packet_no, at)
            select @app::text, kind, no, account, currency, amount, balance_after, packet, at
            from unnest(@kind, @no, @account, @currency, @amount, @after, @packet, @at)
              with ordinality as t (kind, no, account, currency, amount, balance_after, packet, at, place)
            order by place
            """),
            new ColumnBatch()
                .AddCommon("app", _app)
                .Add("kind", _entries, e => e.Kind)
                .Add("no", _entries, e => e.BusinessNo)
                .Add("account", _entries, e => e.Account.Name)
                .Add("currency", _entries, e => e.Account.Currency)
                .Add("amount", _entries, e => e.Amount)
                .Add("after", _entries, e => e.BalanceAfter)
                .Add("packet", _entries, e => e.PacketNo)
                .Add("at", _entries, e => e.At),
            cancellationToken);
    }

    private async Task SaveAccountsAsync(Account[] opened, Account[] moved, CancellationToken cancellationToken)
    {
        var inserted = await _session.ExecuteRowsAsync(new Sql(
            """
            insert into accounts (app, account, currency, kind, may_be_negative, balance)
            values (@app, @account, @currency, @kind, @negative, @balance)
            on conflict do nothing
            """,
            """
            insert into accounts (app, account, currency, kind, may_be_negative, balance)
            select @app::text, account, currency, kind, negative, balance
            from unnest(@account, @currency, @kind, @negative, @balance) with ordinality as t (account, currency, kind, negative, balance, place)
            order by place
            on conflict do nothing
            """),
            new ColumnBatch()
                .AddCommon("app", _app)
                .Add("account", opened, a => a.Name)
                .Add("currency", opened, a => a.Currency)
                .Add("kind", opened, a => a.Kind)
                .Add("negative", opened, a => a.MayBeNegative)
                .Add("balance", opened, a => _balances[a]),
            cancellationToken);
        if (inserted != opened.Length)
        {
            throw new StoreException(StoreFault.Transient, $"{opened.Length - inserted} of {opened.Length} accounts were opened by another transaction meanwhile");
        }

        var changed = await _session.ExecuteRowsAsync(new Sql(
            "update accounts set balance = @balance where app = @app and account = @account and currency = @currency",
            """
            update accounts a set balance = t.balance
            from unnest(@account, @currency, @balance) as t (account, currency, balance)
            where a.app = @app::text and a.account = t.account and a.currency = t.currency
            """),
            new ColumnBatch()
                .AddCommon("app", _app)
                .Add("account", moved, a => a.Name)
                .Add("currency", moved, a => a.Currency)
                .Add("balance", moved, a => _balances[a]),
            cancellationToken);
        StoreSession.Require(changed, moved.Length, "accounts");
    }
}
