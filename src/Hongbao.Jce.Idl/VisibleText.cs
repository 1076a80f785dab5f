using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Idl;

/// <summary>Texts of contracts as they can be shown on a terminal: nothing in them moves its cursor, colours it, or turns its writing around.</summary>
internal static class VisibleText
{
    /// <summary>The text with what is not visible as <c>\u{1b}</c>.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHidden))
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = IsHidden(c) ? visible.Append("\\u{").Append(((int)c).ToString("x", CultureInfo.InvariantCulture)).Append('}') : visible.Append(c);
        }

        return visible.ToString();
    }

    /// <summary>True for what controls a terminal, or the order or look of what stands around it.</summary>
    public static bool IsHidden(char c) => CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
