namespace Hongbao.Contracts;

/// <summary>What finance says of an order when it is asked under the caller's number.</summary>
public enum FinanceStatus
{
    /// <summary>No answer that may be relied on: ask, or send again, under the same number.</summary>
    Unknown = 0,
    /// <summary>Accepted, or not found; not final: ask, or send again, under the same number.</summary>
    Pending = 1,
    /// <summary>Done. Final.</summary>
    Succeeded = 2,
    /// <summary>Refused for good; nothing moved and nothing ever will under this number. Final.</summary>
    Refused = 3,
    /// <summary>A payment order closed for ever without money. Final.</summary>
    Closed = 4,
    /// <summary>The same number came before with other content. Nothing changed; a fault of the caller that needs a person.</summary>
    Mismatch = 5,
}

/// <summary>A payment order: the user pays at the cashier, the money lands in the packet's escrow.</summary>
public sealed record PaymentOrder
{
    /// <summary>The caller's number.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>The packet whose escrow is funded.</summary>
    public long PacketNo { get; set; }
    /// <summary>Who pays.</summary>
    public long Uid { get; set; }
    /// <summary>Minor units, at least 1.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>What the cashier shows.</summary>
    public string Subject { get; set; } = "";
}

/// <summary>Names an order of finance.</summary>
public sealed record FinanceNumber
{
    /// <summary>The caller's number.</summary>
    public long Number { get; set; }
}

/// <summary>How a payment order stands at finance.</summary>
public sealed record PaymentAnswer
{
    /// <summary>How the call ended; not Ok means the outcome is unknown, whatever <see cref="Status"/> says.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The order's status.</summary>
    public FinanceStatus Status { get; set; }
    /// <summary>The order as finance has it; its number is 0 when finance says that it has none.</summary>
    public PaymentOrder Order { get; set; } = new();
    /// <summary>When it was paid, Unix milliseconds; 0 if it was not.</summary>
    public long PaidAtMs { get; set; }
}

/// <summary>Moves money from a packet's escrow to a user's balance.</summary>
public sealed record TransferOrder
{
    /// <summary>The claim's number, so that the same claim is the same order whoever asks, and is paid once.</summary>
    public long TransferNo { get; set; }
    /// <summary>The packet whose escrow pays.</summary>
    public long PacketNo { get; set; }
    /// <summary>Who is credited.</summary>
    public long Uid { get; set; }
    /// <summary>Minor units, at least 1.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>C2C lands on change, B2C on the reward balance.</summary>
    public PacketKind Kind { get; set; }
}

/// <summary>Returns money from a packet's escrow to the payer's change.</summary>
public sealed record RefundOrder
{
    /// <summary>The caller's number.</summary>
    public long RefundNo { get; set; }
    /// <summary>The payment that is refunded; never more than was paid.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>The packet whose escrow pays.</summary>
    public long PacketNo { get; set; }
    /// <summary>The payer.</summary>
    public long Uid { get; set; }
    /// <summary>Minor units, at least 1.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
}

/// <summary>What finance says of one order of a batch.</summary>
public sealed record OrderAnswer
{
    /// <summary>The caller's number.</summary>
    public long Number { get; set; }
    /// <summary>The order's status.</summary>
    public FinanceStatus Status { get; set; }
    /// <summary>Why it was refused; for people, not for code.</summary>
    public string Reason { get; set; } = "";
}

/// <summary>Transfers to make; each stands for itself.</summary>
public sealed record TransferBatch
{
    /// <summary>1 to 500.</summary>
    public List<TransferOrder> Items { get; set; } = [];
}

/// <summary>Refunds to make, or to set aside; each stands for itself.</summary>
public sealed record RefundBatch
{
    /// <summary>1 to 500.</summary>
    public List<RefundOrder> Items { get; set; } = [];
}

/// <summary>Orders to ask about.</summary>
public sealed record NumberBatch
{
    /// <summary>1 to 500.</summary>
    public List<long> Numbers { get; set; } = [];
}

/// <summary>One answer per order; a missing one is unknown.</summary>
public sealed record OrderAnswers
{
    /// <summary>How the call ended; not Ok means that every outcome is unknown.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The answers.</summary>
    public List<OrderAnswer> Items { get; set; } = [];
}

/// <summary>Asks for a user's wallet, the caller's own.</summary>
public sealed record WalletRequest
{
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
}

/// <summary>A user's balances.</summary>
public sealed record WalletResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>Change, minor units.</summary>
    public long Change { get; set; }
    /// <summary>Reward balance, minor units.</summary>
    public long Reward { get; set; }
}

/// <summary>One line of a user's statement.</summary>
public sealed record WalletEntry
{
    /// <summary>The ledger entry's number.</summary>
    public long EntryNo { get; set; }
    /// <summary>What happened: <c>transfer</c>, <c>refund</c>, ...</summary>
    public string Kind { get; set; } = "";
    /// <summary>Which balance: <c>change</c> or <c>reward</c>.</summary>
    public string Account { get; set; } = "";
    /// <summary>Signed, minor units.</summary>
    public long Amount { get; set; }
    /// <summary>The balance after it, minor units.</summary>
    public long Balance { get; set; }
    /// <summary>The packet, or 0.</summary>
    public long PacketNo { get; set; }
    /// <summary>When, Unix milliseconds.</summary>
    public long AtMs { get; set; }
}

