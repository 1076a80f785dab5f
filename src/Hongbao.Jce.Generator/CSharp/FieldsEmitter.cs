using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>One of the bare fields that stand in a struct, in the arguments of a call, or in its answer.</summary>
/// <param name="Tag">On the wire.</param>
/// <param name="Type">Its type.</param>
/// <param name="Target">The property or variable in C#; holds a default before it is read.</param>
/// <param name="Name">In the contract, for messages.</param>
/// <param name="IsRequired">False when it may be absent.</param>
/// <param name="Default">The declared default of an optional field.</param>
internal sealed record Field(int Tag, IdlType Type, string Target, string Name, bool IsRequired, IdlValue? Default);

/// <summary>The code that writes and reads bare fields.</summary>
/// <param name="types">How types are written.</param>
/// <param name="writer">The variable that writes.</param>
/// <param name="reader">The variable that reads.</param>
internal sealed class FieldsEmitter(CSharpTypes types, string writer = "writer", string reader = "reader")
{
    // Names of a contract are ASCII: with this letter behind it, a name of generated code meets none of them.
    public const char Own = '\u1D4D';
    private int _names;

    /// <summary>Statements that write the fields, which are in order of tags, to <c>writer</c>.</summary>
    public void Write(CodeText code, IReadOnlyList<Field> fields)
    {
        foreach (var field in fields)
        {
            if (!field.IsRequired && types.IsNotDefault(field.Type, field.Target, field.Default) is { } condition)
            {
                using (code.Open($"if ({writer}.IsFull || {condition})"))
                {
                    WriteValue(code, field.Type, Text(field.Tag), field.Target);
                }
            }
            else
            {
                WriteValue(code, field.Type, Text(field.Tag), field.Target);
            }
        }
    }

    /// <summary>Statements that read the fields from <c>reader</c>.</summary>
    public void Read(CodeText code, IReadOnlyList<Field> fields)
    {
        var required = fields.Where(static f => f.IsRequired).ToList();
        var words = (required.Count + 63) / 64;
        for (var word = 0; word < words; word++)
        {
            var count = Math.Min(64, required.Count - (word * 64));
            code.Line($"var missing{word}{Own} = 0x{(count == 64 ? ulong.MaxValue : (1UL << count) - 1):X}UL;");
        }

        code.Line($"var tag{Own} = -1;");
        using (code.Open($"while ({reader}.Next(ref tag{Own}))"))
        using (code.Open($"switch (tag{Own})"))
        {
            foreach (var field in fields)
            {
                // A block, for what a list needs has names.
                using (code.Open($"case {field.Tag}:"))
                {
                    ReadInto(code, field.Type, field.Target);
                    if (field.IsRequired)
                    {
                        var at = required.IndexOf(field);
                        code.Line($"missing{at / 64}{Own} &= ~0x{1UL << (at % 64):X}UL;");
                    }

                    code.Line("break;");
                }
            }

            code.Line("default:");
            using (code.Indent())
            {
                code.Line($"{reader}.Skip();").Line("break;");
            }
        }

        code.Line();
        var isMissing = string.Join(" | ", Enumerable.Range(0, words).Select(static w => $"missing{w}{Own}"));
        using (code.Open(words == 0 ? $"if ({reader}.HasFault)" : $"if (({isMissing}) != 0 || {reader}.HasFault)"))
        {
            if (words > 0)
            {
                using (code.Open($"if (!{reader}.HasFault)"))
                {
                    code.Line($"tag{Own} = " + string.Concat(required.Select((f, at) => $"(missing{at / 64}{Own} & 0x{1UL << (at % 64):X}UL) != 0 ? {f.Tag} : ")) + $"tag{Own};");
                    code.Line($"{reader}.Miss(tag{Own});");
                }

                code.Line();
            }

            using (code.Open($"switch (tag{Own})"))
            {
                foreach (var field in fields)
                {
                    code.Line($"case {field.Tag}:");
                    using (code.Indent())
                    {
                        code.Line($"{reader}.Blame(\"{field.Name}\");").Line("break;");
                    }
                }
            }
        }
    }

    private void WriteValue(CodeText code, IdlType type, string tag, string value)
    {
        switch (type.Kind)
        {
            case IdlTypeKind.Vector when type.IsBytes:
                code.Line($"{writer}.WriteBytes({tag}, {value});");
                break;
            case IdlTypeKind.Vector:
                WriteList(code, type, tag, value);
                break;
            case IdlTypeKind.Map:
                WriteMap(code, type, tag, value);
                break;
            case IdlTypeKind.Struct:
                code.Line($"{writer}.BeginStruct({tag});").Line($"{value}.WriteFields(ref {writer});").Line($"{writer}.EndStruct();");
                break;
            case IdlTypeKind.Enum:
                code.Line($"{writer}.WriteInt32({tag}, (int){value});");
                break;
            default:
                code.Line($"{writer}.Write{CSharpTypes.Suffix(type.Kind)}({tag}, {value});");
                break;
        }
    }

