using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hongbao.Jce.Rpc;

/// <summary>Answers calls over TARS, and over TUP, its form with named values.</summary>
public sealed class RpcServer : IAsyncDisposable
{
    private const int InvocationsKept = 2048;
    private const int TicksPerLifeCheck = 10;
    private const int Backlog = 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromMilliseconds(200);

    private readonly ServantTable _servants = new();
    private readonly RequestQueue _queue;
    private readonly Refusals _refusals;
    private readonly Slots<RpcInvocation> _deadlines;
    private readonly Lock _deadlinesGate = new();
    private readonly ConcurrentQueue<RpcInvocation> _invocations = new();
    private readonly ConcurrentDictionary<ServerConnection, bool> _connections = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<RpcInvocation> _expired = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Lock _timerGate = new();
    private ITimer? _timer;
    private bool _isAwake; // the timer runs
    private Task? _stopped;
    private bool _isStarted;
    private bool _isPatienceOver;
    private long _partBytes;
    private int _count; // connections, those in a handshake too
    private int _ticks;
    private int _isSweeping;

    /// <summary>A server that does not listen yet.</summary>
    public RpcServer(RpcServerOptions? options = null)
    {
        Options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.ConcurrencyMax, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Options.QueueMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.FrameMax, 1 << 10);
        if (Options.Endpoints.Any(e => e.Protocol == RpcProtocol.Udp || (e.Protocol == RpcProtocol.Ssl && Options.Tls is null)))
        {
            throw new ArgumentException("udp is not spoken, and ssl needs the options for it", nameof(options));
        }

