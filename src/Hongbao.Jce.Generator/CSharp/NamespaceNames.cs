using Hongbao.Jce.Idl;
using Hongbao.Jce.Idl.Binding;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>Finds types of two modules that a project puts into one namespace, where they have one name.</summary>
internal static class NamespaceNames
{
    public static IEnumerable<IdlDiagnostic> Check(IdlContract contract, Func<string, string> namespaces, bool isStrict)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var definition in contract.Files.SelectMany(static f => f.Modules).SelectMany(static m => m.Definitions))
        {
            foreach (var name in GeneratedNames.TypesOf(definition))
            {
                var full = $"{namespaces(definition.Module)}.{name}";
                if (!taken.TryGetValue(full, out var module))
                {
                    taken.Add(full, definition.Module);
                }
                else if (module != definition.Module)
                {
                    yield return IdlProblems.GeneratedNameTaken.At(definition.Span, isStrict, full, $"module '{module}', which JceNamespaces puts into the same namespace");
                }
            }
        }
    }
}
