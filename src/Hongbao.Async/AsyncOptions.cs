using System.ComponentModel.DataAnnotations;

namespace Hongbao.Async;

/// <summary>Timings of the orders that move money. Section <c>Async</c>.</summary>
public sealed class AsyncOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Async";

    /// <summary>First rest before finance is asked again about an order, milliseconds; doubles up to <see cref="CheckMsMax"/>. Default 2 s.</summary>
    [Range(10, 60_000, ErrorMessage = "Async:CheckMs must be between 10 and 60000.")]
    public int CheckMs { get; set; } = 2000;

    /// <summary>Longest rest between two questions, milliseconds. Default 1 minute.</summary>
    [Range(10, 3_600_000, ErrorMessage = "Async:CheckMsMax must be between 10 and 3600000.")]
    public int CheckMsMax { get; set; } = 60_000;

    /// <summary>How long finance may take for one answer, milliseconds; after it the outcome is unknown. Default 5 s.</summary>
    [Range(100, 60_000, ErrorMessage = "Async:FinanceTimeoutMs must be between 100 and 60000.")]
    public int FinanceTimeoutMs { get; set; } = 5000;

    /// <summary>How long Campaign may take for one answer about wins, milliseconds; after it nothing is known. Default 2 s.</summary>
    [Range(100, 60_000, ErrorMessage = "Async:CampaignTimeoutMs must be between 100 and 60000.")]
    public int CampaignTimeoutMs { get; set; } = 2000;

    /// <summary>Age from which Core's open requests, and campaigns' wins, are pulled, milliseconds. Default 30 s.</summary>
    [Range(100, 3_600_000, ErrorMessage = "Async:PullAfterMs must be between 100 and 3600000.")]
    public int PullAfterMs { get; set; } = 30_000;

    /// <summary>Age from which an order without an end raises an alert, seconds. Default 10 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Async:DeadlineSeconds must be between 1 and 86400.")]
    public int DeadlineSeconds { get; set; } = 600;

    /// <summary>Age from which a message that was not delivered to all who take it raises an alert, seconds. Default 10 minutes.</summary>
    [Range(1, 86_400, ErrorMessage = "Async:BehindSeconds must be between 1 and 86400.")]
    public int BehindSeconds { get; set; } = 600;

    internal IEnumerable<string> CrossFaults()
    {
        if (CheckMs > CheckMsMax)
        {
            yield return "Async:CheckMs must not be above Async:CheckMsMax.";
        }
    }
}
