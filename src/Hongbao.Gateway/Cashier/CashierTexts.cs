namespace Hongbao.Gateway.Cashier;

/// <summary>The words of the cashier page in one language.</summary>
internal sealed record CashierTexts
{
    public required string Language { get; init; }
    public required string Title { get; init; }
    public required string DefaultSubject { get; init; }
    public required string Order { get; init; }
    public required string Pay { get; init; }
    public required string Waiting { get; init; }
    public required string WaitingMore { get; init; }
    public required string StillWaiting { get; init; }
    public required string Paid { get; init; }
    public required string PaidMore { get; init; }
    public required string GoOn { get; init; }
    public required string Closed { get; init; }
    public required string ClosedMore { get; init; }
    public required string PaidLate { get; init; }
    public required string PaidLateMore { get; init; }
    public required string Home { get; init; }
    public required string TryAgain { get; init; }
    public required string NotYours { get; init; }
    public required string NotYoursMore { get; init; }
    public required string NotFound { get; init; }
    public required string NotFoundMore { get; init; }
    public required string LinkOver { get; init; }
    public required string LinkOverMore { get; init; }
    public required string Unavailable { get; init; }
    public required string UnavailableMore { get; init; }
    public required string Wrong { get; init; }
    public required string WrongMore { get; init; }
    public required string Note { get; init; }

    /// <summary>The choice of language in the address, for the page's own links; empty where the address has none.</summary>
    public static string QueryOf(HttpContext http) => Chosen(http) is { } chosen ? "&lang=" + chosen.Language : "";

    /// <summary>
    /// What the address chooses (the page that sends people here knows what they chose there); else Chinese or English, whichever
    /// the browser names first; Chinese when it names neither.
    /// </summary>
    public static CashierTexts For(HttpContext http)
    {
        if (Chosen(http) is { } chosen)
        {
            return chosen;
        }

        foreach (var language in http.Request.Headers.AcceptLanguage.ToString().Split(',').Select(l => l.Trim()))
        {
            if (language.StartsWith("zh", StringComparison.OrdinalIgnoreCase))
            {
                return Chinese;
            }

            if (language.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            {
                return English;
            }
        }

        return Chinese;
    }

    private static CashierTexts? Chosen(HttpContext http) => http.Request.Query["lang"].ToString() switch
    {
        "zh" => Chinese,
        "en" => English,
        _ => null,
    };

    private static readonly CashierTexts Chinese = new()
    {
        Language = "zh",
        Title = "收银台",
        DefaultSubject = "红包",
        Order = "订单号",
        Pay = "立即支付",
        Waiting = "正在支付",
        WaitingMore = "正在等待支付结果，请不要关闭页面。",
        StillWaiting = "结果还没有到。钱不会重复扣，你可以稍后再回来查看。",
        Paid = "支付成功",
        PaidMore = "红包已经准备好了。",
        GoOn = "去发布红包",
        Closed = "订单已关闭",
        ClosedMore = "没有在规定时间内支付，没有扣款。",
        PaidLate = "支付超时",
        PaidLateMore = "订单关闭后才收到付款，钱会原路退回到你的零钱。",
        Home = "回到首页",
        TryAgain = "再试一次",
        NotYours = "这不是你的订单",
        NotYoursMore = "只有发红包的人可以支付。",
        NotFound = "没有这个订单",
        NotFoundMore = "请检查链接是否完整。",
        LinkOver = "链接已失效",
        LinkOverMore = "收银台链接只能打开一次，请从红包页面重新进入。",
        Unavailable = "收银台正忙",
        UnavailableMore = "没有扣款，请稍后再试。",
        Wrong = "出了点问题",
        WrongMore = "请回到红包页面重新进入。",
        Note = "演示收银台：不会动用真实的钱。",
    };

    private static readonly CashierTexts English = new()
    {
        Language = "en",
        Title = "Cashier",
        DefaultSubject = "Red packet",
        Order = "Order",
        Pay = "Pay now",
        Waiting = "Paying",
        WaitingMore = "Waiting for the result of the payment; please keep this page open.",
        StillWaiting = "There is no result yet. You are never charged twice; come back a little later.",
        Paid = "Paid",
        PaidMore = "Your red packet is ready.",
        GoOn = "Publish the packet",
        Closed = "Order closed",
        ClosedMore = "It was not paid in time. You were not charged.",
        PaidLate = "Paid too late",
        PaidLateMore = "The payment came after the order had closed; the money goes back to your change.",
        Home = "Back to the start",
        TryAgain = "Try again",
        NotYours = "Not your order",
        NotYoursMore = "Only the sender of the packet can pay for it.",
        NotFound = "No such order",
        NotFoundMore = "Please check that the link is complete.",
        LinkOver = "This link is used up",
        LinkOverMore = "A link to the cashier opens once; please come again from the packet's page.",
        Unavailable = "The cashier is busy",
        UnavailableMore = "You were not charged; please try again a little later.",
        Wrong = "Something is wrong",
        WrongMore = "Please come again from the packet's page.",
        Note = "Demonstration cashier: no real money moves.",
    };
}
