using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>Writes what a contract means.</summary>
public static class IdlPrinter
{
    /// <summary>
    /// The resolved contract as one text of the language: all files, full type names, members by tag, every enumerator with its value, without documentation,
    /// storage hints and includes. The same contract always gives the same text, and the text compiles to the same contract.
    /// </summary>
    public static string Print(IdlContract contract)
    {
        var text = new StringBuilder();
        foreach (var file in contract.Files)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append("// ").Append(OneLine(file.Path)).Append('\n');
            foreach (var module in file.Modules)
            {
                text.Append("module ").Append(module.Name).Append("\n{\n");
                text.Append(string.Join("\n", module.Definitions.Select(Print)));
                text.Append("};\n");
            }
        }

        return text.ToString();
    }

    /// <summary>An operation as the language writes it, without a semicolon: <c>int add(int a, out long sum)</c>.</summary>
    public static string Signature(IdlOperation operation)
    {
        var parameters = operation.Parameters.Select(p => $"{(p.IsOut ? "out " : p.IsRouteKey ? "routekey " : "")}{p.Type} {p.Name}");
        return $"{operation.ReturnType?.ToString() ?? "void"} {operation.Name}({string.Join(", ", parameters)})";
    }

    private static string Print(IdlDefinition definition) => definition switch
    {
        IdlConst constant => $"    const {constant.Type} {constant.Name} = {constant.Value};\n",
        IdlEnum enumeration => Body("enum", enumeration, enumeration.Enumerators.Select(e => string.Format(CultureInfo.InvariantCulture, "{0} = {1},", e.Name, e.Value))),
        IdlStruct structure => Body("struct", structure, MemberLines(structure)) + Key(structure),
        IdlInterface @interface => Body("interface", @interface, @interface.Operations.Select(o => Signature(o) + ";")),
        _ => "",
    };

    private static IEnumerable<string> MemberLines(IdlStruct structure)
    {
        if (structure.ReservedTags.Count > 0)
        {
            yield return "// reserved " + string.Join(", ", structure.ReservedTags.Select(t => t.ToString(CultureInfo.InvariantCulture)));
        }

        foreach (var member in structure.Members)
        {
            yield return string.Format(CultureInfo.InvariantCulture, "{0} {1} {2} {3}{4};", member.Tag, member.IsRequired ? "require" : "optional",
                member.Type, member.Name, member.Default is null ? "" : " = " + member.Default);
        }
    }

    private static string Key(IdlStruct structure) => structure.KeyMembers.Count == 0
        ? ""
        : $"    key[{structure.Name}, {string.Join(", ", structure.KeyMembers.Select(m => m.Name))}];\n";

    private static string Body(string kind, IdlDefinition definition, IEnumerable<string> lines) =>
        $"    {kind} {definition.Name}\n    {{\n{string.Concat(lines.Select(l => $"        {l}\n"))}    }};\n";

    private static string OneLine(string text) => text.Replace('\r', ' ').Replace('\n', ' ');
}
