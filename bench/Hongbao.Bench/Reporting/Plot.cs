using System.Globalization;
using System.Net;
using System.Text;

namespace Hongbao.Bench.Reporting;

/// <summary>Claims per second by clients, one panel a load, both axes logarithmic; of each form its best number of connections.</summary>
internal static class Plot
{
    private const int Panel = 330, Height = 300, Left = 62, Top = 40, Gap = 70, Legend = 18;
    private const double LowDecade = 2, HighDecade = 5.5;

    public static string Draw(Rounds rounds, BenchOptions options)
    {
        var loads = options.Loads.Select(Load.Named).Where(l => rounds.All.Any(r => r.Load == l.Name)).ToArray();
        var forms = Contender.All(options.Pools).Where(c => c.Http is not { IsOpenLoop: true }).GroupBy(c => c.Form)
            .Where(f => rounds.All.Any(r => r.Measured.Taken > 0 && f.Any(c => c.Id == r.Contender))).ToArray();
        var width = Left + (loads.Length * (Panel + Gap));
        var legendTop = Top + Height + 54;
        var height = legendTop + (((forms.Length + 1) / 2) * Legend) + 10;
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">");
        Line(svg, $"<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>");
        for (var i = 0; i < loads.Length; i++)
        {
            DrawPanel(svg, rounds, options, loads[i], forms, Left + (i * (Panel + Gap)));
        }

        for (var i = 0; i < forms.Length; i++)
        {
            var (x, y) = (Left + (i % 2 * Math.Max(330, width / 2)), legendTop + (i / 2 * Legend));
            Line(svg, $"<rect x=\"{x}\" y=\"{y - 9}\" width=\"16\" height=\"4\" fill=\"{forms[i].First().Colour}\"/><text x=\"{x + 22}\" y=\"{y - 3}\">{WebUtility.HtmlEncode(TitleOf(forms[i].First()))}</text>");
        }

        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static string TitleOf(Contender contender) => contender.IsSql ? contender.Title[..contender.Title.LastIndexOf(',')] : contender.Title;

    private static void DrawPanel(StringBuilder svg, Rounds rounds, BenchOptions options, Load load, IGrouping<string, Contender>[] forms, int left)
    {
        double X(double clients) => left + 10 + (Math.Log2(clients) / 10 * (Panel - 20));
        double Y(double rate) => Top + Height - ((Math.Clamp(Math.Log10(rate), LowDecade, HighDecade) - LowDecade) / (HighDecade - LowDecade) * Height);

        Line(svg, $"<text x=\"{left}\" y=\"{Top - 14}\" font-size=\"14\" font-weight=\"bold\">{load.Name}: {load.Title}, claims/s</text>");
        foreach (var rate in new[] { 100, 1_000, 10_000, 100_000 })
        {
            Line(svg, $"<line x1=\"{left}\" x2=\"{left + Panel}\" y1=\"{Y(rate):0.0}\" y2=\"{Y(rate):0.0}\" stroke=\"#ddd\"/><text x=\"{left - 6}\" y=\"{Y(rate) + 4:0.0}\" text-anchor=\"end\">{rate:N0}</text>");
        }

        foreach (var clients in options.Clients)
        {
            Line(svg, $"<text x=\"{X(clients):0.0}\" y=\"{Top + Height + 18}\" text-anchor=\"middle\">{clients:N0}</text>");
        }

        Line(svg, $"<text x=\"{left + (Panel / 2)}\" y=\"{Top + Height + 34}\" text-anchor=\"middle\">clients</text>");
        foreach (var form in forms)
        {
            var points = options.Clients.Order()
                .Select(clients => (Clients: clients, Rate: form.Select(c => rounds.Median(load.Name, c.Id, clients, m => m.Taken)).Max()))
                .Where(p => p.Rate is > 0).Select(p => (X: X(p.Clients), Y: Y(p.Rate!.Value))).ToArray();
            var path = string.Join(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.0},{p.Y:0.0}")));
            Line(svg, $"<polyline points=\"{path}\" fill=\"none\" stroke=\"{form.First().Colour}\" stroke-width=\"{(form.First().IsInProcess || form.Key == Contender.OursHttp ? 3 : 1.5)}\"/>");
            foreach (var (x, y) in points)
            {
                Line(svg, $"<circle cx=\"{x:0.0}\" cy=\"{y:0.0}\" r=\"3\" fill=\"{form.First().Colour}\"/>");
            }
        }
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
