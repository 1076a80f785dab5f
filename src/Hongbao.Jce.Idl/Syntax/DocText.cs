using System.Text;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Makes documentation of comments.</summary>
internal static class DocText
{
    private static readonly Regex Reserved = new(@"^\s*reserved\s+[-+0-9]", RegexOptions.CultureInvariant);

    /// <summary>True for a line of a comment that reserves tags, be it well written or not.</summary>
    public static bool IsReserved(string line) => Reserved.IsMatch(line);

    /// <summary>The comments directly before a token, then those behind the other tokens.</summary>
    public static string Of(Token first, params Token[] behind) => Join(Group(first).Concat(behind.SelectMany(t => t.Trailing)));

    /// <summary>The comments directly before a token, then those between the last token and the mark that ends what they document, then those behind the mark.</summary>
    public static string OfEnded(Token first, Token last, Token mark) =>
        Join(Group(first).Concat(last.Trailing).Concat(mark.Leading.TakeWhile(c => !c.IsFirstOnLine)).Concat(mark.Is(")") ? [] : mark.Trailing));

    /// <summary>The comments at the start of a file that are not the documentation of its first definition.</summary>
    public static string HeaderOf(Token first) =>
        Join(first.Kind is TokenKind.Include or TokenKind.End ? first.Leading : first.Leading.Take(first.Leading.Count - Group(first).Count));

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

    private static List<Comment> Group(Token token)
    {
        var group = new List<Comment>();
        var isTorn = token.HasBlankBefore;
        for (var i = token.Leading.Count - 1; i >= 0 && !isTorn; i--)
        {
            group.Insert(0, token.Leading[i]);
            isTorn = token.Leading[i].HasBlankBefore;
        }

        return group;
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

    private static string Join(IEnumerable<Comment> comments)
    {
        var text = new StringBuilder();
        Comment? last = null;
        foreach (var comment in comments)
        {
            if (last is not null && comment.HasBlankBefore)
            {
                text.Append('\n');
            }

            foreach (var line in Lines(comment).Where(l => !IsReserved(l)))
            {
                text.Append(line).Append('\n');
            }

            last = comment;
        }

        return text.ToString().Trim('\n', ' ', '\t');
    }
}
