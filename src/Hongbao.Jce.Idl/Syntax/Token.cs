namespace Hongbao.Jce.Idl.Syntax;

internal enum TokenKind
{
    /// <summary>An identifier or keyword: which of them, the place decides.</summary>
    Word,
    Integer,
    Real,
    String,
    Include,
    Mark,
    End,
}

/// <summary>A comment as it stands in the text.</summary>
internal sealed class Comment(string text, int line, int endLine, bool isFirstOnLine, bool hasBlankBefore, IdlSpan span)
{
    /// <summary>With its marks, without the end of the line.</summary>
    public string Text { get; } = text;

    public int Line { get; } = line;

    public int EndLine { get; } = endLine;

    /// <summary>False when something stands before it on its line.</summary>
    public bool IsFirstOnLine { get; } = isFirstOnLine;

    public bool HasBlankBefore { get; } = hasBlankBefore;

    public IdlSpan Span { get; } = span;

    public bool IsLine => Text.StartsWith("//", StringComparison.Ordinal);

    /// <summary>True for <c>///&lt;</c>, <c>//&lt;</c>, <c>/**&lt;</c>, …: it belongs to what is before it.</summary>
    public bool PointsBack => Text.TrimStart('/', '*', '!').StartsWith("<", StringComparison.Ordinal);
}

/// <summary>A token with the comments around it.</summary>
internal sealed class Token(TokenKind kind, string text, object? value, IdlSpan span)
{
    public TokenKind Kind { get; } = kind;

    /// <summary>As written.</summary>
    public string Text { get; } = text;

    /// <summary>A long, double or string; null when it could not be read, and of words and marks.</summary>
    public object? Value { get; } = value;

    public IdlSpan Span { get; } = span;

    public int Line => Span.Line;

    /// <summary>Between the token before, or its trailing comments, and this one.</summary>
    public List<Comment> Leading { get; } = [];

    /// <summary>After it, to the end of its line.</summary>
    public List<Comment> Trailing { get; } = [];

    /// <summary>True when an empty line is directly before it.</summary>
    public bool HasBlankBefore { get; set; }

    public bool Is(string mark) => Kind == TokenKind.Mark && Text == mark;

    public bool IsWord(string word) => Kind == TokenKind.Word && Text == word;

    public override string ToString() => Kind == TokenKind.End ? "the end of the file" : $"'{(Text.Length > 60 ? Text.Substring(0, 60) + "…" : Text)}'";
}
