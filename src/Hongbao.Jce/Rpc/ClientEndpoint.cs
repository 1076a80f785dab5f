using System.Net.Sockets;
using System.Security.Authentication;

namespace Hongbao.Jce.Rpc;

/// <summary>A server's address and the connections to it.</summary>
internal sealed class ClientEndpoint(RpcClient client, RpcEndpoint address)
{
    private static readonly TimeSpan RestFirst = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly ClientConnection?[] _connections = new ClientConnection?[client.Options.ConnectionsPerEndpoint];
    private readonly Task<ClientConnection?>?[] _connecting = new Task<ClientConnection?>?[client.Options.ConnectionsPerEndpoint];
    private uint _next;
    private int _failures;
    private long _restUntilMs;

    public RpcEndpoint Address => address;

    /// <summary>Why the last attempt to connect failed.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>Until when others are preferred, since connecting failed.</summary>
    public long RestUntilMs => Volatile.Read(ref _restUntilMs);

    /// <summary>A connection that is there; what is missing of the others is made beside.</summary>
    public ClientConnection? TryPick()
    {
        var connections = _connections;
        if (connections.Length == 1)
        {
            return connections[0] is { IsUsable: true } only ? only : null;
        }

        var at = _next++; // a lost count does no harm
        for (var i = 0u; i < connections.Length; i++)
        {
            if (connections[(at + i) % (uint)connections.Length] is { IsUsable: true } connection)
            {
                if (i > 0)
                {
                    _ = ConnectAsync();
                }

                return connection;
            }
        }

        return null;
    }

    /// <summary>Makes a connection that is missing; all who ask meanwhile get the same. After a failure it rests first, longer each time.</summary>
    /// <returns>Null when it failed.</returns>
    public Task<ClientConnection?> ConnectAsync()
    {
        lock (_gate)
        {
            for (var i = 0; i < _connections.Length; i++)
            {
                if (_connections[i] is not { IsUsable: true })
                {
                    if (_connecting[i] is null or { IsCompleted: true })
                    {
                        // The work is not the caller's alone.
                        using (ExecutionContext.SuppressFlow())
                        {
                            _connecting[i] = ConnectAsync(i);
                        }
                    }

                    return _connecting[i]!;
                }
            }

            return Task.FromResult(_connections[(int)(_next % (uint)_connections.Length)]);
        }
    }

    private async Task<ClientConnection?> ConnectAsync(int at)
    {
        await Task.Yield(); // Not with the lock.
        var options = client.Options;
        var restMs = RestUntilMs - client.Clock.NowMs;
        if (restMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(restMs), client.Clock.Provider, client.Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, client.Clock.Provider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, client.Stopping);
            RpcConnection.Prepare(socket);
            await socket.ConnectAsync(address.Host, address.Port, either.Token).ConfigureAwait(false);
            var tls = address.Protocol == RpcProtocol.Ssl ? options.Tls ?? new() { TargetHost = address.Host } : null;
            var stream = await RpcConnection.OpenAsync(socket, null, tls, either.Token).ConfigureAwait(false);
            var connection = new ClientConnection(client, socket, stream);
            lock (_gate)
            {
                _failures = 0;
                _restUntilMs = 0;
                _connections[at] = connection;
            }

            client.Tell(RpcEventKind.Connected, connection.Remote, address.ToString());
            client.Watch(connection);
            connection.Start();
            return connection;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or AuthenticationException or InvalidOperationException)
        {
            socket.Dispose();
            var text = e is OperationCanceledException ? "no connection in time" : e.Message;
            lock (_gate)
            {
                Failure = text;
                _failures = Math.Min(_failures + 1, 20);
                var rest = TimeSpan.FromTicks(Math.Min(RestFirst.Ticks << (_failures - 1), options.RestMax.Ticks));
                _restUntilMs = client.Clock.NowMs + (long)rest.TotalMilliseconds;
            }

            client.Tell(RpcEventKind.NotConnected, address.ToString(), text);
            return null;
        }
    }
}
