namespace Hongbao.Jce.Idl;

/// <summary>The kinds of types.</summary>
public enum IdlTypeKind
{
    /// <summary><c>bool</c>.</summary>
    Bool,

    /// <summary><c>byte</c>, with a sign.</summary>
    Byte,

    /// <summary><c>unsigned byte</c>; a short on the wire.</summary>
    UnsignedByte,

    /// <summary><c>short</c>.</summary>
    Short,

    /// <summary><c>unsigned short</c>; an int on the wire.</summary>
    UnsignedShort,

    /// <summary><c>int</c>.</summary>
    Int,

    /// <summary><c>unsigned int</c>; a long on the wire.</summary>
    UnsignedInt,

    /// <summary><c>long</c>.</summary>
    Long,

    /// <summary><c>float</c>.</summary>
    Float,

    /// <summary><c>double</c>.</summary>
    Double,

    /// <summary><c>string</c>.</summary>
    String,

    /// <summary><c>vector&lt;Element&gt;</c>.</summary>
    Vector,

    /// <summary><c>map&lt;Key, Value&gt;</c>.</summary>
    Map,

    /// <summary>A struct of the contract.</summary>
    Struct,

    /// <summary>An enum of the contract.</summary>
    Enum,
}

/// <summary>A type. Two are equal when they are written alike with full names.</summary>
public sealed class IdlType : IEquatable<IdlType>
{
    private readonly string _text;

    private IdlType(IdlTypeKind kind, string text, IdlType? element = null, IdlType? key = null, IdlType? value = null, IdlStruct? @struct = null,
        IdlEnum? @enum = null)
    {
        Kind = kind;
        _text = text;
        Element = element;
        Key = key;
        Value = value;
        Struct = @struct;
        Enum = @enum;
    }

    /// <summary>Says which of the other properties are there.</summary>
    public IdlTypeKind Kind { get; }

    /// <summary>Of a vector.</summary>
    public IdlType? Element { get; }

    /// <summary>Of a map.</summary>
    public IdlType? Key { get; }

    /// <summary>Of a map.</summary>
    public IdlType? Value { get; }

    /// <summary>Of kind <see cref="IdlTypeKind.Struct"/>.</summary>
    public IdlStruct? Struct { get; }

    /// <summary>Of kind <see cref="IdlTypeKind.Enum"/>.</summary>
    public IdlEnum? Enum { get; }

    /// <summary>True for <c>vector&lt;byte&gt;</c>, which is a simple list on the wire.</summary>
    public bool IsBytes => Element?.Kind == IdlTypeKind.Byte;

    /// <summary>True for whole numbers; not for enums.</summary>
    public bool IsInteger => Kind is >= IdlTypeKind.Byte and <= IdlTypeKind.Long;

    /// <inheritdoc/>
    public bool Equals(IdlType? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IdlType);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    /// <summary>As it can be written anywhere: <c>map&lt;string, vector&lt;Module::Name&gt;&gt;</c>.</summary>
    public override string ToString() => _text;

    internal static IdlType Of(IdlTypeKind kind) => new(kind, kind switch
    {
        IdlTypeKind.UnsignedByte => "unsigned byte",
        IdlTypeKind.UnsignedShort => "unsigned short",
        IdlTypeKind.UnsignedInt => "unsigned int",
        _ => kind.ToString().ToLowerInvariant(),
    });

    internal static IdlType VectorOf(IdlType element) => new(IdlTypeKind.Vector, $"vector<{element}>", element: element);

    internal static IdlType MapOf(IdlType key, IdlType value) => new(IdlTypeKind.Map, $"map<{key}, {value}>", key: key, value: value);

    internal static IdlType Of(IdlStruct definition) => new(IdlTypeKind.Struct, definition.FullName, @struct: definition);

    internal static IdlType Of(IdlEnum definition) => new(IdlTypeKind.Enum, definition.FullName, @enum: definition);
}
