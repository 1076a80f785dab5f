using System.Globalization;
using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>What the contract's types and values are in C#.</summary>
/// <param name="namespaces">The C# namespace of a module, by its name.</param>
internal sealed class CSharpTypes(Func<string, string> namespaces)
{
    // An enum may have thousands, and be named by as many members.
    private readonly Dictionary<IdlEnum, Dictionary<IdlEnumerator, string>> _enumerators = [];

    /// <summary>The C# namespace of a module.</summary>
    public string Namespace(string module) => string.Join(".", namespaces(module).Split('.').Select(CSharpNames.Escaped));

    /// <summary>A type as it is written in code.</summary>
    public string Of(IdlType type) => type.Kind switch
    {
        IdlTypeKind.Bool => "bool",
        IdlTypeKind.Byte => "sbyte",
        IdlTypeKind.Short => "short",
        IdlTypeKind.Int => "int",
        IdlTypeKind.Long => "long",
        IdlTypeKind.UnsignedByte => "byte",
        IdlTypeKind.UnsignedShort => "ushort",
        IdlTypeKind.UnsignedInt => "uint",
        IdlTypeKind.Float => "float",
        IdlTypeKind.Double => "double",
        IdlTypeKind.String => "string",
        IdlTypeKind.Vector when type.IsBytes => "byte[]",
        IdlTypeKind.Vector => $"global::System.Collections.Generic.List<{Of(type.Element!)}>",
        IdlTypeKind.Map => $"global::System.Collections.Generic.Dictionary<{Of(type.Key!)}, {Of(type.Value!)}>",
        IdlTypeKind.Struct => $"global::{Namespace(type.Struct!.Module)}.{CSharpNames.Escaped(type.Struct.Name)}",
        IdlTypeKind.Enum => $"global::{Namespace(type.Enum!.Module)}.{CSharpNames.Escaped(type.Enum.Name)}",
        _ => throw new InvalidOperationException($"{type.Kind} has no type in C#."),
    };

    /// <summary>
    /// What a map's constructor is given: numbers as keys are hashed with a seed of the process, for whoever knows where they fall can make a map of some
    /// hundred thousand take minutes. Texts and records are seeded by themselves.
    /// </summary>
    public string ComparerOf(IdlType type) => type.Key is { } key && key.Kind is not (IdlTypeKind.Bool or IdlTypeKind.String or IdlTypeKind.Struct or IdlTypeKind.Vector or IdlTypeKind.Map)
        ? $"global::Hongbao.Jce.JceKeys<{Of(key)}>.Comparer" : "";

    /// <summary>How many objects the elements of these types are together, with those that they have from the beginning: what the reader counts against its limit.</summary>
    public static int WeightOf(params IdlType[] types) => (int)Math.Min(types.Sum(static t => t.Struct?.Weight ?? 1), int.MaxValue);

    /// <summary>What the reader's and writer's methods for a simple type are called.</summary>
    public static string Suffix(IdlTypeKind kind) => kind switch
    {
        IdlTypeKind.Bool => "Bool",
        IdlTypeKind.Byte => "Int8",
        IdlTypeKind.Short => "Int16",
        IdlTypeKind.Int => "Int32",
        IdlTypeKind.Long => "Int64",
        IdlTypeKind.UnsignedByte => "UInt8",
        IdlTypeKind.UnsignedShort => "UInt16",
        IdlTypeKind.UnsignedInt => "UInt32",
        IdlTypeKind.Float => "Float",
        IdlTypeKind.Double => "Double",
        IdlTypeKind.String => "String",
        _ => throw new InvalidOperationException($"{kind} is not a simple type."),
    };

    /// <summary>The initial value of a property or variable; null when it is C#'s own default.</summary>
    public string? Initial(IdlType type, IdlValue? value, bool isRequired) => type.Kind switch
    {
        IdlTypeKind.Vector => "[]",
        IdlTypeKind.Map => ComparerOf(type) is { Length: > 0 } comparer ? $"new({comparer})" : "[]",
        IdlTypeKind.Struct => "new()",
        IdlTypeKind.String when value is null => "\"\"",
        // Without a default an optional enum is its first enumerator. A required one is not set: a lie is worse than a number without a name.
        IdlTypeKind.Enum when value is null && !isRequired && type.Enum!.Enumerators.Count > 0 => Enumerator(type.Enum, type.Enum.Enumerators[0]),
        _ => value is null ? null : Literal(type, value),
    };

    /// <summary>A constant of a type.</summary>
    public string Literal(IdlType type, IdlValue value) => type.Kind switch
    {
        IdlTypeKind.Bool => value.Bool ? "true" : "false",
        IdlTypeKind.Float => Float((float)value.Real) + "F",
        IdlTypeKind.Double => Float(value.Real) + "D",
        IdlTypeKind.String => Quoted(value.String),
        IdlTypeKind.Enum => Enumerator(type.Enum!, value.Enumerator),
        IdlTypeKind.Long => value.Integer == long.MinValue ? "long.MinValue" : FormattableString.Invariant($"{value.Integer}L"),
        IdlTypeKind.Int => FormattableString.Invariant($"{value.Integer}"),
        _ => FormattableString.Invariant($"unchecked(({Of(type)})({value.Integer}L))"),
    };

    /// <summary>
    /// The condition under which an optional field must be written; null when it always is. Booleans, enums and structs always are: tars2cpp does it so.
    /// Floating point is compared by its bits: a negative zero is not nothing.
    /// </summary>
    public string? IsNotDefault(IdlType type, string target, IdlValue? value) => type.Kind switch
    {
        IdlTypeKind.Bool or IdlTypeKind.Enum or IdlTypeKind.Struct => null,
        IdlTypeKind.Vector when type.IsBytes => $"{target}.Length != 0",
        IdlTypeKind.Vector or IdlTypeKind.Map => $"{target}.Count != 0",
        IdlTypeKind.String => value is null || value.String.Length == 0 ? $"{target}.Length != 0" : $"{target} != {Quoted(value.String)}",
        IdlTypeKind.Float => $"!{target}.Equals({(value is null ? "0F" : Literal(type, value))}) || float.IsNegative({target}) != float.IsNegative({(value is null ? "0F" : Literal(type, value))})",
        IdlTypeKind.Double => $"!{target}.Equals({(value is null ? "0D" : Literal(type, value))}) || double.IsNegative({target}) != double.IsNegative({(value is null ? "0D" : Literal(type, value))})",
        _ => $"{target} != {(value is null ? "0" : Literal(type, value))}",
    };

    private string Enumerator(IdlEnum of, IdlEnumerator enumerator)
    {
        if (!_enumerators.TryGetValue(of, out var names))
        {
            names = of.Enumerators.Zip(EnumEmitter.NamesOf(of), static (e, name) => (e, name)).ToDictionary(static p => p.e, static p => p.name);
            _enumerators.Add(of, names);
        }

        return $"global::{Namespace(of.Module)}.{CSharpNames.Escaped(of.Name)}.{names[enumerator]}";
    }

    private static string Float(double number) =>
        double.IsPositiveInfinity(number) ? "1e999" : double.IsNegativeInfinity(number) ? "-1e999" : number.ToString("R", CultureInfo.InvariantCulture);

    private static string Float(float number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Quoted(string text)
    {
        var quoted = new System.Text.StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                < ' ' or > '~' => FormattableString.Invariant($"\\u{(int)c:X4}"),
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }
}
