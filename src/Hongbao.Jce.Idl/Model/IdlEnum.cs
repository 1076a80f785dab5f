namespace Hongbao.Jce.Idl;

/// <summary>An enum; on the wire an int.</summary>
public sealed class IdlEnum : IdlDefinition
{
    private Dictionary<int, IdlEnumerator>? _byValue;

    internal IdlEnum(string module, string name, string doc, IdlSpan span)
        : base(module, name, doc, span)
    {
    }

    /// <summary>In order of declaration; may be empty. Two may have the same value.</summary>
    public IReadOnlyList<IdlEnumerator> Enumerators { get; internal set; } = [];

    /// <summary>Values that lines <c>// reserved 4, 7</c> in its body keep from use, ascending.</summary>
    public IReadOnlyList<int> ReservedValues { get; internal set; } = [];

    /// <summary>The first enumerator with a value; null when there is none.</summary>
    public IdlEnumerator? WithValue(long value)
    {
        // Asked only when all are known.
        _byValue ??= Enumerators.GroupBy(e => e.Value).ToDictionary(g => g.Key, g => g.First());
        return value is >= int.MinValue and <= int.MaxValue && _byValue.TryGetValue((int)value, out var enumerator) ? enumerator : null;
    }
}

/// <summary>A named value of an enum.</summary>
public sealed class IdlEnumerator
{
    internal IdlEnumerator(IdlEnum @enum, string name, int value, string doc, IdlSpan span)
    {
        Enum = @enum;
        Name = name;
        Value = value;
        Doc = doc;
        Span = span;
    }

    /// <summary>Its enum.</summary>
    public IdlEnum Enum { get; }

    /// <summary>As written; unique in the enum.</summary>
    public string Name { get; }

    /// <summary>As declared, or one more than the one before, or 0.</summary>
    public int Value { get; }

    /// <summary>Its documentation, without comment marks; empty when there is none. Lines end with <c>\n</c>.</summary>
    public string Doc { get; }

    /// <summary>Where its name stands.</summary>
    public IdlSpan Span { get; }
}

/// <summary>A constant. Constants are for programs; nothing on the wire knows them.</summary>
public sealed class IdlConst : IdlDefinition
{
    internal IdlConst(string module, string name, IdlValue value, string doc, IdlSpan span)
        : base(module, name, doc, span) => Value = value;

    /// <summary>Its type: a number, bool, string or enum.</summary>
    public IdlType Type => Value.Type;

    /// <summary>Its value.</summary>
    public IdlValue Value { get; }
}
