using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Withdrawals;

/// <summary>A withdrawal's row.</summary>
internal sealed class WithdrawalRow
{
    public long WithdrawalNo { get; init; }
    public string App { get; init; } = "";
    public long Uid { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public WithdrawalStatus State { get; init; }
    public long CreatedAt { get; init; }

    public WithdrawalResponse ToResponse() => new()
    {
        WithdrawalNo = WithdrawalNo,
        Amount = Amount,
        Currency = Currency,
        Status = State,
        CreatedAtMs = CreatedAt,
    };
}

/// <summary>Reads withdrawals: a user's own, and what Async pulls of them.</summary>
internal sealed class WithdrawalStore(IStore store)
{
    private const string Columns = "w.withdrawal_no, w.app, w.uid, w.amount, w.currency, w.state, w.created_at";
    private const int LimitMax = 4000;

    /// <summary>A withdrawal of the caller.</summary>
    public async Task<WithdrawalResponse> GetAsync(CallContext context, long withdrawalNo, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var row = await FindAsync(session, withdrawalNo, cancellationToken).ConfigureAwait(false);
            return row is not null && row.App == context.App && row.Uid == context.Uid ? row.ToResponse() : new WithdrawalResponse { Result = Result.Of(ResultCode.NotFound) };
        }
    }

    /// <summary>Payouts wanted and without an end, for Async's pull.</summary>
    public async Task<PullPayoutsResponse> PayoutsAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(request.Limit, 1, LimitMax);
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // The due table holds what has no end, and nothing else.
            var rows = await session.QueryAsync<WithdrawalRow>($"""
                select {Columns} from due d join withdrawals w on w.withdrawal_no = d.no
                where d.kind = {(int)DueKind.Payout} and d.no > @AfterNo and d.slot between @SlotFrom and @SlotTo
                  and w.state = {(int)WithdrawalStatus.Pending} and w.created_at < @OlderThanMs
                order by d.no limit @limit
                """, new { request.AfterNo, request.SlotFrom, request.SlotTo, request.OlderThanMs, limit }, cancellationToken).ConfigureAwait(false);
            return new PullPayoutsResponse { Items = rows.ConvertAll(ToWanted) };
        }
    }

    /// <summary>A withdrawal by its number, or null.</summary>
    public static Task<WithdrawalRow?> FindAsync(StoreSession session, long withdrawalNo, CancellationToken cancellationToken) =>
        session.FirstAsync<WithdrawalRow>($"select {Columns} from withdrawals w where w.withdrawal_no = @withdrawalNo", new { withdrawalNo }, cancellationToken);

    /// <summary>Those of some withdrawals that exist.</summary>
    public static Task<List<WithdrawalRow>> FindAllAsync(StoreSession session, IEnumerable<long> withdrawalNos, CancellationToken cancellationToken) =>
        session.QueryAsync<WithdrawalRow>(
            $"select {Columns} from withdrawals w where w.withdrawal_no {Sql.AnyOf(session.Dialect, "@nos")}", new { nos = session.Longs(withdrawalNos) }, cancellationToken);

    /// <summary>The payout of a withdrawal.</summary>
    public static PayoutWanted ToWanted(WithdrawalRow row) => new()
    {
        App = row.App,
        WithdrawalNo = row.WithdrawalNo,
        Uid = row.Uid,
        Amount = row.Amount,
        Currency = row.Currency,
    };
}
