using System.ComponentModel.DataAnnotations;

namespace Hongbao.Campaign;

/// <summary>Limits and timings of campaigns and their rains. Section <c>Campaign</c>.</summary>
public sealed class CampaignOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Campaign";

    /// <summary>Currencies that campaigns may have, ISO 4217. Empty means CNY alone.</summary>
    public List<string> Currencies { get; set; } = [];

    /// <summary>Greatest budget of a campaign in minor units. Default 1,000,000,000,000.</summary>
    [Range(1L, 1_000_000_000_000_000L, ErrorMessage = "Campaign:BudgetMax must be between 1 and 1000000000000000 minor units.")]
    public long BudgetMax { get; set; } = 1_000_000_000_000;

    /// <summary>Greatest prize in minor units. The host lowers it to what one packet can hold, since a win is used for one packet. Default 1,000,000,000,000.</summary>
    [Range(1L, 1_000_000_000_000_000L, ErrorMessage = "Campaign:PrizeMax must be between 1 and 1000000000000000 minor units.")]
    public long PrizeMax { get; set; } = 1_000_000_000_000;

    /// <summary>Draws that one transaction records. Default 512.</summary>
    [Range(1, 4096, ErrorMessage = "Campaign:BatchMax must be between 1 and 4096.")]
    public int BatchMax { get; set; } = 512;

    /// <summary>Draws of possible winners that may wait before more are shed. Default 16,384.</summary>
    [Range(16, 1_000_000, ErrorMessage = "Campaign:QueueMax must be between 16 and 1000000.")]
    public int QueueMax { get; set; } = 16_384;

    /// <summary>Outcomes kept in memory for those who draw again, about 150 bytes each, whatever the crowd. Default 200,000.</summary>
    [Range(16, 10_000_000, ErrorMessage = "Campaign:RememberedMax must be between 16 and 10000000.")]
    public int RememberedMax { get; set; } = 200_000;

    /// <summary>How long a process may keep money of a pool without renewing, seconds. Default 30.</summary>
    [Range(2, 3600, ErrorMessage = "Campaign:LeaseSeconds must be between 2 and 3600.")]
    public int LeaseSeconds { get; set; } = 30;

    /// <summary>Into how many pieces a pool is divided for processes to take. More pieces leave less money with a process that does not need it. Default 50.</summary>
    [Range(1, 10_000, ErrorMessage = "Campaign:ChunksPerPool must be between 1 and 10000.")]
    public int ChunksPerPool { get; set; } = 50;

    /// <summary>How often a process looks whether campaigns changed, milliseconds. Default 250.</summary>
    [Range(10, 3000, ErrorMessage = "Campaign:RefreshMs must be between 10 and 3000.")]
    public int RefreshMs { get; set; } = 250;

    /// <summary>How often a user may guess at the password of one campaign, for ever; of each process as often until it has heard of the others', after a refresh. Default 5.</summary>
    [Range(1, 100, ErrorMessage = "Campaign:PasswordTriesMax must be between 1 and 100.")]
    public int PasswordTriesMax { get; set; } = 5;

    /// <summary>How long a campaign that is over is shown to users, hours. Default 168.</summary>
    [Range(1, 8760, ErrorMessage = "Campaign:ShownHours must be between 1 and 8760.")]
    public int ShownHours { get; set; } = 168;

    /// <summary>First rest before finance or Core is asked again, milliseconds; doubles up to a minute. Default 1,000.</summary>
    [Range(10, 60_000, ErrorMessage = "Campaign:CheckMs must be between 10 and 60000.")]
    public int CheckMs { get; set; } = 1000;

    /// <summary>How long an answer of finance or Core is waited for, milliseconds. Default 3,000.</summary>
    [Range(100, 60_000, ErrorMessage = "Campaign:CallTimeoutMs must be between 100 and 60000.")]
    public int CallTimeoutMs { get; set; } = 3000;

    /// <summary>Age from which an order without an end raises an alert, seconds. Default 10 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Campaign:DeadlineSeconds must be between 1 and 86400.")]
    public int DeadlineSeconds { get; set; } = 600;

    /// <summary>How long after its last subsidy has expired a campaign's books may stay open before that raises an alert, hours. Default 370: packets open within a week and live at most another.</summary>
    [Range(1, 8760, ErrorMessage = "Campaign:SettleHours must be between 1 and 8760.")]
    public int SettleHours { get; set; } = 370;

    /// <summary>Age from which a message that was not delivered to all who take it raises an alert, seconds. Default 10 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Campaign:BehindSeconds must be between 1 and 86400.")]
    public int BehindSeconds { get; set; } = 600;

    /// <summary>The currencies that campaigns may have.</summary>
    internal IReadOnlyList<string> CurrenciesAccepted => Currencies.Count == 0 ? ["CNY"] : Currencies;

    internal IEnumerable<string> CrossFaults()
    {
        foreach (var currency in Currencies.Where(c => c.Length != 3 || !c.All(char.IsAsciiLetterUpper)))
        {
            yield return $"Campaign:Currencies has '{currency}', which is not an ISO 4217 code.";
        }
    }
}
