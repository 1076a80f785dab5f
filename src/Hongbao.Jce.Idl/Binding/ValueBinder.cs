using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>Gives constants the type that they are for.</summary>
internal sealed class ValueBinder(SymbolTable symbols, ProblemList problems)
{
    /// <summary>The value; null when it is none of the type, which is reported.</summary>
    public IdlValue? Bind(FileScope scope, string module, IdlType type, ValueNode node, string what)
    {
        if (type.Kind is IdlTypeKind.Struct or IdlTypeKind.Vector or IdlTypeKind.Map)
        {
            problems.Add(IdlProblems.NoDefaultPossible, node.Span, type);
            return null;
        }

        if (node.Name is { } name)
        {
            return BindName(scope, module, type, name, what);
        }

        switch (type.Kind, node.Value)
        {
            case (_, null):
                // It could not be read, and that is reported.
                return null;
            case (IdlTypeKind.Bool, bool):
            case (IdlTypeKind.String, string):
                return new(type, node.Value);
            case (IdlTypeKind.Float or IdlTypeKind.Double, long or double):
                return Real(type, node);
            case (IdlTypeKind.Enum, long number):
                return EnumeratorOf(type, number, node);
            case ( >= IdlTypeKind.Byte and <= IdlTypeKind.Long, long number):
                return new(type, Fit(type, number, node));
            case ( >= IdlTypeKind.Byte and <= IdlTypeKind.Long, double number):
                problems.Add(IdlProblems.OutOfRange, node.Span, node.Text, type);
                return new(type, Wrap(type.Kind, Math.Abs(number) < long.MaxValue ? (long)number : 0));
            default:
                problems.Add(IdlProblems.BadValue, node.Span, what + type, Wanted(type));
                return null;
        }
    }

    /// <summary>What an enumerator is declared to be: a number or an earlier enumerator, also of its own enum. Null when it is neither, which is reported.</summary>
    public long? EnumeratorValue(FileScope scope, string module, IdlEnum definition, Dictionary<string, IdlEnumerator> before, ValueNode node)
    {
        if (node.Value is long number)
        {
            return number;
        }

        if (node.Name is { } name)
        {
            var found = before.TryGetValue(name.Text, out var own) ? own : symbols.FindEnumerator(scope, name, definition, module);
            if (found is null)
            {
                problems.Add(IdlProblems.NoSuchEnumerator, name.Span, name.Text, "");
            }

            return found?.Value;
        }

        // A number that could not be read is reported.
        if (node.Value is not null)
        {
            problems.Add(IdlProblems.BadEnumeratorValue, node.Span);
        }

        return null;
    }

    private IdlValue? BindName(FileScope scope, string module, IdlType type, NameNode name, string what)
    {
        if (symbols.FindEnumerator(scope, name, type.Enum, module) is not { } enumerator)
        {
            problems.Add(IdlProblems.NoSuchEnumerator, name.Span, name.Text, type.Enum is null ? "" : " of " + type);
            return null;
        }

        if (type.Enum is not null)
        {
            if (enumerator.Enum == type.Enum)
            {
                return new(type, enumerator);
            }

            problems.Add(IdlProblems.NoSuchEnumerator, name.Span, name.Text, " of " + type);
            return null;
        }

        if (type.IsInteger)
        {
            return new(type, Fit(type, enumerator.Value, new(null, name, name.Text, name.Span)));
        }

        problems.Add(IdlProblems.BadValue, name.Span, what + type, Wanted(type));
        return null;
    }

    private IdlValue? EnumeratorOf(IdlType type, long number, ValueNode node)
    {
        if (type.Enum!.WithValue(number) is { } enumerator)
        {
            return new(type, enumerator);
        }

        problems.Add(IdlProblems.OutOfRange, node.Span, node.Text, type);
        return null;
    }

    private IdlValue? Real(IdlType type, ValueNode node)
    {
        var number = node.Value is long whole ? whole : (double)node.Value!;
        number = type.Kind == IdlTypeKind.Float ? (float)number : number;
        if (!double.IsInfinity(number))
        {
            return new(type, number);
        }

        problems.Add(IdlProblems.BadNumber, node.Span, node.Text);
        return null;
    }

    private long Fit(IdlType type, long number, ValueNode node)
    {
        var fitting = Wrap(type.Kind, number);
        if (fitting != number)
        {
            problems.Add(IdlProblems.OutOfRange, node.Span, node.Text, type);
        }

        return fitting;
    }

    // As C++ does, where it is let pass.
    private static long Wrap(IdlTypeKind kind, long number) => unchecked(kind switch
    {
        IdlTypeKind.Byte => (sbyte)number,
        IdlTypeKind.UnsignedByte => (byte)number,
        IdlTypeKind.Short => (short)number,
        IdlTypeKind.UnsignedShort => (ushort)number,
        IdlTypeKind.Int => (int)number,
        IdlTypeKind.UnsignedInt => (uint)number,
        _ => number,
    });

    private static string Wanted(IdlType type) => type.Kind switch
    {
        IdlTypeKind.Bool => "true or false",
        IdlTypeKind.String => "a string in quotes",
        IdlTypeKind.Enum => "an enumerator",
        _ => "a number",
    };
}
