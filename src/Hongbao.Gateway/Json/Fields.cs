using Hongbao.Contracts;

namespace Hongbao.Gateway.Json;

/// <summary>
/// What numbers of things, choices and the fields of lists may be, whichever entry they come by. One that is not acceptable is noted and replaced by a
/// default, so that a handler reads all fields first and then looks at <see cref="Refusal"/> once.
/// </summary>
internal sealed class Fields
{
    public const int LimitDefault = 20;
    private const int LimitMax = 100;
    private const int YearMin = 2000;
    private const int YearMax = 2999;
    private const int CursorMax = 512;
    private const int ContentIdMax = 64;
    private List<FieldFault>? _faults;

    /// <summary>Why the request is not carried out, or null.</summary>
    public Result? Refusal => _faults is null ? null : new Result { Code = ResultCode.ValidationFailed, Faults = _faults };

    /// <summary>The number of a thing, given as a number.</summary>
    public long Number(string field, long number)
    {
        if (number < 1)
        {
            Fault(field, "must be a positive number");
        }

        return number;
    }

    /// <summary>A member of an enum, given as its number.</summary>
    public T Choice<T>(string field, T choice)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(choice))
        {
            Fault(field, "must be one of " + string.Join(", ", Enum.GetValues<T>().Select(static c => $"{c:D} ({c})")));
        }

        return choice;
    }

    /// <summary>A page of a list: how many, and after what.</summary>
    public PageRequest Page(long limit, string cursor) => new() { Limit = Integer("limit", limit, 1, LimitMax), Cursor = Text("cursor", cursor, CursorMax) };

    /// <summary>A page of a calendar year's list; year 0 for the present one.</summary>
    public PageRequest PageOfYear(long limit, string cursor, long year)
    {
        var page = Page(limit, cursor);
        page.Year = year == 0 ? 0 : Integer("year", year, YearMin, YearMax);
        return page;
    }

    /// <summary>The video of a list, empty for none.</summary>
    public string ContentId(string contentId) => Text("contentId", contentId, ContentIdMax);

    /// <summary>A text of at most so many Unicode characters.</summary>
    public string Text(string field, string text, int most)
    {
        if (text.EnumerateRunes().Count() <= most && !text.Any(char.IsControl))
        {
            return text;
        }

        Fault(field, $"must have at most {most} characters and no control characters");
        return "";
    }

    /// <summary>A text of any length. U+0000 is refused everywhere: no store keeps it.</summary>
    public string Text(string field, string text)
    {
        if (!text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        Fault(field, "must be a text without U+0000");
        return "";
    }

    /// <summary>Notes a fault.</summary>
    public void Fault(string field, string accepted) => (_faults ??= []).Add(new FieldFault { Field = field, Message = accepted });

    private int Integer(string field, long value, int least, int most)
    {
        if (value >= least && value <= most)
        {
            return (int)value;
        }

        Fault(field, $"must be an integer from {least} to {most}");
        return least;
    }
}
