using System.Text;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Makes documentation of comments. What is reserving, in the body of a struct or enum, has lines that reserve numbers: they are left out.</summary>
internal static class DocText
{
    // Digits of any script: those that are not ASCII are a mistake that must not pass for prose.
    private static readonly Regex Reserved = new(@"^\s*reserved\s+[-+\d]", RegexOptions.CultureInvariant);

    /// <summary>True for a line of a comment that reserves numbers, be it well written or not. It does so only in the body of a struct or enum.</summary>
    public static bool IsReserved(string line) => Reserved.IsMatch(line);

    /// <summary>The comments directly before a token, then those behind the last token of what they document.</summary>
    public static string Of(Token first, Token last, bool isReserving) => Join(Group(first).Concat(last.Trailing), _ => isReserving);

    /// <summary>The comments directly before a token, then those between the last token and the mark that ends what they document, then those behind the mark.</summary>
    public static string OfEnded(Token first, Token last, Token mark, bool isReserving) => Join(Around(first, last, mark), _ => isReserving);

    /// <summary>The same of something whose body begins with the mark: what stands behind the brace is in the body already.</summary>
    public static string OfBody(Token first, Token last, Token open, bool isReserving) => Join(Around(first, last, open), c => isReserving && open.Trailing.Contains(c));

    /// <summary>The comments at the start of a file that are not the documentation of its first definition.</summary>
    public static string HeaderOf(Token first) =>
        Join(first.Kind is TokenKind.Include or TokenKind.End ? first.Leading : first.Leading.Take(GroupStart(first)), _ => false);

    /// <summary>The lines of a comment without its marks.</summary>
    public static IEnumerable<string> Lines(Comment comment)
    {
        var text = comment.Text;
        if (comment.IsLine)
        {
            return [Unmark(text.TrimStart('/'), true)];
        }

        var isEnded = text.Length >= 4 && text.EndsWith("*/", StringComparison.Ordinal);
        var inner = text.Substring(2, text.Length - (isEnded ? 4 : 2)).Trim('*');
        return inner.Split('\n').Select((line, i) => i == 0 ? Unmark(line, true) : Unmark(line.TrimStart().TrimStart('*'), false));
    }

    private static IEnumerable<Comment> Around(Token first, Token last, Token mark) =>
        Group(first).Concat(last.Trailing).Concat(mark.Leading.TakeWhile(c => !c.IsFirstOnLine)).Concat(mark.Is(")") ? [] : mark.Trailing);

    private static List<Comment> Group(Token token)
    {
        var start = GroupStart(token);
        return token.Leading.GetRange(start, token.Leading.Count - start);
    }

    // The comments before a token are its own as far back as no empty line tears them off.
    private static int GroupStart(Token token)
    {
        var start = token.Leading.Count;
        var isTorn = token.HasBlankBefore;
        while (start > 0 && !isTorn)
        {
            start--;
            isTorn = token.Leading[start].HasBlankBefore;
        }

        return start;
    }

    // One space after the mark belongs to it.
    private static string Unmark(string line, bool isFirst)
    {
        line = line.TrimEnd();
        if (isFirst)
        {
            line = line.StartsWith("!", StringComparison.Ordinal) ? line.Substring(1) : line;
            line = line.StartsWith("<", StringComparison.Ordinal) ? line.Substring(1) : line;
        }

        return line.Length > 0 && line[0] is ' ' or '\t' ? line.Substring(1) : line;
    }

    private static string Join(IEnumerable<Comment> comments, Func<Comment, bool> isReserving)
    {
        var text = new StringBuilder();
        Comment? last = null;
        foreach (var comment in comments)
        {
            if (last is not null && comment.HasBlankBefore)
            {
                text.Append('\n');
            }

            var leavesOut = isReserving(comment);
            foreach (var line in Lines(comment).Where(l => !leavesOut || !IsReserved(l)))
            {
                text.Append(line).Append('\n');
            }

            last = comment;
        }

        return text.ToString().Trim('\n', ' ', '\t');
    }
}
