using Hongbao.Contracts;
using Hongbao.Jce.Idl;

namespace Hongbao.House.Tests;

/// <summary>Rule 2: every boundary is written in a .jce file, with a context in every call and a result in every answer.</summary>
public sealed class ContractRules
{
    private static readonly IdlContract s_contract = Compile(Directory.GetFiles(Path.Combine(Repository.Root, "src/Hongbao.Contracts"), "*.jce")
        .Order(StringComparer.Ordinal).Select(static path => new IdlSource(path, File.ReadAllText(path))));

    /// <summary>All contracts of this system.</summary>
    internal static IdlContract Contract => s_contract;

    [Fact]
    public void Every_call_takes_a_context_and_one_request_and_gives_a_result()
    {
        Assert.True(Interfaces(s_contract).Count() > 6, "the contract's interfaces were not found");
        Assert.Empty(Interfaces(s_contract).SelectMany(static i => i.Operations.SelectMany(o => Faults(i, o))));
    }

    [Fact]
    public void Money_is_never_a_floating_point_number() => Assert.Empty(FloatingPoint(s_contract));

    [Fact]
    public void Breaches_are_found()
    {
        var planted = Compile([new IdlSource("planted.jce", """
            module Hongbao
            {
                struct CallContext { 0 require long uid; };
                struct Result { 0 require int code; };
                struct Answer { 0 optional Result result; 1 optional double rate; 2 optional map<int, vector<float>> rates; };
                struct Bare { 0 require long amount; };
                interface Planted
                {
                    Answer fine(CallContext context, Bare request);
                    Answer alsoFine(CallContext context);
                    Answer noContext(Bare request);
                    Bare noResult(CallContext context);
                    void nothing(CallContext context);
                    Answer number(CallContext context, int request);
                    Answer outs(CallContext context, out Bare more);
                };
            };
            """)]);
        Assert.Equal(
            ["noContext", "noResult", "nothing", "number", "outs"],
            Interfaces(planted).SelectMany(static i => i.Operations.SelectMany(o => Faults(i, o))).Select(static f => f.Split('.', ':')[1]));
        Assert.Equal(["Answer.rate", "Answer.rates"], FloatingPoint(planted));
    }

    [Fact]
    public void Interfaces_of_the_contracts_are_all_generated()
    {
        var declared = Interfaces(s_contract).Select(static i => "I" + i.Name).Order(StringComparer.Ordinal);
        Assert.Equal(declared, typeof(CallContext).Assembly.GetExportedTypes().Where(static t => t.IsInterface && t != typeof(IAnswer)).Select(static t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_answer_can_tell_that_a_call_failed_on_its_way()
    {
        var answers = Interfaces(s_contract).SelectMany(static i => i.Operations).Select(static o => o.ReturnType!.Struct!.Name).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(answers, typeof(IAnswer).Assembly.GetExportedTypes().Where(static t => t.IsClass && t.IsAssignableTo(typeof(IAnswer))).Select(static t => t.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Contracts_need_nothing_but_the_base_library_and_the_codec()
    {
        Assert.DoesNotContain(
            typeof(CallContext).Assembly.GetReferencedAssemblies().Select(static r => r.Name!),
            static n => n != "Hongbao.Jce" && !n.StartsWith("System.", StringComparison.Ordinal));
    }

    private static IdlContract Compile(IEnumerable<IdlSource> sources)
    {
        var contract = IdlCompilation.Compile([.. sources], new IdlOptions(), static _ => null);
        Assert.False(contract.HasErrors, string.Join('\n', contract.Diagnostics));
        return contract;
    }

    private static IEnumerable<IdlInterface> Interfaces(IdlContract contract) => contract.Files.SelectMany(static f => f.Modules).SelectMany(static m => m.Interfaces);

    private static IEnumerable<string> Faults(IdlInterface of, IdlOperation operation)
    {
        var takes = operation.Parameters;
        if (takes.Count is 0 or > 2 || takes.Any(static p => p.IsOut) || takes[0].Type.Struct?.Name != "CallContext" || (takes.Count == 2 && takes[1].Type.Kind != IdlTypeKind.Struct))
        {
            yield return $"{of.Name}.{operation.Name}: takes a CallContext, and at most one struct more";
        }
        else if (operation.ReturnType?.Struct?.Members.Any(static m => m.Type.Struct?.Name == "Result" && m.Name == "result") != true && operation.ReturnType?.Struct?.Name != "Result")
        {
            yield return $"{of.Name}.{operation.Name}: gives a struct with a Result";
        }
    }

    private static IEnumerable<string> FloatingPoint(IdlContract contract) => contract.Files.SelectMany(static f => f.Modules).SelectMany(static m => m.Structs)
        .SelectMany(static s => s.Members.Where(static m => IsFloating(m.Type)).Select(m => $"{s.Name}.{m.Name}"));

    private static bool IsFloating(IdlType type) => type.Kind is IdlTypeKind.Float or IdlTypeKind.Double
        || (type.Element is { } element && IsFloating(element)) || (type.Key is { } key && IsFloating(key)) || (type.Value is { } value && IsFloating(value));
}
