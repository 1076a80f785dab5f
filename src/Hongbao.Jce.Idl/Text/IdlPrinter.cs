using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>Writes what a contract means.</summary>
public static class IdlPrinter
{
    /// <summary>
    /// The resolved contract as one text of the language: all files, full type names, members by tag, every enumerator with its value, without documentation,
    /// storage hints and includes. The same contract always gives the same text, and the text of files that do not include each other compiles to the same contract.
    /// </summary>
    public static string Print(IdlContract contract)
    {
        var text = new StringBuilder();
        foreach (var file in contract.Files)
        {
            text.Append(text.Length > 0 ? "\n" : "").Append("// ").Append(VisibleText.Of(file.Path)).Append('\n');
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
        IdlEnum enumeration => Body("enum", enumeration, EnumeratorLines(enumeration)),
        IdlStruct structure => Body("struct", structure, MemberLines(structure)) + Key(structure),
        IdlInterface @interface => Body("interface", @interface, @interface.Operations.Select(o => Signature(o) + ";")),
        _ => "",
    };

    private static IEnumerable<string> EnumeratorLines(IdlEnum enumeration) => Reserved(enumeration.ReservedValues)
        .Concat(enumeration.Enumerators.Select(e => string.Format(CultureInfo.InvariantCulture, "{0} = {1},", e.Name, e.Value)));

    private static IEnumerable<string> MemberLines(IdlStruct structure) => Reserved(structure.ReservedTags)
        .Concat(structure.Members.Select(m => string.Format(CultureInfo.InvariantCulture, "{0} {1} {2} {3}{4};", m.Tag, m.IsRequired ? "require" : "optional",
            m.Type, m.Name, m.Default is null ? "" : " = " + m.Default)));

    private static string[] Reserved(IReadOnlyList<int> numbers) =>
        numbers.Count == 0 ? [] : ["// reserved " + string.Join(", ", numbers.Select(n => n.ToString(CultureInfo.InvariantCulture)))];

    private static string Key(IdlStruct structure) => structure.KeyMembers.Count == 0
        ? ""
        : $"    key[{structure.Name}, {string.Join(", ", structure.KeyMembers.Select(m => m.Name))}];\n";

    private static string Body(string kind, IdlDefinition definition, IEnumerable<string> lines) =>
        $"    {kind} {definition.Name}\n    {{\n{string.Concat(lines.Select(l => $"        {l}\n"))}    }};\n";
}
