using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Hongbao.Gateway.Cashier;

/// <summary>Text that is safe as HTML: whatever is filled into a template is escaped, unless it is HTML itself.</summary>
internal sealed class Html
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly string _text;

    private Html(string text) => _text = text;

    public static Html Nothing { get; } = new("");

    public static Html Of(FormattableString template) =>
        new(string.Format(CultureInfo.InvariantCulture, template.Format, [.. template.GetArguments().Select(Escape)]));

    public override string ToString() => _text;

    private static string Escape(object? value) => value is Html html ? html._text : Encoder.Encode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
}
