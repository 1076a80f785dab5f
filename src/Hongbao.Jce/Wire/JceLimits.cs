namespace Hongbao.Jce;

/// <summary>
/// Bounds on what is read. The other implementations have none, or 100 MiB, and some die of nested input; these are for bytes that nobody
/// vouches for. What an input can make a reader allocate is bounded by <see cref="CountMax"/> objects
/// of the types that it is read as, and a few times its own size.
/// </summary>
public sealed record JceLimits
{
    /// <summary>The defaults: for bytes from anyone.</summary>
    public static JceLimits Untrusted { get; } = new();

    /// <summary>Structs, lists and maps inside each other, known or skipped; 1 to 512, so that a stack of 1 MiB holds them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public int DepthMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 512);
            field = value;
        }
    } = 64;

    /// <summary>Bytes of one text or byte list.</summary>
    public int LengthMax { get; init; } = 1 << 20;

    /// <summary>Elements of all lists and pairs of all maps of one input together; a struct counts with the lists, maps and structs that it has from the beginning.</summary>
    public int CountMax { get; init; } = 1 << 18;

    /// <summary>Bytes of one input.</summary>
    public int TotalMax { get; init; } = 10 << 20;
}
