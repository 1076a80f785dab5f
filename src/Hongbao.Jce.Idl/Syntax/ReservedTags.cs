using System.Globalization;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Reads the lines of comments that keep tags from use: <c>reserved 4, 7</c>, <c>reserved 10-12: why</c>.</summary>
internal sealed class ReservedTags(TokenReader reader)
{
    private static readonly Regex Line = new(
        @"^\s*reserved\s+(\d{1,3}(?:\s*-\s*\d{1,3})?)(?:\s*,\s*(\d{1,3}(?:\s*-\s*\d{1,3})?))*\s*(:.*)?$", RegexOptions.CultureInvariant);

    /// <summary>Adds the tags that comments reserve; a line that only looks so is reported.</summary>
    public void Read(List<Comment> comments, SortedSet<int> reserved)
    {
        foreach (var comment in comments)
        {
            foreach (var line in DocText.Lines(comment).Where(DocText.IsReserved))
            {
                if (!TryRead(line, reserved))
                {
                    reader.Report(IdlProblems.BadReservedLine, comment.Span);
                }
            }
        }
    }

    private static bool TryRead(string line, SortedSet<int> reserved)
    {
        var match = Line.Match(line);
        if (!match.Success)
        {
            return false;
        }

        foreach (var part in match.Groups[1].Captures.Cast<Capture>().Concat(match.Groups[2].Captures.Cast<Capture>()))
        {
            var ends = part.Value.Split('-').Select(e => int.Parse(e, NumberStyles.Integer, CultureInfo.InvariantCulture)).ToArray();
            var last = ends[ends.Length - 1];
            if (last > 255 || ends[0] > last)
            {
                return false;
            }

            reserved.UnionWith(Enumerable.Range(ends[0], last - ends[0] + 1));
        }

        return true;
    }
}
