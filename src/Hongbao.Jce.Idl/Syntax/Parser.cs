namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Makes nodes of tokens. Reports what is wrong and goes on behind it.</summary>
internal sealed class Parser
{
    private static readonly string[] DefinitionWords = ["module", "struct", "enum", "const", "interface", "key"];

    private readonly TokenReader _reader;
    private readonly TypeParser _types;
    private readonly ReservedNumbers _reserved;

    private Parser(TokenReader reader)
    {
        _reader = reader;
        _types = new(reader);
        _reserved = new(reader);
    }

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

        var doc = BodyDoc(first, isReserving: false);
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

        var open = _reader.Position - 1;
        var doc = BodyDoc(first, isReserving: true);
        var enumerators = new List<EnumeratorNode>();
        while (!_reader.Current.Is("}") && !_reader.IsAtEnd)
        {
            var start = _reader.Current;
            if (_reader.Name("an enumerator") is not { } enumerator)
            {
                break;
            }

            var value = _reader.TryTake("=") ? _types.ReadValue() : null;
            var end = _reader.Last;
            var isMore = _reader.TryTake(",");
            enumerators.Add(new(enumerator, value, isMore ? DocText.OfEnded(start, end, _reader.Last, isReserving: true) : DocText.Of(start, end, isReserving: true)));
            if (!isMore)
            {
                break;
            }
        }

        CloseBody("',' or '}'");
        return new(name, enumerators, _reserved.ValuesOf(_reader.CommentsSince(open)), doc);
    }

    private ConstNode? ReadConst(Token first)
    {
        var type = _types.Read();
        if (type is null || _reader.Name("a constant") is not { } name)
        {
            return null;
        }

        type = _types.ReadHintBehind(type, out _);
        if (!_reader.Expect("="))
        {
            return null;
        }

        return _types.ReadValue() is { } value ? new(type, name, value, StatementDoc(first, isReserving: false)) : null;
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

        var open = _reader.Position - 1;
        var doc = BodyDoc(first, isReserving: true);
        var members = new List<MemberNode>();
        var isEmpty = true;
        while (!_reader.Current.Is("}") && !_reader.IsAtEnd)
        {
            isEmpty = false;
            var start = _reader.Position;
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

            if (_reader.Position == start)
            {
                _reader.Take();
            }
        }

        if (isEmpty && !_reader.IsAtEnd)
        {
            _reader.Report(IdlProblems.EmptyStruct, name.Span, name.Text);
        }

        CloseBody("a member or '}'");
        return new(name, members, _reserved.TagsOf(_reader.CommentsSince(open)), doc);
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

        if (_types.ReadWithName("a member", out var hint) is not var (type, name))
        {
            return null;
        }

        ValueNode? value = null;
        if (_reader.TryTake("="))
        {
            value = _types.ReadValue();
            if (value is null)
            {
                return null;
            }
        }

        return new(first, isRequired, type, name, hint, value, StatementDoc(first, isReserving: true));
    }

    private InterfaceNode? ReadInterface(Token first)
    {
        if (_reader.Name("an interface") is not { } name || !_reader.Expect("{"))
        {
            return null;
        }

        var doc = BodyDoc(first, isReserving: false);
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
        var type = isVoid ? null : _types.Read();
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

        return new(type, name, parameters, StatementDoc(first, isReserving: false));
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

        if (_types.ReadWithName("a parameter", out _) is not var (type, name))
        {
            return null;
        }

        if (_reader.Current.Is("="))
        {
            _reader.Report(IdlProblems.ParameterDefault, _reader.Take().Span);
            if (_types.ReadValue() is null)
            {
                return null;
            }
        }

        var isEnded = _reader.Current.Is(",") || _reader.Current.Is(")");
        var doc = isEnded ? DocText.OfEnded(first, _reader.Last, _reader.Current, isReserving: false) : DocText.Of(first, _reader.Last, isReserving: false);
        return new(isOut, isRouteKey, type, name, doc);
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

    private string BodyDoc(Token first, bool isReserving) => DocText.OfBody(first, _reader.BeforeLast, _reader.Last, isReserving);

    private string StatementDoc(Token first, bool isReserving) => _reader.Current.Is(";")
        ? DocText.OfEnded(first, _reader.Last, _reader.Current, isReserving)
        : DocText.Of(first, _reader.Last, isReserving);

    private static string Article(string word) => word is "enum" or "interface" ? "an " + word : "a " + word;

    private static bool CanStartItem(Token token) =>
        token.Kind == TokenKind.Include || (token.Kind == TokenKind.Word && Array.IndexOf(DefinitionWords, token.Text) >= 0);
}
