using Hongbao.Jce.Idl;
using Hongbao.Jce.Idl.Binding;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>Enums and constants.</summary>
internal sealed class EnumEmitter(CSharpTypes types)
{
    /// <summary>What an enum's enumerators are called in C#, in their order.</summary>
    public static IReadOnlyList<string> NamesOf(IdlEnum of) =>
        CSharpNames.Distinct(of.Enumerators.Select(e => CSharpNames.Enumerator(of.Name, e.Name)), of.Name);

    public void Emit(CodeText code, IdlEnum of)
    {
        code.Summary(of.Doc, $"The enum {of.Name} of the contract.");
        using (code.Open($"public enum {CSharpNames.Escaped(of.Name)}"))
        {
            var names = NamesOf(of);
            for (var i = 0; i < names.Count; i++)
            {
                code.Summary(of.Enumerators[i].Doc, of.Enumerators[i].Name);
                code.Line(FormattableString.Invariant($"{names[i]} = {of.Enumerators[i].Value},"));
            }
        }
    }

    public void EmitConstants(CodeText code, string module, IReadOnlyList<IdlConst> constants)
    {
        code.Line($"/// <summary>Constants of {module}.</summary>");
        using (code.Open($"public static partial class {GeneratedNames.ConstantsOf(module)}"))
        {
            var names = CSharpNames.Distinct(constants.Select(static c => CSharpNames.Pascal(c.Name)), GeneratedNames.ConstantsOf(module));
            for (var i = 0; i < names.Count; i++)
            {
                code.Summary(constants[i].Doc, constants[i].Name);
                code.Line($"public const {types.Of(constants[i].Type)} {names[i]} = {types.Literal(constants[i].Type, constants[i].Value)};");
            }
        }
    }
}
