namespace Hongbao.Jce.Idl.Syntax;

/// <summary>The words with a meaning of their own. Before a parenthesis each of them is an operation's name.</summary>
internal static class Keywords
{
    private static readonly HashSet<string> Words = new(
        [
            "void", "struct", "bool", "byte", "short", "int", "double", "float", "long", "string", "vector", "map", "key", "routekey", "module",
            "interface", "out", "require", "optional", "false", "true", "enum", "const", "unsigned",
        ],
        StringComparer.Ordinal);

    private static readonly string[] ReservedPrefixes = ["tars", "taf"];

    public static bool Has(string word) => Words.Contains(word);

    public static string? ReservedPrefixOf(string name) => ReservedPrefixes.FirstOrDefault(p => name.StartsWith(p, StringComparison.Ordinal));

    public static IdlTypeKind? BuiltinOf(string word) => word switch
    {
        "bool" => IdlTypeKind.Bool,
        "byte" => IdlTypeKind.Byte,
        "short" => IdlTypeKind.Short,
        "int" => IdlTypeKind.Int,
        "long" => IdlTypeKind.Long,
        "float" => IdlTypeKind.Float,
        "double" => IdlTypeKind.Double,
        "string" => IdlTypeKind.String,
        _ => null,
    };
}
