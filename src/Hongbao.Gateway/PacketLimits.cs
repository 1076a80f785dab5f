namespace Hongbao.Gateway;

/// <summary>
/// The limits of packets as clients are told them at <c>GET /api/v1/limits</c>; the host fills it from Core's settings, which are what counts.
/// </summary>
public sealed class PacketLimits
{
    /// <summary>ISO 4217 code of wallets and of packets that clients offer. Default CNY.</summary>
    public string Currency { get; set; } = "CNY";

    /// <summary>Most shares of a packet. Default 100.</summary>
    public int MaxCount { get; set; } = 100;

    /// <summary>Smallest share, minor units. Default 1.</summary>
    public long MinShare { get; set; } = 1;

    /// <summary>Greatest share, minor units. Default 20,000.</summary>
    public long MaxShare { get; set; } = 20_000;

    /// <summary>Longest greeting, Unicode characters. Default 64.</summary>
    public int MaxGreeting { get; set; } = 64;

    /// <summary>Shortest time to claim, seconds. Default 5.</summary>
    public int MinTtlSeconds { get; set; } = 5;

    /// <summary>Longest time to claim, seconds. Default 7 days.</summary>
    public int MaxTtlSeconds { get; set; } = 604_800;

    /// <summary>Time to claim when the sender names none, seconds. Default 24 hours.</summary>
    public int DefaultTtlSeconds { get; set; } = 86_400;
}
