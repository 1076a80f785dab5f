using System.Diagnostics;
using Hongbao.Bench.Contenders;

namespace Hongbao.Bench.Measuring;

/// <summary>What one run showed. Rates are per second, durations milliseconds.</summary>
internal sealed record Measured
{
    public required double Taken { get; init; }
    public required double Credited { get; init; }
    public required double Refused { get; init; }
    public required double Busy { get; init; }
    public required double P50 { get; init; }
    public required double P99 { get; init; }
    public required double P999 { get; init; }
    public required double BytesPerClaim { get; init; }
    /// <summary>CPU that the hypervisor gave to others, percent.</summary>
    public required double Steal { get; init; }

    /// <summary>CPU that other programs of this machine took, percent.</summary>
    public required double Others { get; init; }

    /// <summary>Collections of garbage in the server a second, and the part of the time that it stood still for them, percent; 0 where it is no other process.</summary>
    public double Collections { get; init; }
    public double Paused { get; init; }

    /// <summary>CPU of the machine that the load process itself took, percent; 0 where the load is in the same process.</summary>
    public double LoadCpu { get; init; }

    /// <summary>Bytes that PostgreSQL wrote to its log for a claim; 0 where it was not measured.</summary>
    public double LogPerClaim { get; init; }

    /// <summary>Claims a second while each was the first of its packet; 0 where that was not measured.</summary>
    public double FirstClaims { get; init; }

    /// <summary>All shares given, warm-up included.</summary>
    public required long TakenInAll { get; init; }

    /// <summary>The first error a client met, if any.</summary>
    public string? Error { get; init; }
}

/// <summary>Clients that ask again as soon as they are answered.</summary>
internal sealed class ClosedLoop(IContender contender, PacketChoice choice, Uids uids, OwnCpu own)
{
    private const int WarmingUp = 0;
    private const int Measuring = 1;
    private const int Over = 2;
    private readonly LatencyHistogram _latency = new();
    private int _phase;
    private string? _error;

    private sealed class Client
    {
        public long Taken, Refused, Busy, TakenInAll;
    }

    /// <summary>Blocks its thread, for timers of the thread pool come late under load.</summary>
    public Measured Run(int clients, TimeSpan warmUp, TimeSpan duration)
    {
        var counts = Enumerable.Range(0, clients).Select(_ => new Client()).ToArray();
        var tasks = counts.Select((count, i) => Task.Run(() => ClientAsync(count, new Random(i)))).ToArray();
        Thread.Sleep(warmUp);

        var (cpu, bytes, credited, started) = (CpuTime.Now(own), GC.GetTotalAllocatedBytes(), contender.Credited, Stopwatch.GetTimestamp());
        Volatile.Write(ref _phase, Measuring);
        Thread.Sleep(duration);
        Volatile.Write(ref _phase, Over);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        (credited, bytes) = (contender.Credited - credited, GC.GetTotalAllocatedBytes() - bytes);
        var cpuAfter = CpuTime.Now(own);

        if (!Task.WaitAll(tasks, TimeSpan.FromSeconds(60)))
        {
            throw new TimeoutException("a client got no answer for a minute");
        }

        var taken = counts.Sum(c => c.Taken);
        return new Measured
        {
            Taken = taken / seconds,
            // What was taken while warming up and written only now is no more than was taken now, in the long run.
            Credited = Math.Min(credited, taken) / seconds,
            Refused = counts.Sum(c => c.Refused) / seconds,
            Busy = counts.Sum(c => c.Busy) / seconds,
            P50 = _latency.Percentile(0.5),
            P99 = _latency.Percentile(0.99),
            P999 = _latency.Percentile(0.999),
            BytesPerClaim = (double)bytes / Math.Max(1, taken),
            Steal = cpuAfter.StealSince(cpu),
            Others = cpuAfter.OthersSince(cpu),
            TakenInAll = counts.Sum(c => c.TakenInAll),
            Error = _error,
        };
    }

    private async Task ClientAsync(Client count, Random chance)
    {
        while (Volatile.Read(ref _phase) != Over)
        {
            var packet = choice.Next(chance);
            var started = Stopwatch.GetTimestamp();
            Outcome outcome;
            try
            {
                outcome = await contender.ClaimAsync(packet, uids.Next());
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _error, e.Message, null);
                return;
            }

            var measuring = Volatile.Read(ref _phase) == Measuring;
            if (outcome == Outcome.Taken)
            {
                count.TakenInAll++;
                if (measuring)
                {
                    count.Taken++;
                    _latency.Add((long)Stopwatch.GetElapsedTime(started).TotalNanoseconds);
                }

                continue;
            }

            choice.NothingHadAt(packet);
            if (measuring)
            {
                count.Refused += outcome == Outcome.Refused ? 1 : 0;
                count.Busy += outcome == Outcome.Busy ? 1 : 0;
            }

            // Refusals may come without any waiting: leave the thread to others.
            await Task.Yield();
        }
    }
}
