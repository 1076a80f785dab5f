using Hongbao.Contracts;
using Hongbao.Finance.Campaigns;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Orders;
using Hongbao.Finance.Payments;
using Hongbao.Finance.Wallets;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Finance;

/// <summary>The contract: every call meets the fault switches, then its desk; trouble of the database is an unknown outcome.</summary>
internal sealed class FinanceService(
    PaymentDesk payments, OrderDesk orders, WalletDesk wallets, CampaignDesk campaigns, FaultSwitches faults, TimeProvider clock,
    ILogger<FinanceService> log) : IFinance
{
    private const string NoBalance = "Your balance cannot be shown just now; please try again soon.";

    public Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) =>
        RunAsync(context, Operations.CreatePayment, dice => payments.CreateAsync(context.App, request, dice, cancellationToken), Failed, cancellationToken);

    public Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) =>
        RunAsync(context, Operations.Query, dice => payments.QueryAsync(context.App, request.Number, dice, cancellationToken), Failed, cancellationToken);

    public Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) =>
        RunAsync(context, Operations.Pay, dice => payments.PayAsync(context.App, context.Uid, request.Number, dice, cancellationToken), Failed, cancellationToken);

    public Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) =>
        RunAsync(context, Operations.ClosePayment, dice => payments.CloseAsync(context.App, request, dice, cancellationToken), Failed, cancellationToken);

    public Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.Transfer, [.. request.Items.Select(Order.Of)], cancellationToken);

    public Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) =>
        QueryAsync(context, Operations.Transfer, request, cancellationToken);

    public Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.Refund, [.. request.Items.Select(o => Order.Of(Operations.Refund, o))], cancellationToken);

    public Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) =>
        QueryAsync(context, Operations.Refund, request, cancellationToken);

    public Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.SetAside, [.. request.Items.Select(o => Order.Of(Operations.SetAside, o))], cancellationToken);

    public Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.Hold, [.. request.Items.Select(o => Order.Of(Operations.Hold, o))], cancellationToken);

    public Task<OrderAnswers> QueryHoldsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) =>
        QueryAsync(context, Operations.Hold, request, cancellationToken);

    public Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.Release, [.. request.Items.Select(o => Order.Of(Operations.Release, o))], cancellationToken);

    public Task<OrderAnswers> QueryReleasesAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) =>
        QueryAsync(context, Operations.Release, request, cancellationToken);

    public Task<OrderAnswers> FundAsync(CallContext context, FundingBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.Fund, [.. request.Items.Select(Order.Of)], cancellationToken);

    public Task<OrderAnswers> QueryFundingsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) =>
        QueryAsync(context, Operations.Fund, request, cancellationToken);

    public Task<OrderAnswers> PayoutAsync(CallContext context, PayoutBatch request, CancellationToken cancellationToken) =>
        SubmitAsync(context, Operations.Payout, [.. request.Items.Select(Order.Of)], cancellationToken);

    public Task<OrderAnswers> QueryPayoutsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) =>
        QueryAsync(context, Operations.Payout, request, cancellationToken);

    public Task<CampaignAccountResponse> GetCampaignAccountAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(nameof(GetCampaignAccountAsync), ResultCode.Degraded, "The campaign's account cannot be shown just now; please try again soon.",
            () => campaigns.GetAsync(context, request, cancellationToken), result => new CampaignAccountResponse { Result = result });

    public Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(nameof(GetWalletAsync), ResultCode.Degraded, NoBalance, () => wallets.GetAsync(context, request, cancellationToken), result => new WalletResponse { Result = result });

    public Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(nameof(ListEntriesAsync), ResultCode.Degraded, NoBalance, () => wallets.ListAsync(context, request, cancellationToken), result => new WalletEntriesResponse { Result = result });

    private static PaymentAnswer Failed(Result result) => new() { Result = result };

    private static OrderAnswers AllFailed(Result result) => new() { Result = result };

    private Task<OrderAnswers> SubmitAsync(CallContext context, string kind, Order[] items, CancellationToken cancellationToken) =>
        RunAsync(context, kind, dice => orders.SubmitAsync(context.App, kind, items, dice, cancellationToken), AllFailed, cancellationToken);

    private Task<OrderAnswers> QueryAsync(CallContext context, string kind, NumberBatch request, CancellationToken cancellationToken) =>
        RunAsync(context, Operations.Query, dice => orders.QueryAsync(context.App, kind, request.Numbers, dice, cancellationToken), AllFailed, cancellationToken);

    private async Task<T> RunAsync<T>(
        CallContext context, string operation, Func<OperationDice, Task<T>> work, Func<Result, T> failed, CancellationToken cancellationToken)
    {
        var dice = faults.For(context.App, operation);
        var fate = dice.NextCall();
        if (fate.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(fate.LatencyMs), clock, cancellationToken);
        }

        if (fate.Fails)
        {
            return failed(Result.Of(ResultCode.Internal, "finance gives no answer (fault switch)"));
        }

        var answer = await AnswerAsync(operation, ResultCode.Internal, "finance's database gives no answer", () => work(dice), failed);
        return fate.LosesAnswer ? failed(Result.Of(ResultCode.Internal, "finance's answer was lost (fault switch)")) : answer;
    }

    /// <summary>Of an order the outcome is unknown then (Internal); what is only looked at can be looked at again soon (Degraded).</summary>
    private async Task<T> AnswerAsync<T>(string operation, ResultCode whenDown, string saying, Func<Task<T>> work, Func<Result, T> failed)
    {
        try
        {
            return await work();
        }
        catch (StoreException e)
        {
            log.LogError(e, "Finance could not answer {Operation}", operation);
            return failed(Result.Of(whenDown, saying));
        }
    }
}
