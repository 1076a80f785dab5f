namespace Hongbao.Sdk.Generator;

/// <summary>Texts and names as C# writes them.</summary>
internal static class CSharpText
{
    // As names of parameters; whatever else is generated begins with a capital letter.
    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do",
        "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int",
        "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected",
        "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true",
        "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
    };

    /// <summary>The name of a parameter.</summary>
    public static string Parameter(string name) => Keywords.Contains(name) ? "@" + name : name;

    /// <summary>A line of documentation.</summary>
    public static string Summary(string indent, string text) => $"{indent}/// <summary>{Xml(Naming.Sentence(text, "See the document."))}</summary>\n";

    /// <summary>Text in a documentation comment; code in it is between back ticks.</summary>
    public static string Xml(string text)
    {
        var parts = Naming.OneLine(text)
            .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Split('`');

        // One that is left over stays what it is.
        return string.Concat(parts.Select((part, i) => i % 2 == 0 ? part : i == parts.Length - 1 ? "`" + part : $"<c>{part}</c>"));
    }
}
