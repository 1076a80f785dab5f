using System.Collections.Concurrent;
using Hongbao.Contracts;

namespace Hongbao.Core.Tests;

/// <content>Reward balances.</content>
internal sealed partial class FakeFinance
{
    /// <summary>Minor units by app, user and currency.</summary>
    public ConcurrentDictionary<(string App, long Uid, string Currency), long> Rewards { get; } = new();

    /// <summary>Answers a question about a balance in its place.</summary>
    public Func<CallContext, Task<WalletResponse>>? InsteadOfWallet { get; set; }

    /// <summary>The contexts of questions about balances.</summary>
    public ConcurrentQueue<CallContext> Wallets { get; } = new();

    public Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken)
    {
        Wallets.Enqueue(context);
        return InsteadOfWallet?.Invoke(context) ?? Task.FromResult(new WalletResponse
        {
            Currency = request.Currency,
            // What Core must not take for it.
            Change = long.MaxValue,
            Reward = Rewards.GetValueOrDefault((context.App, context.Uid, request.Currency)),
        });
    }
}

/// <content>Payouts and credits.</content>
internal sealed partial class FakeAsync
{
    public ConcurrentDictionary<long, OrderStatus> Payouts { get; } = new();
    public ConcurrentQueue<long> AskedPayouts { get; } = new();

    /// <summary>What Core asked to advance.</summary>
    public ConcurrentQueue<(CallContext Context, AdvanceCreditsRequest Request)> Advances { get; } = new();

    /// <summary>Answers the request to advance credits in its place.</summary>
    public Func<AdvanceCreditsRequest, Task<TransferResultsResponse>>? InsteadOfAdvance { get; set; }

    public Task<NumberedResultsResponse> GetPayoutResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken)
    {
        Contexts.Enqueue(context);
        request.Numbers.ForEach(AskedPayouts.Enqueue);
        return Fault is not null ? throw Fault : Task.FromResult(new NumberedResultsResponse
        {
            Items = request.Numbers.ConvertAll(no => new NumberedOutcome { Number = no, Status = Payouts.GetValueOrDefault(no, OrderStatus.None) }),
        });
    }

    public Task<TransferResultsResponse> AdvanceCreditsAsync(CallContext context, AdvanceCreditsRequest request, CancellationToken cancellationToken)
    {
        Advances.Enqueue((context, request));
        return InsteadOfAdvance?.Invoke(request) ?? Task.FromResult(new TransferResultsResponse
        {
            Items = request.Transfers.ConvertAll(t => new TransferOutcome
            {
                ClaimNo = t.ClaimNo,
                PacketNo = t.PacketNo,
                Status = Transfers.GetValueOrDefault(t.ClaimNo, OrderStatus.None),
            }),
        });
    }
}

/// <summary>The host app's risk control.</summary>
internal sealed class FakeRisk : IRisk
{
    public ConcurrentQueue<RiskRequest> Asked { get; } = new();

    public Func<RiskRequest, Task<RiskResponse>> Check { get; set; } = _ => Task.FromResult(new RiskResponse { Allowed = true });

    public Task<RiskResponse> CheckAsync(CallContext context, RiskRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return Check(request);
    }
}
