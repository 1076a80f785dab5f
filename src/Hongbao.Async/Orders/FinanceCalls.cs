using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Payouts;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;

namespace Hongbao.Async.Orders;

/// <summary>
/// Calls finance with a deadline. Finance is outside: hanging, throwing and refusing to answer all mean that nothing is known, and
/// only what was asked about is an answer.
/// </summary>
internal sealed class FinanceCalls(IFinance finance, AsyncOptions options, TimeProvider clock)
{
    /// <summary>Most orders of one call.</summary>
    public const int BatchMax = 500;

    /// <summary>Longest reason that is kept.</summary>
    public const int ReasonMax = 200;

    public Task<List<OrderAnswer>> TransferAsync(string app, IReadOnlyList<TransferRow> rows, Patience patience, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.TransferNo, (context, some, token) => finance.TransferAsync(context, new TransferBatch { Items = [.. some.Select(ToOrder)] }, token),
        patience, cancellationToken);

    public Task<List<OrderAnswer>> QueryTransfersAsync(string app, IReadOnlyList<TransferRow> rows, Patience patience, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.TransferNo, (context, some, token) => finance.QueryTransfersAsync(context, new NumberBatch { Numbers = [.. some.Select(r => r.TransferNo)] }, token),
        patience, cancellationToken);

    public Task<List<OrderAnswer>> RefundAsync(string app, IReadOnlyList<RefundRow> rows, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.RefundNo, (context, some, token) => finance.RefundAsync(context, new RefundBatch { Items = [.. some.Select(ToOrder)] }, token),
        Patience.Usual, cancellationToken);

    public Task<List<OrderAnswer>> QueryRefundsAsync(string app, IReadOnlyList<RefundRow> rows, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.RefundNo, (context, some, token) => finance.QueryRefundsAsync(context, new NumberBatch { Numbers = [.. some.Select(r => r.RefundNo)] }, token),
        Patience.Usual, cancellationToken);

    public Task<List<OrderAnswer>> SetAsideAsync(string app, IReadOnlyList<RefundRow> rows, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.RefundNo, (context, some, token) => finance.SetAsideAsync(context, new RefundBatch { Items = [.. some.Select(ToOrder)] }, token),
        Patience.Usual, cancellationToken);

    public Task<List<OrderAnswer>> FundAsync(string app, IReadOnlyList<FundingRow> rows, Patience patience, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.PacketNo, (context, some, token) => finance.FundAsync(context, new FundingBatch { Items = [.. some.Select(ToOrder)] }, token),
        patience, cancellationToken);

    public Task<List<OrderAnswer>> QueryFundingsAsync(string app, IReadOnlyList<FundingRow> rows, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.PacketNo, (context, some, token) => finance.QueryFundingsAsync(context, new NumberBatch { Numbers = [.. some.Select(r => r.PacketNo)] }, token),
        Patience.Usual, cancellationToken);

    public Task<List<OrderAnswer>> PayoutAsync(string app, IReadOnlyList<PayoutRow> rows, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.WithdrawalNo, (context, some, token) => finance.PayoutAsync(context, new PayoutBatch { Items = [.. some.Select(ToOrder)] }, token),
        Patience.Usual, cancellationToken);

    public Task<List<OrderAnswer>> QueryPayoutsAsync(string app, IReadOnlyList<PayoutRow> rows, CancellationToken cancellationToken) => AskAsync(
        app, rows, r => r.WithdrawalNo, (context, some, token) => finance.QueryPayoutsAsync(context, new NumberBatch { Numbers = [.. some.Select(r => r.WithdrawalNo)] }, token),
        Patience.Usual, cancellationToken);

    private async Task<List<OrderAnswer>> AskAsync<TRow>(
        string app, IReadOnlyList<TRow> rows, Func<TRow, long> noOf, Func<CallContext, IReadOnlyList<TRow>, CancellationToken, Task<OrderAnswers>> ask,
        Patience patience, CancellationToken cancellationToken)
    {
        var left = patience.Within(TimeSpan.FromMilliseconds(options.FinanceTimeoutMs), clock);
        if (left <= TimeSpan.Zero)
        {
            return [];
        }

        using var timeout = new CancellationTokenSource(left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var context = CallContext.ForSystem(app, clock.GetUtcNow() + left);
            // The wait ends also for a finance that does not look at its token.
            var answers = await ask(context, rows, either.Token).WaitAsync(either.Token).ConfigureAwait(false);
            if (answers.Result.IsOk())
            {
                var asked = rows.Select(noOf).ToHashSet();
                return [.. answers.Items.Where(a => asked.Contains(a.Number)).Select(a => a with { Reason = Clean(a.Reason) })];
            }

            if (answers.Result.Code != ResultCode.ValidationFailed || rows.Count == 1)
            {
                return [];
            }
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }

        // One order that finance cannot read must not hold up the others: it is found by halving.
        var half = rows.Count / 2;
        return
        [
            .. await AskAsync(app, [.. rows.Take(half)], noOf, ask, patience, cancellationToken).ConfigureAwait(false),
            .. await AskAsync(app, [.. rows.Skip(half)], noOf, ask, patience, cancellationToken).ConfigureAwait(false),
        ];
    }

    // Databases refuse NUL and halves of characters: a reason must never keep an order from its end.
    private static string Clean(string? reason) =>
        new([.. (reason ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(ReasonMax)]);

    private static TransferOrder ToOrder(TransferRow row) => new()
    {
        TransferNo = row.TransferNo,
        PacketNo = row.PacketNo,
        Uid = row.Uid,
        Amount = row.Amount,
        Currency = row.Currency,
        Kind = row.Kind,
    };

    private static RefundOrder ToOrder(RefundRow row) => new()
    {
        RefundNo = row.RefundNo,
        PayOrderNo = row.PayOrderNo,
        PacketNo = row.PacketNo,
        Uid = row.Uid,
        Amount = row.Amount,
        Currency = row.Currency,
        CampaignId = row.CampaignId,
    };

    private static FundingOrder ToOrder(FundingRow row) => new()
    {
        PacketNo = row.PacketNo,
        CampaignId = row.CampaignId,
        Uid = row.Uid,
        Amount = row.Amount,
        Currency = row.Currency,
        WonAtMs = row.IssuedAt,
    };

    private static PayoutOrder ToOrder(PayoutRow row) => new()
    {
        WithdrawalNo = row.WithdrawalNo,
        Uid = row.Uid,
        Amount = row.Amount,
        Currency = row.Currency,
    };
}
