using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>Makes definitions of their nodes. What is wrong in one is reported and left out of it, so that others can still name it.</summary>
internal sealed class DefinitionBinder
{
    private const int ParametersMax = 255;

    // How many objects a reader makes at most of bytes that nobody vouches for.
    private const long WeightMax = 1 << 18;

    private readonly SymbolTable _symbols;
    private readonly ProblemList _problems;
    private readonly TypeBinder _types;
    private readonly ValueBinder _values;
    private readonly HashSet<IdlStruct> _keyed = [];
    private readonly List<(NameNode Name, IdlStruct Struct, IdlMember Member)> _keyMembers = [];

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
        var definition = new IdlEnum(module, node.Name.Text, node.Doc, node.Name.Span) { ReservedValues = node.ReservedValues };
        var isNew = _symbols.TryDefine(definition);
        var enumerators = new List<IdlEnumerator>();
        var byName = new Dictionary<string, IdlEnumerator>(StringComparer.Ordinal);
        var reserved = new HashSet<int>(node.ReservedValues);
        var next = 0L;
        foreach (var item in node.Enumerators)
        {
            if (byName.ContainsKey(item.Name.Text))
            {
                _problems.Add(IdlProblems.EnumeratorTwice, item.Name.Span, node.Name.Text, item.Name.Text);
                continue;
            }

            var value = item.Value is null ? next : _values.EnumeratorValue(scope, module, definition, byName, item.Value) ?? next;
            if (value is < int.MinValue or > int.MaxValue)
            {
                _problems.Add(IdlProblems.OutOfRange, item.Value?.Span ?? item.Name.Span, value, "an enum, which is an int");
                value = unchecked((int)value);
            }

            next = value + 1;
            var enumerator = new IdlEnumerator(definition, item.Name.Text, (int)value, item.Doc, item.Name.Span);
            enumerators.Add(enumerator);
            byName.Add(enumerator.Name, enumerator);
            if (reserved.Contains(enumerator.Value))
            {
                _problems.Add(IdlProblems.ReservedNumber, item.Value?.Span ?? item.Name.Span, $"enumerator '{enumerator.Name}'", "value", enumerator.Value);
            }

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
                    _problems.Add(IdlProblems.ReservedNumber, item.Tag.Span, $"member '{member.Name}'", "tag", member.Tag);
                }

                members.Add(member);
                byTag.Add(member.Tag, member);
            }
        }

        definition.MembersAsDeclared = members;
        definition.Members = [.. byTag.Values];
        definition.Weight = WeightOf(definition);
        if (definition.Weight > WeightMax)
        {
            _problems.Add(IdlProblems.StructTooBig, definition.Span, definition.Name, WeightMax);
        }

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
            if (definition.Members.FirstOrDefault(m => m.Name == name.Text) is not { } member)
            {
                _problems.Add(IdlProblems.KeyMemberUnknown, name.Span, definition.Name, name.Text);
                continue;
            }

            members.Add(member);
            _keyMembers.Add((name, definition, member));
        }

        if (!_keyed.Add(definition))
        {
            _problems.Add(IdlProblems.KeyTwice, node.Struct.Span, definition.Name);
            return;
        }

        definition.KeyMembers = members;
    }

    /// <summary>Reports what keys name though it has no order. When all is read: a struct inside may have its key behind that of the outer one.</summary>
    public void FindKeysWithoutOrder()
    {
        foreach (var (name, definition, member) in _keyMembers.Where(k => !IsOrdered(k.Member.Type)))
        {
            _problems.Add(IdlProblems.BadKeyMember, name.Span, member.Name, member.Type, definition.Name);
        }
    }

    private static bool IsOrdered(IdlType type) => type.Kind switch
    {
        IdlTypeKind.Vector or IdlTypeKind.Map => false,
        IdlTypeKind.Struct => type.Struct!.KeyMembers.Count > 0,
        _ => true,
    };

    // Each struct is defined before it is used, so those inside are weighed.
    private static long WeightOf(IdlStruct definition)
    {
        var weight = 1L;
        foreach (var member in definition.Members)
        {
            var more = member.Type.Kind switch
            {
                IdlTypeKind.Struct => member.Type.Struct!.Weight,
                IdlTypeKind.Vector when member.Type.IsBytes => 0,
                IdlTypeKind.Vector or IdlTypeKind.Map => 1,
                _ => 0,
            };
            weight = Math.Min(weight + more, int.MaxValue);
        }

        return weight;
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
