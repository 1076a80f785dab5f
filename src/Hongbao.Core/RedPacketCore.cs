using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Core.Lanes;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Core.Payments;
using Hongbao.Core.Subsidies;
using Hongbao.Core.Withdrawals;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Core;

/// <summary>The contract's door: names who does what.</summary>
internal sealed partial class RedPacketCore(
    PacketCreation creation, SubsidizedCreation subsidized, ClaimService claims, PaymentAdvancer payments, SubsidyBooking booking, SubsidyBooks books, PullSource pulls,
    LaneSet lanes, WithdrawalCreation withdrawals, WithdrawalStore withdrawalRows, CoreOptions options, ILogger log) : IRedPacketCore
{
    public async Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return SubsidizedCreation.IsFor(request)
                ? await subsidized.CreateAsync(context, request, cancellationToken).ConfigureAwait(false)
                : await creation.CreateAsync(context, request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new CreatePacketResponse { Result = Result.Of(ResultCode.Overloaded, "Please send the same request again.") };
        }
    }

    // The one call that has to be fast answers the store's faults itself, so that nothing has to wait for it here.
    public Task<ClaimResponse> ClaimAsync(CallContext context, ClaimRequest request, CancellationToken cancellationToken) =>
        claims.ClaimAsync(context, request, cancellationToken);

    public async Task<SetContentResponse> SetContentAsync(CallContext context, SetContentRequest request, CancellationToken cancellationToken)
    {
        if (PacketRules.TextFault(request.ContentId, 1, 64) is { } fault)
        {
            return new SetContentResponse { Result = Result.Invalid("contentId", fault) };
        }

        try
        {
            return new SetContentResponse
            {
                Result = await lanes.PostAsync(new SetContent(context, request.PacketNo, request.ContentId)).WaitAsync(cancellationToken).ConfigureAwait(false),
            };
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new SetContentResponse { Result = AskAgain() };
        }
    }

    public async Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await payments.PrepareAsync(context, request.PayOrderNo, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new PaymentResponse { Result = AskAgain(), PayOrderNo = request.PayOrderNo };
        }
    }

    public async Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await payments.CheckAsync(context, request.PayOrderNo, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new PaymentResponse { Result = AskAgain(), PayOrderNo = request.PayOrderNo };
        }
    }

    public async Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await payments.CallbackAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new FinanceCallbackResponse { Result = AskAgain() };
        }
    }

    public async Task<PullTransfersResponse> PullTransfersAsync(CallContext context, PullRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await pulls.TransfersAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new PullTransfersResponse { Result = AskAgain(), NextAfterNo = request.AfterNo };
        }
    }

    public async Task<PullRefundsResponse> PullRefundsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await pulls.RefundsAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            return new PullRefundsResponse { Result = AskAgain() };
        }
    }

    public Task<PullFundingsResponse> PullFundingsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) =>
        pulls.FundingsAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<BookedSubsidiesResponse> BookSubsidiesAsync(CallContext context, BookSubsidiesRequest request, CancellationToken cancellationToken) =>
        booking.BookAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<BookedSubsidiesResponse> GetSubsidiesAsync(CallContext context, SubsidyNumbersRequest request, CancellationToken cancellationToken) =>
        booking.GetAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<SubsidyBooksResponse> GetSubsidyBooksAsync(CallContext context, SubsidyBooksRequest request, CancellationToken cancellationToken) =>
        books.ReadAsync(request, cancellationToken).OrAskAgainAsync(log);

    public Task<LimitsResponse> GetLimitsAsync(CallContext context, CancellationToken cancellationToken) => Task.FromResult(new LimitsResponse
    {
        Currency = options.CurrenciesAccepted[0],
        MaxCount = options.CountMax,
        MinShare = PacketRules.ShareMin,
        MaxShare = options.ShareMax,
        MaxGreeting = options.GreetingMax,
        MinTtlSeconds = options.TtlSecondsMin,
        MaxTtlSeconds = options.TtlSecondsMax,
        DefaultTtlSeconds = options.TtlSecondsDefault,
        MaxOpensAheadSeconds = options.OpensAheadSecondsMax,
    });

    // Every call is idempotent: asked again, it finds what was committed after all.
    internal static Result AskAgain() => Result.Of(ResultCode.Overloaded, "Please ask again.");
}
