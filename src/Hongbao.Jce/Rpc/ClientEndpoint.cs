using System.Net.Sockets;
using System.Security.Authentication;

namespace Hongbao.Jce.Rpc;

/// <summary>A server's address and the connections to it.</summary>
/// <param name="client">Whose it is.</param>
/// <param name="address">Where it is.</param>
/// <param name="pingServant">Name of a servant that should be there; whatever is answered to it is a sign of life.</param>
internal sealed class ClientEndpoint(RpcClient client, RpcEndpoint address, byte[] pingServant)
{
    private static readonly TimeSpan RestFirst = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly ClientConnection?[] _connections = new ClientConnection?[client.Options.ConnectionsPerEndpoint];
    private readonly Task<ClientConnection?>?[] _connecting = new Task<ClientConnection?>?[client.Options.ConnectionsPerEndpoint];
    private uint _next;
    private int _failures; // since the server last answered
    private long _restUntilMs;
    private int _waiting;
    private long _waitingBytes;

    public RpcEndpoint Address => address;

    public byte[] PingServant => pingServant;

    /// <summary>What failed last.</summary>
    public string Failure { get; private set; } = "";

    /// <summary>Until when others are preferred, since it failed.</summary>
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

    /// <summary>Sends a call over a connection that has room for it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="full">One that was found to have none.</param>
    public bool TrySend(RpcCall call, ClientConnection full)
    {
        foreach (var connection in _connections)
        {
            if (connection is { IsUsable: true } && connection != full && connection.TrySend(call) is null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Counts a call that waits for a connection.</summary>
    /// <returns>False when as many wait as one connection could take: more would only be refused then.</returns>
    public bool TryEnterWaiting(int bytes)
    {
        var waiting = Interlocked.Increment(ref _waiting);
        var waitingBytes = Interlocked.Add(ref _waitingBytes, bytes);
        if (waiting <= client.Options.OutstandingMax && waitingBytes - bytes <= client.Options.UnsentMax)
        {
            return true;
        }

        LeaveWaiting(bytes);
        return false;
    }

    /// <summary>See <see cref="TryEnterWaiting"/>.</summary>
    public void LeaveWaiting(int bytes)
    {
        Interlocked.Decrement(ref _waiting);
        Interlocked.Add(ref _waitingBytes, -bytes);
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

    /// <summary>After a connection of it was closed. One that the server never answered on, or that had to be cut off, is a failure of the server.</summary>
    public void Lost(ClientConnection connection, RpcEventKind kind, string reason)
    {
        lock (_gate)
        {
            var at = Array.IndexOf(_connections, connection);
            if (at < 0)
            {
                return; // Whoever still makes it sees it.
            }

            _connections[at] = null;
        }

        if ((kind == RpcEventKind.CutOff || !connection.HasAnswered) && !client.Stopping.IsCancellationRequested)
        {
            Failed(reason);
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
        ClientConnection? connection = null;
        try
        {
            using var timeout = new CancellationTokenSource(options.ConnectTimeout, client.Clock.Provider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, client.Stopping);
            RpcConnection.Prepare(socket);
            await socket.ConnectAsync(address.Host, address.Port, either.Token).ConfigureAwait(false);
            var tls = address.Protocol == RpcProtocol.Ssl ? options.Tls ?? new() { TargetHost = address.Host } : null;
            var stream = await RpcConnection.OpenAsync(socket, null, tls, either.Token).ConfigureAwait(false);
            connection = new ClientConnection(client, this, socket, stream);
            client.Watch(connection);
            connection.Start();
            // A server that failed gets calls again when it has answered: a process that hangs, or refuses our certificate, takes connections like any other.
            if (Volatile.Read(ref _failures) > 0 && await connection.ProveAsync().WaitAsync(either.Token).ConfigureAwait(false) is { } reason)
            {
                throw new IOException(reason);
            }

            client.Tell(RpcEventKind.Connected, connection.Remote, address.ToString());
            lock (_gate)
            {
                if (connection.IsUsable)
                {
                    if (connection.HasAnswered)
                    {
                        _failures = 0;
                        _restUntilMs = 0;
                    }

                    _connections[at] = connection;
                    return connection;
                }
            }

            throw new IOException("the server closed the connection, or takes leave");
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or AuthenticationException or InvalidOperationException)
        {
            var text = e is OperationCanceledException ? "no connection in time" : e.Message;
            connection?.Close(RpcEventKind.Closed, text);
            socket.Dispose();
            Failed(text);
            return null;
        }
    }

    private void Failed(string text)
    {
        lock (_gate)
        {
            Failure = text;
            _failures = Math.Min(_failures + 1, 20);
            var rest = TimeSpan.FromTicks(Math.Min(RestFirst.Ticks << (_failures - 1), client.Options.RestMax.Ticks));
            _restUntilMs = client.Clock.NowMs + (long)rest.TotalMilliseconds;
        }

        client.Tell(RpcEventKind.NotConnected, address.ToString(), text);
    }
}
