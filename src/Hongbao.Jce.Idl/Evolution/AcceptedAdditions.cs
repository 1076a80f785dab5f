using System.Globalization;

namespace Hongbao.Jce.Idl;

/// <summary>Finds what a contract has and the accepted one does not know.</summary>
internal static class AcceptedAdditions
{
    public static IReadOnlyList<IdlDiagnostic> Find(AcceptedContract accepted, IdlContract now)
    {
        var diagnostics = new List<IdlDiagnostic>();
        void Add(string what, IdlSpan span) => diagnostics.Add(IdlProblems.NotAccepted.At(span, true, what));

        // Of a module that is new as a whole, its parts are not told one by one.
        var modules = new HashSet<string>(accepted.Definitions.Keys.Select(n => n.Substring(0, n.IndexOf(':'))), StringComparer.Ordinal);
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var module in now.Files.SelectMany(f => f.Modules).Where(m => m.Definitions.Count > 0))
        {
            if (!modules.Contains(module.Name))
            {
                if (told.Add(module.Name))
                {
                    Add($"module '{module.Name}'", module.Span);
                }

                continue;
            }

            foreach (var definition in module.Definitions)
            {
                if (accepted.Definitions.TryGetValue(definition.FullName, out var known))
                {
                    FindInside(known, definition, Add);
                }
                else
                {
                    Add($"{Word(definition)} '{definition.FullName}'", definition.Span);
                }
            }
        }

        return diagnostics;
    }

    private static void FindInside(AcceptedDefinition known, IdlDefinition definition, Action<string, IdlSpan> add)
    {
        switch (definition)
        {
            case IdlStruct structure when known.Kind == AcceptedKind.Struct:
                foreach (var member in structure.Members.Where(m => !known.Members.ContainsKey(m.Tag)))
                {
                    add($"member '{member.Name}' of '{structure.Name}'", member.Span);
                }

                FindReserved("tag", known, structure.ReservedTags, structure, add);
                break;
            case IdlEnum enumeration when known.Kind == AcceptedKind.Enum:
                foreach (var enumerator in enumeration.Enumerators.Where(e => !known.Enumerators.ContainsKey(e.Name)))
                {
                    add($"enumerator '{enumerator.Name}'", enumerator.Span);
                }

                FindReserved("value", known, enumeration.ReservedValues, enumeration, add);
                break;
            case IdlInterface @interface when known.Kind == AcceptedKind.Interface:
                foreach (var operation in @interface.Operations.Where(o => !known.Operations.ContainsKey(o.Name)))
                {
                    add($"operation '{operation.Name}' of '{@interface.Name}'", operation.Span);
                }

                break;
        }
    }

    private static void FindReserved(string what, AcceptedDefinition known, IReadOnlyList<int> numbers, IdlDefinition definition, Action<string, IdlSpan> add)
    {
        foreach (var number in numbers.Where(n => !known.Reserved.Contains(n)))
        {
            add(string.Format(CultureInfo.InvariantCulture, "reserved {0} {1} of '{2}'", what, number, definition.Name), definition.Span);
        }
    }

    private static string Word(IdlDefinition definition) => definition switch
    {
        IdlStruct => "struct",
        IdlEnum => "enum",
        IdlInterface => "interface",
        _ => "constant",
    };
}
