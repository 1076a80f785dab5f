namespace Hongbao.Jce.Idl;

/// <summary>Finds what a change of a contract breaks for programs that still have the accepted one.</summary>
public static class Evolution
{
    /// <summary>
    /// What breaks and what is worth a look, each at the offending definition where it still exists, else at what was around it.
    /// New definitions, operations, enumerators and optional members with fresh tags are fine. Nothing for a contract with errors of its own: mend those first.
    /// </summary>
    /// <param name="accepted">What others rely on.</param>
    /// <param name="now">The contract as it is now.</param>
    public static IReadOnlyList<IdlDiagnostic> Compare(AcceptedContract accepted, IdlContract now)
    {
        if (now.HasErrors)
        {
            return [];
        }

        var comparison = new EvolutionComparison(accepted, now);
        foreach (var module in accepted.Definitions.GroupBy(d => d.Key.Substring(0, d.Key.IndexOf(':'))))
        {
            comparison.Compare(module.Key, module);
        }

        return comparison.Diagnostics;
    }

    /// <summary>
    /// What is new, breaks nobody, and is not accepted yet; as long as it is not, breaking it is not found. Warnings, each at its name. Nothing for a contract
    /// with errors of its own.
    /// </summary>
    /// <param name="accepted">What others rely on.</param>
    /// <param name="now">The contract as it is now.</param>
    public static IReadOnlyList<IdlDiagnostic> Additions(AcceptedContract accepted, IdlContract now) => now.HasErrors ? [] : AcceptedAdditions.Find(accepted, now);
}
