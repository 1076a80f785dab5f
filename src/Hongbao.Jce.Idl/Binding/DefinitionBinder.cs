using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>Makes definitions of their nodes. What is wrong in one is reported and left out of it, so that others can still name it.</summary>
internal sealed class DefinitionBinder
{
    private const int ParametersMax = 255;

    private readonly SymbolTable _symbols;
    private readonly ProblemList _problems;
    private readonly TypeBinder _types;
    private readonly ValueBinder _values;

    public DefinitionBinder(SymbolTable symbols, ProblemList problems)
    {
        _symbols = symbols;
        _problems = problems;
        _types = new(symbols, problems);
        _values = new(symbols, problems);
    }

    public IdlConst? BindConst(FileScope scope, string module, ConstNode node)
    {
        if (_types.Bind(scope, module, node.Type) is not { } type || _values.Bind(scope, module, type, node.Value, "a constant of type ") is not { } value)
        {
            return null;
        }

        var constant = new IdlConst(module, node.Name.Text, value, node.Doc, node.Name.Span);
        return _symbols.TryDefine(constant) ? constant : null;
    }

    public IdlEnum? BindEnum(FileScope scope, string module, EnumNode node)
    {
        var definition = new IdlEnum(module, node.Name.Text, node.Doc, node.Name.Span);
        var isNew = _symbols.TryDefine(definition);
        var enumerators = new List<IdlEnumerator>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var next = 0L;
        foreach (var item in node.Enumerators)
        {
            if (!names.Add(item.Name.Text))
            {
                _problems.Add(IdlProblems.EnumeratorTwice, item.Name.Span, node.Name.Text, item.Name.Text);
                continue;
            }

            var value = item.Value is null ? next : _values.EnumeratorValue(scope, module, definition, enumerators, item.Value) ?? next;
            if (value is < int.MinValue or > int.MaxValue)
            {
                _problems.Add(IdlProblems.OutOfRange, item.Value?.Span ?? item.Name.Span, value, "an enum, which is an int");
                value = unchecked((int)value);
            }

            next = value + 1;
            var enumerator = new IdlEnumerator(definition, item.Name.Text, (int)value, item.Doc, item.Name.Span);
            enumerators.Add(enumerator);
            if (isNew)
            {
                _symbols.Define(enumerator);
            }
        }

        definition.Enumerators = enumerators;
        return isNew ? definition : null;
    }

    public IdlStruct? BindStruct(FileScope scope, string module, StructNode node)
    {
        var definition = new IdlStruct(module, node.Name.Text, node.Doc, node.Name.Span) { ReservedTags = node.ReservedTags };
        var isNew = _symbols.TryDefine(definition);
        var members = new List<IdlMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var byTag = new SortedDictionary<int, IdlMember>();
        foreach (var item in node.Members)
        {
            if (BindMember(scope, definition, item) is not { } member)
            {
                continue;
            }

            if (!names.Add(member.Name))
            {
                _problems.Add(IdlProblems.MemberTwice, member.Span, definition.Name, member.Name);
            }
            else if (byTag.TryGetValue(member.Tag, out var other))
            {
                _problems.Add(IdlProblems.TagTwice, item.Tag.Span, member.Name, member.Tag, other.Name);
            }
            else
            {
                if (node.ReservedTags.Contains(member.Tag))
                {
                    _problems.Add(IdlProblems.ReservedTag, item.Tag.Span, member.Name, member.Tag);
                }

                members.Add(member);
                byTag.Add(member.Tag, member);
            }
        }

        definition.MembersAsDeclared = members;
        definition.Members = [.. byTag.Values];
        return isNew ? definition : null;
    }

    public void BindKey(FileScope scope, string? module, KeyNode node)
    {
        var found = _symbols.Find(scope, module, node.Struct, IdlProblems.KeyOfUnknownStruct);
        if (found is not IdlStruct definition)
        {
            if (found is not null)
            {
                _problems.Add(IdlProblems.KeyOfUnknownStruct, node.Struct.Span, node.Struct.Text);
            }

            return;
        }

        var members = new List<IdlMember>();
        foreach (var name in node.Members)
        {
            if (definition.Members.FirstOrDefault(m => m.Name == name.Text) is { } member)
            {
                members.Add(member);
            }
            else
            {
                _problems.Add(IdlProblems.KeyMemberUnknown, name.Span, definition.Name, name.Text);
            }
        }

        definition.KeyMembers = members;
    }

    public IdlInterface? BindInterface(FileScope scope, string module, InterfaceNode node)
    {
        var definition = new IdlInterface(module, node.Name.Text, node.Doc, node.Name.Span);
        if (node.Name.Text == module)
        {
            _problems.Add(IdlProblems.InterfaceNamedAsModule, node.Name.Span, module);
        }

        var isNew = _symbols.TryDefine(definition);
        var operations = new List<IdlOperation>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in node.Operations)
        {
            var operation = BindOperation(scope, module, item);
            if (!names.Add(item.Name.Text))
            {
                _problems.Add(IdlProblems.OperationTwice, item.Name.Span, definition.Name, item.Name.Text);
            }
            else if (operation is not null)
            {
                operations.Add(operation);
            }
        }

        definition.Operations = operations;
        return isNew ? definition : null;
    }

    private IdlMember? BindMember(FileScope scope, IdlStruct definition, MemberNode node)
    {
        var type = _types.Bind(scope, definition.Module, node.Type);
        var tag = node.Tag.Value as long?;
        if (tag is < 0 or > 255)
        {
            _problems.Add(IdlProblems.TagOutOfRange, node.Tag.Span, node.Tag.Text);
            tag = null;
        }

        if (type is null || tag is null)
        {
            return null;
        }

        if (type.Struct == definition)
        {
            _problems.Add(IdlProblems.StructInItself, node.Type.Span, definition.Name);
        }

        var value = node.Default is null ? null : _values.Bind(scope, definition.Module, type, node.Default, "a default of type ");
        return new(node.Name.Text, (int)tag, node.IsRequired, type, value, node.StorageHint, node.Doc, node.Name.Span);
    }

    private IdlOperation? BindOperation(FileScope scope, string module, OperationNode node)
    {
        var returnType = node.ReturnType is null ? null : _types.Bind(scope, module, node.ReturnType);
        var isGood = node.ReturnType is null || returnType is not null;
        if (node.Parameters.Count > ParametersMax)
        {
            _problems.Add(IdlProblems.TooManyParameters, node.Parameters[ParametersMax].Name.Span, node.Name.Text);
            isGood = false;
        }

        var parameters = new List<IdlParameter>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in node.Parameters.Take(ParametersMax))
        {
            if (item.Name.Text == node.Name.Text)
            {
                _problems.Add(IdlProblems.ParameterNamedAsOperation, item.Name.Span, node.Name.Text);
            }

            if (!names.Add(item.Name.Text))
            {
                _problems.Add(IdlProblems.ParameterTwice, item.Name.Span, node.Name.Text, item.Name.Text);
            }

            if (_types.Bind(scope, module, item.Type) is { } type)
            {
                parameters.Add(new(item.Name.Text, parameters.Count + 1, type, item.IsOut, item.IsRouteKey, item.Doc, item.Name.Span));
            }
            else
            {
                isGood = false;
            }
        }

        return isGood ? new(node.Name.Text, returnType, parameters, node.Doc, node.Name.Span) : null;
    }
}
