namespace Hongbao.Jce.Idl;

/// <summary>An enum; on the wire an int.</summary>
public sealed class IdlEnum : IdlDefinition
{
    internal IdlEnum(string module, string name, string doc, IdlSpan span)
        : base(module, name, doc, span)
    {
    }

    /// <summary>In order of declaration; may be empty. Two may have the same value.</summary>
    public IReadOnlyList<IdlEnumerator> Enumerators { get; internal set; } = [];
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
