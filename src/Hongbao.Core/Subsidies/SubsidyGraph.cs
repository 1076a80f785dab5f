using Hongbao.Contracts;
using Hongbao.Foundation.States;

namespace Hongbao.Core.Subsidies;

/// <summary>What can happen to a stored subsidy.</summary>
public enum SubsidyEvent
{
    /// <summary>A packet was created with it.</summary>
    WrittenOff = 1,
    /// <summary>Its time is over.</summary>
    TimeOver = 2,
}

/// <summary>
/// The declared graph of subsidies. One that is stored late begins <see cref="SubsidyStatus.Expired"/>; <see cref="SubsidyStatus.Issued"/> is the campaign's
/// word and never stored.
/// </summary>
public static class SubsidyGraph
{
    /// <summary>A subsidy's life.</summary>
    public static StateGraph<SubsidyStatus, SubsidyEvent> Subsidy { get; } = new(
        (SubsidyStatus.Available, SubsidyEvent.WrittenOff, SubsidyStatus.Used),
        (SubsidyStatus.Available, SubsidyEvent.TimeOver, SubsidyStatus.Expired));
}
