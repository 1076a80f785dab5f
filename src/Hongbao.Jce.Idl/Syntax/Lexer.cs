using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Cuts a text into tokens and comments. Always ends, with a token of kind End.</summary>
internal sealed class Lexer
{
    private static readonly UTF8Encoding Utf8 = new(false, true);
    private static readonly char[] EndsOfPath = ['"', '\n'];

    private readonly IdlSource _source;
    private readonly string _text;
    private readonly ProblemList _problems;
    private readonly List<Token> _tokens = [];
    private readonly List<Comment> _comments = [];
    private int _at;
    private int _line = 1;
    private int _lineStart;

    // The line on which the last token or comment ended; 0 before the first.
    private int _lastLine;

    private Lexer(IdlSource source, ProblemList problems)
    {
        _source = source;
        _text = source.Text;
        _problems = problems;
    }

    public static List<Token> Read(IdlSource source, ProblemList problems)
    {
        var lexer = new Lexer(source, problems);
        lexer.Read();
        return lexer._tokens;
    }

    private void Read()
    {
        if (_text.Length > 0 && _text[0] == '\uFEFF')
        {
            _at = 1;
            _lineStart = 1;
        }

        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (c == '\n')
            {
                _at++;
                NextLine();
            }
            else if (c is ' ' or '\t' or '\r' or '\f' or '\v')
            {
                _at++;
            }
            else if (c == '/' && Peek(1) == '/')
            {
                var end = _text.IndexOf('\n', _at);
                ReadComment(end < 0 ? _text.Length : end);
            }
            else if (c == '/' && Peek(1) == '*')
            {
                ReadBlockComment();
            }
            else
            {
                ReadToken(c);
            }
        }