/// <summary>A page of the caller's statement, newest first.</summary>
public sealed record WalletEntriesResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>The page.</summary>
    public List<WalletEntry> Items { get; set; } = [];
    /// <summary>Cursor of the next page; empty at the end.</summary>
    public string Next { get; set; } = "";
}

/// <summary>What finance can do; the whole of what the platform needs of a finance that replaces the reference one.</summary>
public interface IFinance
{
    /// <summary>Makes a payment order known to the cashier. Idempotent by number.</summary>
    Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken);

    /// <summary>How a payment order stands.</summary>
    Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken);

    /// <summary>The cashier's button, pressed by the payer (<see cref="CallContext.Uid"/>). Pays once however often it is pressed.</summary>
    Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken);

    /// <summary>Closes a payment order for ever, also one that never arrived: Closed, Succeeded when it was paid before, or Unknown.</summary>
    Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken);

    /// <summary>Makes transfers. Idempotent by number.</summary>
    Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken);

    /// <summary>How transfers stand.</summary>
    Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken);

    /// <summary>Makes refunds, never beyond what was paid. Idempotent by number.</summary>
    Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken);

    /// <summary>How refunds stand.</summary>
    Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken);

    /// <summary>Moves the money of refused refunds from escrow to the unclaimed liability account. Idempotent by number.</summary>
    Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken);

    /// <summary>The caller's balances; Degraded when they cannot be read just now.</summary>
    Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken);

    /// <summary>The caller's statement; uses Limit and Cursor of the page. Degraded when it cannot be read just now.</summary>
    Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken);
}

/// <summary>How one operation of the reference finance misbehaves. Rates are per mille of calls.</summary>
public sealed record FinanceFault
{
    /// <summary><c>createPayment</c>, <c>pay</c>, <c>closePayment</c>, <c>transfer</c>, <c>refund</c>, <c>setAside</c> or <c>query</c>.</summary>
    public string Operation { get; set; } = "";
    /// <summary>Added to every call, milliseconds, 0 to 60,000.</summary>
    public int LatencyMs { get; set; }
    /// <summary>Fails before anything is accepted.</summary>
    public int FailPermille { get; set; }
    /// <summary>Does it, then loses the answer.</summary>
    public int LostAnswerPermille { get; set; }
    /// <summary>Accepts it and decides later, by itself.</summary>
    public int LaterPermille { get; set; }
    /// <summary>How much later, milliseconds.</summary>
    public int LaterMs { get; set; }
    /// <summary>Refuses for good; transfer and refund only.</summary>
    public int RefusePermille { get; set; }
    /// <summary>Says "not found" of something accepted; query only.</summary>
    public int NotFoundPermille { get; set; }
    /// <summary>Never sends the callback.</summary>
    public int CallbackLostPermille { get; set; }
    /// <summary>Sends the callback late.</summary>
    public int CallbackLatePermille { get; set; }
    /// <summary>How late, milliseconds.</summary>
    public int CallbackLateMs { get; set; }
    /// <summary>Sends the callback more than once, with fresh signatures.</summary>
    public int CallbackRepeatPermille { get; set; }
}

/// <summary>All fault switches.</summary>
public sealed record FinanceFaults
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>Seed of the dice; the same seed and calls misbehave alike.</summary>
    public long Seed { get; set; }
    /// <summary>Operations that misbehave; the others behave.</summary>
    public List<FinanceFault> Operations { get; set; } = [];
}

/// <summary>One line of the trial balance.</summary>
public sealed record TrialBalanceLine
{
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>The kind of account.</summary>
    public string Kind { get; set; } = "";
    /// <summary>How many accounts.</summary>
    public long Accounts { get; set; }
    /// <summary>Sum of their balances, minor units.</summary>
    public long Balance { get; set; }
}

/// <summary>The ledger's own check.</summary>
public sealed record TrialBalanceResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>Per currency and kind; a currency's balances sum to 0.</summary>
    public List<TrialBalanceLine> Lines { get; set; } = [];
    /// <summary>What is wrong: unbalanced postings, balances that differ from their entries, forbidden negatives. Empty when all is well.</summary>
    public List<string> Faults { get; set; } = [];
}

/// <summary>What operators do with the reference finance.</summary>
public interface IFinanceOperations
{
    /// <summary>The fault switches.</summary>
    Task<FinanceFaults> GetFaultsAsync(CallContext context, CancellationToken cancellationToken);

    /// <summary>Replaces the fault switches; validated as a whole.</summary>
    Task<FinanceFaults> SetFaultsAsync(CallContext context, FinanceFaults request, CancellationToken cancellationToken);

    /// <summary>Sums and checks the whole ledger.</summary>
    Task<TrialBalanceResponse> CheckLedgerAsync(CallContext context, CancellationToken cancellationToken);
}
