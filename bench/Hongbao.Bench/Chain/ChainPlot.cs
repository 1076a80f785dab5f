using System.Globalization;
using System.Text;

namespace Hongbao.Bench.Chain;

/// <summary>Claims and settled claims per second above, the backlog below, over time.</summary>
internal static class ChainPlot
{
    private const int Width = 760, Left = 70, Right = 20, Panel = 200, Top = 40, Gap = 60;

    public static string Draw(ChainRun run)
    {
        var svg = new StringBuilder();
        var height = Top + Panel + Gap + Panel + 50;
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        DrawPanel(svg, run, "per second", Top, [("claims", "#2f6fb3", s => s.Claimed), ("settled", "#c0182b", s => s.Settled)]);
        DrawPanel(svg, run, "claims given and not settled", Top + Panel + Gap, [("unsettled", "#e8873a", s => s.Backlog)]);
        Line(svg, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{height - 12}\" text-anchor=\"middle\">seconds</text>");
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void DrawPanel(StringBuilder svg, ChainRun run, string title, int top, (string Name, string Colour, Func<ChainSample, double> Of)[] series)
    {
        var last = Math.Max(1, run.Samples[^1].Second);
        var step = StepOf(series.Max(s => run.Samples.Max(s.Of)));
        var most = step * 5;
        double X(double second) => Left + (second / last * (Width - Left - Right));
        double Y(double value) => top + Panel - (value / most * Panel);
        Line(svg, $"<text x=\"{Left}\" y=\"{top - 12}\" font-size=\"14\" font-weight=\"bold\">{title}</text>");
        for (var i = 0; i <= 5; i++)
        {
            Line(svg, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(i * step):0.0}\" y2=\"{Y(i * step):0.0}\" stroke=\"#ddd\"/><text x=\"{Left - 6}\" y=\"{Y(i * step) + 4:0.0}\" text-anchor=\"end\">{i * step:N0}</text>");
        }

        for (var second = 0.0; second <= last; second += last > 60 ? 20 : 5)
        {
            Line(svg, $"<text x=\"{X(second):0.0}\" y=\"{top + Panel + 18}\" text-anchor=\"middle\">{second:0}</text>");
        }

        for (var i = 0; i < series.Length; i++)
        {
            var points = string.Join(' ', run.Samples.Select(s => string.Create(CultureInfo.InvariantCulture, $"{X(s.Second):0.0},{Y(series[i].Of(s)):0.0}")));
            Line(svg, $"<polyline points=\"{points}\" fill=\"none\" stroke=\"{series[i].Colour}\" stroke-width=\"2\"/>");
            Line(svg, $"<rect x=\"{Left + 220 + (i * 110)}\" y=\"{top - 20}\" width=\"16\" height=\"4\" fill=\"{series[i].Colour}\"/><text x=\"{Left + 242 + (i * 110)}\" y=\"{top - 12}\">{series[i].Name}</text>");
        }
    }

    // Five steps of a round number reach above the most.
    private static double StepOf(double most)
    {
        var step = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(1, most))));
        return new[] { 0.2, 0.4, 0.5, 1, 2 }.Select(f => f * step).First(s => s * 5 >= most);
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
