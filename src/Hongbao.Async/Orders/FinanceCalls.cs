using Hongbao.Contracts;

namespace Hongbao.Async.Orders;

/// <summary>Calls finance with a deadline. Finance is outside: hanging, throwing and refusing to answer all mean that nothing is known.</summary>
internal sealed class FinanceCalls(IFinance finance, AsyncOptions options, TimeProvider clock)
{
    /// <summary>Most orders of one call.</summary>
    public const int BatchMax = 500;

    public Task<List<OrderAnswer>> TransferAsync(string app, IReadOnlyList<TransferRow> rows, CancellationToken cancellationToken) =>
        AskAsync(token => finance.TransferAsync(CallContext.ForSystem(app), new TransferBatch { Items = [.. rows.Select(ToOrder)] }, token), cancellationToken);

    public Task<List<OrderAnswer>> QueryTransfersAsync(string app, IReadOnlyList<TransferRow> rows, CancellationToken cancellationToken) =>
        AskAsync(token => finance.QueryTransfersAsync(CallContext.ForSystem(app), new NumberBatch { Numbers = [.. rows.Select(r => r.TransferNo)] }, token), cancellationToken);

    public Task<List<OrderAnswer>> RefundAsync(string app, IReadOnlyList<RefundRow> rows, CancellationToken cancellationToken) =>
        AskAsync(token => finance.RefundAsync(CallContext.ForSystem(app), new RefundBatch { Items = [.. rows.Select(ToOrder)] }, token), cancellationToken);

    public Task<List<OrderAnswer>> QueryRefundsAsync(string app, IReadOnlyList<RefundRow> rows, CancellationToken cancellationToken) =>
        AskAsync(token => finance.QueryRefundsAsync(CallContext.ForSystem(app), new NumberBatch { Numbers = [.. rows.Select(r => r.RefundNo)] }, token), cancellationToken);

    public Task<List<OrderAnswer>> SetAsideAsync(string app, IReadOnlyList<RefundRow> rows, CancellationToken cancellationToken) =>
        AskAsync(token => finance.SetAsideAsync(CallContext.ForSystem(app), new RefundBatch { Items = [.. rows.Select(ToOrder)] }, token), cancellationToken);

    private async Task<List<OrderAnswer>> AskAsync(Func<CancellationToken, Task<OrderAnswers>> ask, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(options.FinanceTimeoutMs), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var answers = await ask(either.Token).ConfigureAwait(false);
            return answers.Result.IsOk() ? answers.Items : [];
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

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
    };
}
