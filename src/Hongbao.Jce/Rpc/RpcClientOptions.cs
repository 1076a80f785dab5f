using System.Net.Security;

namespace Hongbao.Jce.Rpc;

/// <summary>Settings of a client.</summary>
public sealed record RpcClientOptions
{
    /// <summary>How long a call may take when its channel says nothing else.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest that a call waits whose scope has a deadline of its own, however late that is.</summary>
    public TimeSpan TimeoutMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long connecting may take, TLS included, and after a failure also the server's answer to a ping.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Longest rest after connecting failed, or after a connection on which the server answered nothing or no more; it begins with 50 ms and doubles until the server answers
    /// again. Meanwhile other endpoints are preferred.
    /// </summary>
    public TimeSpan RestMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Connections to one endpoint, 1 or more. One carries any number of calls.</summary>
    public int ConnectionsPerEndpoint { get; init; } = 1;

    /// <summary>Calls that may wait for their answers on one connection, or at one endpoint for a connection; more are refused at once. 2 to 1,048,576.</summary>
    public int OutstandingMax { get; init; } = 4096;

    /// <summary>Bytes that may wait to be sent on one connection, or at one endpoint for a connection; while there are more, calls are refused at once.</summary>
    public int UnsentMax { get; init; } = 16 << 20;

    /// <summary>Bytes of a frame, either way.</summary>
    public int FrameMax { get; init; } = 10 << 20;

    /// <summary>A connection on which nothing came for so long is asked by a ping.</summary>
    public TimeSpan PingAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection on which nothing comes for so long after a ping is cut off.</summary>
    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A connection on which neither the rest nor 64 KiB more of an answer come for so long is cut off.</summary>
    public TimeSpan HalfFrameTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A connection whose server reads nothing for so long is cut off.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>TLS for all <c>ssl</c> endpoints, with the name that their certificates have; when null, each must have its host's.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Bounds on answers; <see cref="JceLimits.Untrusted"/> by default.</summary>
    public JceLimits Limits { get; init; } = JceLimits.Untrusted;

    /// <summary>Turns faults into answers; when null they are thrown.</summary>
    public IRpcFaults? Faults { get; init; }

    /// <summary>Time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Hears what happens; it must not block and must not throw.</summary>
    public Action<RpcEvent>? Log { get; init; }
}
