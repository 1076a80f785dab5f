using System.Collections.Concurrent;
using Hongbao.Contracts;

namespace Hongbao.Core.Tests;

/// <summary>A finance that keeps payment orders as a real one does; a script may answer, throw or lose answers in its place.</summary>
internal sealed partial class FakeFinance : IFinance
{
    private readonly ConcurrentDictionary<long, PaymentAnswer> _payments = new();

    /// <summary>Operation and number of every call, in order.</summary>
    public ConcurrentQueue<(string Operation, long Number)> Calls { get; } = new();

    /// <summary>The contexts of those calls.</summary>
    public ConcurrentQueue<CallContext> Contexts { get; } = new();

    /// <summary>Asked before an operation; what it returns is the answer, and nothing happens.</summary>
    public Func<string, long, PaymentAnswer?>? Instead { get; set; }

    /// <summary>What a call about such a number waits for, whatever its token says.</summary>
    public Func<long, Task>? Hangs { get; set; }

    /// <summary>Called after an operation had its effect; may throw, so that the answer is lost.</summary>
    public Action<string, long>? After { get; set; }

    public static PaymentAnswer Answer(FinanceStatus status) => new() { Status = status };

    /// <summary>The user pays at the cashier, whether or not Core hears of it.</summary>
    public void Pay(long payOrderNo, long packetNo, long amount, string currency = "CNY") => _payments[payOrderNo] = new PaymentAnswer
    {
        Status = FinanceStatus.Succeeded,
        Order = new PaymentOrder { PayOrderNo = payOrderNo, PacketNo = packetNo, Amount = amount, Currency = currency },
        PaidAtMs = 1_800_000_000_000,
    };

    public Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) =>
        Do(context, "create", request.PayOrderNo, () => _payments.GetOrAdd(request.PayOrderNo, _ => new PaymentAnswer { Status = FinanceStatus.Pending, Order = request }));

    public Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) =>
        Do(context, "query", request.Number, () => _payments.TryGetValue(request.Number, out var known) ? known : Answer(FinanceStatus.Pending));

    public Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) =>
        Do(context, "close", request.PayOrderNo, () => _payments.AddOrUpdate(
            request.PayOrderNo,
            _ => new PaymentAnswer { Status = FinanceStatus.Closed, Order = request },
            (_, known) => known.Status == FinanceStatus.Succeeded ? known : known with { Status = FinanceStatus.Closed }));

    private async Task<PaymentAnswer> Do(CallContext context, string operation, long number, Func<PaymentAnswer> effect)
    {
        Contexts.Enqueue(context);
        Calls.Enqueue((operation, number));
        if (Hangs?.Invoke(number) is { } hanging)
        {
            await hanging;
        }

        if (Instead?.Invoke(operation, number) is { } scripted)
        {
            return scripted;
        }

        var answer = effect();
        After?.Invoke(operation, number);
        return answer;
    }

    public Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> QueryHoldsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> QueryReleasesAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> FundAsync(CallContext context, FundingBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> QueryFundingsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> PayoutAsync(CallContext context, PayoutBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<OrderAnswers> QueryPayoutsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<CampaignAccountResponse> GetCampaignAccountAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken) => throw NotAskedByCore();
    public Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) => throw NotAskedByCore();

    private static InvalidOperationException NotAskedByCore() => new("Core does not ask finance for this");
}

/// <summary>An Async that knows what the test says it knows.</summary>
internal sealed partial class FakeAsync : IRedPacketAsync
{
    public ConcurrentDictionary<long, OrderStatus> Transfers { get; } = new();
    public ConcurrentDictionary<(RefundCause, long), OrderStatus> Refunds { get; } = new();
    public ConcurrentDictionary<long, OrderStatus> Fundings { get; } = new();
    public ConcurrentQueue<long> AskedFundings { get; } = new();
    public ConcurrentQueue<long> AskedClaims { get; } = new();
    public ConcurrentQueue<RefundKey> AskedRefunds { get; } = new();

    /// <summary>The contexts of all questions.</summary>
    public ConcurrentQueue<CallContext> Contexts { get; } = new();

    /// <summary>While set, calls throw it.</summary>
    public Exception? Fault { get; set; }

    public Task<TransferResultsResponse> GetTransferResultsAsync(CallContext context, TransferResultsRequest request, CancellationToken cancellationToken)
    {
        Contexts.Enqueue(context);
        request.ClaimNos.ForEach(AskedClaims.Enqueue);
        return Fault is not null ? throw Fault : Task.FromResult(new TransferResultsResponse
        {
            Items = request.ClaimNos.ConvertAll(no => new TransferOutcome { ClaimNo = no, Status = Transfers.GetValueOrDefault(no, OrderStatus.None) }),
        });
    }

    public Task<RefundResultsResponse> GetRefundResultsAsync(CallContext context, RefundResultsRequest request, CancellationToken cancellationToken)
    {
        Contexts.Enqueue(context);
        request.Keys.ForEach(AskedRefunds.Enqueue);
        return Fault is not null ? throw Fault : Task.FromResult(new RefundResultsResponse
        {
            Items = request.Keys.ConvertAll(k => new RefundProgress
            {
                Cause = k.Cause,
                CauseNo = k.CauseNo,
                PacketNo = k.CauseNo,
                Status = Refunds.GetValueOrDefault((k.Cause, k.CauseNo), OrderStatus.None),
            }),
        });
    }

    public Task<NumberedResultsResponse> GetFundingResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken)
    {
        Contexts.Enqueue(context);
        request.Numbers.ForEach(AskedFundings.Enqueue);
        return Fault is not null ? throw Fault : Task.FromResult(new NumberedResultsResponse
        {
            Items = request.Numbers.ConvertAll(no => new NumberedOutcome { Number = no, Status = Fundings.GetValueOrDefault(no, OrderStatus.None) }),
        });
    }

    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) => throw NotAskedByCore();

    private static InvalidOperationException NotAskedByCore() => new("Core does not ask Async for this");
}

/// <summary>The host app's follow graph.</summary>
internal sealed class FakeRelations : IRelations
{
    public Func<RelationRequest, Task<RelationResponse>> Holds { get; set; } = _ => Task.FromResult(new RelationResponse { Holds = true });

    public Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken) => Holds(request);
}

/// <summary>The host app's text check.</summary>
internal sealed class FakeModeration : IModeration
{
    private int _asked;

    public int Asked => _asked;

    public Func<string, ModerationResponse> Check { get; set; } = _ => new ModerationResponse { Allowed = true };

    public Task<ModerationResponse> CheckAsync(CallContext context, ModerationRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asked);
        return Task.FromResult(Check(request.Text));
    }
}

/// <summary>What users did in the host app.</summary>
internal sealed class FakeConditions : IConditions
{
    /// <summary>Every question, in order.</summary>
    public ConcurrentQueue<ConditionRequest> Asked { get; } = new();

    public Func<ConditionRequest, Task<ConditionResponse>> Met { get; set; } = _ => Task.FromResult(new ConditionResponse { Met = true });

    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return Met(request);
    }
}
