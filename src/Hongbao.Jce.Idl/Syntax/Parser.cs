using System.Globalization;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Makes nodes of tokens. Reports what is wrong and goes on behind it.</summary>
internal sealed class Parser
{
    internal const int TypeDepthMax = 64;

    private static readonly string[] DefinitionWords = ["module", "struct", "enum", "const", "interface", "key"];
    private static readonly Regex ReservedLine = new(@"^\s*reserved\s+(\d{1,3}(?:\s*-\s*\d{1,3})?)(?:\s*,\s*(\d{1,3}(?:\s*-\s*\d{1,3})?))*\s*(:.*)?$", RegexOptions.CultureInvariant);

    private readonly TokenReader _reader;

    private Parser(TokenReader reader) => _reader = reader;

    public static FileNode Parse(List<Token> tokens, ProblemList problems, IdlOptions options)
    {
        var parser = new Parser(new(tokens, problems, options));
        return new(DocText.HeaderOf(tokens[0]), parser.ReadItems(null));
    }

    // A module's items up to its brace, or a file's up to its end.
    private List<Node> ReadItems(NameNode? module)
    {
        var items = new List<Node>();
        while (!_reader.IsAtEnd && (module is null || !_reader.Current.Is("}")))
        {
            var start = _reader.Position;
            if (ReadItem(module) is { } item)
            {
                items.Add(item);
            }

            if (_reader.Position == start)
            {
                _reader.Take();
            }
        }

        return items;
    }

    private Node? ReadItem(NameNode? module)
    {
        var first = _reader.Current;
        if (first.Kind == TokenKind.Include && module is null)
        {
            _reader.Take();
            return new IncludeNode((string)first.Value!, first.Span);
        }

        if (first.Kind != TokenKind.Word || Array.IndexOf(DefinitionWords, first.Text) < 0)
        {
            _reader.Unexpected(module is null ? "'module' or '#include \"file\"'" : "'struct', 'enum', 'const', 'key' or 'interface'");
            _reader.Recover();
            return null;
        }

        _reader.Take();
        if (first.Text == "module" && module is not null)
        {
            _reader.Report(IdlProblems.NestedModule, first.Span);
        }
        else if (first.Text is not ("module" or "key") && module is null)
        {
            _reader.Report(IdlProblems.OutsideModule, first.Span, Article(first.Text));
        }

        Node? node = first.Text switch
        {
            "module" when module is not null => null,
            "module" => ReadModule(first),
            "struct" => ReadStruct(first),
            "enum" => ReadEnum(first),
            "const" => ReadConst(first),
            "key" => ReadKey(),
            _ => ReadInterface(first),
        };

        if (node is null || !_reader.ExpectSemicolon("this definition", CanStartItem))
        {
            _reader.Recover();
        }

        return module is null && node is not (ModuleNode or KeyNode) ? null : node;
    }

    private ModuleNode? ReadModule(Token first)
    {
        if (_reader.Name("a module") is not { } name || !_reader.Expect("{"))
        {
            return null;
        }

        var doc = BodyDoc(first);
        var items = ReadItems(name);
        _reader.Expect("}");
        return new(name, items, doc);
    }

    private EnumNode? ReadEnum(Token first)
    {
        if (_reader.Name("an enum") is not { } name || !_reader.Expect("{"))
        {
            return null;
        }

        var doc = BodyDoc(first);
        var enumerators = new List<EnumeratorNode>();
        while (!_reader.Current.Is("}") && !_reader.IsAtEnd)
        {
            var start = _reader.Current;
            if (_reader.Name("an enumerator") is not { } enumerator)
            {
                break;
            }

            var value = _reader.TryTake("=") ? ReadValue() : null;
            var end = _reader.Last;
            var isMore = _reader.TryTake(",");
            enumerators.Add(new(enumerator, value, isMore ? DocText.OfEnded(start, end, _reader.Last) : DocText.Of(start, end)));
            if (!isMore)
            {
                break;
            }
        }

        CloseBody("',' or '}'");
        return new(name, enumerators, doc);
    }

