using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Time;

namespace Hongbao.Foundation.Tests.Time;

/// <summary>The platform runs with invariant globalization; time zones have to work all the same.</summary>
public sealed class BusinessCalendarTests
{
    private const long HourMs = 3_600_000;

    [Fact]
    public void A_chinese_year_begins_at_sixteen_hours_utc_of_the_old_one()
    {
        var calendar = Calendar("Asia/Shanghai");
        var newYear = Ms("2026-12-31T16:00:00Z");

        Assert.Equal((2026, 2027), (calendar.YearOf(newYear - 1), calendar.YearOf(newYear)));
        Assert.Equal((newYear, Ms("2027-12-31T16:00:00Z")), calendar.Year(2027));
        Assert.Equal((newYear, newYear + (24 * HourMs)), calendar.Day(newYear));
        Assert.Equal((newYear - (24 * HourMs), newYear), calendar.Day(newYear - 1));
    }

    [Fact]
    public void A_leap_day_is_a_day()
    {
        var calendar = Calendar("Asia/Shanghai");

        Assert.Equal((Ms("2028-02-28T16:00:00Z"), Ms("2028-02-29T16:00:00Z")), calendar.Day(Ms("2028-02-29T10:00:00Z")));
        Assert.Equal(366 * 24 * HourMs, calendar.Year(2028).ToMs - calendar.Year(2028).FromMs);
    }

    [Theory]
    // Summer time begins and ends in the middle of the night.
    [InlineData("Europe/Berlin", "2026-03-29T10:00:00Z", 23)]
    [InlineData("Europe/Berlin", "2026-10-25T10:00:00Z", 25)]
    [InlineData("Europe/Berlin", "2026-10-26T10:00:00Z", 24)]
    [InlineData("America/New_York", "2026-03-08T15:00:00Z", 23)]
    // No midnight: the day begins at one.
    [InlineData("Asia/Beirut", "2026-03-29T10:00:00Z", 23)]
    [InlineData("America/Sao_Paulo", "2018-11-04T15:00:00Z", 23)]
    // Midnight twice: the day begins with the first.
    [InlineData("America/Havana", "2026-11-01T15:00:00Z", 25)]
    // The zone moves to another offset: from midnight back to eleven, and by a whole day.
    [InlineData("Asia/Almaty", "2024-02-29T10:00:00Z", 25)]
    [InlineData("Pacific/Apia", "2011-12-29T20:00:00Z", 24)]
    // The last hour of the old day twice.
    [InlineData("Asia/Beirut", "2026-10-24T10:00:00Z", 25)]
    public void A_day_at_a_change_of_the_clocks_has_its_true_length(string zone, string moment, int hours)
    {
        var calendar = Calendar(zone);

        var (from, to) = calendar.Day(Ms(moment));

        Assert.Equal(hours, (to - from) / HourMs);
        var date = DateOf(zone, Ms(moment));
        Assert.Equal((date, date), (DateOf(zone, from), DateOf(zone, to - 1)));
        Assert.NotEqual(date, DateOf(zone, from - 1));
        Assert.NotEqual(date, DateOf(zone, to));
    }

    [Theory]
    [InlineData("Asia/Shanghai")]
    [InlineData("UTC")]
    [InlineData("Europe/Berlin")]
    [InlineData("America/Havana")]
    [InlineData("America/Sao_Paulo")]
    [InlineData("Asia/Beirut")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("Pacific/Apia")]
    [InlineData("Australia/Lord_Howe")]
    public void Every_moment_lies_in_its_day_and_year_and_days_leave_no_gap(string zone)
    {
        var calendar = Calendar(zone);
        const int Seed = 20260101;
        var chance = new SeededRandomSource(Seed);
        for (var i = 0; i < 3000; i++)
        {
            // 2010 to 2040, by the millisecond.
            var moment = Ms("2010-01-01T00:00:00Z") + (chance.Below(30 * 365 * 24) * HourMs) + chance.Below((int)HourMs);
            var (from, to) = calendar.Day(moment);
            var (yearFrom, yearTo) = calendar.Year(calendar.YearOf(moment));

            Assert.True(from <= moment && moment < to, $"seed {Seed}, {zone}, {moment}: day {from} to {to}");
            Assert.True(yearFrom <= moment && moment < yearTo, $"seed {Seed}, {zone}, {moment}: year {yearFrom} to {yearTo}");
            Assert.Equal(DateOf(zone, moment).Year, calendar.YearOf(moment));
            Assert.Equal(to, calendar.Day(to).FromMs);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9999)]
    [InlineData(-5)]
    public void A_year_that_cannot_be_counted_is_out_of_range(int year)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Calendar("Asia/Shanghai").Year(year));
    }

    private static DateTime DateOf(string zone, long unixMs) =>
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(unixMs), TimeZoneInfo.FindSystemTimeZoneById(zone)).Date;

    private static BusinessCalendar Calendar(string zone) => new(TimeZoneInfo.FindSystemTimeZoneById(zone));

    private static long Ms(string moment) => DateTimeOffset.Parse(moment, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
