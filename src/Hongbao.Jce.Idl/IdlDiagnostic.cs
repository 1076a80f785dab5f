using System.Globalization;

namespace Hongbao.Jce.Idl;

/// <summary>How bad a problem is.</summary>
public enum IdlSeverity
{
    /// <summary>Worth a look; the contract can be used.</summary>
    Warning,

    /// <summary>The contract cannot be used.</summary>
    Error,
}

/// <summary>A problem at a place.</summary>
/// <param name="Code">One of <see cref="IdlProblems"/>, like <c>JCE034</c>; docs/jce-errors.md has a section for it.</param>
/// <param name="Severity">As it counts with the options in use.</param>
/// <param name="Message">One English sentence without a full stop.</param>
/// <param name="Span">Where.</param>
public sealed record IdlDiagnostic(string Code, IdlSeverity Severity, string Message, IdlSpan Span)
{
    /// <summary>As compilers print it: <c>path(line,column): error JCE034: message</c>.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{VisibleText.Of(Span.Path)}({Span.Line},{Span.Column}): {(Severity == IdlSeverity.Error ? "error" : "warning")} {Code}: {Message}");
}

/// <summary>A kind of problem.</summary>
/// <param name="Code">Stable for ever: <c>JCE</c> and three digits.</param>
/// <param name="Title">Of the section in docs/jce-errors.md.</param>
/// <param name="Format">Of the message, for <see cref="string.Format(string, object[])"/>.</param>
/// <param name="Severity">Without <see cref="IdlOptions.Strict"/>.</param>
/// <param name="IsErrorWhenStrict">True for a warning that counts as an error with <see cref="IdlOptions.Strict"/>.</param>
public sealed record IdlProblem(string Code, string Title, string Format, IdlSeverity Severity, bool IsErrorWhenStrict = false)
{
    private const int ArgumentMax = 200;

    /// <summary>Its explanation, from the root of the repository: <c>docs/jce-errors.md#jce035-tag-used-twice</c>.</summary>
    public string Page => "docs/jce-errors.md#" + Anchor($"{Code} {Title}");

    internal IdlDiagnostic At(IdlSpan span, bool isStrict, params object[] arguments) => new(
        Code,
        isStrict && IsErrorWhenStrict ? IdlSeverity.Error : Severity,
        string.Format(CultureInfo.InvariantCulture, Format, [.. arguments.Select(Shown)]),
        span);

    // As GitHub and most others make them of headings.
    private static string Anchor(string heading) =>
        new([.. heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-').Select(c => c == ' ' ? '-' : c)]);

    // What comes from a text may be of any length, and would otherwise speak to the terminal.
    private static object Shown(object argument)
    {
        if (argument is IFormattable)
        {
            return argument;
        }

        var text = argument.ToString() ?? "";
        return VisibleText.Of(text.Length > ArgumentMax ? text.Substring(0, ArgumentMax) + "…" : text);
    }
}
