using System.Text;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>The contract's comments, which are plain text with `code` in backticks, as XML.</summary>
internal static class DocText
{
    public static string Xml(string text)
    {
        var xml = new StringBuilder(text.Length + 16);
        var pieces = text.Split('`');
        for (var i = 0; i < pieces.Length; i++)
        {
            // The last backtick of an odd number is a backtick.
            var isCode = i % 2 == 1 && i < pieces.Length - 1;
            xml.Append(isCode ? "<c>" : i % 2 == 1 ? "`" : "");
            foreach (var c in pieces[i])
            {
                _ = c switch
                {
                    '&' => xml.Append("&amp;"),
                    '<' => xml.Append("&lt;"),
                    '>' => xml.Append("&gt;"),
                    // C# ends a line, and with it a comment, at more than line feeds: nothing of a contract's text may become code.
                    '\u0085' or '\u2028' or '\u2029' => xml.Append(' '),
                    _ when char.IsControl(c) && c != '\t' => xml.Append(' '),
                    _ => xml.Append(c),
                };
            }

            xml.Append(isCode ? "</c>" : "");
        }

        return xml.ToString();
    }
}
