namespace Hongbao.Jce.Idl;

/// <summary>An interface: operations that a servant answers.</summary>
public sealed class IdlInterface : IdlDefinition
{
    internal IdlInterface(string module, string name, string doc, IdlSpan span)
        : base(module, name, doc, span)
    {
    }

    /// <summary>In order of declaration; may be empty. Names are unique.</summary>
    public IReadOnlyList<IdlOperation> Operations { get; internal set; } = [];
}

/// <summary>An operation of an interface.</summary>
public sealed class IdlOperation
{
    internal IdlOperation(string name, IdlType? returnType, IReadOnlyList<IdlParameter> parameters, string doc, IdlSpan span)
    {
        Name = name;
        ReturnType = returnType;
        Parameters = parameters;
        Doc = doc;
        Span = span;
    }

    /// <summary>As written, which is the function's name on the wire. May be a keyword.</summary>
    public string Name { get; }

    /// <summary>At tag 0 of the answer; null for <c>void</c>.</summary>
    public IdlType? ReturnType { get; }

    /// <summary>In order of declaration.</summary>
    public IReadOnlyList<IdlParameter> Parameters { get; }

    /// <summary>Its documentation, without comment marks; empty when there is none. Lines end with <c>\n</c>.</summary>
    public string Doc { get; }

    /// <summary>Where its name stands.</summary>
    public IdlSpan Span { get; }
}

/// <summary>A parameter of an operation.</summary>
public sealed class IdlParameter
{
    internal IdlParameter(string name, int tag, IdlType type, bool isOut, bool isRouteKey, string doc, IdlSpan span)
    {
        Name = name;
        Tag = tag;
        Type = type;
        IsOut = isOut;
        IsRouteKey = isRouteKey;
        Doc = doc;
        Span = span;
    }

    /// <summary>As written, which is its key in a TUP packet.</summary>
    public string Name { get; }

    /// <summary>1 to 255: its place among all parameters, in and out counted together.</summary>
    public int Tag { get; }

    /// <summary>Its type on the wire.</summary>
    public IdlType Type { get; }

    /// <summary>True when the answer brings it, false when the request does.</summary>
    public bool IsOut { get; }

    /// <summary>True when its text chooses the server. Never together with <see cref="IsOut"/>.</summary>
    public bool IsRouteKey { get; }

    /// <summary>Its documentation, without comment marks; empty when there is none. Lines end with <c>\n</c>.</summary>
    public string Doc { get; }

    /// <summary>Where its name stands.</summary>
    public IdlSpan Span { get; }
}
