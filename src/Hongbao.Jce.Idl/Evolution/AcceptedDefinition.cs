namespace Hongbao.Jce.Idl;

internal enum AcceptedKind
{
    Const,
    Enum,
    Interface,
    Struct,
}

/// <summary>What was accepted of a definition. Only what its kind has is filled.</summary>
internal sealed class AcceptedDefinition(AcceptedKind kind)
{
    public AcceptedKind Kind { get; } = kind;

    public SortedDictionary<int, AcceptedMember> Members { get; } = [];

    /// <summary>Of a struct tags, of an enum values.</summary>
    public SortedSet<int> Reserved { get; } = [];

    /// <summary>Of a struct the names of its key's members, in their order; empty without a key.</summary>
    public IReadOnlyList<string> Key { get; set; } = [];

    public SortedDictionary<string, int> Enumerators { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, AcceptedOperation> Operations { get; } = new(StringComparer.Ordinal);

    /// <summary>A constant's type and value: <c>int = 5</c>.</summary>
    public string Constant { get; set; } = "";
}

/// <summary>A member. Its default is the effective one, empty where there is none; of a required one nobody reads it, and it is empty too.</summary>
internal sealed record AcceptedMember(string Name, bool IsRequired, string Type, string Default);

/// <summary>An operation.</summary>
internal sealed class AcceptedOperation(string returnType)
{
    public string ReturnType { get; } = returnType;

    /// <summary>By tag.</summary>
    public SortedDictionary<int, AcceptedParameter> Parameters { get; } = [];
}

/// <summary>A parameter.</summary>
internal sealed record AcceptedParameter(string Name, bool IsOut, string Type)
{
    /// <summary>Without the name.</summary>
    public string Form => (IsOut ? "out " : "in ") + Type;
}