        Add(TokenKind.End, _at, null);
    }

    private void ReadToken(char c)
    {
        var start = _at;
        if (IsLetter(c))
        {
            while (IsLetter(Peek(0)) || IsDigit(Peek(0)))
            {
                _at++;
            }

            Add(TokenKind.Word, start, null);
        }
        else if (IsDigit(c) || (c == '.' && IsDigit(Peek(1))) || (c is '+' or '-' && (IsDigit(Peek(1)) || (Peek(1) == '.' && IsDigit(Peek(2))))))
        {
            ReadNumber();
        }
        else if (c == '"')
        {
            ReadString();
        }
        else if (c == '#')
        {
            ReadDirective();
        }
        else if (c == ':' && Peek(1) == ':')
        {
            _at += 2;
            Add(TokenKind.Mark, start, null);
        }
        else if ("{};,()[]<>=*:".IndexOf(c) >= 0)
        {
            _at++;
            Add(TokenKind.Mark, start, null);
        }
        else
        {
            ReadIllegal();
        }
    }

    // A run of them is one problem. Foreign letters are taken for the name that they are meant to be.
    private void ReadIllegal()
    {
        var start = _at;
        do
        {
            _at++;
        }
        while (_at < _text.Length && (_text[_at] > '\x7f' || (_text[_at] < ' ' && _text[_at] is not ('\n' or '\r' or '\t' or '\f' or '\v'))));

        var c = _text[start];
        _problems.Add(IdlProblems.IllegalCharacter, Span(start, _at - start),
            c is > ' ' and < '\x7f' ? $"'{c}'" : string.Format(CultureInfo.InvariantCulture, "U+{0:X4}", (int)c));
        _lastLine = _line;
        if (char.IsLetter(c) && (start == 0 || (!IsLetter(_text[start - 1]) && !IsDigit(_text[start - 1]))))
        {
            Add(TokenKind.Word, start, null);
        }
    }

    private void ReadBlockComment()
    {
        var end = _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            _problems.Add(IdlProblems.UnendedComment, Span(_at, 2));
        }

        ReadComment(end < 0 ? _text.Length : end + 2);
    }

    private void ReadComment(int end)
    {
        var start = _at;
        var line = _line;
        var firstLine = _text.IndexOf('\n', start, end - start);
        var span = Span(start, (firstLine < 0 ? end : firstLine) - start);
        while (_at < end)
        {
            if (_text[_at++] == '\n')
            {
                NextLine();
            }
        }

        _comments.Add(new(_text.Substring(start, end - start).TrimEnd(), line, _line, line != _lastLine, HasBlank(line), span));
        _lastLine = _line;
    }

    private void ReadNumber()
    {
        var start = _at;
        if (_text[_at] is '+' or '-')
        {
            _at++;
        }

        var isReal = false;
        if (Peek(0) == '0' && Peek(1) is 'x' or 'X' && HexDigit(Peek(2)) >= 0)
        {
            _at += 2;
            while (HexDigit(Peek(0)) >= 0)
            {
                _at++;
            }
        }
        else
        {
            SkipDigits();
            if (Peek(0) == '.')
            {
                isReal = true;
                _at++;
                SkipDigits();
            }

            if (Peek(0) is 'e' or 'E' && (IsDigit(Peek(1)) || (Peek(1) is '+' or '-' && IsDigit(Peek(2)))))
            {
                isReal = true;
                _at += 2;
                SkipDigits();
            }

            if (Peek(0) is 'f' or 'F' && !IsLetter(Peek(1)) && !IsDigit(Peek(1)))
            {
                isReal = true;
                _at++;
            }
        }

        var text = _text.Substring(start, _at - start);
        var value = isReal ? (object?)RealOf(text) : IntegerOf(text);
        if (value is null)
        {
            _problems.Add(IdlProblems.BadNumber, Span(start, _at - start), text.Length > 60 ? text.Substring(0, 60) + "…" : text);
        }

        Add(isReal ? TokenKind.Real : TokenKind.Integer, start, value);
    }

    private static double? RealOf(string text)
    {
        if (!double.TryParse(text.TrimEnd('f', 'F'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || double.IsInfinity(value))
        {
            return null;
        }

        // Older runtimes lose the sign of a zero.
        return value == 0 && text[0] == '-' ? -0.0 : value;
    }

    // As C reads them: 010 is 8.
    private static long? IntegerOf(string text)
    {
        var isNegative = text[0] == '-';
        var digits = text.TrimStart('+', '-');
        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            radix = digits[1] is 'x' or 'X' ? 16 : 8;
            digits = digits.Substring(radix == 16 ? 2 : 1);
        }

        var max = isNegative ? 1UL << 63 : long.MaxValue;
        ulong magnitude = 0;
        foreach (var c in digits)
        {
            var digit = (ulong)HexDigit(c);
            if (digit >= (ulong)radix || magnitude > (max - digit) / (ulong)radix)
            {
                return null;
            }

            magnitude = (magnitude * (ulong)radix) + digit;
        }

        return isNegative ? unchecked(-(long)magnitude) : (long)magnitude;
    }

    private void ReadString()
    {
        var start = _at++;
        var bytes = new List<byte>();
        var isGood = true;
        while (Peek(0) is not ('"' or '\n' or '\0'))
        {
            var at = _at;
            if (_text[_at] == '\\')
            {
                if (!ReadEscape(bytes))
                {
                    isGood = false;
                    _problems.Add(IdlProblems.UnknownEscape, Span(at, _at - at), _text.Substring(at, _at - at));
                }
            }
            else
            {
                while (Peek(0) is not ('"' or '\n' or '\0' or '\\'))
                {
                    _at++;
                }

                bytes.AddRange(Encoding.UTF8.GetBytes(_text.Substring(at, _at - at)));
            }
        }

        if (Peek(0) == '"')
        {
            _at++;
        }
        else
        {
            isGood = false;
            _problems.Add(IdlProblems.UnendedString, Span(start, 1));
            // A NUL is not text; it must not stop us for ever either. A semicolon at the end of the line is rather behind the string.
            _at += Peek(0) == '\0' && _at < _text.Length ? 1 : 0;
            var end = _text[_at - 1] == '\r' ? _at - 2 : _at - 1;
            _at = end > start && _text[end] == ';' ? end : _at;
        }

        Add(TokenKind.String, start, isGood ? TextOf(bytes, start) : null);
    }

    // Escapes are bytes, and bytes are UTF-8.
    private string? TextOf(List<byte> bytes, int start)
    {
        try
        {
            return Utf8.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            _problems.Add(IdlProblems.UnknownEscape, Span(start, _at - start), "bytes that are not UTF-8");
            return null;
        }
    }

    private bool ReadEscape(List<byte> bytes)
    {
        _at++;
        var c = Peek(0);
        if (c is '\n' or '\r' or '\0')
        {
            return false;
        }

        _at++;
        var simple = "\\\"'?ntrvfab".IndexOf(c);
        if (simple >= 0)
        {
            bytes.Add((byte)"\\\"'?\n\t\r\v\f\a\b"[simple]);
            return true;
        }

        var value = 0;
        if (c is >= '0' and <= '3')
        {
            value = c - '0';
            for (var more = 0; more < 2 && Peek(0) is >= '0' and <= '7'; more++)
            {
                value = (value * 8) + (_text[_at++] - '0');
            }
        }
        else if (c == 'x')
        {
            while (HexDigit(Peek(0)) is >= 0 and var digit)
            {
                value = Math.Min((value * 16) + digit, 256);
                _at++;
            }
        }

        // Also not a NUL, nor an escape that is none at all.
        if (value is < 1 or > 255)
        {
            return false;
        }

        bytes.Add((byte)value);
        return true;
    }

    private void ReadDirective()
    {
        var start = _at;
        if (string.CompareOrdinal(_text, _at, "#include", 0, 8) == 0)
        {
            _at += 8;
            while (Peek(0) is ' ' or '\t')
            {
                _at++;
            }

            // Not the end of the line first: a line may have many of these.
            var close = Peek(0) == '"' ? _text.IndexOfAny(EndsOfPath, _at + 1) : -1;
            if (close > 0 && _text[close] == '"')
            {
                var path = _text.Substring(_at + 1, close - _at - 1);
                _at = close + 1;
                Add(TokenKind.Include, start, path);
                return;
            }
        }

        _at = _text.IndexOf('\n', start) is >= 0 and var end ? end : _text.Length;
        while (_text[_at - 1] is '\r')
        {
            _at--;
        }

        _problems.Add(IdlProblems.BadDirective, Span(start, _at - start));
        _lastLine = _line;
    }

    private void Add(TokenKind kind, int start, object? value)
    {
        var token = new Token(kind, _text.Substring(start, _at - start), value, Span(start, _at - start));
        var trailing = CountTrailing(token);
        if (_tokens.Count > 0)
        {
            _tokens[_tokens.Count - 1].Trailing.AddRange(_comments.Take(trailing));
        }

        token.Leading.AddRange(_comments.Skip(trailing));
        token.HasBlankBefore = HasBlank(_line);
        _comments.Clear();
        _tokens.Add(token);
        _lastLine = _line;
    }

    // Comments after a token belong to it as far as its line goes, unless the next token is on that line too.
    private int CountTrailing(Token next)
    {
        if (_tokens.Count == 0)
        {
            return 0;
        }

        var line = _tokens[_tokens.Count - 1].Line;
        var count = 0;
        var pointBack = 0;
        while (count < _comments.Count && _comments[count].Line == line)
        {
            line = _comments[count].EndLine;
            count++;
            pointBack = _comments[count - 1].PointsBack ? count : pointBack;
        }

        var isNextOnLine = count == _comments.Count && next.Line == line && next.Kind != TokenKind.End && !next.Is("}");
        return isNextOnLine ? pointBack : count;
    }

    private bool HasBlank(int line) => _lastLine > 0 && line > _lastLine + 1;

    private void NextLine()
    {
        _line++;
        _lineStart = _at;
    }

    private void SkipDigits()
    {
        while (IsDigit(Peek(0)))
        {
            _at++;
        }
    }

    private IdlSpan Span(int start, int length) => new(_source.Path, start, length, _line, start - _lineStart + 1);

    private char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    private static bool IsLetter(char c) => c is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or '_';

    private static bool IsDigit(char c) => c is >= '0' and <= '9';

    private static int HexDigit(char c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };
}
