using System.ComponentModel.DataAnnotations;

namespace Hongbao.Core;

/// <summary>Limits and timings of packets, claims and withdrawals. Section <c>Core</c>.</summary>
public sealed class CoreOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Core";

    /// <summary>Currencies that packets may have, ISO 4217. Empty means CNY alone.</summary>
    public List<string> Currencies { get; set; } = [];

    /// <summary>Most shares of a packet, 1 to 100,000. Default 100.</summary>
    [Range(1, 100_000, ErrorMessage = "Core:CountMax must be between 1 and 100000.")]
    public int CountMax { get; set; } = 100;

    /// <summary>Greatest share in minor units. Default 20,000 (200 yuan).</summary>
    [Range(1L, 1_000_000_000L, ErrorMessage = "Core:ShareMax must be between 1 and 1000000000 minor units.")]
    public long ShareMax { get; set; } = 20_000;

    /// <summary>Longest greeting in Unicode characters, 0 to 1,000. Default 64.</summary>
    [Range(0, 1000, ErrorMessage = "Core:GreetingMax must be between 0 and 1000 characters.")]
    public int GreetingMax { get; set; } = 64;

    /// <summary>Packets of one currency that a user may create on one business day, paid or not. Default 10,000.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Core:PacketsPerDayMax must be between 1 and 1000000.")]
    public int PacketsPerDayMax { get; set; } = 10_000;

    /// <summary>Minor units of one currency that a user may send on one business day; packets that were never paid count no more once closed. Default 100,000,000 (1,000,000 yuan).</summary>
    [Range(1L, 1_000_000_000_000L, ErrorMessage = "Core:AmountPerDayMax must be between 1 and 1000000000000 minor units.")]
    public long AmountPerDayMax { get; set; } = 100_000_000;

    /// <summary>Shortest time to claim, seconds. Default 5 in the embedded profile.</summary>
    [Range(1, 31_536_000, ErrorMessage = "Core:TtlSecondsMin must be between 1 and 31536000.")]
    public int TtlSecondsMin { get; set; } = 5;

    /// <summary>Longest time to claim, seconds. Default 7 days.</summary>
    [Range(1, 31_536_000, ErrorMessage = "Core:TtlSecondsMax must be between 1 and 31536000.")]
    public int TtlSecondsMax { get; set; } = 604_800;

    /// <summary>Time to claim when the sender names none, seconds. Default 24 hours.</summary>
    [Range(1, 31_536_000, ErrorMessage = "Core:TtlSecondsDefault must be between 1 and 31536000.")]
    public int TtlSecondsDefault { get; set; } = 86_400;

    /// <summary>How long after its creation a packet may open, seconds. Default 7 days.</summary>
    [Range(0, 31_536_000, ErrorMessage = "Core:OpensAheadSecondsMax must be between 0 and 31536000.")]
    public int OpensAheadSecondsMax { get; set; } = 604_800;

    /// <summary>How often a user may guess at the password of one packet, for ever. Default 5.</summary>
    [Range(1, 100, ErrorMessage = "Core:PasswordTriesMax must be between 1 and 100.")]
    public int PasswordTriesMax { get; set; } = 5;

    /// <summary>How long a payment may take, seconds. Default 15 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Core:PaySeconds must be between 1 and 86400.")]
    public int PaySeconds { get; set; } = 900;

    /// <summary>Lanes of this process, 1 to 64. Default 2.</summary>
    [Range(1, 64, ErrorMessage = "Core:Lanes must be between 1 and 64.")]
    public int Lanes { get; set; } = 2;

    /// <summary>Commands that may wait in one lane before requests are shed. Default 8,192.</summary>
    [Range(16, 1_000_000, ErrorMessage = "Core:LaneQueueMax must be between 16 and 1000000.")]
    public int LaneQueueMax { get; set; } = 8192;

    /// <summary>Commands of one transaction of a lane. Default 1,024.</summary>
    [Range(1, 8192, ErrorMessage = "Core:LaneBatchMax must be between 1 and 8192.")]
    public int LaneBatchMax { get; set; } = 1024;

    /// <summary>
    /// Commands that must wait, as many as are in the batch that is being written but at least these, before a lane prepares the next one meanwhile. Below a few
    /// hundred a batch's own costs weigh more than the database's idling. Default 256.
    /// </summary>
    [Range(1, 8192, ErrorMessage = "Core:LaneAheadMin must be between 1 and 8192.")]
    public int LaneAheadMin { get; set; } = 256;

    /// <summary>How long a packet that nobody asks for stays in memory, seconds. Default 60.</summary>
    [Range(1, 86_400, ErrorMessage = "Core:HoldSeconds must be between 1 and 86400.")]
    public int HoldSeconds { get; set; } = 60;

    /// <summary>Packets and claims held in memory at most by one lane; a packet takes below 1 KB, a claim about 110 bytes at most, and so do
    /// eight shares of a fair split. Default 500,000.</summary>
    [Range(16, 10_000_000, ErrorMessage = "Core:HeldMax must be between 16 and 10000000.")]
    public int HeldMax { get; set; } = 500_000;

    /// <summary>Age from which hand-overs without an end are pulled, milliseconds. Default 30 s; above it no transaction lives.</summary>
    [Range(100, 3_600_000, ErrorMessage = "Core:PullAfterMs must be between 100 and 3600000.")]
    public int PullAfterMs { get; set; } = 30_000;

    /// <summary>First rest before finance is asked about a payment again, milliseconds; doubles up to a minute. Default 2 s.</summary>
    [Range(10, 60_000, ErrorMessage = "Core:PaymentCheckMs must be between 10 and 60000.")]
    public int PaymentCheckMs { get; set; } = 2000;

    /// <summary>
    /// Callers at the cashier who may wait for finance at once; others are told at once to come again. Below <c>Rpc:ConcurrencyMax</c>, so that claims find a place while
    /// finance hangs. Default 256.
    /// </summary>
    [Range(1, 100_000, ErrorMessage = "Core:CashierVisitsMax must be between 1 and 100000.")]
    public int CashierVisitsMax { get; set; } = 256;

    /// <summary>Age from which an order without an end raises an alert, seconds. Default 10 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Core:DeadlineSeconds must be between 1 and 86400.")]
    public int DeadlineSeconds { get; set; } = 600;

    /// <summary>Age from which a message that was not delivered to all who take it raises an alert, seconds. Default 10 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Core:BehindSeconds must be between 1 and 86400.")]
    public int BehindSeconds { get; set; } = 600;

    /// <summary>Smallest withdrawal, minor units. Default 1.</summary>
    [Range(1L, 1_000_000_000L, ErrorMessage = "Core:WithdrawAmountMin must be between 1 and 1000000000 minor units.")]
    public long WithdrawAmountMin { get; set; } = 1;

    /// <summary>Greatest withdrawal, minor units. Default 20,000 (200 yuan).</summary>
    [Range(1L, 1_000_000_000L, ErrorMessage = "Core:WithdrawAmountMax must be between 1 and 1000000000 minor units.")]
    public long WithdrawAmountMax { get; set; } = 20_000;

    /// <summary>Withdrawals of one currency that a user may ask for on one business day, whatever becomes of them. Default 10.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Core:WithdrawalsPerDayMax must be between 1 and 1000000.")]
    public int WithdrawalsPerDayMax { get; set; } = 10;

    /// <summary>Minor units of one currency that a user may withdraw on one business day; what was refused for good counts no more. Default 100,000 (1,000 yuan).</summary>
    [Range(1L, 1_000_000_000_000L, ErrorMessage = "Core:WithdrawAmountPerDayMax must be between 1 and 1000000000000 minor units.")]
    public long WithdrawAmountPerDayMax { get; set; } = 100_000;

    /// <summary>Of 100 users, for how many withdrawals are open: the same users as it grows. 0 closes them for all; what was asked for goes on. Default 100.</summary>
    [Range(0, 100, ErrorMessage = "Core:WithdrawOpenPercent must be between 0 and 100.")]
    public int WithdrawOpenPercent { get; set; } = 100;

    /// <summary>How long a withdrawal waits for the user's unfinished credits, milliseconds; at most half of what its caller has left. Default 2 s.</summary>
    [Range(10, 30_000, ErrorMessage = "Core:WithdrawAdvanceMs must be between 10 and 30000.")]
    public int WithdrawAdvanceMs { get; set; } = 2000;

    /// <summary>
    /// Withdrawals that may wait for risk control, credits and the balance at once; others are told at once to come again. Below <c>Rpc:ConcurrencyMax</c> together with
    /// <see cref="CashierVisitsMax"/>, so that claims find a place while others hang. Default 128.
    /// </summary>
    [Range(1, 100_000, ErrorMessage = "Core:WithdrawWaitingMax must be between 1 and 100000.")]
    public int WithdrawWaitingMax { get; set; } = 128;

    /// <summary>The currencies that packets may have; the first is what clients offer.</summary>
    internal IReadOnlyList<string> CurrenciesAccepted => Currencies.Count == 0 ? ["CNY"] : Currencies;

    internal IEnumerable<string> CrossFaults()
    {
        if (TtlSecondsMin > TtlSecondsMax || TtlSecondsDefault < TtlSecondsMin || TtlSecondsDefault > TtlSecondsMax)
        {
            yield return "Core:TtlSecondsDefault must be between Core:TtlSecondsMin and Core:TtlSecondsMax.";
        }

        if (WithdrawAmountMin > WithdrawAmountMax)
        {
            yield return "Core:WithdrawAmountMin must not be above Core:WithdrawAmountMax.";
        }

        foreach (var currency in Currencies.Where(c => c.Length != 3 || !c.All(char.IsAsciiLetterUpper)))
        {
            yield return $"Core:Currencies has '{currency}', which is not an ISO 4217 code.";
        }
    }
}
