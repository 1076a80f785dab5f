using System.Collections.Concurrent;
using Hongbao.Foundation.Health;

namespace Hongbao.Gateway.Tests;

/// <summary>Stands for Core: remembers what it was asked, answers what the test wants.</summary>
internal sealed class FakeCore : IRedPacketCore
{
    public ConcurrentQueue<(CallContext Context, object Request)> Asked { get; } = new();

    public Func<CallContext, CreatePacketRequest, CancellationToken, Task<CreatePacketResponse>> Create { get; set; } = (_, _, _) => Task.FromResult(Created());

    public Func<CallContext, ClaimRequest, CancellationToken, Task<ClaimResponse>> Claim { get; set; } = (_, r, _) => Task.FromResult(new ClaimResponse
    {
        Claim = new ClaimView { ClaimNo = 77, PacketNo = r.PacketNo, Uid = 1001, Seq = 3, Amount = 888, Status = ClaimStatus.Claimed, ClaimedAtMs = 1_771_329_600_123 },
        RemainingCount = 7,
    });

    public Func<SetContentRequest, SetContentResponse> SetContent { get; set; } = _ => new SetContentResponse();

    public Func<PaymentRequest, Task<PaymentResponse>> Prepare { get; set; } = r => Task.FromResult(Payment(r.PayOrderNo, PaymentStatus.Pending));

    public Func<PaymentRequest, Task<PaymentResponse>> Check { get; set; } = r => Task.FromResult(Payment(r.PayOrderNo, PaymentStatus.Succeeded));

    public Func<FinanceCallbackRequest, FinanceCallbackResponse> Callback { get; set; } = _ => new FinanceCallbackResponse();

    public Func<Task<LimitsResponse>> Limits { get; set; } = () => Task.FromResult(Limited(100));

    public Func<CallContext, CreateWithdrawalRequest, CancellationToken, Task<WithdrawalResponse>> Withdraw { get; set; } = (_, r, _) => Task.FromResult(Withdrawal(r.Amount));

    public Func<WithdrawalRequest, WithdrawalResponse> GetWithdrawal { get; set; } = _ => Withdrawal(500);

    private int _limitsAsked;

    /// <summary>How often it was asked for its limits, which <see cref="Asked"/> leaves out.</summary>
    public int LimitsAsked => _limitsAsked;

    public static LimitsResponse Limited(int maxCount) => new()
    {
        Currency = "CNY",
        MaxCount = maxCount,
        MinShare = 1,
        MaxShare = 20_000,
        MaxGreeting = 64,
        MinTtlSeconds = 5,
        MaxTtlSeconds = 604_800,
        DefaultTtlSeconds = 86_400,
        MaxOpensAheadSeconds = 3600,
    };

    public static CreatePacketResponse Created() => new()
    {
        PacketNo = long.MaxValue,
        Kind = PacketKind.C2C,
        Status = PacketStatus.PendingPayment,
        ExpiresAtMs = 1_771_329_600_123,
        PayOrderNo = 730_100_000_000_000_002,
        PaymentStatus = PaymentStatus.Pending,
        SeedHash = "ab01",
    };

    public static PaymentResponse Payment(long payOrderNo, PaymentStatus status, long uid = 1001) => new() { PayOrderNo = payOrderNo, PacketNo = 9001, Uid = uid, Status = status };

    public static WithdrawalResponse Withdrawal(long amount) =>
        new() { WithdrawalNo = 4401, Amount = amount, Currency = "CNY", Status = WithdrawalStatus.Pending, CreatedAtMs = 1_771_329_600_123 };

    public T Last<T>() => (T)Asked.Last(a => a.Request is T).Request;

