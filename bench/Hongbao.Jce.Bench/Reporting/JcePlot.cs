using System.Globalization;
using System.Net;
using System.Text;
using Hongbao.Jce.Bench.Codec;

namespace Hongbao.Jce.Bench.Reporting;

/// <summary>Bars of the medians, with a line from the least to the most of the rounds that count.</summary>
internal static class JcePlot
{
    private const int Width = 760, Left = 240, Right = 90, Bar = 16, Step = 24, Title = 34, Gap = 22;

    private sealed record Row(string Title, string Colour, double[] Values);

    public static string Draw(JceRun run)
    {
        var panels = new List<(string Title, bool IsLogarithmic, Row[] Rows)>();
        foreach (var step in Enum.GetValues<CodecStep>().Where(_ => run.CodecPairs.Count > 0))
        {
            panels.Add(($"{step}: nanoseconds, less is better, logarithmic", true, [.. run.Codecs.Select(c => new Row(c.Title, Colour(c.Id), Nanoseconds(run, step, c.Id)))]));
        }

        if (run.EchoPairs.Count > 0)
        {
            var pairs = Comparison.Quiet(run.EchoPairs, static p => p.Noise);
            panels.Add(("Echo: calls per second, more is better", false,
            [
                new Row("Hongbao.Jce", Colour(JceCodec.Name), [.. pairs.Select(static p => p.Ours.Rate)]),
                new Row("TarsCpp, on another day", "#bbb", [JceGoal.TarsCppRate]),
                new Row("@tars/rpc on Node", Colour(NodeCodec.Exact), [.. pairs.Select(static p => p.Theirs.Rate)]),
            ]));
        }

        var height = panels.Sum(static p => Title + (p.Rows.Length * Step) + Gap);
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        var top = 0;
        foreach (var (title, isLogarithmic, rows) in panels)
        {
            Draw(svg, title, isLogarithmic, rows, top);
            top += Title + (rows.Length * Step) + Gap;
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void Draw(StringBuilder svg, string title, bool isLogarithmic, Row[] rows, int top)
    {
        var most = rows.Max(static r => r.Values.Max());
        var decades = Math.Ceiling(Math.Log10(most)) - 2;
        double X(double value) => Left + ((Width - Left - Right) * (isLogarithmic ? Math.Max(0, Math.Log10(value) - 2) / decades : value / most));
        Line(svg, $"<text x=\"10\" y=\"{top + 22}\" font-size=\"14\" font-weight=\"bold\">{title}</text>");
        for (var i = 0; i < rows.Length; i++)
        {
            var y = top + Title + (i * Step);
            var values = rows[i].Values;
            Line(svg, $"<text x=\"{Left - 8}\" y=\"{y + 13}\" text-anchor=\"end\">{WebUtility.HtmlEncode(rows[i].Title)}</text>");
            var median = Comparison.Median(values);
            Line(svg, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{X(median) - Left:0.0}\" height=\"{Bar}\" fill=\"{rows[i].Colour}\"/>");
            Line(svg, $"<line x1=\"{X(values.Min()):0.0}\" x2=\"{X(values.Max()):0.0}\" y1=\"{y + (Bar / 2)}\" y2=\"{y + (Bar / 2)}\" stroke=\"#333\"/>");
            Line(svg, $"<text x=\"{X(values.Max()) + 6:0.0}\" y=\"{y + 13}\">{median:N0}</text>");
        }
    }

    private static double[] Nanoseconds(JceRun run, CodecStep step, string codec)
    {
        var pairs = run.CodecPairs.Where(p => p.Step == step && (codec == JceCodec.Name || p.Peer == codec));
        return [.. Comparison.Quiet(pairs, static p => p.Noise).Select(p => (codec == JceCodec.Name ? p.Ours : p.Theirs).Nanoseconds)];
    }

    private static string Colour(string codec) => codec switch
    {
        JceCodec.Name => "#c0182b",
        ProtobufCodec.Name => "#2f6fb3",
        JsonCodec.Name => "#5b8c5a",
        NodeCodec.Exact => "#e8873a",
        _ => "#e8c39a",
    };

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
