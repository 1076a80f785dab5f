using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Cashier;

/// <summary>The cashier of the reference finance: a page that shows an order, and the button that pays it.</summary>
internal sealed class CashierEndpoints(IRedPacketCore core, IFinance finance, Payments payments, Calls calls, Tickets tickets, CashierPage page, CashierAssets assets, UnknownValues values)
{
    private const string Tag = "Cashier";

    public void Map(IEndpointRouteBuilder routes)
    {
        assets.Map(routes);
        routes.MapGet("/cashier/{payOrderNo}", ShowAsync).For(Access.User, TicketUse.Cashier).WithMetadata(page)
            .Describe(Tag, "showCashier", "The cashier page of a payment order, for its payer.", ResultCode.ValidationFailed, ResultCode.Forbidden, ResultCode.NotFound,
                ResultCode.Degraded)
            .WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), ["text/html"]));
        routes.MapPost("/cashier/{payOrderNo}/pay", PayAsync).For(Access.User, TicketUse.Cashier).WithMetadata(page)
            .Describe(Tag, "pay", "Pay a payment order, by the packet's sender; paying twice pays once. PENDING: ask again.", ResultCode.ValidationFailed, ResultCode.Forbidden,
                ResultCode.NotFound, ResultCode.PacketNotActive, ResultCode.Degraded)
            .Gives(typeof(PayAnswer));
    }

    private async Task ShowAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var payOrderNo = parameters.Number("payOrderNo");
        if (parameters.Refusal is { } refusal)
        {
            await refusal.ExecuteAsync(http);
            return;
        }

        // Preparing makes the order known to finance; after the button only finance's answer is of interest.
        var origin = Calls.OriginOf(http);
        var isWaiting = http.Request.Query["waiting"] == "1";
        var request = new PaymentRequest { PayOrderNo = payOrderNo };
        var payment = await calls.AskAsync(origin, (context, gone) => isWaiting ? core.CheckPaymentAsync(context, request, gone) : core.PreparePaymentAsync(context, request, gone));
        if (Payments.RefusalOf(payment, Caller.Of(http).Uid) is { } refused)
        {
            await ProblemAnswer.From(refused).ExecuteAsync(http);
            return;
        }

        if (!values.IsKnown(payment.Status))
        {
            await ProblemAnswer.Of(ResultCode.Internal).ExecuteAsync(http);
            return;
        }

        var known = await calls.AskAsync(origin, (context, gone) => finance.QueryPaymentAsync(context, new FinanceNumber { Number = payOrderNo }, gone));
        var isKnown = known.Result.IsOk() && known.Order.PayOrderNo == payOrderNo;
        var order = new CashierOrder(payOrderNo, payment.PacketNo, isKnown ? known.Order.Amount : 0, known.Order.Currency, known.Order.Subject);
        await (payment.Status switch
        {
            PaymentStatus.Succeeded => page.WritePaidAsync(http, order),
            PaymentStatus.Closing or PaymentStatus.Closed => page.WriteClosedAsync(http, order, isPaidLate: false),
            PaymentStatus.PaidLate => page.WriteClosedAsync(http, order, isPaidLate: true),

            // Nobody is asked to pay an amount that is not shown.
            PaymentStatus.Pending when !isKnown => ProblemAnswer.Of(ResultCode.Overloaded).ExecuteAsync(http),
            PaymentStatus.Pending => page.WriteUnpaidAsync(http, order, tickets.IssueForOrder(Caller.Of(http), payOrderNo).Ticket, isWaiting),
        });
    }

    private async Task<IResult> PayAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var payOrderNo = parameters.Number("payOrderNo");
        if (parameters.Refusal is { } refusal)
        {
            return refusal;
        }

        var outcome = await payments.PayAsync(Calls.OriginOf(http), payOrderNo);
        return outcome.Result.IsOk() ? AnswerOf(http, outcome.Status, payOrderNo, outcome.PacketNo) : ProblemAnswer.From(outcome.Result);
    }

    private IResult AnswerOf(HttpContext http, PayStatus status, long payOrderNo, long packetNo)
    {
        if (CashierPage.WantsPage(http))
        {
            // Pressed without a script: 303 makes the browser fetch the next page, so that reloading it pays nothing.
            http.Response.Headers.Location = status == PayStatus.Succeeded ? CashierPage.PublishUrlOf(packetNo)
                : $"/cashier/{payOrderNo}?ticket={tickets.IssueForOrder(Caller.Of(http), payOrderNo).Ticket}&waiting=1{CashierTexts.QueryOf(http)}";
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        }

        return JsonAnswer.Ok(new PayAnswer { PayOrderNo = payOrderNo, Status = status, PacketNo = packetNo }, GatewayJson.Wire.PayAnswer);
    }
}

/// <summary>What the button did.</summary>
internal sealed record PayAnswer
{
    /// <summary>The payment order.</summary>
    public required Num PayOrderNo { get; init; }

    /// <summary>SUCCEEDED, or PENDING when finance is slow: ask again.</summary>
    public required PayStatus Status { get; init; }

    /// <summary>The packet that it funds.</summary>
    public required Num PacketNo { get; init; }
}
