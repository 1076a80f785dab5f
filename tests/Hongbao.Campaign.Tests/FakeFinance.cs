using System.Collections.Concurrent;
using Hongbao.Contracts;

namespace Hongbao.Campaign.Tests;

/// <summary>A finance that keeps campaigns' accounts as a real one does; a script may answer, throw or lose answers in its place.</summary>
internal sealed class FakeFinance : IFinance
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, (string Operation, HoldOrder Order, FinanceStatus Status)> _orders = [];
    private readonly Dictionary<long, Account> _accounts = [];

    internal sealed class Account
    {
        public long Held { get; set; }
        public long Funded { get; set; }

        /// <summary>The hour of the wins that all funded packets are of.</summary>
        public long HourMs { get; set; } = StandingClock.StartMs;
        public long Returned { get; set; }
        public long Released { get; set; }
        public long Balance => Held + Returned - Funded - Released;
    }

    /// <summary>Operation and order of every call, in order.</summary>
    public ConcurrentQueue<(string Operation, HoldOrder Order)> Calls { get; } = new();

    /// <summary>Asked before an operation; what it returns is the answer, and nothing happens. Null lets it happen.</summary>
    public Func<string, HoldOrder, FinanceStatus?>? Instead { get; set; }

    /// <summary>What an operation waits for before anything else, whatever its token says.</summary>
    public Func<string, Task>? Hangs { get; set; }

    /// <summary>Called after an operation had its effect; may throw, so that the answer is lost.</summary>
    public Action<string, HoldOrder>? After { get; set; }

    /// <summary>Called when an account is asked for, before it is looked at; may throw.</summary>
    public Func<Task>? BeforeAccount { get; set; }

    /// <summary>Called when an account was looked at, before the answer goes out.</summary>
    public Func<Task>? AfterAccount { get; set; }

    public Account Of(long campaignId)
    {
        lock (_gate)
        {
            return _accounts.TryGetValue(campaignId, out var account) ? account : _accounts[campaignId] = new Account();
        }
    }

    /// <summary>Numbers of the orders that succeeded.</summary>
    public List<(string Operation, long Amount)> Done(long campaignId)
    {
        lock (_gate)
        {
            return [.. _orders.Values.Where(o => o.Order.CampaignId == campaignId && o.Status == FinanceStatus.Succeeded).Select(o => (o.Operation, o.Order.Amount))];
        }
    }

    public Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => DoAsync("hold", request);

    public Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => DoAsync("release", request);

    public async Task<CampaignAccountResponse> GetCampaignAccountAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken)
    {
        if (BeforeAccount is { } before)
        {
            await before();
        }

        CampaignAccountResponse response;
        lock (_gate)
        {
            var account = _accounts.GetValueOrDefault(request.CampaignId) ?? new Account();
            response = new CampaignAccountResponse
            {
                Held = account.Held,
                Funded = account.Funded,
                Returned = account.Returned,
                Released = account.Released,
                Balance = account.Balance,
                Hours = request.ByHour && account.Funded > 0 ? [new CampaignAccountHour { HourMs = account.HourMs, Funded = account.Funded, Returned = account.Returned }] : [],
            };
        }

        if (AfterAccount is { } after)
        {
            await after();
        }

        return response;
    }

    private async Task<OrderAnswers> DoAsync(string operation, HoldBatch batch)
    {
        var answers = new OrderAnswers();
        foreach (var order in batch.Items)
        {
            Calls.Enqueue((operation, order));
            if (Hangs?.Invoke(operation) is { } hanging)
            {
                await hanging;
            }

            var status = Instead?.Invoke(operation, order);
            if (status is null)
            {
                status = Effect(operation, order);
                After?.Invoke(operation, order);
            }

            answers.Items.Add(new OrderAnswer { Number = order.HoldNo, Status = status.Value, Reason = status == FinanceStatus.Refused ? "no such money" : "" });
        }

        return answers;
    }

    private FinanceStatus Effect(string operation, HoldOrder order)
    {
        lock (_gate)
        {
            if (_orders.TryGetValue(order.HoldNo, out var known))
            {
                return known.Operation == operation && known.Order == order ? known.Status : FinanceStatus.Mismatch;
            }

            var account = Of(order.CampaignId);
            var status = operation == "release" && order.Amount > account.Balance ? FinanceStatus.Refused : FinanceStatus.Succeeded;
            _orders.Add(order.HoldNo, (operation, order, status));
            if (status == FinanceStatus.Succeeded)
            {
                (account.Held, account.Released) = operation == "hold" ? (account.Held + order.Amount, account.Released) : (account.Held, account.Released + order.Amount);
            }

            return status;
        }
    }

    public Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryHoldsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryReleasesAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> FundAsync(CallContext context, FundingBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryFundingsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> PayoutAsync(CallContext context, PayoutBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryPayoutsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) => throw NotAsked();

    private static InvalidOperationException NotAsked() => new("Campaign does not ask finance for this");
}
