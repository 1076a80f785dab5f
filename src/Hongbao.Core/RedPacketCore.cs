using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Core.Lanes;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Core.Payments;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core;

/// <summary>The contract's door: names who does what.</summary>
internal sealed class RedPacketCore(PacketCreation creation, ClaimService claims, PaymentAdvancer payments, PullSource pulls, LaneSet lanes) : IRedPacketCore
{
    public async Task<CreatePacketResponse> CreatePacketAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await creation.CreateAsync(context, request, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.IsTransient)
        {
            return new CreatePacketResponse { Result = Result.Of(ResultCode.Overloaded, "Please send the same request again.") };
        }
    }

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
        catch (StoreException e) when (e.IsTransient)
        {
            return new SetContentResponse { Result = Result.Of(ResultCode.Overloaded, "Please try again.") };
        }
    }

    public Task<PaymentResponse> PreparePaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) =>
        payments.PrepareAsync(context, request.PayOrderNo, cancellationToken);

    public Task<PaymentResponse> CheckPaymentAsync(CallContext context, PaymentRequest request, CancellationToken cancellationToken) =>
        payments.CheckAsync(context, request.PayOrderNo, cancellationToken);

    public Task<FinanceCallbackResponse> FinanceCallbackAsync(CallContext context, FinanceCallbackRequest request, CancellationToken cancellationToken) =>
        payments.CallbackAsync(request, cancellationToken);

    public Task<PullTransfersResponse> PullTransfersAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) =>
        pulls.TransfersAsync(request, cancellationToken);

    public Task<PullRefundsResponse> PullRefundsAsync(CallContext context, PullRequest request, CancellationToken cancellationToken) =>
        pulls.RefundsAsync(request, cancellationToken);
}
