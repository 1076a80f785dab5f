using System.Collections.Concurrent;
using System.Text;

namespace Hongbao.Jce.Rpc;

/// <summary>Calls servants elsewhere. One for a process is enough; channels to the same endpoint share its connections. For any number of threads.</summary>
public sealed class RpcClient : IAsyncDisposable
{
    private const int CallsKept = 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);
    private const int TicksPerLifeCheck = 10;

    private readonly ConcurrentDictionary<RpcEndpoint, ClientEndpoint> _endpoints = new();
    private readonly ConcurrentQueue<RpcCall> _calls = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<ClientConnection> _connections = [];
    private readonly List<ClientConnection> _swept = [];
    private readonly List<RpcCall> _expired = [];
    private readonly Refusals _refusals;
    private readonly ITimer _timer;
    private bool _isAwake; // the timer runs
    private int _isSweeping;
    private int _ticks;

    /// <summary>A client without connections; each is made when it is first needed.</summary>
    public RpcClient(RpcClientOptions? options = null)
    {
        Options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(Options.Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.ConnectionsPerEndpoint, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.OutstandingMax, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Options.OutstandingMax, 1 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.FrameMax, 1 << 10);
        HeadLimits = Options.Limits with { LengthMax = Options.FrameMax, TotalMax = Options.FrameMax };
        Clock = new RpcClock(Options.Clock);
        _refusals = new("calls", text => Tell(RpcEventKind.Refused, "", text));
        using (ExecutionContext.SuppressFlow())
        {
            _timer = Options.Clock.CreateTimer(static client => ((RpcClient)client!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Its settings.</summary>
    public RpcClientOptions Options { get; }

    internal RpcClock Clock { get; }

    internal JceLimits HeadLimits { get; }

    internal CancellationToken Stopping => _stopping.Token;

    /// <summary>A servant.</summary>
    /// <param name="address">As <see cref="RpcAddress.Parse"/> reads it, such as <c>App.Server.Obj@tcp -h 127.0.0.1 -p 14002</c>.</param>
    /// <exception cref="FormatException">It is no such text.</exception>
    public RpcChannel Channel(string address) => Channel(RpcAddress.Parse(address));

    /// <summary>A servant.</summary>
    /// <exception cref="FormatException">It has an endpoint that cannot be called.</exception>
    public RpcChannel Channel(RpcAddress address)
    {
        foreach (var endpoint in address.Endpoints)
        {
            if (endpoint.Protocol == RpcProtocol.Udp || endpoint.Port == 0)
            {
                throw new FormatException($"{endpoint} cannot be called: only tcp and ssl with a port can");
            }
        }

        var servant = Encoding.UTF8.GetBytes(address.Servant);
        ClientEndpoint[] endpoints = [.. address.Endpoints.Select(a => _endpoints.GetOrAdd(a, a => new ClientEndpoint(this, a, servant))).Distinct()];
        return new ClientChannel(this, address.Servant, new EndpointGroup(this, endpoints), new());
    }

    /// <summary>Closes all connections. Calls that wait fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _refusals.Tell(long.MaxValue);
        ClientConnection[] connections;
        lock (_gate)
        {
            connections = [.. _connections];
        }

        foreach (var connection in connections)
        {
            connection.Close(RpcEventKind.Closed, "the client is closed");
        }
    }

    internal RpcCall Rent() => _calls.TryDequeue(out var call) ? call : new RpcCall(this);

    internal void GiveBack(RpcCall call)
    {
        if (_calls.Count < CallsKept)
        {
            _calls.Enqueue(call);
        }
    }

    internal void Tell(RpcEventKind kind, string remote, string text) => Options.Log?.Invoke(new(kind, remote, text));

    /// <summary>The fault for a call that finds no room here; it is counted.</summary>
    internal RpcException Refuse(string reason)
    {
        _refusals.Count(reason);
        lock (_gate)
        {
            WakeUp();
        }

        return RpcException.OfCall(RpcCode.Overload, reason, wasSent: false);
    }

    internal void Watch(ClientConnection connection)
    {
        lock (_gate)
        {
            _connections.Add(connection);
            WakeUp();
        }

        if (_stopping.IsCancellationRequested)
        {
            connection.Close(RpcEventKind.Closed, "the client is closed");
        }
    }

    // With the lock.
    private void WakeUp()
    {
        if (!_isAwake)
        {
            _isAwake = true;
            _timer.Change(Tick, Tick);
        }
    }

    private void Sweep()
    {
        // A tick that comes while the one before is still at work has nothing to add.
        if (Interlocked.Exchange(ref _isSweeping, 1) == 1)
        {
            return;
        }

        try
        {
            lock (_gate)
            {
                _connections.RemoveAll(c => c.IsClosed);
                _swept.AddRange(_connections);
                if (_connections.Count == 0 && _refusals.IsEmpty)
                {
                    // An idle process sleeps.
                    _isAwake = false;
                    _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                }
            }

            var now = Clock.NowMs;
            _ticks++;
            foreach (var connection in _swept)
            {
                connection.Sweep(now, _expired);
                if (_ticks % TicksPerLifeCheck == 0)
                {
                    connection.CheckLife(now);
                }
            }

            _swept.Clear();
            if (_ticks % TicksPerLifeCheck == 0)
            {
                _refusals.Tell(now);
            }
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
