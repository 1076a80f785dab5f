using Hongbao.Contracts;
using Hongbao.Foundation.Time;

namespace Hongbao.Query.Lists;

/// <summary>A page that is asked for, checked: how many, and after which place.</summary>
/// <param name="Limit">1 to 100.</param>
/// <param name="First">The cursor's first value; the start when there is no cursor.</param>
/// <param name="Second">The cursor's second value.</param>
internal readonly record struct Page(int Limit, long First, long Second);

/// <summary>Reads the parameters that lists share.</summary>
internal sealed class Paging(BusinessCalendar calendar, TimeProvider clock)
{
    private const int LimitMax = 100;

    // What BusinessCalendar can count.
    private const int YearMin = 2;
    private const int YearMax = 9998;

    /// <summary>The page, or the fault that names the field.</summary>
    /// <param name="request">As it came.</param>
    /// <param name="kind">The list.</param>
    /// <param name="start">The first value where a list without a cursor starts.</param>
    /// <param name="page">Meaningful when there is no fault.</param>
    public static Result? Read(PageRequest request, CursorKind kind, long start, out Page page)
    {
        page = new Page(request.Limit, start, 0);
        if (request.Limit is < 1 or > LimitMax)
        {
            return Result.Invalid("limit", $"must be between 1 and {LimitMax}");
        }

        if (request.Cursor.Length == 0)
        {
            return null;
        }

        if (!Cursor.TryRead(request.Cursor, kind, out var first, out var second))
        {
            return Result.Invalid("cursor", "must be as the page before gave it");
        }

        page = new Page(request.Limit, first, second);
        return null;
    }

    /// <summary>The first millisecond of the year asked for and of the next one, or the fault; 0 is the present year.</summary>
    public Result? ReadYear(PageRequest request, out YearRange range)
    {
        range = default;
        if (request.Year is not 0 and (< YearMin or > YearMax))
        {
            return Result.Invalid("year", $"must be between {YearMin} and {YearMax}");
        }

        var (fromMs, toMs) = calendar.Year(request.Year == 0 ? calendar.YearOf(clock.GetUtcNow().ToUnixTimeMilliseconds()) : request.Year);
        range = new YearRange(fromMs, toMs);
        return null;
    }
}

/// <summary>A business year, Unix milliseconds.</summary>
/// <param name="FromMs">Its first millisecond.</param>
/// <param name="ToMs">The first of the next.</param>
internal readonly record struct YearRange(long FromMs, long ToMs);

/// <summary>How many and how much of a year.</summary>
internal sealed class TotalsRow
{
    public long Count { get; init; }
    public long Amount { get; init; }
}
