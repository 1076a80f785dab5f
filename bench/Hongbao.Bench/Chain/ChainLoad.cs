using System.Diagnostics;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Measuring;
using Hongbao.Contracts;

namespace Hongbao.Bench.Chain;

/// <summary>
/// Users who come at a pace that does not wait for answers: each claims once, from one of the packets that are open; a packet whose
/// shares are asked for makes place for the next. Its thread is its own, for timers of the thread pool come late under load.
/// </summary>
internal sealed class ChainLoad : IDisposable
{
    // A product that answers nothing is not flooded for ever.
    private const int UnansweredMax = 8192;
    private readonly IRedPacketCore _core;
    private readonly long[] _packets;
    private readonly int _shares;
    private readonly (long PacketNo, int Left)[] _open;
    private readonly Uids _uids = new();
    private readonly Random _chance = new(1);
    private readonly Thread _thread;
    private int _nextPacket;
    private double _rate;
    private bool _over;
    private int _unanswered;
    private long _taken, _askedAgain, _heldBack;
    private string? _error;

    public ChainLoad(IRedPacketCore core, long[] packets, ChainOptions options)
    {
        (_core, _packets, _shares) = (core, packets, options.Shares);
        _open = new (long, int)[Math.Min(options.OpenPackets, packets.Length)];
        for (var i = 0; i < _open.Length; i++)
        {
            _open[i] = (_packets[_nextPacket++], _shares);
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "load" };
    }

    /// <summary>Claims answered with a share so far.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Answers so far that the claimer should ask again.</summary>
    public long AskedAgain => Volatile.Read(ref _askedAgain);

    /// <summary>Claims that were due and not made because too many had no answer.</summary>
    public long HeldBack => Volatile.Read(ref _heldBack);

    /// <summary>The first failure, or that packets ran out.</summary>
    public string? Error => Volatile.Read(ref _error);

    /// <summary>Times from the moment that a claim was due to its answer; replaced to begin anew.</summary>
    public LatencyHistogram Latency { get; set; } = new();

    /// <summary>Claims a second.</summary>
    public double Rate
    {
        get => Volatile.Read(ref _rate);
        set => Volatile.Write(ref _rate, value);
    }

    public void Start() => _thread.Start();

    /// <summary>No more claims; returns when all are answered.</summary>
    public async Task StopAsync()
    {
        Dispose();
        for (var i = 0; i < 600 && Volatile.Read(ref _unanswered) > 0; i++)
        {
            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _over, true);
        if (_thread.IsAlive)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        var (due, last) = (0.0, Stopwatch.GetTimestamp());
        while (!Volatile.Read(ref _over))
        {
            Thread.Sleep(1);
            var now = Stopwatch.GetTimestamp();
            due = Math.Min(due + (Rate * Stopwatch.GetElapsedTime(last, now).TotalSeconds), UnansweredMax);
            last = now;
            for (; due >= 1; due--)
            {
                if (Volatile.Read(ref _unanswered) >= UnansweredMax)
                {
                    Interlocked.Increment(ref _heldBack);
                }
                else if (!TryClaim(now))
                {
                    return;
                }
            }
        }
    }

    private bool TryClaim(long since)
    {
        var place = _chance.Next(_open.Length);
        var (packetNo, left) = _open[place];
        if (left == 0)
        {
            if (_nextPacket == _packets.Length)
            {
                _error ??= "the packets ran out; begin with more";
                return false;
            }

            (packetNo, left) = (_packets[_nextPacket++], _shares);
        }

        _open[place] = (packetNo, left - 1);
        Interlocked.Increment(ref _unanswered);
        _ = ClaimAsync(packetNo, _uids.Next(), since);
        return true;
    }

    private async Task ClaimAsync(long packetNo, long uid, long since)
    {
        try
        {
            var answer = await _core.ClaimAsync(PacketRows.ContextOf(uid), new ClaimRequest { PacketNo = packetNo }, default);
            while (answer.Result.Code is ResultCode.ClaimBusy or ResultCode.Overloaded)
            {
                // As a client does that is told to ask again.
                Interlocked.Increment(ref _askedAgain);
                await Task.Delay(Math.Max(answer.Result.RetryAfterMs, 100));
                answer = await _core.ClaimAsync(PacketRows.ContextOf(uid), new ClaimRequest { PacketNo = packetNo }, default);
            }

            if (answer.Result.IsOk())
            {
                Interlocked.Increment(ref _taken);
                Latency.Add((long)Stopwatch.GetElapsedTime(since).TotalNanoseconds);
            }
            else
            {
                Interlocked.CompareExchange(ref _error, $"a claim was answered {answer.Result.Code}: {answer.Result.Detail}", null);
            }
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, e.Message, null);
        }
        finally
        {
            Interlocked.Decrement(ref _unanswered);
        }
    }
}
