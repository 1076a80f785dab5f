using Hongbao.Contracts;
using Hongbao.Core.Packets;

namespace Hongbao.Core.Subsidies;

/// <summary>What a subsidy may be.</summary>
internal static class SubsidyRules
{
    private const int ExternalNoMax = 64;
    private const int AppMax = 64;

    /// <summary>Why a subsidy cannot be stored, or null: its first field at fault and what is accepted.</summary>
    public static FieldFault? FaultOf(SubsidyIssued subsidy, CoreOptions options) =>
        PacketRules.TextFault(subsidy.App, 1, AppMax) is { } app ? Fault("app", app)
        : PacketRules.TextFault(subsidy.ExternalNo, 1, ExternalNoMax) is { } externalNo ? Fault("externalNo", externalNo)
        : subsidy.Uid < 1 ? Fault("uid", "must be a positive user id")
        : subsidy.CampaignId < 1 ? Fault("campaignId", "must be a positive number")
        : subsidy.Amount < 1 ? Fault("amount", "must be at least 1 minor unit")
        : !options.CurrenciesAccepted.Contains(subsidy.Currency) ? Fault("currency", $"must be one of: {string.Join(", ", options.CurrenciesAccepted)}")
        : subsidy.IssuedAtMs < 0 ? Fault("issuedAtMs", "must be Unix milliseconds")
        : subsidy.ExpiresAtMs <= subsidy.IssuedAtMs ? Fault("expiresAtMs", "must be after issuedAtMs")
        : null;

    /// <summary>Which fields differ of those that an external number stands for, in words for people; empty when it is the same subsidy.</summary>
    public static string Difference(SubsidyIssued one, SubsidyIssued other)
    {
        var fields = new List<string>();
        void Compare(bool isSame, string field)
        {
            if (!isSame)
            {
                fields.Add(field);
            }
        }

        Compare(one.Uid == other.Uid, "uid");
        Compare(one.CampaignId == other.CampaignId, "campaignId");
        Compare(one.Amount == other.Amount, "amount");
        Compare(one.Currency == other.Currency, "currency");
        Compare(one.ExpiresAtMs == other.ExpiresAtMs, "expiresAtMs");
        return string.Join(", ", fields);
    }

    private static FieldFault Fault(string field, string message) => new() { Field = field, Message = message };
}
