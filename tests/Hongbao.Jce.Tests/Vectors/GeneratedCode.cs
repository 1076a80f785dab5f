using System.Reflection;
using Hongbao.Jce.Generator.CSharp;
using Hongbao.Jce.Idl;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Hongbao.Jce.Tests.Vectors;

/// <summary>The contracts of all vectors, generated, compiled and loaded once: what is tested is what a user of the generator gets.</summary>
internal static class GeneratedCode
{
    private static readonly Lazy<Dictionary<string, (IdlContract Contract, string Prefix)>> s_contracts = new(Parse);
    private static readonly Lazy<Assembly> s_assembly = new(static () => Compile(s_contracts.Value.Values
        .SelectMany(static c => c.Contract.Files.Select(f => FileEmitter.Emit(f, module => c.Prefix + module)))));

    private static readonly Dictionary<Type, ICodec> s_codecs = [];

    /// <summary>The codec of a vector's struct.</summary>
    public static ICodec Codec(Vector vector) => Codec(vector.Idl, vector.Struct);

    public static ICodec Codec(string idl, string name)
    {
        var (contract, prefix) = s_contracts.Value[idl];
        var type = s_assembly.Value.GetType(prefix + name, throwOnError: true)!;
        lock (s_codecs)
        {
            if (!s_codecs.TryGetValue(type, out var codec))
            {
                var of = contract.Files.SelectMany(static f => f.Modules).SelectMany(static m => m.Structs).Single(s => $"{s.Module}.{s.Name}" == name);
                codec = (ICodec)Activator.CreateInstance(typeof(Codec<>).MakeGenericType(type), of)!;
                s_codecs.Add(type, codec);
            }

            return codec;
        }
    }

    /// <summary>Compiles sources that the generator made; fails with the compiler's errors and the line that has them.</summary>
    public static Assembly Compile(IEnumerable<string> sources)
    {
        var trees = sources.Select(static s => CSharpSyntaxTree.ParseText(s)).Append(CSharpSyntaxTree.ParseText("global using System; global using System.Linq;"));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create("Vectors", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error).Take(10)
            .Select(static d => $"{d}\n    {d.Location.SourceTree?.GetText().Lines[d.Location.GetLineSpan().StartLinePosition.Line]}")));
        return Assembly.Load(image.ToArray());
    }

    private static Dictionary<string, (IdlContract, string)> Parse()
    {
        var contracts = new Dictionary<string, (IdlContract, string)>();
        foreach (var idl in Vector.All.Select(static v => v.Idl).Distinct())
        {
            var contract = IdlCompilation.Compile([new IdlSource("vector.jce", idl)], new IdlOptions { AllowReservedPrefix = true, Strict = false }, static _ => null);
            Assert.False(contract.HasErrors, $"{idl}\n{string.Join('\n', contract.Diagnostics)}");
            contracts.Add(idl, (contract, $"V{contracts.Count}."));
        }

        return contracts;
    }
}
