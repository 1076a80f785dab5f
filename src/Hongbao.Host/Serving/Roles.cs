namespace Hongbao.Host.Serving;

/// <summary>What a process runs.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>HTTP: API, page, cashier, package entry.</summary>
    Gateway = 1,

    /// <summary>Packets, claims, payments, subsidies, withdrawals.</summary>
    Core = 2,

    /// <summary>Reading.</summary>
    Query = 4,

    /// <summary>Transfers, refunds, fundings, payouts, alerts.</summary>
    Async = 8,

    /// <summary>The reference finance.</summary>
    Finance = 16,

    /// <summary>Campaigns, rains, the record of wins.</summary>
    Campaign = 32,

    All = Gateway | Core | Query | Async | Finance | Campaign,
}

/// <summary>Roles as they are written in settings.</summary>
internal static class RoleNames
{
    /// <summary>Each single role with its name, in the order in which modules start: who is asked comes before who asks.</summary>
    public static IReadOnlyList<(Roles Role, string Name)> All { get; } =
    [
        (Roles.Finance, "finance"), (Roles.Campaign, "campaign"), (Roles.Core, "core"), (Roles.Async, "async"), (Roles.Query, "query"), (Roles.Gateway, "gateway"),
    ];

    /// <summary>The name that means each of them.</summary>
    public const string Everything = "all";

    /// <summary>Reads names with commas; <c>all</c> means all of them.</summary>
    /// <param name="text">Such as <c>core,async</c>.</param>
    /// <param name="roles">The roles, as far as they are known.</param>
    /// <returns>The names that are none.</returns>
    public static List<string> Read(string text, out Roles roles)
    {
        roles = Roles.None;
        var unknown = new List<string>();
        foreach (var name in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var role = name.Equals(Everything, StringComparison.OrdinalIgnoreCase) ? Roles.All
                : All.FirstOrDefault(r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Role;
            roles |= role;
            if (role == Roles.None)
            {
                unknown.Add(name);
            }
        }

        return unknown;
    }

    /// <summary>The names, with commas.</summary>
    public static string Of(Roles roles) => string.Join(",", All.Where(r => roles.HasFlag(r.Role)).Select(static r => r.Name));
}
