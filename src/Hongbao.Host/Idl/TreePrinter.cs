using System.Globalization;
using System.Text;
using Hongbao.Jce;
using Hongbao.Jce.Trees;

namespace Hongbao.Host.Idl;

/// <summary>Prints what bytes hold by themselves: tags, types on the wire, values. Nothing in it can control a terminal.</summary>
internal sealed class TreePrinter(TextWriter output)
{
    private const int LineMax = 32;
    private const string Step = "    ";

    /// <summary>One line.</summary>
    public void Line(int depth, string text)
    {
        for (var i = 0; i < depth; i++)
        {
            output.Write(Step);
        }

        output.WriteLine(text);
    }

    /// <summary>Fields, one after the other: <c>3: text "abc"</c>.</summary>
    public void WriteFields(IReadOnlyList<WireField> fields, int depth)
    {
        var highest = -1;
        foreach (var field in fields)
        {
            Write($"{Number(field.Tag)}:", field.Value, depth, field.Tag > highest ? "" : OutOfOrder(highest));
            highest = Math.Max(highest, field.Tag);
        }
    }

    /// <summary>A value behind its label, and below it what is inside.</summary>
    public void Write(string label, WireNode node, int depth, string note = "")
    {
        Line(depth, $"{label} {Describe(node)}{note}");
        switch (node)
        {
            case BytesNode bytes:
                WriteLong(bytes.Value, depth + 1);
                break;
            case ListNode list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Write(Place(i), list.Items[i], depth + 1);
                }

                break;
            case MapNode map:
                for (var i = 0; i < map.Pairs.Count; i++)
                {
                    WritePair(i, map.Pairs[i], depth + 1);
                }

                break;
            case StructNode inner:
                WriteFields(inner.Fields, depth + 1);
                break;
        }
    }

    /// <summary>What a value is, in a few words.</summary>
    public static string Describe(WireNode node) => node switch
    {
        IntegerNode { Type: JceType.Zero } => "zero",
        IntegerNode integer => $"{Word(integer.Type)} {Number(integer.Value)}",
        RealNode real => $"{Word(real.Type)} {Number(real)}",
        TextNode { Text: { } text } => $"text {Quote(text)}",
        TextNode text => $"text that is not UTF-8, {Hex(text.Bytes)}",
        BytesNode bytes => $"bytes, {Hex(bytes.Value)}",
        ListNode list => "list" + Of(list.Count),
        MapNode map => "map" + Of(map.Count),
        _ => "struct",
    };

    /// <summary>The rows of a byte list that was too long for its line.</summary>
    public void WriteLong(byte[] bytes, int depth)
    {
        for (var at = 0; bytes.Length > LineMax && at < bytes.Length; at += LineMax)
        {
            var row = bytes.AsSpan(at, Math.Min(LineMax, bytes.Length - at));
            var text = new StringBuilder();
            foreach (var b in row)
            {
                text.Append(b is >= 0x20 and < 0x7F ? (char)b : '.');
            }

            Line(depth, string.Create(CultureInfo.InvariantCulture, $"{at:x6}  {Convert.ToHexStringLower(row).PadRight(2 * LineMax)}  {text}"));
        }
    }

    /// <summary>How many bytes, and which unless they need rows of their own.</summary>
    public static string Hex(byte[] bytes) => bytes.Length is 0 or > LineMax
        ? JceCommand.Count(bytes.Length, "byte")
        : $"{JceCommand.Count(bytes.Length, "byte")}: {Convert.ToHexStringLower(bytes)}";

    /// <summary>A text in quotes, with everything escaped that is no visible character.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            var isShown = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when isShown => rune.ToString(),
                var value => string.Create(CultureInfo.InvariantCulture, $"\\u{{{value:x}}}"),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A number as programs write it, exactly.</summary>
    public static string Number(RealNode real) =>
        real.Type == JceType.Float ? ((float)real.Value).ToString("R", CultureInfo.InvariantCulture) : real.Value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A whole number.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>How many there are in a container: <c> of 3</c>.</summary>
    public static string Of(int? count) => count is { } known ? $" of {Number(known)}" : "";

    /// <summary>An element's place: <c>[3]</c>.</summary>
    public static string Place(int index) => $"[{Number(index)}]";

    /// <summary>What is said of a field that readers pass over.</summary>
    public static string OutOfOrder(int highest) => $" (not read: it comes after tag {Number(highest)})";

    private void WritePair(int index, WirePair pair, int depth)
    {
        if (pair.Key is IntegerNode or RealNode or TextNode && pair.Value is not null)
        {
            Write($"[{Describe(pair.Key)}]", pair.Value, depth);
            return;
        }

        Line(depth, Place(index));
        Write("key:", pair.Key, depth + 1);
        if (pair.Value is not null)
        {
            Write("value:", pair.Value, depth + 1);
        }
    }

    private static string Word(JceType type) => type.ToString().ToLowerInvariant();
}
