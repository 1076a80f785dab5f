namespace Hongbao.Jce;

/// <summary>Which fields an encoder writes. Decoders accept both.</summary>
public enum JceForm : byte
{
    /// <summary>Optional numbers, texts, lists and maps at their default are left out, as tars2cpp does.</summary>
    Compact,
    /// <summary>Every field is written, as tars2cpp does with <c>--check-default=false</c>.</summary>
    Full,
}
