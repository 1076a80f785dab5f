using Hongbao.Jce.Generator.CSharp;
using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Tests.Vectors;

/// <summary>A contract that a test writes itself.</summary>
internal static class InlineContract
{
    public static IdlContract Parse(string idl)
    {
        var contract = IdlCompilation.Compile([new IdlSource("test.jce", idl)], new IdlOptions(), static _ => null);
        Assert.False(contract.HasErrors, string.Join('\n', contract.Diagnostics));
        return contract;
    }

    public static ICodec Codec(string idl, string name)
    {
        var contract = Parse(idl);
        var type = GeneratedCode.Compile(contract.Files.Select(static f => FileEmitter.Emit(f, static module => module))).GetType(name, throwOnError: true)!;
        var of = contract.Files.SelectMany(static f => f.Modules).SelectMany(static m => m.Structs).Single(s => $"{s.Module}.{s.Name}" == name);
        return (ICodec)Activator.CreateInstance(typeof(Codec<>).MakeGenericType(type), of)!;
    }
}
