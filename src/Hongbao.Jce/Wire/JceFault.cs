namespace Hongbao.Jce;

/// <summary>The first thing that was wrong with an input.</summary>
/// <param name="Kind">What was wrong; <see cref="JceFaultKind.None"/> when nothing was.</param>
/// <param name="Offset">Where, in bytes from the beginning of the input.</param>
/// <param name="Tag">Tag of the innermost field or element; -1 when none was begun.</param>
/// <param name="Path">Field names from the outside in, such as <c>packets[3].claims[0].uid</c>; empty outside generated code.</param>
public readonly record struct JceFault(JceFaultKind Kind, int Offset, int Tag, string Path)
{
    /// <summary>Nothing was wrong.</summary>
    public static JceFault None { get; } = new(JceFaultKind.None, 0, -1, "");

    /// <summary>A sentence for people.</summary>
    public override string ToString()
    {
        var field = Path is { Length: > 0 } ? $", field {Path}" : "";
        var tag = Tag >= 0 ? $" (tag {Tag})" : "";
        return $"{Words} at byte {Offset}{field}{tag}";
    }

    private string Words => Kind switch
    {
        JceFaultKind.None => "no fault",
        JceFaultKind.Truncated => "the input ends too early",
        JceFaultKind.WrongType => "a type that does not fit the field",
        JceFaultKind.Missing => "a required field is missing",
        JceFaultKind.BadLength => "a length below zero",
        JceFaultKind.OverLimit => "more than the limits allow",
        JceFaultKind.OutOfRange => "a value that the field cannot have",
        JceFaultKind.BadText => "text that is not UTF-8",
        JceFaultKind.DuplicateKey => "a key that the map has already",
        JceFaultKind.TrailingBytes => "bytes after the end",
    };
}
