using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Hongbao.Contracts;
using Hongbao.Gateway.Cashier;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Json;

/// <summary>Every shape that goes over the wire, and how it is written.</summary>
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(CreatePacketBody))]
[JsonSerializable(typeof(CreatedPacket))]
[JsonSerializable(typeof(ContentBody))]
[JsonSerializable(typeof(PacketContent))]
[JsonSerializable(typeof(PacketStatusAnswer))]
[JsonSerializable(typeof(PacketDetail))]
[JsonSerializable(typeof(PacketPage))]
[JsonSerializable(typeof(DrawAnswer))]
[JsonSerializable(typeof(LimitsAnswer))]
[JsonSerializable(typeof(PasswordBody))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(ClaimDetail))]
[JsonSerializable(typeof(ClaimPage))]
[JsonSerializable(typeof(MeAnswer))]
[JsonSerializable(typeof(SentPage))]
[JsonSerializable(typeof(ReceivedPage))]
[JsonSerializable(typeof(WalletAnswer))]
[JsonSerializable(typeof(WalletEntryPage))]
[JsonSerializable(typeof(SubsidyList))]
[JsonSerializable(typeof(CreateWithdrawalBody))]
[JsonSerializable(typeof(WithdrawalAnswer))]
[JsonSerializable(typeof(WithdrawalDetail))]
[JsonSerializable(typeof(TicketAnswer))]
[JsonSerializable(typeof(CampaignList))]
[JsonSerializable(typeof(RainDrawAnswer))]
[JsonSerializable(typeof(PayAnswer))]
[JsonSerializable(typeof(CallbackBody))]
[JsonSerializable(typeof(DevTokenBody))]
[JsonSerializable(typeof(DevTokenAnswer))]
[JsonSerializable(typeof(DevUsersAnswer))]
[JsonSerializable(typeof(FaultsBody))]
[JsonSerializable(typeof(FaultsAnswer))]
[JsonSerializable(typeof(LedgerAnswer))]
[JsonSerializable(typeof(CreateCampaignBody))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(BudgetBody))]
[JsonSerializable(typeof(PreviewBody))]
[JsonSerializable(typeof(CampaignAnswer))]
[JsonSerializable(typeof(PlannedCampaigns))]
[JsonSerializable(typeof(PlannedCampaign))]
[JsonSerializable(typeof(PreviewAnswer))]
[JsonSerializable(typeof(CampaignReport))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ReadinessAnswer))]
[JsonSerializable(typeof(string))]
internal sealed partial class GatewayJson : JsonSerializerContext
{
    /// <summary>What every answer is written with.</summary>
    public static GatewayJson Wire { get; } = new(Configure(new JsonSerializerOptions()));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;

        // Names and greetings stay readable; what could end a script or an attribute is still escaped.
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        options.Converters.Add(new LowerConverter<PacketKind>());
        options.Converters.Add(new LowerConverter<SplitKind>());
        options.Converters.Add(new LowerConverter<ScopeKind>());
        options.Converters.Add(new LowerConverter<FundingKind>());
        options.Converters.Add(new LowerConverter<ConditionKind>());
        options.Converters.Add(new UpperSnakeConverter<PacketStatus>());
        options.Converters.Add(new UpperSnakeConverter<PaymentStatus>());
        options.Converters.Add(new UpperSnakeConverter<ClaimStatus>());
        options.Converters.Add(new UpperSnakeConverter<SubsidyStatus>());
        options.Converters.Add(new UpperSnakeConverter<WithdrawalStatus>());
        options.Converters.Add(new UpperSnakeConverter<CampaignStatus>());
        options.Converters.Add(new UpperSnakeConverter<PayStatus>());
        options.Converters.Add(new UpperSnakeConverter<ProcessStatus>());
        return options;
    }
}
