using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>Writes reference documentation.</summary>
public static class IdlReference
{
    /// <summary>
    /// The contract in Markdown: a section for each module of each file, tables of constants, enumerators and members, each operation with its parameters.
    /// Documentation in the contract becomes their meaning. The same contract always gives the same text.
    /// </summary>
    public static string Markdown(IdlContract contract)
    {
        var text = new StringBuilder();
        foreach (var file in contract.Files)
        {
            foreach (var module in file.Modules)
            {
                Separate(text);
                text.Append("## ").Append(Plain(module.Name)).Append(" (").Append(Plain(file.Path)).Append(")\n");
                Paragraph(text, file.Header);
                Paragraph(text, module.Doc);
                WriteConsts(text, module);
                foreach (var definition in module.Definitions)
                {
                    Write(text, definition);
                }
            }
        }

        return text.ToString();
    }

    private static void WriteConsts(StringBuilder text, IdlModule module)
    {
        if (module.Consts.Any())
        {
            text.Append("\n### Constants\n\n| Name | Type | Value | Meaning |\n| --- | --- | --- | --- |\n");
            foreach (var constant in module.Consts)
            {
                Row(text, Code(constant.Name), Code(constant.Type.ToString()), Code(constant.Value.ToString()), Cell(constant.Doc));
            }
        }
    }

    private static void Write(StringBuilder text, IdlDefinition definition)
    {
        if (definition is IdlConst)
        {
            return;
        }

        text.Append("\n### ").Append(Plain(definition.Name)).Append(definition switch
        {
            IdlStruct => " (struct)\n",
            IdlEnum => " (enum)\n",
            _ => " (interface)\n",
        });
        Paragraph(text, definition.Doc);
        switch (definition)
        {
            case IdlEnum enumeration:
                text.Append("\n| Name | Value | Meaning |\n| --- | --- | --- |\n");
                foreach (var enumerator in enumeration.Enumerators)
                {
                    Row(text, Code(enumerator.Name), Number(enumerator.Value), Cell(enumerator.Doc));
                }

                break;
            case IdlStruct structure:
                WriteStruct(text, structure);
                break;
            case IdlInterface @interface:
                foreach (var operation in @interface.Operations)
                {
                    WriteOperation(text, operation);
                }

                break;
        }
    }

    private static void WriteStruct(StringBuilder text, IdlStruct structure)
    {
        text.Append("\n| Tag | Field | Type | Presence | Default | Meaning |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (var member in structure.Members)
        {
            Row(text, Number(member.Tag), Code(member.Name), Code(member.Type.ToString()), member.IsRequired ? "required" : "optional",
                member.Default is null ? "" : Code(member.Default.ToString()), Cell(member.Doc));
        }

        if (structure.KeyMembers.Count > 0)
        {
            text.Append("\nKey: ").Append(string.Join(", ", structure.KeyMembers.Select(m => Code(m.Name)))).Append(".\n");
        }

        if (structure.ReservedTags.Count > 0)
        {
            text.Append("\nReserved tags: ").Append(string.Join(", ", structure.ReservedTags.Select(t => Number(t)))).Append(".\n");
        }
    }

    private static void WriteOperation(StringBuilder text, IdlOperation operation)
    {
        text.Append("\n#### ").Append(Plain(operation.Name)).Append("\n\n").Append(Code(IdlPrinter.Signature(operation))).Append('\n');
        Paragraph(text, operation.Doc);
        if (operation.Parameters.Count > 0)
        {
            text.Append("\n| Tag | Parameter | Type | Direction | Meaning |\n| --- | --- | --- | --- | --- |\n");
            foreach (var parameter in operation.Parameters)
            {
                Row(text, Number(parameter.Tag), Code(parameter.Name), Code(parameter.Type.ToString()),
                    parameter.IsOut ? "out" : parameter.IsRouteKey ? "in, route key" : "in", Cell(parameter.Doc));
            }
        }
    }

    private static void Row(StringBuilder text, params string[] cells) => text.Append("| ").Append(string.Join(" | ", cells)).Append(" |\n");

    private static void Paragraph(StringBuilder text, string doc)
    {
        if (doc.Length > 0)
        {
            text.Append('\n').Append(Plain(doc)).Append('\n');
        }
    }

    private static void Separate(StringBuilder text)
    {
        if (text.Length > 0)
        {
            text.Append('\n');
        }
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // HTML in comments is not meant as such.
    private static string Plain(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;");

    private static string Cell(string text) => Plain(text).Replace("|", "\\|").Replace("\n", "<br>");

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
