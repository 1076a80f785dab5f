using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hongbao.Bench.Measuring;

namespace Hongbao.Bench.Http.Loading;

/// <summary>One plan, carried out on one thread.</summary>
/// <param name="plan">What to do.</param>
/// <param name="tokens">Tokens of at least the plan's users.</param>
/// <param name="measuring">Called when warming up is over, and when measuring is.</param>
internal sealed class LoadRun(LoadPlan plan, byte[][] tokens, Action<bool> measuring) : IDisposable
{
    private const int AnswerMax = 8192;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Kernel _kernel = new();
    private readonly LatencyHistogram _latency = new();
    private readonly Requests _requests = new(plan, tokens);
    private readonly Pairs _pairs = new(Load.Named(plan.Load).Choose(plan.PacketNos.Length), plan.PacketNos.Length, plan.Users, plan.IsOnceEach);
    private readonly Connection[] _connections = new Connection[plan.Connections];
    private readonly Stack<Connection> _idle = new();
    private readonly WinTotals _wonInAll = new();
    private long _sent, _taken, _refused, _busy, _won, _takenInAll, _busyInAll;
    private long _from, _until;
    private string? _error;

    private sealed class Connection
    {
        public required Socket Socket { get; init; }
        public required nint Handle { get; init; }
        public byte[] Buffer { get; } = new byte[AnswerMax];
        public int Arrived { get; set; }
        public int Packet { get; set; }
        public int User { get; set; }

        /// <summary>When its request was planned to be sent; without a plan, when it was sent.</summary>
        public long Planned { get; set; }
    }

    public LoadResult Run()
    {
        Connect();
        var start = Stopwatch.GetTimestamp();
        _from = start + Ticks(plan.WarmUpSeconds);
        _until = plan.Requests > 0 ? long.MaxValue : _from + Ticks(plan.Seconds);
        var arrivals = plan.Rate > 0 ? new Arrivals(plan.Rate, start) : null;
        var cpu = Work(arrivals);
        if (_idle.Count < _connections.Length)
        {
            _error ??= $"{_connections.Length - _idle.Count} requests got no answer";
        }

        return new LoadResult
        {
            Seconds = (double)((plan.Requests > 0 ? Stopwatch.GetTimestamp() : _until) - _from) / Stopwatch.Frequency,
            Taken = _taken,
            Refused = _refused,
            Busy = _busy,
            Won = _won,
            P50 = _latency.Percentile(0.5),
            P99 = _latency.Percentile(0.99),
            P999 = _latency.Percentile(0.999),
            TakenInAll = _takenInAll,
            WonInAll = _wonInAll,
            BusyInAll = _busyInAll,
            LoadCpuSeconds = cpu.TotalSeconds,
            Error = _error,
        };
    }

    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection?.Socket.Dispose();
        }

        _kernel.Dispose();
    }

    private void Connect()
    {
        var url = new Uri(plan.Url);
        var server = new IPEndPoint(IPAddress.Parse(url.Host), url.Port);
        for (var i = 0; i < _connections.Length; i++)
        {
            var socket = Kernel.Connect(server);
            _connections[i] = new Connection { Socket = socket, Handle = socket.Handle };
            _kernel.Watch(socket, i);
            _idle.Push(_connections[i]);
        }
    }

    /// <returns>CPU time of this process between the two ends of measuring.</returns>
    private TimeSpan Work(Arrivals? arrivals)
    {
        var ready = new int[_connections.Length];
        var (isMeasuring, isOver) = (false, false);
        var (before, after) = (TimeSpan.Zero, TimeSpan.Zero);
        var end = long.MaxValue;
        // What was planned within the time is sent, however late.
        while (!isOver || ((_idle.Count < _connections.Length || arrivals is { HasWaiting: true }) && Stopwatch.GetTimestamp() < end))
        {
            var now = Stopwatch.GetTimestamp();
            if (!isMeasuring && now >= _from)
            {
                (isMeasuring, before) = (true, Environment.CpuUsage.TotalTime);
                measuring(true);
            }

            if (!isOver && (now >= _until || (plan.Requests > 0 && _sent >= plan.Requests)))
            {
                (isOver, after, end) = (true, Environment.CpuUsage.TotalTime, now + Ticks(Patience.TotalSeconds));
                measuring(false);
            }

            if (!isOver || arrivals is not null)
            {
                SendDue(arrivals, Math.Min(now, _until));
            }

            var count = _kernel.Wait(ready, 1);
            for (var i = 0; i < count; i++)
            {
                if (TryReceive(_connections[ready[i]]) && (!isOver || arrivals is not null))
                {
                    SendDue(arrivals, Math.Min(now, _until));
                }
            }
        }

        return after - before;
    }

    private void SendDue(Arrivals? arrivals, long now)
    {
        var planned = now;
        while (_idle.Count > 0 && (plan.Requests == 0 || _sent < plan.Requests) && (arrivals is null || arrivals.TryTake(now, out planned)))
        {
            var connection = _idle.Pop();
            var (packet, user) = _pairs.Next();
            connection.Packet = packet;
            connection.User = plan.FirstUser + user;
            connection.Planned = arrivals is null ? Stopwatch.GetTimestamp() : planned;
            connection.Arrived = 0;
            Kernel.Send(connection.Handle, _requests.Of(packet, connection.User));
            _sent++;
        }
    }

    private bool TryReceive(Connection connection)
    {
        var count = Kernel.Receive(connection.Handle, connection.Buffer.AsSpan(connection.Arrived));
        if (count == 0)
        {
            throw new IOException("the server closed a connection, or answered more than was expected");
        }

        connection.Arrived += Math.Max(0, count);
        if (!AnswerReader.TryRead(connection.Buffer.AsSpan(0, connection.Arrived), out var status, out var body))
        {
            return false;
        }

        Count(connection, status, body);
        _idle.Push(connection);
        return true;
    }

    private void Count(Connection connection, int status, ReadOnlySpan<byte> body)
    {
        var now = Stopwatch.GetTimestamp();
        // In an open loop everything counts that was planned for the time, however late its answer.
        var moment = plan.Rate > 0 ? connection.Planned : now;
        var counts = moment >= _from && moment < _until ? 1 : 0;
        if (status == 200)
        {
            _taken += counts;
            _takenInAll++;
            if (AnswerReader.AmountOf(body) is > 0 and var amount)
            {
                _won += counts;
                _wonInAll.Add(plan.PacketNos[connection.Packet], Requests.UidOf(connection.User), amount);
            }
        }
        else if (status == 409 && AnswerReader.IsExhausted(body))
        {
            _refused += counts;
            _pairs.NothingHadAt(connection.Packet);
        }
        else if (status is 429 or 503)
        {
            _busy += counts;
            _busyInAll++;
            _pairs.NothingHadAt(connection.Packet);
        }
        else
        {
            _error ??= $"{status}: {Encoding.UTF8.GetString(body)}";
        }

        if (counts > 0 && status != 429 && status != 503)
        {
            _latency.Add((long)Stopwatch.GetElapsedTime(connection.Planned, now).TotalNanoseconds);
        }
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}
