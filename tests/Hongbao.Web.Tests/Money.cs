namespace Hongbao.Web.Tests;

/// <summary>Amounts as the page writes them: "¥8.88".</summary>
internal static partial class Money
{
    public static async Task<long> ReadAsync(ILocator place)
    {
        await Expect(place).ToHaveTextAsync(Written());
        return Parse(await place.InnerTextAsync());
    }

    public static long Parse(string text)
    {
        var match = Written().Match(text);
        Assert.True(match.Success, $"'{text}' is no amount");
        return long.Parse(match.Groups[1].Value.Replace(",", "", StringComparison.Ordinal) + match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    public static string Write(long fen) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"¥{fen / 100}.{fen % 100:00}");

    [GeneratedRegex(@"¥([\d,]+)\.(\d\d)")]
    private static partial Regex Written();
}
