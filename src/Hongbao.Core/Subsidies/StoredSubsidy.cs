using Hongbao.Contracts;

namespace Hongbao.Core.Subsidies;

/// <summary>A subsidy's row.</summary>
internal class StoredSubsidy
{
    public long SubsidyNo { get; init; }
    public string App { get; init; } = "";
    public string ExternalNo { get; init; } = "";
    public long Uid { get; init; }
    public long CampaignId { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public SubsidyStatus State { get; init; }
    public long IssuedAt { get; init; }
    public long ExpiresAt { get; init; }
    public long? PacketNo { get; init; }

    /// <summary>As it was issued, but for the time: that of its first report stands.</summary>
    public SubsidyIssued Issued => new()
    {
        App = App,
        ExternalNo = ExternalNo,
        Uid = Uid,
        CampaignId = CampaignId,
        Amount = Amount,
        Currency = Currency,
        ExpiresAtMs = ExpiresAt,
        IssuedAtMs = IssuedAt,
    };
}
