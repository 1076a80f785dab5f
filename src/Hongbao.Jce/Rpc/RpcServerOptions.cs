using System.Net.Security;

namespace Hongbao.Jce.Rpc;

/// <summary>Settings of a server.</summary>
public sealed record RpcServerOptions
{
    /// <summary>Where it listens; <see cref="RpcAddress.ParseEndpoints"/> reads them from text. By default a free port of this machine alone.</summary>
    public IReadOnlyList<RpcEndpoint> Endpoints { get; init; } = [new("127.0.0.1", 0)];

    /// <summary>TLS, which <c>ssl</c> endpoints need.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>Bytes of a frame, either way. A connection that sends a larger one is cut off.</summary>
    public int FrameMax { get; init; } = 10 << 20;

    /// <summary>Connections at once; more are closed as they come.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>Requests that are being answered at once.</summary>
    public int ConcurrencyMax { get; init; } = 1024;

    /// <summary>Requests that wait for their turn; more are refused with <see cref="RpcCode.Overload"/>.</summary>
    public int QueueMax { get; init; } = 10_000;

    /// <summary>
    /// Bytes of one connection's requests that are not answered yet: while there are more, its requests are refused with <see cref="RpcCode.Overload"/>. And bytes of its answers
    /// that it has not taken yet: while there are more, nothing more is read of it, and nothing that waits is begun; what was begun is answered with
    /// <see cref="RpcCode.ServerEncode"/> when that would make more than this and one frame.
    /// </summary>
    public int PendingMax { get; init; } = 16 << 20;

    /// <summary>
    /// Bytes of requests that have come in part, of all connections together; above it the connection with the largest part is cut off. Parts up to 64 KiB do not count.
    /// </summary>
    public long PartsMax { get; init; } = 256 << 20;

    /// <summary>A connection that takes no answers for so long is cut off.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection without requests is closed after so long.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long after its deadline a call that has begun is cancelled. More than nothing where work that was begun had better end, since the caller comes again for it.
    /// </summary>
    public TimeSpan Grace { get; init; } = TimeSpan.Zero;

    /// <summary>A connection on which neither the rest nor 64 KiB more of a frame come for so long is cut off.</summary>
    public TimeSpan HalfFrameTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the handshake of TLS may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stopping server finishes what it has read. Then what still waits is refused, and the tokens of what still runs are cancelled.</summary>
    public TimeSpan DrainPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a stopping server with nothing left to do waits for clients to close their connections, since what they sent must still be refused in words; and for what it
    /// has cancelled to end. Not longer than <see cref="DrainPatience"/>. A stop takes no longer than both together.
    /// </summary>
    public TimeSpan LeavePatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Bounds on arguments; <see cref="JceLimits.Untrusted"/> by default.</summary>
    public JceLimits Limits { get; init; } = JceLimits.Untrusted;

    /// <summary>Time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hears what happens; it must not block and must not throw.</summary>
    public Action<RpcEvent>? Log { get; init; }
}
