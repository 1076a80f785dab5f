using Hongbao.Async.Orders;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Async;

/// <summary>The contract's door. Passing trouble of the store is told as such, wherever the caller is.</summary>
internal sealed class RedPacketAsync(IStore store, FinanceCallbacks callbacks, CreditAdvance credits, ILogger log) : IRedPacketAsync
{
    private const int QuestionsMax = 1000;

    private sealed class TransferState
    {
        public long ClaimNo { get; init; }
        public long PacketNo { get; init; }
        public OrderStatus State { get; init; }
    }

    private sealed class RefundState
    {
        public RefundCause Cause { get; init; }
        public long CauseNo { get; init; }
        public long PacketNo { get; init; }
        public OrderStatus State { get; init; }
    }

    private sealed class NumberedState
    {
        public long Number { get; init; }
        public OrderStatus State { get; init; }
    }

    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) =>
        callbacks.TakeAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<TransferResultsResponse> GetTransferResultsAsync(CallContext context, TransferResultsRequest request, CancellationToken cancellationToken) =>
        FindTransfersAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<RefundResultsResponse> GetRefundResultsAsync(CallContext context, RefundResultsRequest request, CancellationToken cancellationToken) =>
        FindRefundsAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<NumberedResultsResponse> GetFundingResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken) =>
        FindNumberedAsync("fundings", "packet_no", request, cancellationToken).OrAskAgainAsync(log);

    public Task<NumberedResultsResponse> GetPayoutResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken) =>
        FindNumberedAsync("payouts", "withdrawal_no", request, cancellationToken).OrAskAgainAsync(log);

    public Task<TransferResultsResponse> AdvanceCreditsAsync(CallContext context, AdvanceCreditsRequest request, CancellationToken cancellationToken) =>
        AdvanceAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    private async Task<TransferResultsResponse> AdvanceAsync(CallContext context, AdvanceCreditsRequest request, CancellationToken cancellationToken)
    {
        if (CreditAdvance.Refusal(request) is { } refusal)
        {
            return new TransferResultsResponse { Result = refusal };
        }

        await credits.AdvanceAsync(context, request, cancellationToken).ConfigureAwait(false);
        return await FindTransfersAsync(request.Transfers.ConvertAll(t => t.ClaimNo), cancellationToken).ConfigureAwait(false);
    }

    private Task<TransferResultsResponse> FindTransfersAsync(TransferResultsRequest request, CancellationToken cancellationToken) => request.ClaimNos.Count > QuestionsMax
        ? Task.FromResult(new TransferResultsResponse { Result = Result.Invalid("claimNos", $"at most {QuestionsMax}") })
        : FindTransfersAsync(request.ClaimNos, cancellationToken);

    private async Task<TransferResultsResponse> FindTransfersAsync(List<long> claimNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = (await session.QueryAsync<TransferState>(
                $"select claim_no, packet_no, state from transfers where claim_no {Sql.AnyOf(session.Dialect, "@nos")}",
                new { nos = session.Longs(claimNos) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.ClaimNo);
            return new TransferResultsResponse
            {
                Items = claimNos.ConvertAll(no => known.TryGetValue(no, out var row)
                    ? new TransferOutcome { ClaimNo = no, PacketNo = row.PacketNo, Status = row.State }
                    : new TransferOutcome { ClaimNo = no }),
            };
        }
    }

    private async Task<RefundResultsResponse> FindRefundsAsync(RefundResultsRequest request, CancellationToken cancellationToken)
    {
        if (request.Keys.Count > QuestionsMax)
        {
            return new RefundResultsResponse { Result = Result.Invalid("keys", $"at most {QuestionsMax}") };
        }

        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // The causes are named for the index.
            var known = (await session.QueryAsync<RefundState>(
                $"select cause, cause_no, packet_no, state from refunds where cause in (1, 2, 3) and cause_no {Sql.AnyOf(session.Dialect, "@nos")}",
                new { nos = session.Longs(request.Keys.Select(k => k.CauseNo)) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => (r.Cause, r.CauseNo));
            return new RefundResultsResponse
            {
                Items = request.Keys.ConvertAll(key => known.TryGetValue((key.Cause, key.CauseNo), out var row)
                    ? new RefundProgress { Cause = key.Cause, CauseNo = key.CauseNo, PacketNo = row.PacketNo, Status = row.State }
                    : new RefundProgress { Cause = key.Cause, CauseNo = key.CauseNo }),
            };
        }
    }

    private async Task<NumberedResultsResponse> FindNumberedAsync(string table, string key, NumberedResultsRequest request, CancellationToken cancellationToken)
    {
        if (request.Numbers.Count > QuestionsMax)
        {
            return new NumberedResultsResponse { Result = Result.Invalid("numbers", $"at most {QuestionsMax}") };
        }

        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = (await session.QueryAsync<NumberedState>(
                $"select {key} as number, state from {table} where {key} {Sql.AnyOf(session.Dialect, "@nos")}",
                new { nos = session.Longs(request.Numbers) }, cancellationToken).ConfigureAwait(false)).ToDictionary(r => r.Number, r => r.State);
            return new NumberedResultsResponse
            {
                Items = request.Numbers.ConvertAll(no => new NumberedOutcome { Number = no, Status = known.GetValueOrDefault(no) }),
            };
        }
    }
}