    public Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Create(context, request, cancellationToken));

    public Task<SetContentResponse> SetContentAsync(CallContext context, SetContentRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Task.FromResult(SetContent(request)));

    public Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Claim(context, request, cancellationToken));

    public Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => Note(context, request, Prepare(request));

    public Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => Note(context, request, Check(request));

    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Task.FromResult(Callback(request)));

    public Task<PullTransfersResponse> PullTransfersAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<PullRefundsResponse> PullRefundsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<WithdrawalResponse> CreateWithdrawalAsync(CallContext context, CreateWithdrawalRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Withdraw(context, request, cancellationToken));

    public Task<WithdrawalResponse> GetWithdrawalAsync(CallContext context, WithdrawalRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Task.FromResult(GetWithdrawal(request)));

    public Task<BookedSubsidiesResponse> BookSubsidiesAsync(CallContext context, BookSubsidiesRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<BookedSubsidiesResponse> GetSubsidiesAsync(CallContext context, SubsidyNumbersRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<SubsidyBooksResponse> GetSubsidyBooksAsync(CallContext context, SubsidyBooksRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<PullFundingsResponse> PullFundingsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<PullPayoutsResponse> PullPayoutsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<LimitsResponse> GetLimitsAsync(CallContext context, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _limitsAsked);
        return Limits();
    }

    private T Note<T>(CallContext context, object request, T answer)
    {
        Asked.Enqueue((context, request));
        return answer;
    }
}

internal sealed class FakeAsync : IRedPacketAsync
{
    public ConcurrentQueue<FinanceCallbackRequest> Callbacks { get; } = new();

    public Func<FinanceCallbackRequest, FinanceCallbackResponse> Callback { get; set; } = _ => new FinanceCallbackResponse();

    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken)
    {
        Callbacks.Enqueue(request);
        return Task.FromResult(Callback(request));
    }

    public Task<TransferResultsResponse> GetTransferResultsAsync(CallContext context, TransferResultsRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();

    public Task<RefundResultsResponse> GetRefundResultsAsync(CallContext context, RefundResultsRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();

    public Task<NumberedResultsResponse> GetFundingResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();

    public Task<NumberedResultsResponse> GetPayoutResultsAsync(CallContext context, NumberedResultsRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();

    public Task<TransferResultsResponse> AdvanceCreditsAsync(CallContext context, AdvanceCreditsRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();
}

internal sealed class FakeQuery : IRedPacketQuery
{
    public ConcurrentQueue<(CallContext Context, object Request)> Asked { get; } = new();

    public Result Result { get; set; } = new();

    public PacketView Packet { get; set; } = View();

    public string Next { get; set; } = "";

    public SubsidyListResponse Subsidies { get; set; } = new();

    public static PacketView View() => new()
    {
        PacketNo = 9001,
        Kind = PacketKind.C2C,
        Status = PacketStatus.Active,
        Sender = 1002,
        SenderName = "Lin",
        Greeting = "新年快乐 <b>",
        Split = SplitKind.Random,
        Scope = ScopeKind.Public,
        Amount = 10_000,
        Currency = "CNY",
        Count = 10,
        Cap = 20_000,
        ClaimedAmount = 888,
        ClaimedCount = 1,
        RemainingCount = 9,
        CreatedAtMs = 1_771_329_600_000,
        ExpiresAtMs = 1_771_416_000_000,
        SeedHash = "ab01",
    };

    public Task<PacketResponse> GetPacketAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new PacketResponse { Result = Result, Packet = Packet });

    public Task<PacketStatusResponse> GetStatusAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new PacketStatusResponse { Result = Result, Status = Packet.Status });

    public Task<ClaimListResponse> ListClaimsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) => Note(context, request, new ClaimListResponse
    {
        Result = Result,
        Items = [new ClaimListItem { Claim = Claim(), Name = "王", Avatar = "/avatars/1.svg", Luckiest = true }],
        Next = Next,
    });

    public Task<PacketListResponse> ListPacketsAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new PacketListResponse { Result = Result, Items = [Packet], Next = Next });

    public Task<PacketListResponse> ListSentAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new PacketListResponse { Result = Result, Items = [Packet], TotalCount = 5, TotalAmount = 50_000, Next = Next });

    public Task<ReceivedListResponse> ListReceivedAsync(CallContext context, PageRequest request, CancellationToken cancellationToken) => Note(context, request, new ReceivedListResponse
    {
        Result = Result,
        Items = [new ReceivedItem { Claim = Claim(), Sender = 1002, SenderName = "Lin", Greeting = "hi" }],
        TotalCount = 1,
        TotalAmount = 888,
        Next = Next,
    });

    public Task<ClaimByNoResponse> GetClaimAsync(CallContext context, ClaimByNoRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new ClaimByNoResponse { Result = Result, Claim = Claim() });

    public Task<DrawResponse> GetDrawAsync(CallContext context, PacketRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new DrawResponse { Result = Result, Algorithm = 1, Packet = Packet, Draws = [new DrawnShare { Seq = 1, Amount = 888 }] });

    public Task<SubsidyListResponse> ListSubsidiesAsync(CallContext context, CancellationToken cancellationToken) =>
        Note(context, Subsidies, Result.IsOk() ? Subsidies : new SubsidyListResponse { Result = Result });

    public static ClaimView Claim() => new() { ClaimNo = 77, PacketNo = 9001, Uid = 1001, Seq = 1, Amount = 888, Status = ClaimStatus.Transferring, ClaimedAtMs = 1_771_329_600_007 };

    private Task<T> Note<T>(CallContext context, object request, T answer)
    {
        Asked.Enqueue((context, request));
        return Task.FromResult(answer);
    }
}

