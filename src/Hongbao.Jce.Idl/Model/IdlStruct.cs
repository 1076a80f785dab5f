namespace Hongbao.Jce.Idl;

/// <summary>A struct.</summary>
public sealed class IdlStruct : IdlDefinition
{
    internal IdlStruct(string module, string name, string doc, IdlSpan span)
        : base(module, name, doc, span)
    {
    }

    /// <summary>By tag, which is the order on the wire.</summary>
    public IReadOnlyList<IdlMember> Members { get; internal set; } = [];

    /// <summary>In order of declaration.</summary>
    public IReadOnlyList<IdlMember> MembersAsDeclared { get; internal set; } = [];

    /// <summary>What its <c>key[...]</c> names, in that order: equality and order of the struct. Empty without one.</summary>
    public IReadOnlyList<IdlMember> KeyMembers { get; internal set; } = [];

    /// <summary>Tags that lines <c>// reserved 4, 7</c> in its body keep from use, ascending.</summary>
    public IReadOnlyList<int> ReservedTags { get; internal set; } = [];

    /// <summary>How many objects it is with those that it has from the beginning, structs inside it and empty lists and maps; at most the greatest int.</summary>
    internal long Weight { get; set; }
}

/// <summary>A member of a struct.</summary>
public sealed class IdlMember
{
    internal IdlMember(string name, int tag, bool isRequired, IdlType type, IdlValue? @default, string storageHint, string doc, IdlSpan span)
    {
        Name = name;
        Tag = tag;
        IsRequired = isRequired;
        Type = type;
        Default = @default;
        StorageHint = storageHint;
        Doc = doc;
        Span = span;
    }

    /// <summary>As written; unique in the struct.</summary>
    public string Name { get; }

    /// <summary>0 to 255; unique in the struct.</summary>
    public int Tag { get; }

    /// <summary>True for <c>require</c>, false for <c>optional</c>.</summary>
    public bool IsRequired { get; }

    /// <summary>Its type on the wire.</summary>
    public IdlType Type { get; }

    /// <summary>The default as declared; null when none is.</summary>
    public IdlValue? Default { get; }

    /// <summary>C++'s storage hint, <c>[16]</c>, <c>:16</c> or <c>*</c>; empty when there is none. It means nothing on the wire.</summary>
    public string StorageHint { get; }

    /// <summary>Its documentation, without comment marks; empty when there is none. Lines end with <c>\n</c>.</summary>
    public string Doc { get; }

    /// <summary>Where its name stands.</summary>
    public IdlSpan Span { get; }

    /// <summary>
    /// What an absent optional member is: the declared default, else 0, false or an empty string, else the first enumerator.
    /// Null for containers and structs (empty) and for an enum without enumerators (0).
    /// </summary>
    public IdlValue? EffectiveDefault => Default ?? IdlValue.ZeroOf(Type);
}
