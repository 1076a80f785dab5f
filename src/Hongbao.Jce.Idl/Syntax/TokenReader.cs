using System.Text;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Walks over tokens, says what is not there, and finds a place to go on after an error.</summary>
internal sealed class TokenReader(List<Token> tokens, ProblemList problems, IdlOptions options)
{
    private int _at;
    private bool _isEndReported;

    public Token Current => tokens[_at];

    public Token Last => tokens[Math.Max(_at - 1, 0)];

    public Token BeforeLast => tokens[Math.Max(_at - 2, 0)];

    public Token Next => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public int Position => _at;

    public bool IsAtEnd => Current.Kind == TokenKind.End;

    /// <summary>True at a word that is an operation's name, whatever it means elsewhere.</summary>
    public bool IsAtOperationName => Current.Kind == TokenKind.Word && Next.Is("(");

    /// <summary>The comments in a body: from behind its brace, which is the token at that position, to before the brace that was read last or where the text ends.</summary>
    public IEnumerable<Comment> CommentsSince(int open)
    {
        var close = Last.Is("}") && _at - 1 > open ? _at - 1 : _at;
        return tokens[open].Trailing
            .Concat(Enumerable.Range(open + 1, close - open - 1).SelectMany(i => tokens[i].Leading.Concat(tokens[i].Trailing)))
            .Concat(tokens[close].Leading);
    }

    public Token Take()
    {
        var token = Current;
        if (!IsAtEnd)
        {
            _at++;
        }

        return token;
    }

    public bool TryTake(string mark)
    {
        if (!Current.Is(mark))
        {
            return false;
        }

        _at++;
        return true;
    }

    public bool TryTakeWord(string word)
    {
        if (!Current.IsWord(word) || IsAtOperationName)
        {
            return false;
        }

        _at++;
        return true;
    }

    public bool Expect(string mark)
    {
        if (TryTake(mark))
        {
            return true;
        }

        Unexpected($"'{mark}'");
        return false;
    }

    public void Unexpected(string expected)
    {
        // The end of the file is missing to everything that is open: once is enough.
        if (!IsAtEnd || !_isEndReported)
        {
            _isEndReported |= IsAtEnd;
            problems.Add(IdlProblems.Unexpected, Current.Span, expected, Current);
        }
    }

    public void Report(IdlProblem problem, IdlSpan span, params object[] arguments) => problems.Add(problem, span, arguments);

    /// <summary>The semicolon at the end of something. What follows goes on where it can.</summary>
    public bool ExpectSemicolon(string what, Func<Token, bool> canFollow)
    {
        if (TryTake(";"))
        {
            return true;
        }

        if (IsAtEnd || Current.Is("}") || (Current.Line != Last.Line && canFollow(Current)))
        {
            if (!IsAtEnd || !_isEndReported)
            {
                _isEndReported |= IsAtEnd;
                var last = Last.Span;
                problems.Add(IdlProblems.SemicolonMissing, last with { Start = last.Start + last.Length, Length = 0, Column = last.Column + last.Length }, what);
            }

            return true;
        }

        Unexpected("';'");
        return false;
    }

    /// <summary>Goes behind the next semicolon, or before the brace that closes the body one is in.</summary>
    public void Recover()
    {
        for (var depth = 0; !IsAtEnd; _at++)
        {
            if (Current.Is("{"))
            {
                depth++;
            }
            else if (Current.Is("}") && depth-- == 0)
            {
                return;
            }
            else if (Current.Is(";") && depth == 0)
            {
                _at++;
                return;
            }
        }
    }

    public NameNode? Name(string what, bool isOperation = false)
    {
        var token = Current;
        if (token.Kind != TokenKind.Word)
        {
            Unexpected($"the name of {what}");
            return null;
        }

        _at++;
        if (!isOperation && Keywords.Has(token.Text))
        {
            Report(IdlProblems.KeywordAsName, token.Span, token.Text, what);
        }
        else if (!options.AllowReservedPrefix && Keywords.ReservedPrefixOf(token.Text) is { } prefix)
        {
            Report(IdlProblems.ReservedPrefix, token.Span, token.Text, prefix);
        }

        return new(token.Text, token.Span);
    }

    /// <summary><c>A</c>, <c>A::B</c>, <c>::A::B</c>. Null when none is there, which is reported.</summary>
    public NameNode? ScopedName(string what)
    {
        var first = Current;
        var text = new StringBuilder(TryTake("::") ? "::" : "");
        while (true)
        {
            if (Current.Kind != TokenKind.Word || Keywords.Has(Current.Text) || IsAtOperationName)
            {
                Unexpected(what);
                return null;
            }

            text.Append(Take().Text);
            if (!TryTake("::"))
            {
                var isOneLine = Last.Line == first.Line;
                return new(text.ToString(), isOneLine ? first.Span with { Length = Last.Span.Start + Last.Span.Length - first.Span.Start } : first.Span);
            }

            text.Append("::");
        }
    }
}
