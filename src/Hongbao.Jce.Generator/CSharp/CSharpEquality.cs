using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>When two values of a type are equal.</summary>
internal static class CSharpEquality
{
    /// <summary>An expression that is true when two values are.</summary>
    public static string Condition(IdlType type, string a, string b) => Condition(type, a, b, 0);

    /// <summary>An expression for the hash of a value: of a list or map only how long it is.</summary>
    public static string Hashed(IdlType type, string value) => type.Kind switch
    {
        IdlTypeKind.Vector when type.IsBytes => $"{value}.Length",
        IdlTypeKind.Vector or IdlTypeKind.Map => $"{value}.Count",
        // Their own hashes fold the halves, so that many can be found that are alike.
        IdlTypeKind.Long or IdlTypeKind.Double or IdlTypeKind.Float => $"global::Hongbao.Jce.JceKeys<{(type.Kind == IdlTypeKind.Long ? "long" : type.Kind == IdlTypeKind.Double ? "double" : "float")}>.Comparer.GetHashCode({value})",
        _ => value,
    };

    private static string Condition(IdlType type, string a, string b, int depth) => type.Kind switch
    {
        IdlTypeKind.Vector when type.IsBytes => $"global::Hongbao.Jce.JceEquality.Bytes({a}, {b})",
        IdlTypeKind.Vector => $"global::Hongbao.Jce.JceEquality.Lists({a}, {b}{Inner(type.Element!, depth)})",
        IdlTypeKind.Map => $"global::Hongbao.Jce.JceEquality.Maps({a}, {b}{Inner(type.Value!, depth)})",
        IdlTypeKind.Float or IdlTypeKind.Double or IdlTypeKind.Struct => $"{a}.Equals({b})",
        _ => $"{a} == {b}",
    };

    // Elements that are lists themselves have no equality of their own.
    private static string Inner(IdlType element, int depth) => element.Kind is IdlTypeKind.Vector or IdlTypeKind.Map
        ? $", static (x{depth}, y{depth}) => {Condition(element, $"x{depth}", $"y{depth}", depth + 1)}"
        : "";
}
