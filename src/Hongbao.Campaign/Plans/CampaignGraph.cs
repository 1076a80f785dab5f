using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Campaign.Plans;

/// <summary>What can happen to a campaign.</summary>
public enum CampaignEvent
{
    /// <summary>Finance holds its budget.</summary>
    BudgetHeld = 1,
    /// <summary>An operator stops it.</summary>
    Paused = 2,
    /// <summary>An operator lets it go on.</summary>
    Resumed = 3,
    /// <summary>Its time is over, or an operator ends it.</summary>
    Ended = 4,
}

/// <summary>The declared graph of campaigns. That a scheduled one runs is told by the clock and is no state of its own.</summary>
public static class CampaignGraph
{
    /// <summary>A campaign's life.</summary>
    public static StateGraph<CampaignStatus, CampaignEvent> Campaign { get; } = new(
        (CampaignStatus.Draft, CampaignEvent.BudgetHeld, CampaignStatus.Scheduled),
        (CampaignStatus.Draft, CampaignEvent.Ended, CampaignStatus.Ended),
        (CampaignStatus.Scheduled, CampaignEvent.Paused, CampaignStatus.Paused),
        (CampaignStatus.Paused, CampaignEvent.Resumed, CampaignStatus.Scheduled),
        (CampaignStatus.Scheduled, CampaignEvent.Ended, CampaignStatus.Ended),
        (CampaignStatus.Paused, CampaignEvent.Ended, CampaignStatus.Ended));
}