internal sealed class FakeFinance : IFinance, IFinanceOperations
{
    public ConcurrentQueue<(CallContext Context, object Request)> Asked { get; } = new();

    public PaymentAnswer Order { get; set; } = new();

    public Func<FinanceNumber, Task<PaymentAnswer>> Pay { get; set; } = _ => Task.FromResult(new PaymentAnswer { Status = FinanceStatus.Succeeded });

    public Result OperationsResult { get; set; } = new();

    public Task<PaymentAnswer> QueryPaymentAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken) => Task.FromResult(Order);

    public Task<PaymentAnswer> PayAsync(CallContext context, FinanceNumber request, CancellationToken cancellationToken)
    {
        Asked.Enqueue((context, request));
        return Pay(request);
    }

    public Task<WalletResponse> GetWalletAsync(CallContext context, WalletRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new WalletResponse { Currency = request.Currency, Change = 123, Reward = 0 });

    public Task<WalletEntriesResponse> ListEntriesAsync(CallContext context, PageRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue((context, request));
        return Task.FromResult(new WalletEntriesResponse
        {
            Items =
            [
                new WalletEntry { EntryNo = 5, Kind = "transfer", Account = "change", Amount = 888, Balance = 1011, PacketNo = 9001, AtMs = 1_771_329_600_000 },
                new WalletEntry { EntryNo = 4, Kind = "payment", Account = "change", Amount = -100, Balance = 123, AtMs = 1_771_329_500_000 },
            ],
            Next = "4",
        });
    }

    public Task<FinanceFaults> GetFaultsAsync(CallContext context, CancellationToken cancellationToken) =>
        Task.FromResult(new FinanceFaults { Result = OperationsResult, Seed = 7, Operations = [new FinanceFault { Operation = "pay", LatencyMs = 50 }] });

    public Task<FinanceFaults> SetFaultsAsync(CallContext context, FinanceFaults request, CancellationToken cancellationToken)
    {
        Asked.Enqueue((context, request));
        return Task.FromResult(OperationsResult.IsOk() ? request : new FinanceFaults { Result = OperationsResult });
    }

    public Task<TrialBalanceResponse> CheckLedgerAsync(CallContext context, CancellationToken cancellationToken) => Task.FromResult(new TrialBalanceResponse
    {
        Lines = [new TrialBalanceLine { Currency = "CNY", Kind = "escrow", Accounts = 3, Balance = -500 }, new TrialBalanceLine { Currency = "CNY", Kind = "change", Accounts = 2, Balance = 500 }],
        Faults = ["posting 9 does not balance"],
    });

    public Task<PaymentAnswer> CreatePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<PaymentAnswer> ClosePaymentAsync(CallContext context, PaymentOrder request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> TransferAsync(CallContext context, TransferBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> QueryTransfersAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> RefundAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> QueryRefundsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> SetAsideAsync(CallContext context, RefundBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> QueryHoldsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> QueryReleasesAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> FundAsync(CallContext context, FundingBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> QueryFundingsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> PayoutAsync(CallContext context, PayoutBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<OrderAnswers> QueryPayoutsAsync(CallContext context, NumberBatch request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<CampaignAccountResponse> GetCampaignAccountAsync(CallContext context, CampaignAccountRequest request, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();
}

internal sealed class FakeProfiles : IProfiles
{
    public Exception? Failure { get; set; }

    public Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken) => Failure is null
        ? Task.FromResult(new ProfilesResponse { Items = request.Uids.Where(u => u < 1003).Select(u => new Profile { Uid = u, Name = $"user {u}", Avatar = $"/avatars/{u}.svg" }).ToList() })
        : Task.FromException<ProfilesResponse>(Failure);
}

internal sealed class FakeCheck(string name) : IReadinessCheck
{
    public string Name => name;

    public bool IsNeeded { get; set; } = true;

    public Func<Task<ReadinessState>> Check { get; set; } = () => Task.FromResult(ReadinessState.Ready);

    public Task<ReadinessState> CheckAsync(CancellationToken cancellationToken) => Check();
}
