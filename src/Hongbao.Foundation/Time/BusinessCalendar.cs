namespace Hongbao.Foundation.Time;

/// <summary>Years and days as the business counts them, in the setting <c>BusinessTimeZone</c>.</summary>
public sealed class BusinessCalendar(TimeZoneInfo zone)
{
    /// <summary>The calendar year of a moment.</summary>
    /// <param name="unixMs">Unix milliseconds.</param>
    public int YearOf(long unixMs) => Local(unixMs).Year;

    /// <summary>The day of a moment as yyyymmdd.</summary>
    /// <param name="unixMs">Unix milliseconds.</param>
    public int DayOf(long unixMs)
    {
        var local = Local(unixMs);
        return (local.Year * 10_000) + (local.Month * 100) + local.Day;
    }

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

    private long StartOf(DateTime localMidnight)
    {
        // Some zones skip midnight when summer time starts: take the first valid minute.
        while (zone.IsInvalidTime(localMidnight))
        {
            localMidnight = localMidnight.AddMinutes(1);
        }

        // Where summer time ends at midnight, it comes twice: the day starts with the first, the one of the greater offset.
        var offset = zone.IsAmbiguousTime(localMidnight) ? zone.GetAmbiguousTimeOffsets(localMidnight).Max() : zone.GetUtcOffset(localMidnight);
        return new DateTimeOffset(localMidnight, offset).ToUnixTimeMilliseconds();
    }
}
