using System.Buffers.Text;
using System.Text;
using Hongbao.Contracts;
using Hongbao.Finance.Ledger;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Wallets;

/// <summary>A user's balances and statement, read from the ledger.</summary>
internal sealed class WalletDesk(FinanceStore store)
{
    private const int LimitMax = 100;

    private sealed class BalanceRow
    {
        public string Kind { get; init; } = "";
        public long Balance { get; init; }
    }

    public async Task<WalletResponse> GetAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken)
    {
        if (!FinanceLimits.IsCurrency(request.Currency))
        {
            return new WalletResponse { Result = Result.Invalid("currency", FinanceLimits.CurrencyText) };
        }

        await using var session = await store.ReadAsync(cancellationToken);
        var rows = await session.QueryAsync<BalanceRow>(
            "select kind, balance from accounts where app = @App and account in (@change, @reward) and currency = @Currency",
            new
            {
                context.App,
                change = Account.Change(context.Uid, request.Currency).Name,
                reward = Account.Reward(context.Uid, request.Currency).Name,
                request.Currency,
            }, cancellationToken);
        return new WalletResponse
        {
            Currency = request.Currency,
            Change = rows.Where(r => r.Kind == AccountKinds.Change).Sum(r => r.Balance),
            Reward = rows.Where(r => r.Kind == AccountKinds.Reward).Sum(r => r.Balance),
        };
    }

    public async Task<WalletEntriesResponse> ListAsync(CallContext context, PageRequest request, CancellationToken cancellationToken)
    {
        if (request.Limit is < 1 or > LimitMax)
        {
            return new WalletEntriesResponse { Result = Result.Invalid("limit", $"1 to {LimitMax}") };
        }

        if (!TryReadCursor(request.Cursor, out var before))
        {
            return new WalletEntriesResponse { Result = Result.Invalid("cursor", "as given by the page before") };
        }

        await using var session = await store.ReadAsync(cancellationToken);
        // Each half reads no more than a page from the index.
        var items = await session.QueryAsync<WalletEntry>(
            """
            select entry_no, kind, account, amount, balance_after as balance, packet_no, at as at_ms from
              (select * from entries where app = @App and account = @change and entry_no < @before order by entry_no desc limit @take) as changes
            union all
            select entry_no, kind, account, amount, balance_after as balance, packet_no, at as at_ms from
              (select * from entries where app = @App and account = @reward and entry_no < @before order by entry_no desc limit @take) as rewards
            order by entry_no desc limit @take
            """,
            new
            {
                context.App,
                change = Account.Change(context.Uid, "").Name,
                reward = Account.Reward(context.Uid, "").Name,
                before,
                take = request.Limit + 1,
            }, cancellationToken);
        var more = items.Count > request.Limit;
        if (more)
        {
            items.RemoveAt(items.Count - 1);
        }

        foreach (var item in items)
        {
            item.Account = item.Account[..item.Account.IndexOf(':', StringComparison.Ordinal)];
        }

        return new WalletEntriesResponse { Items = items, Next = more ? WriteCursor(items[^1].EntryNo) : "" };
    }

    private static string WriteCursor(long entryNo) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(entryNo.ToString(null, null)));

    private static bool TryReadCursor(string cursor, out long before)
    {
        before = long.MaxValue;
        if (cursor.Length == 0)
        {
            return true;
        }

        Span<byte> text = stackalloc byte[32];
        return cursor.Length <= text.Length && Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, text, out var length)
            && Utf8Parser.TryParse(text[..length], out before, out var consumed) && consumed == length && before > 0;
    }
}
