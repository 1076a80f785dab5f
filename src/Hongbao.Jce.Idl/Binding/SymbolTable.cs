using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>What is defined so far, in all files.</summary>
internal sealed class SymbolTable(ProblemList problems)
{
    private readonly Dictionary<string, IdlDefinition> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<(IdlEnum Enum, string Name), IdlEnumerator> _ofEnum = [];

    // Of those with one name the first of each file, in all modules (without a module's name) and in each: whoever sees a file sees its first.
    private readonly Dictionary<(string? Module, string Name), List<IdlEnumerator>> _firstOfFiles = [];
    private readonly HashSet<(string Path, string? Module, string Name)> _known = [];

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
        if (_firstOfFiles.TryGetValue((enumerator.Enum.Module, enumerator.Name), out var others))
        {
            problems.Add(IdlProblems.EnumeratorInTwoEnums, enumerator.Span, enumerator.Name, others[0].Enum.FullName);
        }

        _ofEnum.Add((enumerator.Enum, enumerator.Name), enumerator);
        AddFirst(null, enumerator);
        AddFirst(enumerator.Enum.Module, enumerator);
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
        return wanted is not null && _ofEnum.TryGetValue((wanted, bare), out var enumerator) && IsVisible(enumerator)
            ? enumerator
            : First(module) ?? First(null);

        IdlEnumerator? First(string? of) => _firstOfFiles.TryGetValue((of, bare), out var firsts) ? firsts.Find(IsVisible) : null;

        bool IsVisible(IdlEnumerator candidate) => scope.Visible.Contains(candidate.Enum.Span.Path);
    }

    public static string KindOf(IdlDefinition definition) => definition switch
    {
        IdlStruct => "a struct",
        IdlEnum => "an enum",
        IdlConst => "a constant",
        _ => "an interface",
    };

    private void AddFirst(string? module, IdlEnumerator enumerator)
    {
        if (_known.Add((enumerator.Enum.Span.Path, module, enumerator.Name)))
        {
            if (!_firstOfFiles.TryGetValue((module, enumerator.Name), out var firsts))
            {
                _firstOfFiles.Add((module, enumerator.Name), firsts = []);
            }

            firsts.Add(enumerator);
        }
    }
}
