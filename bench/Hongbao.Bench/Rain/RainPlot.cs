using System.Globalization;
using System.Text;

namespace Hongbao.Bench.Rain;

/// <summary>Live heap over the crowd, and subsidies stored over time: what is level, and what is straight, shows best in a picture.</summary>
internal static class RainPlot
{
    private const int Width = 760, Left = 80, Right = 20, Panel = 200, Top = 40, Gap = 80;
    private const int Steps = 5;

    private sealed record Series(string Colour, IReadOnlyList<(double X, double Y)> Points);

    /// <summary>Null when there is nothing to show.</summary>
    public static string? Draw(RainRun run)
    {
        var panels = new List<(string Title, string Below, List<Series> Series)>();
        if (run.Memory is { } memory)
        {
            panels.Add(("KiB of live heap beside the crowd", "users who drew", [new("#c0182b", [.. memory.Samples.Select(s => ((double)s.Users, Math.Max(0, s.Bytes) / 1024.0))])]));
        }

        if (run.Booking is { Count: > 0 } booking)
        {
            panels.Add(("subsidies stored", "seconds", [.. booking.Select(r => new Series("#2f6fb3", [(0, 0), .. r.Samples.Select(s => (s.Second, (double)s.Booked))]))]));
        }

        if (panels.Count == 0)
        {
            return null;
        }

        var svg = new StringBuilder();
        var height = Top + (panels.Count * (Panel + Gap));
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        for (var i = 0; i < panels.Count; i++)
        {
            DrawPanel(svg, panels[i].Title, panels[i].Below, panels[i].Series, Top + (i * (Panel + Gap)));
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void DrawPanel(StringBuilder svg, string title, string below, List<Series> series, int top)
    {
        var (stepX, stepY) = (StepOf(series.Max(s => s.Points.Max(p => p.X))), StepOf(series.Max(s => s.Points.Max(p => p.Y))));
        double X(double value) => Left + (value / (stepX * Steps) * (Width - Left - Right));
        double Y(double value) => top + Panel - (value / (stepY * Steps) * Panel);
        Line(svg, $"<text x=\"{Left}\" y=\"{top - 12}\" font-size=\"14\" font-weight=\"bold\">{title}</text>");
        for (var i = 0; i <= Steps; i++)
        {
            Line(svg, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(i * stepY):0.0}\" y2=\"{Y(i * stepY):0.0}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{Y(i * stepY) + 4:0.0}\" text-anchor=\"end\">{i * stepY:#,0.##}</text>");
            Line(svg, $"<text x=\"{X(i * stepX):0.0}\" y=\"{top + Panel + 18}\" text-anchor=\"middle\">{i * stepX:#,0.##}</text>");
        }

        Line(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{top + Panel + 36}\" text-anchor=\"middle\">{below}</text>");
        foreach (var one in series)
        {
            var points = string.Join(' ', one.Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.X):0.0},{Y(p.Y):0.0}")));
            Line(svg, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{one.Colour}\" stroke-width=\"2\"/>");
        }
    }

    // Five steps of a round number reach above the most.
    private static double StepOf(double most)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(0.01, most))));
        return new[] { 0.2, 0.4, 0.5, 1, 2 }.Select(f => f * step).First(s => s * Steps >= most);
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
