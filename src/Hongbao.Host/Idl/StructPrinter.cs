using Hongbao.Jce;
using Hongbao.Jce.Idl;
using Hongbao.Jce.Trees;

namespace Hongbao.Host.Idl;

/// <summary>
/// Prints bytes by their contract, with names of fields and enumerators, and finds what generated code would refuse. Fields that the contract does not know are
/// shown by their tags; optional ones that are absent are not shown. Of keys of maps only plain ones are compared.
/// </summary>
internal sealed class StructPrinter(TextWriter output)
{
    private const int FaultsMax = 100;

    private readonly TreePrinter _tree = new(output);
    private readonly List<string> _faults = [];

    /// <summary>What is wrong with the bytes, at most a hundred things.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>Prints the fields of a struct, and of a wrong input what stands before the fault.</summary>
    public void Write(IdlStruct of, WireTree tree)
    {
        WriteFields(of, tree.Root, "", 1, isCut: tree.Fault.Kind != JceFaultKind.None);
        if (tree.Fault.Kind != JceFaultKind.None)
        {
            // First: the others are found in what was read before.
            _faults.Insert(0, (tree.Fault with { Path = FieldPath.Of(of, tree.Fault.Path) }).ToString());
        }
    }

    private void WriteFields(IdlStruct of, StructNode node, string path, int depth, bool isCut)
    {
        var highest = -1;
        var missing = of.Members.Where(static m => m.IsRequired).ToDictionary(static m => m.Tag);
        foreach (var field in node.Fields)
        {
            if (field.Tag <= highest)
            {
                _tree.Write($"{field.Tag}:", field.Value, depth, TreePrinter.OutOfOrder(highest));
                continue;
            }

            highest = field.Tag;
            missing.Remove(field.Tag);
            if (of.Members.FirstOrDefault(m => m.Tag == field.Tag) is { } member)
            {
                Write(member.Name, member.Type, field.Value, new Place(path.Length > 0 ? $"{path}.{member.Name}" : member.Name, field.Tag), depth, isCut);
            }
            else
            {
                _tree.Write($"{field.Tag}:", field.Value, depth, " (not in the contract)");
            }
        }

        // Of what is cut off nobody knows whether it would have come.
        foreach (var member in missing.Values.Where(_ => !isCut))
        {
            Fault(JceFaultKind.Missing, node.Offset, new Place(path.Length > 0 ? $"{path}.{member.Name}" : member.Name, member.Tag), "");
        }
    }

    private void Write(string label, IdlType type, WireNode node, Place place, int depth, bool isCut)
    {
        switch (type.Kind, node)
        {
            case (IdlTypeKind.Struct, StructNode inner):
                _tree.Line(depth, $"{label}: {type}");
                WriteFields(type.Struct!, inner, place.Path, depth + 1, isCut);
                break;
            case (IdlTypeKind.Vector, BytesNode bytes) when type.IsBytes:
                _tree.Line(depth, $"{label} = {TreePrinter.Hex(bytes.Value)}");
                _tree.WriteLong(bytes.Value, depth + 1);
                break;
            case (IdlTypeKind.Vector, ListNode list):
                _tree.Line(depth, $"{label}: {type}{TreePrinter.Of(list.Count)}");
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Write(TreePrinter.Place(i), type.Element!, list.Items[i], place.At(i), depth + 1, isCut);
                }

                break;
            case (IdlTypeKind.Map, MapNode map):
                _tree.Line(depth, $"{label}: {type}{TreePrinter.Of(map.Count)}");
                WritePairs(type, map, place, depth + 1, isCut);
                break;
            default:
                if (ScalarText.Of(type, node, out var fault) is { } text)
                {
                    _tree.Line(depth, $"{label} = {text}");
                }
                else
                {
                    _tree.Write($"{label}:", node, depth, $" (not {type})");
                    Fault(fault, node.Offset, place, $": {type} expected, {TreePrinter.Describe(node)} found");
                }

                break;
        }
    }

    private void WritePairs(IdlType type, MapNode map, Place place, int depth, bool isCut)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < map.Pairs.Count; i++)
        {
            var (key, value) = map.Pairs[i];
            var at = place.At(i);
            var text = ScalarText.Of(type.Key!, key, out _);
            if (text is not null && value is not null)
            {
                Write($"[{text}]", type.Value!, value, at, depth, isCut);
            }
            else
            {
                _tree.Line(depth, TreePrinter.Place(i));
                Write("key", type.Key!, key, at, depth + 1, isCut);
                if (value is not null)
                {
                    Write("value", type.Value!, value, at, depth + 1, isCut);
                }
            }

            if (text is not null && !keys.Add(text))
            {
                Fault(JceFaultKind.DuplicateKey, key.Offset, at, "");
            }
        }
    }

    private void Fault(JceFaultKind kind, int offset, Place place, string found)
    {
        if (_faults.Count < FaultsMax)
        {
            _faults.Add(new JceFault(kind, offset, place.Tag, place.Path) + found);
        }
    }

    /// <summary>Where a value is.</summary>
    /// <param name="Path">Names and places from the outside in.</param>
    /// <param name="Tag">Of the field.</param>
    private readonly record struct Place(string Path, int Tag)
    {
        public Place At(int index) => new(Path + TreePrinter.Place(index), 0);
    }
}
