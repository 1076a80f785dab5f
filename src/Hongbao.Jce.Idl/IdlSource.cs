namespace Hongbao.Jce.Idl;

/// <summary>A text in the interface definition language.</summary>
/// <param name="Path">Names the file in diagnostics and is what includes are relative to. Slashes of either kind.</param>
/// <param name="Text">All of it. A byte order mark at its start and line ends of either kind are fine.</param>
public sealed record IdlSource(string Path, string Text);

/// <summary>A place in a source. It never crosses the end of a line.</summary>
/// <param name="Path">The source's path, as it was given.</param>
/// <param name="Start">Index of the first character in the text, from 0.</param>
/// <param name="Length">Characters; 0 is a place between two.</param>
/// <param name="Line">From 1.</param>
/// <param name="Column">From 1, in UTF-16 units.</param>
public readonly record struct IdlSpan(string Path, int Start, int Length, int Line, int Column)
{
    /// <summary>The very start of a file.</summary>
    public static IdlSpan StartOf(string path) => new(path, 0, 0, 1, 1);

    /// <summary><c>path:line:column</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Path}:{Line}:{Column}");
}
