using System.Text;
using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>Finds what cannot be told apart, or has another meaning, in the C# that is made of a contract.</summary>
internal sealed class GeneratedNames(ProblemList problems)
{
    /// <summary>Looks through all modules, also those that stand in several files.</summary>
    public void Check(IReadOnlyList<IdlFile> files)
    {
        foreach (var module in files.SelectMany(static f => f.Modules).GroupBy(static m => m.Name, StringComparer.Ordinal))
        {
            CheckTypes(module.Key, [.. module.SelectMany(static m => m.Definitions)]);
            CheckConstants(module);
        }
    }

    /// <summary>The C# name of a contract's name: <c>packetNo</c> and <c>packet_no</c> are <c>PacketNo</c>; <c>PACKET_NO</c> too.</summary>
    public static string Pascal(string name)
    {
        var isShouting = !name.Any(static c => c is >= 'a' and <= 'z');
        var pascal = new StringBuilder(name.Length);
        foreach (var word in name.Split('_'))
        {
            if (word.Length > 0)
            {
                pascal.Append(char.ToUpperInvariant(word[0])).Append(isShouting ? word.Substring(1).ToLowerInvariant() : word.Substring(1));
            }
        }

        return pascal.Length == 0 || char.IsDigit(pascal[0]) ? "_" + pascal : pascal.ToString();
    }

    /// <summary>The class of a module's constants.</summary>
    public static string ConstantsOf(string module) => module + "Constants";

    /// <summary>What becomes of a definition besides a type of its own name: of an interface an interface, a proxy and a dispatcher.</summary>
    public static IEnumerable<string> TypesOf(IdlDefinition definition) => definition switch
    {
        IdlStruct or IdlEnum => [definition.Name],
        IdlInterface => ["I" + definition.Name, definition.Name + "Proxy", definition.Name + "Dispatcher"],
        _ => [ConstantsOf(definition.Module)],
    };

    private void CheckTypes(string module, IReadOnlyList<IdlDefinition> definitions)
    {
        // A type of that name would be meant wherever generated code lets the compiler find the type of a variable.
        var generated = new Dictionary<string, string>(StringComparer.Ordinal) { ["var"] = "its variables" };
        foreach (var of in definitions.OfType<IdlInterface>())
        {
            foreach (var name in TypesOf(of))
            {
                generated[name] = $"interface '{of.Name}'";
            }
        }

        if (definitions.OfType<IdlConst>().Any())
        {
            generated[ConstantsOf(module)] = $"the constants of module '{module}'";
        }

        foreach (var type in definitions.Where(static d => d is IdlStruct or IdlEnum))
        {
            if (generated.TryGetValue(type.Name, out var taken))
            {
                problems.Add(IdlProblems.GeneratedNameTaken, type.Span, type.Name, taken);
            }
        }
    }

    // Those of one file get different names; those of several files are parts of one class, and none of the files knows of the others.
    private void CheckConstants(IEnumerable<IdlModule> module)
    {
        var first = new Dictionary<string, (IdlModule Part, IdlConst Constant)>(StringComparer.Ordinal);
        foreach (var part in module)
        {
            foreach (var constant in part.Consts)
            {
                var name = Pascal(constant.Name);
                if (!first.TryGetValue(name, out var other))
                {
                    first.Add(name, (part, constant));
                }
                else if (other.Part != part)
                {
                    problems.Add(IdlProblems.GeneratedNameTaken, constant.Span, name, $"constant '{other.Constant.Name}' of {other.Constant.Span.Path}");
                }
            }
        }
    }
}
