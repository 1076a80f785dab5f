using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>A struct becomes a record with properties, its two directions, and equality by value.</summary>
internal sealed class StructEmitter(CSharpTypes types)
{
    public void Emit(CodeText code, IdlStruct of)
    {
        var name = CSharpNames.Escaped(of.Name);
        var properties = Properties(of);
        var comparable = of.KeyMembers.Count > 0 ? $", global::System.IComparable<{name}>" : "";
        code.Summary(of.Doc, $"The struct {of.Name} of the contract.");
        code.Line("[global::System.CodeDom.Compiler.GeneratedCode(\"Hongbao.Jce.Generator\", \"1\")]");
        using (code.Open($"public sealed partial record {name} : global::Hongbao.Jce.IJceStruct<{name}>{comparable}"))
        {
            foreach (var member in of.Members)
            {
                var initial = types.Initial(member.Type, member.Default, member.IsRequired);
                code.Summary(member.Doc, $"Tag {member.Tag}, {(member.IsRequired ? "required" : "optional")}.");
                code.Line($"public {types.Of(member.Type)} {properties[member]} {{ get; set; }}{(initial is null ? "" : $" = {initial};")}");
            }

            var fields = of.Members.Select(m => new Field(m.Tag, m.Type, properties[m], m.Name, m.IsRequired, m.Default)).ToList();
            var emitter = new FieldsEmitter(types);
            code.Line().Line($"static {name} global::Hongbao.Jce.IJceStruct<{name}>.Create() => new();").Line();
            code.Line("/// <inheritdoc/>");
            using (code.Open("public void WriteFields(ref global::Hongbao.Jce.JceWriter writer)"))
            {
                emitter.Write(code, fields);
            }

            code.Line().Line("/// <inheritdoc/>");
            using (code.Open("public void ReadFields(ref global::Hongbao.Jce.JceReader reader)"))
            {
                emitter.Read(code, fields);
            }

            EmitEquality(code, of, properties);
            if (of.KeyMembers.Count > 0)
            {
                EmitOrder(code, of, properties);
            }
        }
    }

    private static Dictionary<IdlMember, string> Properties(IdlStruct of)
    {
        var names = CSharpNames.Distinct(of.Members.Select(static m => CSharpNames.Pascal(m.Name)), of.Name);
        var properties = new Dictionary<IdlMember, string>();
        for (var i = 0; i < names.Count; i++)
        {
            properties.Add(of.Members[i], names[i]);
        }

        return properties;
    }

    private static void EmitEquality(CodeText code, IdlStruct of, Dictionary<IdlMember, string> properties)
    {
        // With a key, that is what makes two alike: a map in C++ knows nothing else.
        var members = of.KeyMembers.Count > 0 ? of.KeyMembers : of.Members;
        code.Line().Line(of.KeyMembers.Count > 0 ? "/// <summary>Equal when the key's members are.</summary>" : "/// <summary>Equal when all members are, lists and maps by what is in them.</summary>");
        var conditions = members.Select(m => CSharpEquality.Condition(m.Type, properties[m], $"other.{properties[m]}"));
        code.Line($"public bool Equals({CSharpNames.Escaped(of.Name)}? other) =>");
        using (code.Indent())
        {
            code.Line($"other is not null && (ReferenceEquals(this, other) || ({string.Join(" && ", conditions)}));");
        }

        code.Line().Line("/// <inheritdoc/>");
        using (code.Open("public override int GetHashCode()"))
        {
            code.Line("var hash = default(global::System.HashCode);");
            foreach (var member in members)
            {
                code.Line($"hash.Add({CSharpEquality.Hashed(member.Type, properties[member])});");
            }

            code.Line("return hash.ToHashCode();");
        }
    }

    private static void EmitOrder(CodeText code, IdlStruct of, Dictionary<IdlMember, string> properties)
    {
        code.Line().Line("/// <summary>In order of the key's members, texts by their code units.</summary>");
        using (code.Open($"public int CompareTo({CSharpNames.Escaped(of.Name)}? other)"))
        {
            using (code.Open("if (other is null)"))
            {
                code.Line("return 1;");
            }

            code.Line().Line("var order = 0;");
            foreach (var member in of.KeyMembers)
            {
                if (Order(member.Type, properties[member]) is { } order)
                {
                    using (code.Open("if (order == 0)"))
                    {
                        code.Line($"order = {order};");
                    }

                    code.Line();
                }
            }

            code.Line("return order;");
        }
    }

    // Null for what has no order, which is reported where the contract is read.
    private static string? Order(IdlType type, string property) => type.Kind switch
    {
        IdlTypeKind.String => $"string.CompareOrdinal({property}, other.{property})",
        IdlTypeKind.Vector or IdlTypeKind.Map => null,
        IdlTypeKind.Struct when type.Struct!.KeyMembers.Count == 0 => null,
        IdlTypeKind.Enum => $"((int){property}).CompareTo((int)other.{property})",
        _ => $"{property}.CompareTo(other.{property})",
    };
}
