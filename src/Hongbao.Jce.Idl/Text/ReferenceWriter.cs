using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>Writes the sections of modules.</summary>
/// <param name="text">Where to.</param>
/// <param name="linkOf">Where what a type is made of is explained; null when it is not to be linked.</param>
internal sealed class ReferenceWriter(StringBuilder text, Func<IdlType, string?> linkOf)
{
    /// <summary>What a file says of itself, and its modules.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What it is called in the headings.</param>
    public void Write(IdlFile file, string name)
    {
        Paragraph(file.Header);
        foreach (var module in file.Modules)
        {
            text.Append("\n## ").Append(Plain(module.Name)).Append(" (").Append(Plain(name)).Append(")\n");
            Paragraph(module.Doc);
            WriteConsts(module);
            foreach (var definition in module.Definitions)
            {
                Write(definition);
            }
        }
    }

    /// <summary>The heading of a definition.</summary>
    public static string Heading(IdlDefinition definition) => Plain(definition.Name) + definition switch
    {
        IdlStruct => " (struct)",
        IdlEnum => " (enum)",
        _ => " (interface)",
    };

    /// <summary>A text as a cell of a table.</summary>
    public static string Cell(string text) => Plain(text).Replace("|", "\\|").Replace("\n", "<br>");

    private void WriteConsts(IdlModule module)
    {
        if (module.Consts.Any())
        {
            text.Append("\n### Constants\n\n| Name | Type | Value | Meaning |\n| --- | --- | --- | --- |\n");
            foreach (var constant in module.Consts)
            {
                Row(Code(constant.Name), TypeCell(constant.Type), Code(constant.Value.ToString()), Cell(constant.Doc));
            }
        }
    }

    private void Write(IdlDefinition definition)
    {
        if (definition is IdlConst)
        {
            return;
        }

        text.Append("\n### ").Append(Heading(definition)).Append('\n');
        Paragraph(definition.Doc);
        switch (definition)
        {
            case IdlEnum enumeration:
                text.Append("\n| Name | Value | Meaning |\n| --- | --- | --- |\n");
                foreach (var enumerator in enumeration.Enumerators)
                {
                    Row(Code(enumerator.Name), Number(enumerator.Value), Cell(enumerator.Doc));
                }

                WriteReserved("values", enumeration.ReservedValues);
                break;
            case IdlStruct structure:
                WriteStruct(structure);
                break;
            case IdlInterface @interface:
                foreach (var operation in @interface.Operations)
                {
                    WriteOperation(operation);
                }

                break;
        }
    }

    private void WriteStruct(IdlStruct structure)
    {
        text.Append("\n| Tag | Field | Type | Presence | Default | Meaning |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var member in structure.Members)
        {
            Row(Number(member.Tag), Code(member.Name), TypeCell(member.Type), member.IsRequired ? "required" : "optional",
                member.Default is null ? "" : Code(member.Default.ToString()), Cell(member.Doc));
        }

        if (structure.KeyMembers.Count > 0)
        {
            text.Append("\nKey: ").Append(string.Join(", ", structure.KeyMembers.Select(m => Code(m.Name)))).Append(".\n");
        }

        WriteReserved("tags", structure.ReservedTags);
    }

    private void WriteReserved(string what, IReadOnlyList<int> numbers)
    {
        if (numbers.Count > 0)
        {
            text.Append("\nReserved ").Append(what).Append(": ").Append(string.Join(", ", numbers.Select(Number))).Append(".\n");
        }
    }

    private void WriteOperation(IdlOperation operation)
    {
        text.Append("\n#### ").Append(Plain(operation.Name)).Append("\n\n").Append(Code(IdlPrinter.Signature(operation))).Append('\n');
        if (operation.ReturnType is { } returned && linkOf(returned) is not null)
        {
            text.Append("\nGives ").Append(TypeCell(returned)).Append(".\n");
        }

        Paragraph(operation.Doc);
        if (operation.Parameters.Count > 0)
        {
            text.Append("\n| Tag | Parameter | Type | Direction | Meaning |\n| --- | --- | --- | --- | --- |\n");
            foreach (var parameter in operation.Parameters)
            {
                Row(Number(parameter.Tag), Code(parameter.Name), TypeCell(parameter.Type),
                    parameter.IsOut ? "out" : parameter.IsRouteKey ? "in, route key" : "in", Cell(parameter.Doc));
            }
        }
    }

    private void Row(params string[] cells) => text.Append("| ").Append(string.Join(" | ", cells)).Append(" |\n");

    private void Paragraph(string doc)
    {
        if (doc.Length > 0)
        {
            text.Append('\n').Append(Plain(doc)).Append('\n');
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private string TypeCell(IdlType type) => linkOf(type) is { } link ? $"[{Code(type.ToString())}]({link})" : Code(type.ToString());

    // HTML in comments is not meant as such; inside ticks it is none.
    private static string Plain(string text)
    {
        var parts = text.Split('`');
        for (var i = 0; i < parts.Length; i++)
        {
            if (i % 2 == 0 || i == parts.Length - 1)
            {
                parts[i] = parts[i].Replace("&", "&amp;").Replace("<", "&lt;");
            }
        }

        return string.Join("`", parts);
    }

    // The fence is longer than any run of ticks inside.
    private static string Code(string text)
    {
        var run = 0;
        var longest = 0;
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        var space = longest > 0 ? " " : "";
        return fence + space + text.Replace("|", "\\|") + space + fence;
    }
}