    private ConstNode? ReadConst(Token first)
    {
        var type = ReadType(0);
        if (type is null || _reader.Name("a constant") is not { } name)
        {
            return null;
        }

        type = ReadHintBehind(type, out _);
        if (!_reader.Expect("="))
        {
            return null;
        }

        return ReadValue() is { } value ? new(type, name, value, StatementDoc(first)) : null;
    }

    private KeyNode? ReadKey()
    {
        if (!_reader.Expect("[") || _reader.ScopedName("the name of a struct") is not { } name)
        {
            return null;
        }

        var members = new List<NameNode>();
        do
        {
            if (!_reader.Expect(",") || _reader.Current.Kind != TokenKind.Word)
            {
                if (_reader.Last.Is(","))
                {
                    _reader.Unexpected("the name of a member");
                }

                return null;
            }

            var member = _reader.Take();
            members.Add(new(member.Text, member.Span));
        }
        while (!_reader.TryTake("]"));

        return new(name, members);
    }

    private StructNode? ReadStruct(Token first)
    {
        if (_reader.Name("a struct") is not { } name || !_reader.Expect("{"))
        {
            return null;
        }

        var reserved = new SortedSet<int>();
        var doc = BodyDoc(first);
        ReadReserved(_reader.Last.Trailing, reserved);
        var members = new List<MemberNode>();
        var isEmpty = true;
        while (!_reader.Current.Is("}") && !_reader.IsAtEnd)
        {
            isEmpty = false;
            var start = _reader.Position;
            ReadReserved(_reader.Current.Leading, reserved);
            if (ReadMember() is { } member)
            {
                members.Add(member);
                if (!_reader.ExpectSemicolon("this member", t => t.Kind == TokenKind.Integer))
                {
                    _reader.Recover();
                }
            }
            else
            {
                _reader.Recover();
            }

            ReadReserved(_reader.Last.Trailing, reserved);
            if (_reader.Position == start)
            {
                _reader.Take();
            }
        }

        ReadReserved(_reader.Current.Leading, reserved);
        if (isEmpty && !_reader.IsAtEnd)
        {
            _reader.Report(IdlProblems.EmptyStruct, name.Span, name.Text);
        }

        CloseBody("a member or '}'");
        return new(name, members, [.. reserved], doc);
    }

    private MemberNode? ReadMember()
    {
        var first = _reader.Current;
        if (first.Kind != TokenKind.Integer)
        {
            _reader.Unexpected("the tag of a member");
            return null;
        }

        _reader.Take();
        var isRequired = _reader.TryTakeWord("require");
        if (!isRequired && !_reader.TryTakeWord("optional"))
        {
            _reader.Report(IdlProblems.NeitherRequireNorOptional, _reader.Current.Span);
        }

        if (ReadTypeAndName("a member", out var hint) is not var (type, name))
        {
            return null;
        }

        ValueNode? value = null;
        if (_reader.TryTake("="))
        {
            value = ReadValue();
            if (value is null)
            {
                return null;
            }
        }

        return new(first, isRequired, type, name, hint, value, StatementDoc(first));
    }

    private InterfaceNode? ReadInterface(Token first)
    {
        if (_reader.Name("an interface") is not { } name || !_reader.Expect("{"))
        {
            return null;
        }

        var doc = BodyDoc(first);
        var operations = new List<OperationNode>();
        while (!_reader.Current.Is("}") && !_reader.IsAtEnd)
        {
            var start = _reader.Position;
            if (ReadOperation() is { } operation)
            {
                operations.Add(operation);
                if (!_reader.ExpectSemicolon("this operation", t => t.Kind == TokenKind.Word))
                {
                    _reader.Recover();
                }
            }
            else
            {
                _reader.Recover();
            }

            if (_reader.Position == start)
            {
                _reader.Take();
            }
        }

        CloseBody("an operation or '}'");
        return new(name, operations, doc);
    }

    private OperationNode? ReadOperation()
    {
        var first = _reader.Current;
        var isVoid = _reader.TryTakeWord("void");
        var type = isVoid ? null : ReadType(0);
        if ((!isVoid && type is null) || _reader.Name("an operation", _reader.IsAtOperationName) is not { } name || !_reader.Expect("("))
        {
            return null;
        }

        var parameters = new List<ParameterNode>();
        if (!_reader.TryTake(")"))
        {
            do
            {
                if (ReadParameter() is not { } parameter)
                {
                    return null;
                }

                parameters.Add(parameter);
            }
            while (_reader.TryTake(","));

            if (!_reader.Expect(")"))
            {
                return null;
            }
        }

        return new(type, name, parameters, StatementDoc(first));
    }

