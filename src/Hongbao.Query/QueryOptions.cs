using System.ComponentModel.DataAnnotations;

namespace Hongbao.Query;

/// <summary>Timings of the read side. Section <c>Query</c>.</summary>
public sealed class QueryOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Query";

    /// <summary>
    /// Age from which received shares are repaired from Core's claims, milliseconds. Default 30 s; above it no transaction
    /// lives, so that no claim appears behind the watermark. A second pass follows at sixty times this age.
    /// </summary>
    [Range(100, 3_600_000, ErrorMessage = "Query:RepairAfterMs must be between 100 and 3600000.")]
    public int RepairAfterMs { get; set; } = 30_000;

    /// <summary>How long the campaign's part of a user's subsidies is waited for, milliseconds; without it the list says that it is missing. Default 500.</summary>
    [Range(10, 60_000, ErrorMessage = "Query:CampaignTimeoutMs must be between 10 and 60000.")]
    public int CampaignTimeoutMs { get; set; } = 500;
}
