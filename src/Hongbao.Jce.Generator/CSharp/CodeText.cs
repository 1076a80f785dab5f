using System.Text;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>Lines of code with their indentation.</summary>
internal sealed class CodeText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A line; without text an empty one.</summary>
    public CodeText Line(string text = "")
    {
        if (text.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(text);
        }

        _text.Append('\n');
        return this;
    }

    /// <summary>A line and an opening brace; disposing closes it.</summary>
    public Block Open(string line)
    {
        Line(line).Line("{");
        _depth++;
        return new Block(this, "}");
    }

    /// <summary>More indentation until it is disposed.</summary>
    public Block Indent()
    {
        _depth++;
        return new Block(this, null);
    }

    /// <summary>A summary for the documentation; what the contract says in plain text, or <paramref name="otherwise"/>.</summary>
    public CodeText Summary(string doc, string otherwise)
    {
        var lines = (doc.Length > 0 ? doc : otherwise).Split('\n');
        if (lines.Length == 1)
        {
            return Line($"/// <summary>{DocText.Xml(lines[0])}</summary>");
        }

        Line("/// <summary>");
        foreach (var line in lines)
        {
            Line($"/// {DocText.Xml(line.TrimEnd('\r'))}".TrimEnd());
        }

        return Line("/// </summary>");
    }

    public override string ToString() => _text.ToString();

    internal readonly struct Block(CodeText code, string? close) : IDisposable
    {
        public void Dispose()
        {
            code._depth--;
            if (close is not null)
            {
                code.Line(close);
            }
        }
    }
}
