using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;

namespace Hongbao.Async.Tests;

/// <summary>Core as Async sees it: what it wants, what it was told, and the pulls that it answers by claim number and age.</summary>
internal sealed class FakeCore : IRedPacketCore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, TransferWanted> _claims = [];
    private readonly Dictionary<(RefundCause Cause, long No), (RefundWanted Wanted, long SinceMs)> _refunds = [];
    private readonly HashSet<long> _settled = [];
    private readonly List<TransferOutcome> _outcomes = [];
    private readonly List<(CallContext Context, RefundProgress Progress)> _progress = [];

    /// <summary>Answers that the pulls give instead of the truth.</summary>
    public ResultCode PullResult { get; set; } = ResultCode.Ok;

    public int TransferPulls { get; private set; }
    public int RefundPulls { get; private set; }

    /// <summary>Rows that pulls read.</summary>
    public int ClaimsRead { get; private set; }
    public int RefundsRead { get; private set; }

    /// <summary>Contexts of the pulls.</summary>
    public List<CallContext> PullContexts { get; } = [];

    public List<CallContext> SettledContexts { get; } = [];

    public List<TransferOutcome> Outcomes
    {
        get
        {
            lock (_gate)
            {
                return [.. _outcomes];
            }
        }
    }

    public List<(CallContext Context, RefundProgress Progress)> Progress
    {
        get
        {
            lock (_gate)
            {
                return [.. _progress];
            }
        }
    }

    public List<OrderStatus> ProgressOf(RefundCause cause, long causeNo) =>
        Progress.Where(p => p.Progress.Cause == cause && p.Progress.CauseNo == causeNo).Select(p => p.Progress.Status).ToList();

    public void Hold(IEnumerable<TransferWanted> claims)
    {
        lock (_gate)
        {
            foreach (var claim in claims)
            {
                _claims.Add(claim.ClaimNo, claim);
            }
        }
    }

    public void Hold(IEnumerable<RefundWanted> refunds, long sinceMs)
    {
        lock (_gate)
        {
            foreach (var refund in refunds)
            {
                _refunds.Add((refund.Cause, refund.CauseNo), (refund, sinceMs));
            }
        }
    }

    public void Listen(MessageBus bus)
    {
        bus.Subscribe(Topics.TransfersSettled, "core.claims.settle", (deliveries, _) =>
        {
            lock (_gate)
            {
                foreach (var delivery in deliveries)
                {
                    SettledContexts.Add(delivery.Context);
                    foreach (var outcome in delivery.Read<TransfersSettled>().Items)
                    {
                        _outcomes.Add(outcome);
                        _settled.Add(outcome.ClaimNo);
                    }
                }
            }

            return Task.CompletedTask;
        });
        bus.Subscribe(Topics.RefundsAdvanced, "core.refunds.track", (deliveries, _) =>
        {
            lock (_gate)
            {
                foreach (var delivery in deliveries)
                {
                    foreach (var progress in delivery.Read<RefundsAdvanced>().Items)
                    {
                        _progress.Add((delivery.Context, progress));
                        if (progress.Status is OrderStatus.Succeeded or OrderStatus.SetAside)
                        {
                            _refunds.Remove((progress.Cause, progress.CauseNo));
                        }
                    }
                }
            }

            return Task.CompletedTask;
        });
    }

    public Task<PullTransfersResponse> PullTransfersAsync(CallContext context, PullRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            TransferPulls++;
            PullContexts.Add(context);
            if (PullResult != ResultCode.Ok)
            {
                return Task.FromResult(new PullTransfersResponse { Result = Result.Of(PullResult) });
            }

            var page = _claims.Values.Where(c => c.ClaimNo > request.AfterNo && c.ClaimNo < Number.LowestAt(request.OlderThanMs)).Take(request.Limit).ToList();
            ClaimsRead += page.Count;
            return Task.FromResult(new PullTransfersResponse
            {
                Items = page.FindAll(c => !_settled.Contains(c.ClaimNo)),
                NextAfterNo = page.Count == 0 ? request.AfterNo : page[^1].ClaimNo,
                Finished = page.Count < request.Limit,
            });
        }
    }

    public Task<PullRefundsResponse> PullRefundsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            RefundPulls++;
            PullContexts.Add(context);
            if (PullResult != ResultCode.Ok)
            {
                return Task.FromResult(new PullRefundsResponse { Result = Result.Of(PullResult) });
            }

            var page = _refunds.Values.Where(r => r.Wanted.CauseNo > request.AfterNo && r.SinceMs < request.OlderThanMs)
                .Select(r => r.Wanted).OrderBy(r => r.CauseNo).ThenBy(r => r.Cause).Take(request.Limit).ToList();
            RefundsRead += page.Count;
            return Task.FromResult(new PullRefundsResponse { Items = page });
        }
    }

    public Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<SetContentResponse> SetContentAsync(CallContext context, SetContentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) => throw NotAsked();

    public Task<LimitsResponse> GetLimitsAsync(CallContext context, CancellationToken cancellationToken) => throw NotAsked();

    private static InvalidOperationException NotAsked() => new("Async does not ask this of Core");
}