    private ParameterNode? ReadParameter()
    {
        var first = _reader.Current;
        bool isOut = false, isRouteKey = false;
        while (true)
        {
            var word = _reader.Current;
            if (_reader.TryTakeWord("out"))
            {
                isOut = true;
            }
            else if (_reader.TryTakeWord("routekey"))
            {
                isRouteKey = true;
            }
            else
            {
                break;
            }

            if (isOut && isRouteKey)
            {
                _reader.Report(IdlProblems.OutAndRouteKey, word.Span);
                isRouteKey = false;
            }
        }

        if (ReadTypeAndName("a parameter", out _) is not var (type, name))
        {
            return null;
        }

        if (_reader.Current.Is("="))
        {
            _reader.Report(IdlProblems.ParameterDefault, _reader.Take().Span);
            if (ReadValue() is null)
            {
                return null;
            }
        }

        var isEnded = _reader.Current.Is(",") || _reader.Current.Is(")");
        var doc = isEnded ? DocText.OfEnded(first, _reader.Last, _reader.Current) : DocText.Of(first, _reader.Last);
        return new(isOut, isRouteKey, type, name, doc);
    }

    private (TypeNode Type, NameNode Name)? ReadTypeAndName(string what, out string hint)
    {
        hint = "";
        if (ReadType(0) is not { } type)
        {
            return null;
        }

        hint = _reader.Last.Kind == TokenKind.Integer ? ":" + _reader.Last.Text : "";
        if (_reader.TryTake("*"))
        {
            hint = "*";
            if (type.Builtin != IdlTypeKind.Byte)
            {
                _reader.Report(IdlProblems.BadStorageHint, _reader.Last.Span, "only 'byte *' can be a pointer");
            }

            type = type with { Builtin = IdlTypeKind.Vector, First = type };
        }

        if (_reader.Name(what) is not { } name)
        {
            return null;
        }

        type = ReadHintBehind(type, out var behind);
        hint += behind;
        return (type, name);
    }

    // T x[N] is N of them.
    private TypeNode ReadHintBehind(TypeNode type, out string hint)
    {
        hint = "";
        if (_reader.TryTake("["))
        {
            hint = $"[{_reader.Current.Text}]";
            if (_reader.Current.Kind != TokenKind.Integer)
            {
                _reader.Unexpected("a number");
            }
            else
            {
                _reader.Take();
            }

            _reader.Expect("]");
            return new(IdlTypeKind.Vector, null, type, null, type.Span);
        }

        if (_reader.Current.Is(":"))
        {
            hint = ReadLength(type);
        }

        return type;
    }

    private string ReadLength(TypeNode type)
    {
        var colon = _reader.Take();
        if (type.Builtin is not (IdlTypeKind.Vector or IdlTypeKind.String))
        {
            _reader.Report(IdlProblems.BadStorageHint, colon.Span, "only a string or vector can have a length");
        }

        if (_reader.Current.Kind == TokenKind.Integer)
        {
            return ":" + _reader.Take().Text;
        }

        _reader.Unexpected("a number");
        return "";
    }

