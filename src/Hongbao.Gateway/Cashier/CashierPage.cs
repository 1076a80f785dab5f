using System.Globalization;
using System.Text;
using Hongbao.Gateway.Problems;
using Hongbao.Gateway.Web;

namespace Hongbao.Gateway.Cashier;

/// <summary>What the cashier page shows of an order.</summary>
internal sealed record CashierOrder(long PayOrderNo, long PacketNo, long Amount, string Currency, string Subject);

/// <summary>Writes the cashier's pages. They work without scripts; with them nobody leaves the page while finance thinks.</summary>
internal sealed class CashierPage(CashierAssets assets) : IProblemPage
{
    private const string FlowerIcon =
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect x='2' y='1' width='12' height='14' rx='2' fill='%23c8102e'/%3E%3Ccircle cx='8' cy='7' r='2.5' fill='%23f6c445'/%3E%3C/svg%3E";

    private const string ProblemMediaType = "application/problem+json";

    /// <summary>Where the payer goes on after the payment.</summary>
    public static string PublishUrlOf(long packetNo) => $"/#/publish/{packetNo}";

    /// <summary>An order to pay; <paramref name="isWaiting"/> when the button was pressed and finance has not decided.</summary>
    public Task WriteUnpaidAsync(HttpContext http, CashierOrder order, string ticket, bool isWaiting)
    {
        var t = CashierTexts.For(http);
        var language = CashierTexts.QueryOf(http);
        var pay = $"/cashier/{order.PayOrderNo}/pay?ticket={ticket}{language}";
        var again = $"/cashier/{order.PayOrderNo}?ticket={ticket}{language}";
        // Not deferred: it puts a lasting address in place before there is anything to see, so that nobody is quicker to reload.
        var script = Html.Of($"""<script src="{assets.ScriptUrl}" data-again="{again}"></script>""");
        var head = isWaiting ? Html.Of($"""{script}<noscript><meta http-equiv="refresh" content="3;url={again}&amp;waiting=1"></noscript>""") : script;
        var body = Html.Of($"""
            {AmountOf(order, t)}
            <form id="pay" method="post" action="{pay}" data-publish="{PublishUrlOf(order.PacketNo)}"
              data-state="{(isWaiting ? "waiting" : "open")}" data-pay="{t.Pay}" data-waiting="{t.Waiting}" data-waiting-more="{t.WaitingMore}"
              data-still-waiting="{t.StillWaiting}" data-try-again="{t.TryAgain}">
              <button type="submit">{(isWaiting ? t.Waiting : t.Pay)}</button>
            </form>
            <p id="state" role="status" aria-live="polite">{(isWaiting ? t.WaitingMore : "")}</p>
            {FootOf(order, t)}
            """);
        return WriteAsync(http, StatusCodes.Status200OK, t, head, body);
    }

    public Task WritePaidAsync(HttpContext http, CashierOrder order)
    {
        var t = CashierTexts.For(http);
        return WriteAsync(http, StatusCodes.Status200OK, t, Html.Nothing, Html.Of($"""
            {AmountOf(order, t)}
            <p class="seal good" aria-hidden="true">✓</p>
            <h2>{t.Paid}</h2>
            <p>{t.PaidMore}</p>
            <a class="button" href="{PublishUrlOf(order.PacketNo)}">{t.GoOn}</a>
            {FootOf(order, t)}
            """));
    }

    public Task WriteClosedAsync(HttpContext http, CashierOrder order, bool isPaidLate)
    {
        var t = CashierTexts.For(http);
        return WriteAsync(http, StatusCodes.Status200OK, t, Html.Nothing, Html.Of($"""
            {AmountOf(order, t)}
            <p class="seal" aria-hidden="true">×</p>
            <h2>{(isPaidLate ? t.PaidLate : t.Closed)}</h2>
            <p>{(isPaidLate ? t.PaidLateMore : t.ClosedMore)}</p>
            <a class="button" href="/">{t.Home}</a>
            {FootOf(order, t)}
            """));
    }

    /// <summary>The page itself unless JSON alone is asked for; the button only when the browser sends it as a form.</summary>
    public bool IsWanted(HttpContext http) => WantsPage(http) || (HttpMethods.IsGet(http.Request.Method) && !WantsJson(http));

    private static bool WantsJson(HttpContext http)
    {
        var accept = http.Request.Headers.Accept.ToString();
        return accept.Contains("application/json", StringComparison.OrdinalIgnoreCase) || accept.Contains(ProblemMediaType, StringComparison.OrdinalIgnoreCase);
    }

    public static bool WantsPage(HttpContext http) => http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public Task WriteAsync(HttpContext http, ProblemKind kind)
    {
        var t = CashierTexts.For(http);
        var (title, more) = kind.Status switch
        {
            401 => (t.LinkOver, t.LinkOverMore),
            403 => (t.NotYours, t.NotYoursMore),
            404 => (t.NotFound, t.NotFoundMore),
            409 => (t.Closed, t.ClosedMore),
            429 or 503 => (t.Unavailable, t.UnavailableMore),
            _ => (t.Wrong, t.WrongMore),
        };
        return WriteAsync(http, kind.Status, t, Html.Nothing, Html.Of($"""
            <p class="seal" aria-hidden="true">!</p>
            <h2>{title}</h2>
            <p>{more}</p>
            <a class="button" href="/">{t.Home}</a>
            """));
    }

    private static Html AmountOf(CashierOrder order, CashierTexts t) => order.Amount == 0 ? Html.Nothing : Html.Of($"""
        <p class="subject">{(order.Subject.Length == 0 ? t.DefaultSubject : order.Subject)}</p>
        <p class="amount">{Money(order.Amount, order.Currency)}</p>
        """);

    private static Html FootOf(CashierOrder order, CashierTexts t) => Html.Of($"""<p class="foot">{t.Order} {order.PayOrderNo}<br>{t.Note}</p>""");

    /// <summary>Yuan and fen, by integers only.</summary>
    internal static string Money(long amount, string currency)
    {
        var (whole, cents) = Math.DivRem(amount, 100);
        var digits = string.Create(CultureInfo.InvariantCulture, $"{whole:N0}.{cents:00}");
        return currency == "CNY" ? "¥" + digits : $"{digits} {currency}";
    }

    private async Task WriteAsync(HttpContext http, int status, CashierTexts t, Html head, Html body)
    {
        var page = Html.Of($"""
            <!doctype html>
            <html lang="{t.Language}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
            <meta name="theme-color" content="#8f0b1f">
            <title>{t.Title}</title>
            <link rel="icon" href="{FlowerIcon}">
            <link rel="stylesheet" href="{assets.StyleUrl}">
            {head}
            </head>
            <body>
            <main>
            <h1>{t.Title}</h1>
            {body}
            </main>
            </body>
            </html>

            """);
        SecurityHeaders.AllowCashier(http);
        var bytes = Encoding.UTF8.GetBytes(page.ToString());
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentLanguage = t.Language;
        http.Response.Headers.Vary = "Accept-Language";
        await http.Response.BodyWriter.WriteAsync(bytes, http.RequestAborted);
    }
}
