using System.Text;
using Hongbao.Jce.Idl.Binding;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>What the contract's names are in C#.</summary>
public static class CSharpNames
{
    private static readonly HashSet<string> s_keywords =
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do",
        "double", "else", "enum", "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int",
        "interface", "internal", "is", "lock", "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected",
        "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string", "struct", "switch", "this", "throw", "true",
        "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
        // Not keywords everywhere, but not usable as the name of a type.
        "record", "required", "scoped", "file", "var", "dynamic", "field", "await", "nint", "nuint", "notnull", "unmanaged", "managed", "partial", "where", "yield", "allows", "extension", "global",
    ];

    // What a generated record has by itself.
    private static readonly HashSet<string> s_taken =
    [
        "WriteFields", "ReadFields", "Create", "Equals", "GetHashCode", "ToString", "GetType", "MemberwiseClone", "Finalize", "ReferenceEquals",
        "EqualityContract", "PrintMembers", "CompareTo", "Clone", "Explain",
    ];

    /// <summary>The same name, escaped where C# needs it.</summary>
    public static string Escaped(string name) => s_keywords.Contains(name) ? "@" + name : name;

    /// <summary><c>packetNo</c> and <c>packet_no</c> are <c>PacketNo</c>; <c>PACKET_NO</c> too.</summary>
    public static string Pascal(string name) => GeneratedNames.Pascal(name);

    /// <summary>
    /// An enumerator without its enum's name before it, for the contract's enumerators share one room and are told apart so: of <c>PacketKind</c>,
    /// <c>PacketKind_C2C</c> is <c>C2C</c>, and <c>PACKET_KIND_OLD_ONE</c> is <c>OldOne</c>.
    /// </summary>
    public static string Enumerator(string enumName, string name)
    {
        if (name.Length > enumName.Length + 1 && name.StartsWith(enumName + "_", StringComparison.Ordinal))
        {
            var rest = name.Substring(enumName.Length + 1);
            return char.IsDigit(rest[0]) ? "_" + rest : char.ToUpperInvariant(rest[0]) + rest.Substring(1);
        }

        var shouted = Shouted(enumName) + "_";
        return Pascal(name.Length > shouted.Length && name.StartsWith(shouted, StringComparison.Ordinal) ? name.Substring(shouted.Length) : name);
    }

    /// <summary>A name for each, in order, no two alike: where two would be, the later ones get a number.</summary>
    public static IReadOnlyList<string> Distinct(IEnumerable<string> names, string enclosing)
    {
        var seen = new HashSet<string>(s_taken) { enclosing };
        var distinct = new List<string>();
        foreach (var name in names)
        {
            var candidate = name;
            for (var i = 1; !seen.Add(candidate); i++)
            {
                candidate = FormattableString.Invariant($"{name}_{i}");
            }

            distinct.Add(Escaped(candidate));
        }

        return distinct;
    }

    private static string Shouted(string name)
    {
        var shouted = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]))
            {
                shouted.Append('_');
            }

            shouted.Append(char.ToUpperInvariant(name[i]));
        }

        return shouted.ToString();
    }
}
