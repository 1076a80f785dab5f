namespace Hongbao.Jce.Yyb;

/// <summary>Why bytes are no package.</summary>
public enum YybFault : byte
{
    /// <summary>They are one.</summary>
    None,
    /// <summary>They do not begin with <c>YYB</c>.</summary>
    BadMagic,
    /// <summary>They end before the body begins.</summary>
    Truncated,
    /// <summary>They are more than the limit.</summary>
    TooLong,
}
