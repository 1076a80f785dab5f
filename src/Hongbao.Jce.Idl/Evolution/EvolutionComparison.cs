using System.Globalization;

namespace Hongbao.Jce.Idl;

/// <summary>The comparison of one contract with what was accepted.</summary>
internal sealed class EvolutionComparison
{
    private readonly List<IdlDiagnostic> _diagnostics = [];
    private readonly Dictionary<string, IdlDefinition> _now = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IdlSpan> _modules = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mapKeys;
    private readonly IdlSpan _start;

    public EvolutionComparison(AcceptedContract accepted, IdlContract now)
    {
        _mapKeys = MapKeys.Of(accepted);
        _start = IdlSpan.StartOf(now.Files.Where(f => f.IsRoot).Select(f => f.Path).FirstOrDefault() ?? "");
        foreach (var module in now.Files.SelectMany(f => f.Modules))
        {
            if (!_modules.ContainsKey(module.Name))
            {
                _modules.Add(module.Name, module.Span);
            }

            foreach (var definition in module.Definitions)
            {
                _now.Add(definition.FullName, definition);
            }
        }
    }

    public IReadOnlyList<IdlDiagnostic> Diagnostics => _diagnostics;

    public void Compare(string module, IEnumerable<KeyValuePair<string, AcceptedDefinition>> accepted)
    {
        if (!_modules.TryGetValue(module, out var place))
        {
            Add(IdlProblems.ModuleRemoved, _start, module);
            return;
        }

        foreach (var pair in accepted)
        {
            _now.TryGetValue(pair.Key, out var now);
            Compare(pair.Key, pair.Value, now, place);
        }
    }

    private void Compare(string name, AcceptedDefinition accepted, IdlDefinition? now, IdlSpan module)
    {
        // What became something else is gone, and its name is where to look.
        var place = now?.Span ?? module;
        switch (accepted.Kind, now)
        {
            case (AcceptedKind.Struct, IdlStruct structure):
                new StructComparison(this, accepted, structure, isMapKey: _mapKeys.Contains(name)).Compare();
                break;
            case (AcceptedKind.Enum, IdlEnum enumeration):
                CompareEnum(accepted, enumeration);
                break;
            case (AcceptedKind.Interface, IdlInterface @interface):
                CompareInterface(accepted, @interface);
                break;
            case (AcceptedKind.Const, IdlConst constant):
                var value = $"{constant.Type} = {constant.Value}";
                if (value != accepted.Constant)
                {
                    Add(IdlProblems.ConstChanged, constant.Span, constant.Name, accepted.Constant, value);
                }

                break;
            case (AcceptedKind.Struct, _):
                Add(IdlProblems.StructRemoved, place, name);
                break;
            case (AcceptedKind.Enum, _):
                Add(IdlProblems.EnumRemoved, place, name);
                break;
            case (AcceptedKind.Interface, _):
                Add(IdlProblems.InterfaceRemoved, place, name);
                break;
            default:
                Add(IdlProblems.ConstRemoved, place, name);
                break;
        }
    }

    public void Add(IdlProblem problem, IdlSpan span, params object[] arguments) => _diagnostics.Add(problem.At(span, true, arguments));

    private void CompareEnum(AcceptedDefinition accepted, IdlEnum now)
    {
        var byName = now.Enumerators.ToDictionary(e => e.Name, StringComparer.Ordinal);
        var reserved = new HashSet<int>(now.ReservedValues);
        foreach (var pair in accepted.Enumerators)
        {
            if (byName.TryGetValue(pair.Key, out var enumerator))
            {
                if (enumerator.Value != pair.Value)
                {
                    Add(IdlProblems.EnumeratorChanged, enumerator.Span, pair.Key, pair.Value, enumerator.Value);
                }
            }
            else if (!reserved.Contains(pair.Value))
            {
                // A value that another enumerator has cannot be kept from use: it was renamed, or was there under two names.
                var what = now.WithValue(pair.Value) is { } other
                    ? $"; its value is now that of '{other.Name}'"
                    : string.Format(CultureInfo.InvariantCulture, ": keep its value from use with '// reserved {0}'", pair.Value);
                Add(IdlProblems.EnumeratorRemoved, now.Span, pair.Key, pair.Value, now.Name, what);
            }
        }

        foreach (var value in accepted.Reserved.Where(v => !reserved.Contains(v)))
        {
            Add(IdlProblems.ReservedNumberGivenUp, now.WithValue(value)?.Span ?? now.Span, "value", value, now.Name);
        }
    }

    private void CompareInterface(AcceptedDefinition accepted, IdlInterface now)
    {
        var byName = now.Operations.ToDictionary(o => o.Name, StringComparer.Ordinal);
        foreach (var pair in accepted.Operations)
        {
            if (!byName.TryGetValue(pair.Key, out var operation))
            {
                Add(IdlProblems.OperationRemoved, now.Span, pair.Key, now.Name);
                continue;
            }

            var returnType = operation.ReturnType?.ToString() ?? "void";
            if (returnType != pair.Value.ReturnType)
            {
                Add(IdlProblems.ReturnTypeChanged, operation.Span, operation.Name, pair.Value.ReturnType, returnType);
            }

            CompareParameters([.. pair.Value.Parameters.Values], operation);
        }
    }

    private void CompareParameters(List<AcceptedParameter> accepted, IdlOperation now)
    {
        var names = now.Parameters.Select(p => p.Name).ToList();
        var acceptedNames = accepted.Select(p => p.Name).ToList();
        var kept = acceptedNames.Where(names.Contains).Distinct().ToList();
        if (!kept.SequenceEqual(names.Where(acceptedNames.Contains).Distinct()))
        {
            Add(IdlProblems.ParametersReordered, now.Span, now.Name, string.Join(", ", acceptedNames));
            return;
        }

        // Others of the same number in their places are the same with other names or types.
        var isSameShape = accepted.Count == names.Count
            && accepted.Select((p, i) => p.Name == names[i] || (!names.Contains(p.Name) && !acceptedNames.Contains(names[i]))).All(same => same);
        if (isSameShape)
        {
            for (var i = 0; i < accepted.Count; i++)
            {
                CompareParameter(accepted[i], now.Parameters[i], now);
            }

            return;
        }

        foreach (var gone in accepted.Where(p => !names.Contains(p.Name)))
        {
            Add(IdlProblems.ParameterRemoved, now.Span, gone.Name, now.Name);
        }

        foreach (var parameter in now.Parameters)
        {
            if (accepted.FirstOrDefault(p => p.Name == parameter.Name) is { } before)
            {
                CompareParameter(before, parameter, now);
            }
            else
            {
                Add(IdlProblems.ParameterAdded, parameter.Span, parameter.Name, now.Name);
            }
        }
    }

    private void CompareParameter(AcceptedParameter accepted, IdlParameter now, IdlOperation operation)
    {
        var form = (now.IsOut ? "out " : "in ") + now.Type;
        if (form != accepted.Form)
        {
            Add(IdlProblems.ParameterChanged, now.Span, now.Tag, operation.Name, $"{accepted.Form} {accepted.Name}", $"{form} {now.Name}");
        }
        else if (accepted.Name != now.Name)
        {
            Add(IdlProblems.ParameterRenamed, now.Span, now.Name, operation.Name, accepted.Name);
        }
    }
}
