namespace Hongbao.Jce;

/// <summary>Why bytes are not what was expected.</summary>
public enum JceFaultKind : byte
{
    /// <summary>All is well.</summary>
    None,
    /// <summary>The input ends in the middle of something.</summary>
    Truncated,
    /// <summary>A type that does not fit the field, or is not defined.</summary>
    WrongType,
    /// <summary>A required field, or an element that was counted, is not there.</summary>
    Missing,
    /// <summary>A length or count below zero.</summary>
    BadLength,
    /// <summary>A length, count, depth or total above the limits.</summary>
    OverLimit,
    /// <summary>A value outside of what the field can have.</summary>
    OutOfRange,
    /// <summary>Text that is not UTF-8.</summary>
    BadText,
    /// <summary>A key that the map has already.</summary>
    DuplicateKey,
    /// <summary>More bytes after the end of what was to be read.</summary>
    TrailingBytes,
}
