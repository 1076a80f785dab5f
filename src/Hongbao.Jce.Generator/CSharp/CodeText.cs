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
    public CodeText Summary(string doc, string otherwise) => Element("summary", "", doc.Length > 0 ? doc : otherwise);

    /// <summary>A parameter's documentation; nothing when the contract says nothing of it.</summary>
    public CodeText Parameter(string name, string doc) => doc.Length > 0 ? Element("param", $" name=\"{name}\"", doc) : this;

    /// <summary>What is said of what comes back; nothing when that is nothing.</summary>
    public CodeText Returns(string doc) => doc.Length > 0 ? Element("returns", "", doc) : this;

    public override string ToString() => _text.ToString();

    private CodeText Element(string name, string attributes, string doc)
    {
        var lines = doc.Split('\n');
        if (lines.Length == 1)
        {
            return Line($"/// <{name}{attributes}>{DocText.Xml(lines[0])}</{name}>");
        }

        Line($"/// <{name}{attributes}>");
        foreach (var line in lines)
        {
            Line($"/// {DocText.Xml(line.TrimEnd('\r'))}".TrimEnd());
        }

        return Line($"/// </{name}>");
    }

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
