namespace Hongbao.Bench.Http;

/// <summary>How something is asked over HTTP.</summary>
/// <param name="Server">Who answers.</param>
/// <param name="Endpoint">Last part of the address below a packet.</param>
internal sealed record HttpForm(HttpServer Server, string Endpoint)
{
    /// <summary>Connections of the open loop: as many as the greatest rate was reached with, so that none is waited for but after a long stall.</summary>
    public const int OpenConnections = 1024;

    /// <summary>Whether the packet is exhausted before, and everybody asks who has no share.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether requests are sent when planned, at half of the rate that the closed loop reached.</summary>
    public bool IsOpenLoop { get; init; }

    public bool IsClaim => Endpoint == "claims";
}

internal enum HttpServer
{
    Platform,
    Bare,
}
