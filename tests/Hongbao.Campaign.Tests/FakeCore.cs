using Hongbao.Contracts;

namespace Hongbao.Campaign.Tests;

/// <summary>A Core that says of subsidies what the test says it knows.</summary>
internal sealed class FakeCore : IRedPacketCore
{
    /// <summary>What became of subsidies; may throw.</summary>
    public Func<long, Task<List<SubsidyBooksHour>>> Books { get; set; } = static _ => Task.FromResult(new List<SubsidyBooksHour>());

    public async Task<SubsidyBooksResponse> GetSubsidyBooksAsync(CallContext context, SubsidyBooksRequest request, CancellationToken cancellationToken) =>
        new() { Hours = await Books(request.CampaignId) };

    public Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<SetContentResponse> SetContentAsync(CallContext context, SetContentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PullTransfersResponse> PullTransfersAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PullRefundsResponse> PullRefundsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<LimitsResponse> GetLimitsAsync(CallContext context, CancellationToken cancellationToken) => throw NotAsked();
    public Task<BookedSubsidiesResponse> BookSubsidiesAsync(CallContext context, BookSubsidiesRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<BookedSubsidiesResponse> GetSubsidiesAsync(CallContext context, SubsidyNumbersRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PullFundingsResponse> PullFundingsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<PullPayoutsResponse> PullPayoutsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WithdrawalResponse> CreateWithdrawalAsync(CallContext context, CreateWithdrawalRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WithdrawalResponse> GetWithdrawalAsync(CallContext context, WithdrawalRequest request, CancellationToken cancellationToken) => throw NotAsked();

    private static InvalidOperationException NotAsked() => new("Campaign does not ask Core for this");
}
