using System.Text;
using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl;

/// <summary>
/// Lays out tokens that are known to be right. A comment on its own line stays on one, and one behind something stays behind it:
/// that is what decides whose documentation it is.
/// </summary>
internal sealed class LayoutWriter
{
    private readonly StringBuilder _text = new();

    // For each open body, whether it is an enum's.
    private readonly Stack<bool> _bodies = new();
    private Token? _last;
    private bool _isEnum;
    private bool _isStart = true;
    private bool _isLineDue;
    private bool _isCommentLast;
    private int _parentheses;

    public string Write(List<Token> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            WriteLeading(token);
            if (token.Kind == TokenKind.End)
            {
                break;
            }

            WriteToken(token);
            foreach (var comment in token.Trailing)
            {
                _text.Append(' ');
                WriteComment(comment);
                _isLineDue = !StaysOnLine(comment, tokens[i + 1]);
            }
        }

        return _text.Length == 0 ? "" : _text.Append('\n').ToString();
    }

    private void WriteLeading(Token token)
    {
        var isFirst = true;
        foreach (var comment in token.Leading)
        {
            var isAlone = _isStart || comment.IsFirstOnLine || _isLineDue;
            if (isAlone)
            {
                NewLine(comment.HasBlankBefore && !(isFirst && IsAfterOpen), _isStart ? _bodies.Count : _bodies.Count + 1);
            }
            else if (_last is null || !(_last.Is("(") || _last.Is("<") || _last.Is("[")))
            {
                _text.Append(' ');
            }

            WriteComment(comment);
            _isLineDue = isAlone || comment.IsLine;
            isFirst = false;
        }
    }

    // What stands on one line with a mark that ends something, or begins its body, stays so: whose documentation it is depends on that.
    private static bool StaysOnLine(Comment comment, Token next) => (next.Is(",") || next.Is(";") || next.Is(")") || next.Is("{"))
        && !comment.IsLine && next.Leading.TrueForAll(static c => !c.IsFirstOnLine) && (next.Leading.Count > 0 ? next.Leading[next.Leading.Count - 1] : comment).EndLine == next.Line;

    private void WriteToken(Token token)
    {
        if (token.Is("}"))
        {
            _bodies.Pop();
            NewLine(false, _bodies.Count);
        }
        else if (_isStart || _isLineDue || token.Is("{"))
        {
            var isBlank = token.HasBlankBefore && !token.Is("{") && (token.Leading.Count > 0 || !IsAfterOpen);
            NewLine(isBlank, _isStart || token.Is("{") ? _bodies.Count : _bodies.Count + 1);
        }
        else if (NeedsSpace(token))
        {
            _text.Append(' ');
        }

        if (_isStart)
        {
            _isEnum = token.IsWord("enum");
        }

        _text.Append(token.Text);
        Follow(token);
        _last = token;
        _isCommentLast = false;
    }

    private void Follow(Token token)
    {
        _isStart = false;
        _isLineDue = false;
        if (token.Is("{"))
        {
            _bodies.Push(_isEnum);
            _isStart = true;
        }
        else if (token.Is("("))
        {
            _parentheses++;
        }
        else if (token.Is(")"))
        {
            _parentheses--;
        }
        else if (token.Is(";") || token.Kind == TokenKind.Include)
        {
            _isStart = true;
        }
        else if (token.Is(",") && _parentheses == 0 && _bodies.Count > 0 && _bodies.Peek())
        {
            _isStart = true;
        }
    }

    private bool IsAfterOpen => _last?.Is("{") == true;

    private void NewLine(bool isBlank, int depth)
    {
        if (_text.Length > 0)
        {
            _text.Append(isBlank ? "\n\n" : "\n");
        }

        _text.Append(' ', 4 * depth);
    }

    private void WriteComment(Comment comment)
    {
        _isCommentLast = true;
        var lines = comment.Text.Split('\n');
        var isStarred = lines.Skip(1).All(l => l.TrimStart().StartsWith("*", StringComparison.Ordinal));
        var depth = _isStart ? _bodies.Count : _bodies.Count + 1;
        for (var i = 0; i < lines.Length; i++)
        {
            if (i > 0)
            {
                _text.Append('\n').Append(isStarred ? new string(' ', (4 * depth) + 1) : "");
            }

            _text.Append(i > 0 && isStarred ? lines[i].Trim() : lines[i].TrimEnd());
        }
    }

    private bool NeedsSpace(Token token)
    {
        if (token.Kind == TokenKind.Mark && ";,)]>".Contains(token.Text))
        {
            return false;
        }

        if (_isCommentLast || token.Is("*") || token.Is("="))
        {
            return true;
        }

        if (token.Is("::"))
        {
            return _last!.Is(",") || _last.Is("=") || (_last.Kind == TokenKind.Word && _last.Text is "require" or "optional" or "out" or "routekey" or "const");
        }

        return !(token.Is("(") || token.Is("[") || token.Is("<") || token.Is(":"))
            && !(_last!.Is("(") || _last.Is("[") || _last.Is("<") || _last.Is("::") || _last.Is(":") || _last.Is("*"));
    }
}
