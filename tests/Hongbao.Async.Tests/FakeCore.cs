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
    private readonly Dictionary<(string App, string ExternalNo), SubsidyIssued> _subsidies = [];
    private readonly SortedDictionary<long, (FundingWanted Wanted, long SinceMs)> _fundings = [];
    private readonly SortedDictionary<long, (PayoutWanted Wanted, long SinceMs)> _payouts = [];
    private readonly List<NumberedOutcome> _payoutOutcomes = [];

    /// <summary>Answers that the pulls give instead of the truth.</summary>
    public ResultCode PullResult { get; set; } = ResultCode.Ok;

    /// <summary>Answers of the booking instead of the truth.</summary>
    public Func<BookSubsidiesRequest, Result?>? BookingResult { get; set; }

    /// <summary>How many subsidies each booking brought.</summary>
    public List<int> Bookings { get; } = [];

    public int FundingPulls { get; private set; }
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

    public List<NumberedOutcome> PayoutOutcomes
    {
        get
        {
            lock (_gate)
            {
                return [.. _payoutOutcomes];
            }
        }
    }

    public List<SubsidyIssued> Subsidies
    {
        get
        {
            lock (_gate)
            {
                return [.. _subsidies.Values];
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

    public void Hold(IEnumerable<FundingWanted> fundings, long sinceMs)
    {
        lock (_gate)
        {
            foreach (var funding in fundings)
            {
                _fundings.Add(funding.PacketNo, (funding, sinceMs));
            }
        }
    }

    public void Hold(IEnumerable<PayoutWanted> payouts, long sinceMs)
    {
        lock (_gate)
        {
            foreach (var payout in payouts)
            {
                _payouts.Add(payout.WithdrawalNo, (payout, sinceMs));
            }
        }
    }

    public void Listen(MessageBus bus)
    {
        bus.Subscribe(Listener.SettleWithdrawals, (deliveries, _) =>
        {
            lock (_gate)
            {
                foreach (var outcome in deliveries.SelectMany(d => d.Read<PayoutsSettled>().Items))
                {
                    _payoutOutcomes.Add(outcome);
                    _payouts.Remove(outcome.Number);
                }
            }

            return Task.CompletedTask;
        });
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
                        if (progress.Status is OrderStatus.Succeeded or OrderStatus.SetAside or OrderStatus.Void)
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

    public Task<PullFundingsResponse> PullFundingsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            FundingPulls++;
            return Task.FromResult(PullResult != ResultCode.Ok
                ? new PullFundingsResponse { Result = Result.Of(PullResult) }
                : new PullFundingsResponse
                {
                    Items = [.. _fundings.Where(f => f.Key > request.AfterNo && f.Value.SinceMs < request.OlderThanMs).Select(f => f.Value.Wanted).Take(request.Limit)],
                });
        }
    }

    public Task<PullPayoutsResponse> PullPayoutsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(PullResult != ResultCode.Ok
                ? new PullPayoutsResponse { Result = Result.Of(PullResult) }
                : new PullPayoutsResponse
                {
                    Items = [.. _payouts.Where(p => p.Key > request.AfterNo && p.Value.SinceMs < request.OlderThanMs).Select(p => p.Value.Wanted).Take(request.Limit)],
                });
        }
    }

    public Task<BookedSubsidiesResponse> BookSubsidiesAsync(CallContext context, BookSubsidiesRequest request, CancellationToken cancellationToken)
    {
        Assert.InRange(request.Items.Count, 1, 1000);
        lock (_gate)
        {
            Bookings.Add(request.Items.Count);
            if (BookingResult?.Invoke(request) is { } instead)
            {
                return Task.FromResult(new BookedSubsidiesResponse { Result = instead });
            }

            foreach (var item in request.Items)
            {
                Assert.Equal(context.App, item.App);
                _subsidies.TryAdd((item.App, item.ExternalNo), item);
            }

            return Task.FromResult(new BookedSubsidiesResponse { Items = request.Items.ConvertAll(i => Booked(i.App, i.ExternalNo)) });
        }
    }

    public Task<BookedSubsidiesResponse> GetSubsidiesAsync(CallContext context, SubsidyNumbersRequest request, CancellationToken cancellationToken)
    {
        Assert.InRange(request.ExternalNos.Count, 1, 1000);
        lock (_gate)
        {
            return Task.FromResult(PullResult != ResultCode.Ok
                ? new BookedSubsidiesResponse { Result = Result.Of(PullResult) }
                : new BookedSubsidiesResponse { Items = request.ExternalNos.ConvertAll(no => Booked(context.App, no)) });
        }
    }

    private BookedSubsidy Booked(string app, string externalNo) => _subsidies.ContainsKey((app, externalNo))
        ? new BookedSubsidy { ExternalNo = externalNo, SubsidyNo = 1, Status = SubsidyStatus.Available }
        : new BookedSubsidy { ExternalNo = externalNo };

    public Task<SubsidyBooksResponse> GetSubsidyBooksAsync(CallContext context, SubsidyBooksRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WithdrawalResponse> CreateWithdrawalAsync(CallContext context, CreateWithdrawalRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WithdrawalResponse> GetWithdrawalAsync(CallContext context, WithdrawalRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<SetContentResponse> SetContentAsync(CallContext context, SetContentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) => throw NotAsked();

    public Task<LimitsResponse> GetLimitsAsync(CallContext context, CancellationToken cancellationToken) => throw NotAsked();

    private static InvalidOperationException NotAsked() => new("Async does not ask this of Core");
}
