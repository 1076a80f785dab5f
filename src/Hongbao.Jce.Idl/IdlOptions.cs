namespace Hongbao.Jce.Idl;

/// <summary>How a contract is read.</summary>
public sealed record IdlOptions
{
    /// <summary>
    /// Default true: what the old compilers let pass though it cannot be meant is an error, not a warning
    /// (a default out of its type's range, a parameter name twice, a vector as the key of a map, …).
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>Default false: names that start with <c>tars</c> or <c>taf</c>, which belong to the protocol itself, are refused.</summary>
    public bool AllowReservedPrefix { get; init; }

    /// <summary>Where an include is looked for after the folder of the including file, in this order.</summary>
    public IReadOnlyList<string> IncludeFolders { get; init; } = [];

    /// <summary>How many errors, and how many warnings, are reported before the rest is left out. Default 100. That errors are left out is an error too.</summary>
    public int ProblemsMax { get; init; } = 100;
}
