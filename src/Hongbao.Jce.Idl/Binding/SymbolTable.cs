using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>What is defined so far, in all files.</summary>
internal sealed class SymbolTable(ProblemList problems)
{
    private readonly Dictionary<string, IdlDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<IdlEnumerator>> _enumerators = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Module, string Name), IdlEnumerator> _firstOfModule = [];

    /// <summary>Takes the definition's name. False when it is taken, which is reported.</summary>
    public bool TryDefine(IdlDefinition definition)
    {
        if (_definitions.TryGetValue(definition.FullName, out var other))
        {
            problems.Add(IdlProblems.NameTaken, definition.Span, definition.FullName, KindOf(other), other.Span);
            return false;
        }

        _definitions.Add(definition.FullName, definition);
        return true;
    }

    public void Define(IdlEnumerator enumerator)
    {
        if (!_enumerators.TryGetValue(enumerator.Name, out var list))
        {
            _enumerators.Add(enumerator.Name, list = []);
        }

        var key = (enumerator.Enum.Module, enumerator.Name);
        if (_firstOfModule.TryGetValue(key, out var other))
        {
            problems.Add(IdlProblems.EnumeratorInTwoEnums, enumerator.Span, enumerator.Name, other.Enum.FullName);
        }
        else
        {
            _firstOfModule.Add(key, enumerator);
        }

        list.Add(enumerator);
    }

    /// <summary>A definition by <c>Name</c>, which is one of the module, or <c>Module::Name</c>. Null when there is none, which is reported.</summary>
    public IdlDefinition? Find(FileScope scope, string? module, NameNode name, IdlProblem undefined)
    {
        var full = name.Text.IndexOf(':') < 0 ? module + "::" + name.Text : name.Text;
        if (!_definitions.TryGetValue(full, out var definition))
        {
            problems.Add(undefined, name.Span, name.Text);
            return null;
        }

        if (!scope.Visible.Contains(definition.Span.Path))
        {
            problems.Add(IdlProblems.NotIncluded, name.Span, name.Text, definition.Span.Path);
            return null;
        }

        return definition;
    }

    /// <summary>An enumerator by its bare name, whatever stands before it; one of the wanted enum before others. Null when there is none.</summary>
    public IdlEnumerator? FindEnumerator(FileScope scope, NameNode name, IdlEnum? wanted, string? module)
    {
        var bare = name.Text.Substring(name.Text.LastIndexOf(':') + 1);
        if (!_enumerators.TryGetValue(bare, out var list))
        {
            return null;
        }

        var visible = list.Where(e => scope.Visible.Contains(e.Enum.Span.Path)).ToList();
        return visible.FirstOrDefault(e => e.Enum == wanted) ?? visible.FirstOrDefault(e => e.Enum.Module == module) ?? visible.FirstOrDefault();
    }

    public static string KindOf(IdlDefinition definition) => definition switch
    {
        IdlStruct => "a struct",
        IdlEnum => "an enum",
        IdlConst => "a constant",
        _ => "an interface",
    };
}
