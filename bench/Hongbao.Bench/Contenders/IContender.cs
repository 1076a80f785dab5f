namespace Hongbao.Bench.Contenders;

/// <summary>What a claimer was told.</summary>
internal enum Outcome
{
    Taken,
    Refused,
    Busy,
}

/// <summary>A way to give shares away, on servers that are already there. Used for one round.</summary>
internal interface IContender : IAsyncDisposable
{
    /// <summary>Claims whose claim row and credit request are committed in a database.</summary>
    long Credited { get; }

    /// <summary>An empty place, and packets with so many shares each.</summary>
    Task PrepareAsync(int[] shares);

    /// <summary>One user asks for a share; he asks at most once for a packet.</summary>
    /// <param name="packet">Its place in the shares that were prepared.</param>
    /// <param name="uid">The user.</param>
    ValueTask<Outcome> ClaimAsync(int packet, long uid);

    /// <summary>Ends what still runs behind the answers.</summary>
    Task DrainAsync();

    /// <summary>What does not add up; nothing when all is well.</summary>
    /// <param name="taken">Claims that were answered with a share.</param>
    Task<List<string>> AuditAsync(long taken);
}
