namespace Hongbao.Finance.Faults;

/// <summary>Names of finance's operations: of fault switches, order kinds, ledger transactions and callbacks.</summary>
internal static class Operations
{
    public const string CreatePayment = "createPayment";
    public const string Pay = "pay";
    public const string ClosePayment = "closePayment";
    public const string Transfer = "transfer";
    public const string Refund = "refund";
    public const string SetAside = "setAside";
    public const string Query = "query";
    public const string Hold = "hold";
    public const string Release = "release";
    public const string Fund = "fund";
    public const string Payout = "payout";

    /// <summary>All, in the order of their dice: a new one goes to the end, so that seeds keep their meaning.</summary>
    public static readonly List<string> All = [CreatePayment, Pay, ClosePayment, Transfer, Refund, SetAside, Query, Hold, Release, Fund, Payout];

    /// <summary>Those that can be accepted now and decided later.</summary>
    public static bool CanBeLater(string operation) => operation != Query;

    /// <summary>Those that finance can refuse for good by its own will.</summary>
    public static bool CanRefuse(string operation) => operation is Transfer or Refund or Hold or Payout;

    /// <summary>Those whose end is called back.</summary>
    public static bool CallsBack(string operation) => operation is Pay or Transfer or Refund or SetAside or Fund or Payout;
}
