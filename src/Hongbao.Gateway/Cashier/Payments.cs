using Hongbao.Contracts;
using Hongbao.Gateway.Endpoints;

namespace Hongbao.Gateway.Cashier;

/// <summary>How a payment stands for the one who pays.</summary>
internal enum PayStatus
{
    Pending = 1,
    Succeeded = 2,
}

/// <summary>What the button did; status and packet are meaningful when the result is Ok.</summary>
/// <param name="Result">Why it was not pressed, or that there is nothing to pay any more.</param>
/// <param name="Status">How the payment stands; Pending when finance is slow.</param>
/// <param name="PacketNo">The packet that it funds.</param>
internal readonly record struct PaymentOutcome(Result Result, PayStatus Status, long PacketNo);

/// <summary>Pays payment orders, whichever entry the payer comes by.</summary>
internal sealed class Payments(IRedPacketCore core, IFinance finance, Calls calls)
{
    /// <summary>Pays an order by its payer; paying twice pays once. All of it takes no longer than one call may.</summary>
    public async Task<PaymentOutcome> PayAsync(CallOrigin origin, long payOrderNo)
    {
        var request = new PaymentRequest { PayOrderNo = payOrderNo };
        var budget = calls.Budget();
        var prepared = await calls.AskAsync(origin, (context, gone) => core.PreparePaymentAsync(context, request, gone), budget.Left);
        if (RefusalOf(prepared, origin.Caller?.Uid ?? 0) is { } refusal)
        {
            return new PaymentOutcome(refusal, default, 0);
        }

        if (prepared.Status != PaymentStatus.Pending)
        {
            return OutcomeOf(prepared.Status, prepared.PacketNo);
        }

        // Half of what is left, so that there is time to look what became of it.
        if (await PressAsync(origin, payOrderNo, budget.Left / 2) is { } refused)
        {
            return new PaymentOutcome(refused, default, 0);
        }

        var checkedNow = await calls.TryAskAsync(origin, (context, gone) => core.CheckPaymentAsync(context, request, gone), budget.Left);
        return OutcomeOf(checkedNow is { Status: var status } && checkedNow.Result.IsOk() ? status : PaymentStatus.Pending, prepared.PacketNo);
    }

    /// <summary>Why an order is not for this user, or null.</summary>
    public static Result? RefusalOf(PaymentResponse payment, long uid) => !payment.Result.IsOk() ? payment.Result
        : payment.Uid != uid ? Result.Of(ResultCode.Forbidden, "Only the sender of the packet can pay for it.")
        : null;

    /// <summary>
    /// Presses finance's button. No answer is not an end: Core asks what became of it. Neither is "not found": the order is ours, and finance may
    /// only not have got it yet.
    /// </summary>
    private async Task<Result?> PressAsync(CallOrigin origin, long payOrderNo, TimeSpan longest)
    {
        var pressed = await calls.TryAskAsync(origin, (context, gone) => finance.PayAsync(context, new FinanceNumber { Number = payOrderNo }, gone), longest);
        return pressed?.Result is { Code: ResultCode.Forbidden or ResultCode.ValidationFailed } refused ? refused : null;
    }

    private static PaymentOutcome OutcomeOf(PaymentStatus status, long packetNo) => status switch
    {
        PaymentStatus.Succeeded => new(Result.Ok(), PayStatus.Succeeded, packetNo),
        PaymentStatus.Pending => new(Result.Ok(), PayStatus.Pending, packetNo),
        PaymentStatus.PaidLate => new(Result.Of(ResultCode.PacketNotActive, "The payment came after the order had closed; the money goes back."), default, packetNo),
        _ => new(Result.Of(ResultCode.PacketNotActive, "The payment order is closed."), default, packetNo),
    };
}