    private void WriteList(CodeText code, IdlType type, string tag, string value)
    {
        code.Line($"{writer}.BeginList({tag}, {value}.Count);");
        var item = New("item");
        using (code.Open($"foreach (var {item} in {value})"))
        {
            WriteValue(code, type.Element!, "0", item);
        }
    }

    private void WriteMap(CodeText code, IdlType type, string tag, string value)
    {
        code.Line($"{writer}.BeginMap({tag}, {value}.Count);");
        var (key, item) = (New("key"), New("item"));
        using (code.Open($"foreach (var ({key}, {item}) in {value})"))
        {
            WriteValue(code, type.Key!, "0", key);
            WriteValue(code, type.Value!, "1", item);
        }
    }

    // Into something that exists: lists and structs are filled where they are, so that nothing is made twice.
    private void ReadInto(CodeText code, IdlType type, string target)
    {
        switch (type.Kind)
        {
            case IdlTypeKind.Vector when type.IsBytes:
                code.Line($"{target} = {reader}.ReadBytes();");
                break;
            case IdlTypeKind.Vector:
                ReadList(code, type, target);
                break;
            case IdlTypeKind.Map:
                ReadMap(code, type, target);
                break;
            case IdlTypeKind.Struct:
                ReadStruct(code, target);
                break;
            case IdlTypeKind.Enum:
                code.Line($"{target} = ({types.Of(type)}){reader}.ReadInt32();");
                break;
            default:
                code.Line($"{target} = {reader}.Read{CSharpTypes.Suffix(type.Kind)}();");
                break;
        }
    }

    private void ReadStruct(CodeText code, string target)
    {
        using (code.Open($"if ({reader}.BeginStruct())"))
        {
            code.Line($"{target}.ReadFields(ref {reader});").Line($"{reader}.EndStruct();");
        }
    }

    private void ReadList(CodeText code, IdlType type, string target)
    {
        var (count, i, item) = (New("count"), New("i"), New("item"));
        code.Line($"var {count} = {reader}.BeginList({CSharpTypes.WeightOf(type.Element!)});");
        code.Line($"{target}.Clear();");
        code.Line($"{target}.EnsureCapacity({count});");
        using (code.Open($"for (var {i} = 0; {i} < {count} && {reader}.Element(0); {i}++)"))
        {
            ReadElement(code, type.Element!, item);
            code.Line($"{target}.Add({item});");
            Blame(code, i);
        }

        code.Line().Line($"{reader}.EndList();");
    }

    private void ReadMap(CodeText code, IdlType type, string target)
    {
        var (count, i, key, item) = (New("count"), New("i"), New("key"), New("item"));
        code.Line($"var {count} = {reader}.BeginMap({CSharpTypes.WeightOf(type.Key!, type.Value!)});");
        code.Line($"{target}.Clear();");
        code.Line($"{target}.EnsureCapacity({count});");
        using (code.Open($"for (var {i} = 0; {i} < {count} && {reader}.Element(0); {i}++)"))
        {
            ReadElement(code, type.Key!, key);
            using (code.Open($"if ({reader}.Element(1))"))
            {
                ReadElement(code, type.Value!, item);
                using (code.Open($"if (!{reader}.HasFault && !{target}.TryAdd({key}, {item}))"))
                {
                    code.Line($"{reader}.Fail(global::Hongbao.Jce.JceFaultKind.DuplicateKey);");
                }
            }

            code.Line();
            Blame(code, i);
        }

        code.Line().Line($"{reader}.EndList();");
    }

    private void ReadElement(CodeText code, IdlType type, string name)
    {
        if (type.Kind is IdlTypeKind.Struct || (type.Kind is IdlTypeKind.Vector or IdlTypeKind.Map && !type.IsBytes))
        {
            code.Line($"var {name} = new {types.Of(type)}({types.ComparerOf(type)});");
            ReadInto(code, type, name);
        }
        else
        {
            ReadInto(code, type, "var " + name);
        }
    }

    private void Blame(CodeText code, string index)
    {
        using (code.Open($"if ({reader}.HasFault)"))
        {
            code.Line($"{reader}.Blame({index});").Line("break;");
        }
    }

    private string New(string name) => FormattableString.Invariant($"{name}{++_names}{Own}");

    private static string Text(int tag) => tag.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