    private TypeNode? ReadType(int depth)
    {
        var first = _reader.Current;
        if (depth == TypeDepthMax)
        {
            _reader.Report(IdlProblems.TypeTooDeep, first.Span, TypeDepthMax);
            return null;
        }

        if (_reader.IsAtOperationName)
        {
            _reader.Unexpected("a type");
            return null;
        }

        TypeNode? type = null;
        if (Keywords.BuiltinOf(first.Text) is { } builtin)
        {
            _reader.Take();
            type = new(builtin, null, null, null, first.Span);
        }
        else if (_reader.TryTakeWord("unsigned"))
        {
            type = ReadUnsigned();
        }
        else if (_reader.TryTakeWord("vector"))
        {
            if (!_reader.Expect("<") || ReadType(depth + 1) is not { } element || !_reader.Expect(">"))
            {
                return null;
            }

            type = new(IdlTypeKind.Vector, null, element, null, first.Span);
        }
        else if (_reader.TryTakeWord("map"))
        {
            if (!_reader.Expect("<") || ReadType(depth + 1) is not { } key || !_reader.Expect(",") || ReadType(depth + 1) is not { } value
                || !_reader.Expect(">"))
            {
                return null;
            }

            type = new(IdlTypeKind.Map, null, key, value, first.Span);
        }
        else if (_reader.TryTakeWord("void"))
        {
            _reader.Report(IdlProblems.VoidType, first.Span);
            return new(null, null, null, null, first.Span);
        }
        else if (_reader.ScopedName("a type") is { } name)
        {
            type = new(null, name, null, null, name.Span);
        }

        if (type is not null && _reader.Current.Is(":"))
        {
            ReadLength(type);
        }

        return type;
    }

    private TypeNode ReadUnsigned()
    {
        var word = _reader.Current;
        IdlTypeKind? kind = word.Text switch
        {
            "byte" => IdlTypeKind.UnsignedByte,
            "short" => IdlTypeKind.UnsignedShort,
            "int" => IdlTypeKind.UnsignedInt,
            _ => null,
        };
        if (kind is null)
        {
            _reader.Report(IdlProblems.BadUnsigned, word.Span);
        }

        if (Keywords.BuiltinOf(word.Text) is not null)
        {
            _reader.Take();
        }

        return new(kind, null, null, null, word.Span);
    }

    private ValueNode? ReadValue()
    {
        var token = _reader.Current;
        if (token.Kind is TokenKind.Integer or TokenKind.Real or TokenKind.String)
        {
            _reader.Take();
            return new(token.Value, null, token.Text, token.Span);
        }

        if (token.IsWord("true") || token.IsWord("false"))
        {
            _reader.Take();
            return new(token.Text == "true", null, token.Text, token.Span);
        }

        return _reader.ScopedName("a value") is { } name ? new(null, name, name.Text, name.Span) : null;
    }

    private void ReadReserved(List<Comment> comments, SortedSet<int> reserved)
    {
        foreach (var comment in comments)
        {
            foreach (var line in DocText.Lines(comment).Where(DocText.IsReserved))
            {
                if (!TryReadReserved(line, reserved))
                {
                    _reader.Report(IdlProblems.BadReservedLine, comment.Span);
                }
            }
        }
    }

    private static bool TryReadReserved(string line, SortedSet<int> reserved)
    {
        var match = ReservedLine.Match(line);
        if (!match.Success)
        {
            return false;
        }

        foreach (var part in match.Groups[1].Captures.Cast<Capture>().Concat(match.Groups[2].Captures.Cast<Capture>()))
        {
            var ends = part.Value.Split('-').Select(e => int.Parse(e, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture)).ToArray();
            var last = ends[ends.Length - 1];
            if (last > 255 || ends[0] > last)
            {
                return false;
            }

            reserved.UnionWith(Enumerable.Range(ends[0], last - ends[0] + 1));
        }

        return true;
    }

    // The body is read as far as it can be: what is in it is kept even when its end is not as it should be.
    private void CloseBody(string expected)
    {
        while (!_reader.TryTake("}"))
        {
            _reader.Unexpected(expected);
            do
            {
                _reader.Recover();
            }
            while (!_reader.IsAtEnd && !_reader.Current.Is("}"));

            if (_reader.IsAtEnd)
            {
                return;
            }
        }
    }

    private string BodyDoc(Token first) => DocText.OfEnded(first, _reader.BeforeLast, _reader.Last);

    private string StatementDoc(Token first)
    {
        return _reader.Current.Is(";") ? DocText.OfEnded(first, _reader.Last, _reader.Current) : DocText.Of(first, _reader.Last);
    }

    private static string Article(string word) => word is "enum" or "interface" ? "an " + word : "a " + word;

    private static bool CanStartItem(Token token) =>
        token.Kind == TokenKind.Include || (token.Kind == TokenKind.Word && Array.IndexOf(DefinitionWords, token.Text) >= 0);
}
