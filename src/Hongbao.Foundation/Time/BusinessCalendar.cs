namespace Hongbao.Foundation.Time;

/// <summary>Years and days as the business counts them, in the setting <c>BusinessTimeZone</c>.</summary>
public sealed class BusinessCalendar(TimeZoneInfo zone)
{
    /// <summary>The calendar year of a moment.</summary>
    /// <param name="unixMs">Unix milliseconds.</param>
    public int YearOf(long unixMs) => Local(unixMs).Year;

    /// <summary>First millisecond of a year, and of the next, Unix time.</summary>
    /// <param name="year">2 to 9998; others are out of range.</param>
    /// <exception cref="ArgumentOutOfRangeException">The year is not.</exception>
    public (long FromMs, long ToMs) Year(int year)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(year, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(year, 9998);
        return (StartOf(new DateTime(year, 1, 1)), StartOf(new DateTime(year + 1, 1, 1)));
    }

    /// <summary>First millisecond of the day of a moment, and of the next day, Unix time.</summary>
    public (long FromMs, long ToMs) Day(long unixMs)
    {
        var date = Local(unixMs).Date;
        return (StartOf(date), StartOf(date.AddDays(1)));
    }

    private DateTime Local(long unixMs) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs), zone).DateTime;

    // The first millisecond whose local date is this one or later. Searched for in UTC, which has every moment once: local midnights
    // may not exist or exist twice, where summer time changes or a zone moves to another offset.
    private long StartOf(DateTime date)
    {
        var utcMidnight = new DateTimeOffset(date, TimeSpan.Zero).ToUnixTimeMilliseconds();
        var before = utcMidnight - (long)TimeSpan.FromHours(26).TotalMilliseconds;
        var after = utcMidnight + (long)TimeSpan.FromHours(26).TotalMilliseconds;
        while (before + 1 < after)
        {
            var middle = before + ((after - before) / 2);
            if (Local(middle) < date)
            {
                before = middle;
            }
            else
            {
                after = middle;
            }
        }

        return after;
    }
}