        HeadLimits = Options.Limits with { LengthMax = Options.FrameMax, TotalMax = Options.FrameMax };
        Clock = new RpcClock(Options.Clock);
        _refusals = new("requests", text => Tell(RpcEventKind.Refused, "", text));
        _queue = new RequestQueue(Options.ConcurrencyMax, Options.QueueMax);
        _deadlines = new Slots<RpcInvocation>(Options.ConcurrencyMax);
    }

    /// <summary>Its settings.</summary>
    public RpcServerOptions Options { get; }

    /// <summary>Where it listens, with the ports that it got.</summary>
    public IReadOnlyList<RpcEndpoint> Endpoints { get; private set; } = [];

    /// <summary>Connections there are.</summary>
    public int ConnectionCount => _connections.Count;

    internal RpcClock Clock { get; }

    internal JceLimits HeadLimits { get; }

    /// <summary>Adds a servant, before the start.</summary>
    /// <param name="name">Its whole name, such as <c>App.Server.Obj</c>.</param>
    /// <param name="servant">Who answers.</param>
    public void Add(string name, RpcServant servant)
    {
        ArgumentNullException.ThrowIfNull(servant);
        if (_isStarted)
        {
            throw new InvalidOperationException("servants are added before the server starts");
        }

        _servants.Add(name, servant);
    }

    /// <summary>An address for clients of one of its servants.</summary>
    public string AddressOf(string servant) => new RpcAddress(servant, Endpoints).ToString();

    /// <summary>Listens.</summary>
    /// <exception cref="SocketException">An address is taken, or not this machine's.</exception>
    public void Start()
    {
        if (_isStarted)
        {
            throw new InvalidOperationException("the server was started already");
        }

        _isStarted = true;
        var endpoints = new List<RpcEndpoint>();
        try
        {
            foreach (var endpoint in Options.Endpoints)
            {
                var address = IPAddress.TryParse(endpoint.Host, out var ip) ? ip : Dns.GetHostAddresses(endpoint.Host)[0];
                var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                _listeners.Add(listener);
                listener.Bind(new IPEndPoint(address, endpoint.Port));
                listener.Listen(Backlog);
                endpoints.Add(endpoint with { Port = ((IPEndPoint)listener.LocalEndPoint!).Port });
            }
        }
        catch
        {
            _listeners.ForEach(l => l.Dispose());
            throw;
        }

        Endpoints = endpoints;
        using (ExecutionContext.SuppressFlow())
        {
            _timer = Options.Clock.CreateTimer(static server => ((RpcServer)server!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            for (var i = 0; i < _listeners.Count; i++)
            {
                _ = AcceptAsync(_listeners[i], endpoints[i].Protocol == RpcProtocol.Ssl);
            }
        }
    }

    /// <summary>
    /// Stops listening, asks the clients for new connections, answers what was read, refuses what still comes, and closes, all within the patience of the options.
    /// Repeating it waits for the same end.
    /// </summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            return _stopped ??= StopOnceAsync();
        }
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);

    internal ServantTable.Entry? FindServant(ReadOnlySpan<byte> name) => _servants.Find(name);

    internal RpcInvocation Rent() => _invocations.TryDequeue(out var invocation) ? invocation : new RpcInvocation(this);

    internal void GiveBack(RpcInvocation invocation)
    {
        if (invocation.TryReset() && _invocations.Count < InvocationsKept)
        {
            _invocations.Enqueue(invocation);
        }
    }

    internal bool IsStopping => _queue.IsStopping;

    internal bool IsIdle => _queue.IsIdle;

    /// <summary>Bytes of requests that have come in part, as <see cref="RpcServerOptions.PartsMax"/> counts them.</summary>
    internal long PartBytes => Interlocked.Read(ref _partBytes);

    internal bool TryEnter(RpcInvocation invocation) => _queue.TryEnter(invocation);

    /// <summary>After one that ran, or whose turn it was, has been answered.</summary>
    internal void Finished(RpcInvocation invocation)
    {
        Release(invocation);
        _queue.Leave();
    }

    /// <summary>After one whose turn never came has been answered.</summary>
    internal void Release(RpcInvocation invocation)
    {
        var connection = invocation.Connection;
        var bytes = invocation.Bytes;
        GiveBack(invocation);
        connection.Finished(bytes);
    }

    /// <summary>Counts a request that is refused since there is too much to do.</summary>
    /// <param name="reason">One of a few.</param>
    /// <returns>The reason.</returns>
    internal string Refuse(string reason)
    {
        _refusals.Count(reason);
        return reason;
    }

    internal void CountPart(long more)
    {
        if (Interlocked.Add(ref _partBytes, more) > Options.PartsMax && more > 0)
        {
            CutLargestPart();
        }
    }

    /// <returns>Below 0 when it is to be cancelled at once.</returns>
    internal int WatchDeadline(RpcInvocation invocation, long deadlineMs)
    {
        lock (_deadlinesGate)
        {
            // Nobody may look at deadlines any more.
            return _isPatienceOver ? -1 : _deadlines.Add(invocation, deadlineMs);
        }
    }

    internal bool TryForgetDeadline(int id)
    {
        lock (_deadlinesGate)
        {
            return _deadlines.Take(id) is not null;
        }
    }

    internal void Forget(ServerConnection connection, RpcEventKind kind, string reason)
    {
        if (_connections.TryRemove(connection, out _))
        {
            Interlocked.Decrement(ref _count);
        }

        Tell(kind, connection.Remote, reason);
    }

    internal void Tell(RpcEventKind kind, string remote, string text, Exception? exception = null) => Options.Log?.Invoke(new(kind, remote, text, exception));

    private async Task AcceptAsync(Socket listener, bool isSecure)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _count) > Options.ConnectionsMax)
                {
                    Interlocked.Decrement(ref _count);
                    Tell(RpcEventKind.CutOff, socket.RemoteEndPoint?.ToString() ?? "", "too many connections");
                    socket.Dispose();
                    continue;
                }

                _ = ServeAsync(socket, isSecure);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Such as too many open files: it passes, and until then trying at full speed helps nobody.
                Tell(RpcEventKind.NotConnected, "", $"a connection could not be accepted: {e.Message}");
                await Task.Delay(RestAfterFailure, Options.Clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket, bool isSecure)
    {
        var remote = "";
        try
        {
            remote = socket.RemoteEndPoint?.ToString() ?? "";
            RpcConnection.Prepare(socket);
            Stream stream;
            if (isSecure)
            {
                using var timeout = new CancellationTokenSource(Options.HandshakeTimeout, Options.Clock);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
                stream = await RpcConnection.OpenAsync(socket, Options.Tls, null, either.Token).ConfigureAwait(false);
            }
            else
            {
                stream = new NetworkStream(socket, ownsSocket: true);
            }

            var connection = new ServerConnection(this, socket, stream);
            _connections[connection] = true;
            WakeUp();
            Tell(RpcEventKind.Connected, remote, "");
            if (_stopping.IsCancellationRequested)
            {
                connection.AskToLeave();
            }

            connection.Start();
        }
        catch (Exception e)
        {
            // Whatever is wrong with it, it is wrong with this connection alone.
            socket.Dispose();
            Interlocked.Decrement(ref _count);
            Tell(RpcEventKind.CutOff, remote, e is OperationCanceledException ? "no handshake in time" : e.Message);
        }
    }

    private void CutLargestPart()
    {
        lock (_gate)
        {
            while (PartBytes > Options.PartsMax && _connections.Keys.MaxBy(c => c.PartBytes) is { PartBytes: > 0 } largest)
            {
                largest.Close(RpcEventKind.CutOff, "too many bytes of requests have come in part");
            }
        }
    }

    private async Task StopOnceAsync()
    {
        // One for all that follows.
        var leavePatience = Options.LeavePatience < Options.DrainPatience ? Options.LeavePatience : Options.DrainPatience;
        var drainedAt = Clock.NowMs + (long)Options.DrainPatience.TotalMilliseconds;
        var endAt = drainedAt + (long)leavePatience.TotalMilliseconds;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listeners.ForEach(l => l.Dispose());
        if (!_isStarted)
        {
            return;
        }

        // First the word, then the refusing: a client that has the word knows that a refused call may go elsewhere.
        foreach (var connection in _connections.Keys)
        {
            connection.AskToLeave();
        }

        var idle = _queue.StopAsync();
        await UntilAsync(drainedAt, idle).ConfigureAwait(false);
        if (!idle.IsCompleted)
        {
            // Nothing was done of what waits, and its callers are told so while they can be.
            foreach (var invocation in _queue.TakeWaiting())
            {
                invocation.Refuse(RpcCode.Overload, Refuse("the server stops"));
                Release(invocation);
            }

            CancelAll();
            await UntilAsync(Halfway(endAt), idle).ConfigureAwait(false);
        }

        await UntilAsync(Math.Max(drainedAt, Halfway(endAt)), Task.WhenAll(_connections.Keys.Select(c => c.WhenFlushed()))).ConfigureAwait(false);

        // What was answered has gone out, and clients that do as they are asked close by themselves. What the others still send is refused meanwhile.
        var leftAt = Math.Min(endAt, Clock.NowMs + (long)leavePatience.TotalMilliseconds);
        await UntilAsync(Halfway(leftAt), WhenAllLeftAsync()).ConfigureAwait(false);
        foreach (var connection in _connections.Keys)
        {
            connection.FinishSending();
        }

        await UntilAsync(leftAt, WhenAllLeftAsync()).ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var connection in _connections.Keys)
        {
            connection.Close(RpcEventKind.Closed, "the server stops");
        }

        _refusals.Tell(long.MaxValue);
    }

    private long Halfway(long timeMs) => (Clock.NowMs + timeMs) / 2;

    private Task<Task> UntilAsync(long timeMs, Task task) =>
        Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(Math.Max(timeMs - Clock.NowMs, 0)), Options.Clock));

    private async Task WhenAllLeftAsync()
    {
        while (!_connections.IsEmpty && _stopped is not { IsCompleted: true })
        {
            await Task.Delay(Tick, Options.Clock).ConfigureAwait(false);
        }
    }

    private void CancelAll()
    {
        var running = new List<RpcInvocation>();
        lock (_deadlinesGate)
        {
            _isPatienceOver = true;
            _deadlines.TakeAll(running);
        }

        running.ForEach(i => i.Cancel());
    }

    private void WakeUp()
    {
        lock (_timerGate)
        {
            if (!_isAwake)
            {
                _isAwake = true;
                _timer!.Change(Tick, Tick);
            }
        }
    }

    private void SleepIfIdle()
    {
        lock (_timerGate)
        {
            if (_connections.IsEmpty && _queue.IsIdle && _refusals.IsEmpty)
            {
                _isAwake = false;
                _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Sweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        try
        {
            var now = Clock.NowMs;
            lock (_deadlinesGate)
            {
                _deadlines.TakeExpired(now, _expired);
            }

            _expired.ForEach(i => i.Cancel());
            _expired.Clear();
            if (++_ticks % TicksPerLifeCheck == 0)
            {
                foreach (var (connection, _) in _connections)
                {
                    connection.CheckLife(now);
                }

                _refusals.Tell(now);
                SleepIfIdle();
            }
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
