namespace Hongbao.Campaign.Budgets;

/// <summary>What of a campaign is looked after by time; the values are stored.</summary>
internal enum DueKind
{
    /// <summary>An order at finance, by its number.</summary>
    BudgetOrder = 1,

    /// <summary>Giving back what a campaign does not need, by the campaign's number.</summary>
    Settlement = 2,
}
