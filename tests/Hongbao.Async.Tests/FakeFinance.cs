using Hongbao.Contracts;

namespace Hongbao.Async.Tests;

/// <summary>A call that finance got.</summary>
internal sealed record FinanceCall(
    string Operation, CallContext Context, List<long> Numbers, List<TransferOrder> Transfers, List<RefundOrder> Refunds, CancellationToken Token)
{
    public List<FundingOrder> Fundings { get; init; } = [];
    public List<PayoutOrder> Payouts { get; init; } = [];
}

/// <summary>
/// A finance that keeps books: money moves at most once per number, by the content that came first. A test decides what it says:
/// <see cref="Instead"/> answers without the books, <see cref="Afterwards"/> changes or loses an answer of the books.
/// </summary>
internal sealed class FakeFinance : IFinance
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Kind, string App, long Number), Entry> _books = [];
    private readonly List<FinanceCall> _calls = [];

    private sealed class Entry
    {
        public required object Content { get; init; }
        public FinanceStatus Status { get; set; }
        public string Reason { get; set; } = "";
        public long Amount { get; init; }
        public int Moves { get; set; }
    }

    /// <summary>Answers a call without the books; null leaves it to them. Throwing is no answer.</summary>
    public Func<FinanceCall, Task<OrderAnswers?>>? Instead { get; set; }

    /// <summary>What comes of the books' answer; throwing loses it.</summary>
    public Func<FinanceCall, OrderAnswers, OrderAnswers>? Afterwards { get; set; }

    /// <summary>How a new order is decided: by kind and number.</summary>
    public Func<string, long, FinanceStatus> Decide { get; set; } = (_, _) => FinanceStatus.Succeeded;

    /// <summary>What a refusal says.</summary>
    public string Reason { get; set; } = "the account is closed";

    /// <summary>Money of campaigns that was asked for before it was in the packet's escrow. A real finance would only say that it is short.</summary>
    public List<string> TooEarly { get; } = [];

    public IReadOnlyList<FinanceCall> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    public int CallsOf(string operation) => Calls.Count(c => c.Operation == operation);

    /// <summary>Numbers whose money moved, with how often.</summary>
    public Dictionary<(string Kind, string App, long Number), int> Moved()
    {
        lock (_gate)
        {
            return _books.Where(b => b.Value.Moves > 0).ToDictionary(b => b.Key, b => b.Value.Moves);
        }
    }

    public long SumMoved(string kind)
    {
        lock (_gate)
        {
            return _books.Where(b => b.Key.Kind == kind).Sum(b => b.Value.Amount * b.Value.Moves);
        }
    }

    /// <summary>What stands in the books; Unknown when the number never arrived.</summary>
    public FinanceStatus StatusOf(string kind, string app, long number)
    {
        lock (_gate)
        {
            return _books.TryGetValue((kind, app, number), out var entry) ? entry.Status : FinanceStatus.Unknown;
        }
    }

    /// <summary>Ends an order that was accepted as pending.</summary>
    public void End(string kind, string app, long number, FinanceStatus status)
    {
        lock (_gate)
        {
            EndEntry(_books[(kind, app, number)], status);
        }
    }

    /// <summary>Orders that were accepted and have no end.</summary>
    public List<(string Kind, string App, long Number)> Open()
    {
        lock (_gate)
        {
            return [.. _books.Where(b => b.Value.Status == FinanceStatus.Pending).Select(b => b.Key)];
        }
    }

    /// <summary>Everything that has an end.</summary>
    public List<(string Kind, string App, long Number, FinanceStatus Status, long Amount)> Ended()
    {
        lock (_gate)
        {
            return [.. _books.Where(b => b.Value.Status != FinanceStatus.Pending).Select(b => (b.Key.Kind, b.Key.App, b.Key.Number, b.Value.Status, b.Value.Amount))];
        }
    }

    /// <summary>The same answer for every order of the calls of one operation.</summary>
    public void Say(string operation, FinanceStatus status) =>
        Instead = call => Task.FromResult(call.Operation == operation ? All(call, status) : null);

    public static OrderAnswers All(FinanceCall call, FinanceStatus status, string reason = "so it is") =>
        new() { Items = call.Numbers.ConvertAll(n => new OrderAnswer { Number = n, Status = status, Reason = reason }) };

    public Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("transfer", context, request.Items.ConvertAll(i => i.TransferNo), request.Items, [], cancellationToken),
        call => call.Transfers.ConvertAll(t =>
        {
            RefuseTooEarly(t.Kind == PacketKind.B2C, call.Context.App, t.PacketNo, $"transfer {t.TransferNo}");
            return Take("transfer", call.Context.App, t.TransferNo, t, t.Amount);
        }));

    public Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("refund", context, request.Items.ConvertAll(i => i.RefundNo), [], request.Items, cancellationToken),
        call => call.Refunds.ConvertAll(r =>
        {
            RefuseTooEarly(r.CampaignId != 0, call.Context.App, r.PacketNo, $"refund {r.RefundNo}");
            return Take("refund", call.Context.App, r.RefundNo, r, r.Amount);
        }));

    public Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("setAside", context, request.Items.ConvertAll(i => i.RefundNo), [], request.Items, cancellationToken),
        call => call.Refunds.ConvertAll(r => StatusOf("refund", call.Context.App, r.RefundNo) == FinanceStatus.Refused
            ? Take("setAside", call.Context.App, r.RefundNo, r, r.Amount)
            : new OrderAnswer { Number = r.RefundNo, Status = FinanceStatus.Refused, Reason = "the refund was not refused" }));

    public Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("queryTransfers", context, request.Numbers, [], [], cancellationToken),
        call => call.Numbers.ConvertAll(n => Find("transfer", call.Context.App, n)));

    public Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("queryRefunds", context, request.Numbers, [], [], cancellationToken),
        call => call.Numbers.ConvertAll(n => Find("refund", call.Context.App, n)));

    public Task<OrderAnswers> FundAsync(CallContext context, FundingBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("fund", context, request.Items.ConvertAll(i => i.PacketNo), [], [], cancellationToken) { Fundings = request.Items },
        call => call.Fundings.ConvertAll(f => Take("fund", call.Context.App, f.PacketNo, f, f.Amount)));

    public Task<OrderAnswers> QueryFundingsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("queryFundings", context, request.Numbers, [], [], cancellationToken),
        call => call.Numbers.ConvertAll(n => Find("fund", call.Context.App, n)));

    public Task<OrderAnswers> PayoutAsync(CallContext context, PayoutBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("payout", context, request.Items.ConvertAll(i => i.WithdrawalNo), [], [], cancellationToken) { Payouts = request.Items },
        call => call.Payouts.ConvertAll(p => Take("payout", call.Context.App, p.WithdrawalNo, p, p.Amount)));

    public Task<OrderAnswers> QueryPayoutsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => AnswerAsync(
        new FinanceCall("queryPayouts", context, request.Numbers, [], [], cancellationToken),
        call => call.Numbers.ConvertAll(n => Find("payout", call.Context.App, n)));

    public Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryHoldsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<OrderAnswers> QueryReleasesAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<CampaignAccountResponse> GetCampaignAccountAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) => throw NotAsked();

    private async Task<OrderAnswers> AnswerAsync(FinanceCall call, Func<FinanceCall, List<OrderAnswer>> books)
    {
        Assert.InRange(call.Numbers.Count, 1, 500);
        lock (_gate)
        {
            _calls.Add(call);
        }

        if (Instead is { } instead && await instead(call) is { } said)
        {
            return said;
        }

        OrderAnswers answers;
        lock (_gate)
        {
            answers = new OrderAnswers { Items = books(call) };
        }

        return Afterwards is { } afterwards ? afterwards(call, answers) : answers;
    }

    private OrderAnswer Take(string kind, string app, long number, object content, long amount)
    {
        lock (_gate)
        {
            if (!_books.TryGetValue((kind, app, number), out var entry))
            {
                _books.Add((kind, app, number), entry = new Entry { Content = content, Status = FinanceStatus.Pending, Amount = amount });
                EndEntry(entry, Decide(kind, number));
            }

            return entry.Content.Equals(content)
                ? new OrderAnswer { Number = number, Status = entry.Status, Reason = entry.Reason }
                : new OrderAnswer { Number = number, Status = FinanceStatus.Mismatch };
        }
    }

    private OrderAnswer Find(string kind, string app, long number) => _books.TryGetValue((kind, app, number), out var entry)
        ? new OrderAnswer { Number = number, Status = entry.Status, Reason = entry.Reason }
        : new OrderAnswer { Number = number, Status = FinanceStatus.Pending, Reason = "not found" };

    private void RefuseTooEarly(bool needsFunding, string app, long packetNo, string what)
    {
        if (needsFunding && StatusOf("fund", app, packetNo) != FinanceStatus.Succeeded)
        {
            TooEarly.Add(what);
        }
    }

    private void EndEntry(Entry entry, FinanceStatus status)
    {
        entry.Status = status;
        entry.Reason = status == FinanceStatus.Refused ? Reason : "";
        entry.Moves += status == FinanceStatus.Succeeded ? 1 : 0;
    }

    private static InvalidOperationException NotAsked() => new("Async does not ask this of finance");
}
