using System.Globalization;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Idl.Syntax;

/// <summary>Reads the lines of a body's comments that keep numbers from use: <c>reserved 4, 7</c>, <c>reserved 10-12: why</c>. In a struct they are tags, in an enum values.</summary>
internal sealed class ReservedNumbers(TokenReader reader)
{
    private const int TagMax = 255;

    // Each becomes a fact of its own; a range of all integers would be as many.
    private const int ValuesMax = 1000;

    // Only digits of ASCII, which is all that a number can be made of.
    private static readonly Regex Tags = Line("[0-9]{1,3}");
    private static readonly Regex Values = Line("-?[0-9]{1,10}");

    /// <summary>The tags that comments of a struct's body reserve; a line that only looks so is reported.</summary>
    public IReadOnlyList<int> TagsOf(IEnumerable<Comment> comments) => Read(comments, Tags, (0, TagMax), TagMax + 1, "tags in 0..255");

    /// <summary>The values that comments of an enum's body reserve; a line that only looks so is reported.</summary>
    public IReadOnlyList<int> ValuesOf(IEnumerable<Comment> comments) =>
        Read(comments, Values, (int.MinValue, int.MaxValue), ValuesMax, "integers that an enum can have, at most 1,000 of them");

    private List<int> Read(IEnumerable<Comment> comments, Regex form, (long Min, long Max) bounds, int countMax, string wanted)
    {
        var reserved = new SortedSet<int>();
        foreach (var comment in comments)
        {
            foreach (var line in DocText.Lines(comment).Where(DocText.IsReserved))
            {
                if (!TryRead(line, form, bounds, countMax, reserved))
                {
                    reader.Report(IdlProblems.BadReservedLine, comment.Span, wanted);
                }
            }
        }

        return [.. reserved];
    }

    private static bool TryRead(string line, Regex form, (long Min, long Max) bounds, int countMax, SortedSet<int> reserved)
    {
        var match = form.Match(line);
        if (!match.Success)
        {
            return false;
        }

        for (var i = 0; i < match.Groups["first"].Captures.Count; i++)
        {
            var first = Number(match.Groups["first"].Captures[i]);
            var last = match.Groups["last"].Captures[i] is { Length: > 0 } end ? Number(end) : first;
            if (first < bounds.Min || last > bounds.Max || first > last || last - first >= countMax || reserved.Count > countMax)
            {
                return false;
            }

            for (var number = first; number <= last; number++)
            {
                reserved.Add((int)number);
            }

            if (reserved.Count > countMax)
            {
                return false;
            }
        }

        return true;
    }

    // The last of a range is there for each, empty when there is none.
    private static Regex Line(string number)
    {
        var part = $@"(?<first>{number})(?:\s*-\s*(?<last>{number})|(?<last>))";
        return new($@"^\s*reserved\s+{part}(?:\s*,\s*{part})*\s*(?::.*)?$", RegexOptions.CultureInvariant);
    }

    private static long Number(Capture text) => long.Parse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
