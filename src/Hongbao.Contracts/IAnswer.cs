namespace Hongbao.Contracts;

/// <summary>What every call gives: an answer with a <see cref="Contracts.Result"/>, so that a call that failed on its way can be told like any other.</summary>
public interface IAnswer
{
    /// <summary>How it ended.</summary>
    Result Result { get; set; }
}

/// <content>An answer.</content>
public sealed partial record BookedSubsidiesResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record CampaignAccountResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record CampaignDetailsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record CampaignListResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record CampaignReportResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record CampaignResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ClaimByNoResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ClaimListResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ClaimResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ConditionResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record CreatePacketResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record DeliverResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record DrawResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record FinanceCallbackResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record FinanceFaults : IAnswer;

/// <content>An answer.</content>
public sealed partial record LimitsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ModerationResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record NumberedResultsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record OrderAnswers : IAnswer;

/// <content>An answer.</content>
public sealed partial record PacketListResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PacketResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PacketStatusResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PaymentAnswer : IAnswer;

/// <content>An answer.</content>
public sealed partial record PaymentResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PreviewResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ProfilesResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PullFundingsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PullPayoutsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PullRefundsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PullTransfersResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record PullWinsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record RainDrawResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record RaiseResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record ReceivedListResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record RefundResultsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record RelationResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record RiskResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record SetContentResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record SubsidyBooksResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record SubsidyListResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record TransferResultsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record TrialBalanceResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record VerifyWinsResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record WalletEntriesResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record WalletResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record WinListResponse : IAnswer;

/// <content>An answer.</content>
public sealed partial record WithdrawalResponse : IAnswer;
