namespace Hongbao.Jce;

/// <summary>Bytes that cannot be read as what was expected.</summary>
public sealed class JceFormatException : FormatException
{
    /// <summary>Creates one from what the reader found.</summary>
    public JceFormatException(JceFault fault) : base(fault.ToString()) => Fault = fault;

    /// <summary>What was wrong, where, and in which field.</summary>
    public JceFault Fault { get; }
}
