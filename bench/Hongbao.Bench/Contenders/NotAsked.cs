using Hongbao.Contracts;

namespace Hongbao.Bench.Contenders;

/// <summary>What Core would talk to; a claim of a public packet asks none of them.</summary>
internal class NoFinance : IFinance
{
    public Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public virtual Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> QueryHoldsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public virtual Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> QueryReleasesAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> FundAsync(CallContext context, FundingBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> QueryFundingsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> PayoutAsync(CallContext context, PayoutBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<OrderAnswers> QueryPayoutsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<CampaignAccountResponse> GetCampaignAccountAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
}

internal sealed class NoAsync : IRedPacketAsync
{
    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<TransferResultsResponse> GetTransferResultsAsync(CallContext context, TransferResultsRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<RefundResultsResponse> GetRefundResultsAsync(CallContext context, RefundResultsRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<NumberedResultsResponse> GetFundingResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<NumberedResultsResponse> GetPayoutResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
    public Task<TransferResultsResponse> AdvanceCreditsAsync(CallContext context, AdvanceCreditsRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
}

internal sealed class NoRelations : IRelations
{
    public Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
}

internal sealed class NoModeration : IModeration
{
    public Task<ModerationResponse> CheckAsync(CallContext context, ModerationRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
}

internal sealed class NoRisk : IRisk
{
    public Task<RiskResponse> CheckAsync(CallContext context, RiskRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
}

internal sealed class NoConditions : IConditions
{
    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken) => throw NotAsked.Fault();
}

internal static class NotAsked
{
    public static InvalidOperationException Fault() => new("the benchmark asks for nothing else");
}
