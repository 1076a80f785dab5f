namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Reads types and constants.</summary>
internal sealed class TypeParser(TokenReader reader)
{
    private const int DepthMax = 64;

    /// <summary>A type and a name, with C++'s storage hint at either. Null when they are not there, which is reported.</summary>
    public (TypeNode Type, NameNode Name)? ReadWithName(string what, out string hint)
    {
        hint = "";
        if (Read() is not { } type)
        {
            return null;
        }

        hint = reader.Last.Kind == TokenKind.Integer ? ":" + reader.Last.Text : "";
        if (reader.TryTake("*"))
        {
            hint = "*";
            if (type.Builtin != IdlTypeKind.Byte)
            {
                reader.Report(IdlProblems.BadStorageHint, reader.Last.Span, "only 'byte *' can be a pointer");
            }

            type = type with { Builtin = IdlTypeKind.Vector, First = type };
        }

        if (reader.Name(what) is not { } name)
        {
            return null;
        }

        type = ReadHintBehind(type, out var behind);
        hint += behind;
        return (type, name);
    }

    /// <summary>The storage hint behind a name: T x[N] is N of them.</summary>
    public TypeNode ReadHintBehind(TypeNode type, out string hint)
    {
        hint = "";
        if (reader.TryTake("["))
        {
            hint = $"[{reader.Current.Text}]";
            if (reader.Current.Kind != TokenKind.Integer)
            {
                reader.Unexpected("a number");
            }
            else
            {
                reader.Take();
            }

            reader.Expect("]");
            return new(IdlTypeKind.Vector, null, type, null, type.Span);
        }

        if (reader.Current.Is(":"))
        {
            hint = ReadLength(type);
        }

        return type;
    }

    private string ReadLength(TypeNode type)
    {
        var colon = reader.Take();
        if (type.Builtin is not (IdlTypeKind.Vector or IdlTypeKind.String))
        {
            reader.Report(IdlProblems.BadStorageHint, colon.Span, "only a string or vector can have a length");
        }

        if (reader.Current.Kind == TokenKind.Integer)
        {
            return ":" + reader.Take().Text;
        }

        reader.Unexpected("a number");
        return "";
    }

    /// <summary>A type. Null when none is there, which is reported.</summary>
    public TypeNode? Read(int depth = 0)
    {
        var first = reader.Current;
        if (depth == DepthMax)
        {
            reader.Report(IdlProblems.TypeTooDeep, first.Span, DepthMax);
            return null;
        }

        if (reader.IsAtOperationName)
        {
            reader.Unexpected("a type");
            return null;
        }

        TypeNode? type = null;
        if (Keywords.BuiltinOf(first.Text) is { } builtin)
        {
            reader.Take();
            type = new(builtin, null, null, null, first.Span);
        }
        else if (reader.TryTakeWord("unsigned"))
        {
            type = ReadUnsigned();
        }
        else if (reader.TryTakeWord("vector"))
        {
            if (!reader.Expect("<") || Read(depth + 1) is not { } element || !reader.Expect(">"))
            {
                return null;
            }

            type = new(IdlTypeKind.Vector, null, element, null, first.Span);
        }
        else if (reader.TryTakeWord("map"))
        {
            if (!reader.Expect("<") || Read(depth + 1) is not { } key || !reader.Expect(",") || Read(depth + 1) is not { } value
                || !reader.Expect(">"))
            {
                return null;
            }

            type = new(IdlTypeKind.Map, null, key, value, first.Span);
        }
        else if (reader.TryTakeWord("void"))
        {
            reader.Report(IdlProblems.VoidType, first.Span);
            return new(null, null, null, null, first.Span);
        }
        else if (reader.ScopedName("a type") is { } name)
        {
            type = new(null, name, null, null, name.Span);
        }

        if (type is not null && reader.Current.Is(":"))
        {
            ReadLength(type);
        }

        return type;
    }

    private TypeNode ReadUnsigned()
    {
        var word = reader.Current;
        IdlTypeKind? kind = word.Text switch
        {
            "byte" => IdlTypeKind.UnsignedByte,
            "short" => IdlTypeKind.UnsignedShort,
            "int" => IdlTypeKind.UnsignedInt,
            _ => null,
        };
        if (kind is null)
        {
            reader.Report(IdlProblems.BadUnsigned, word.Span);
        }

        if (Keywords.BuiltinOf(word.Text) is not null)
        {
            reader.Take();
        }

        return new(kind, null, null, null, word.Span);
    }

    /// <summary>A constant. Null when none is there, which is reported.</summary>
    public ValueNode? ReadValue()
    {
        var token = reader.Current;
        if (token.Kind is TokenKind.Integer or TokenKind.Real or TokenKind.String)
        {
            reader.Take();
            return new(token.Value, null, token.Text, token.Span);
        }

        if (token.IsWord("true") || token.IsWord("false"))
        {
            reader.Take();
            return new(token.Text == "true", null, token.Text, token.Span);
        }

        return reader.ScopedName("a value") is { } name ? new(null, name, name.Text, name.Span) : null;
    }
}
