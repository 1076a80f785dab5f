using System.Diagnostics;
using Hongbao.Bench.Contenders;

namespace Hongbao.Bench.Measuring;

/// <summary>How fast packets that nobody has asked for yet are claimed, once each.</summary>
internal sealed record FirstClaims(double PerSecond, long Taken)
{
    public const int Clients = 512;

    public static async Task<FirstClaims> RunAsync(IContender contender, int packets, Uids uids)
    {
        var (next, taken, started) = (-1, 0L, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            for (var packet = Interlocked.Increment(ref next); packet < packets; packet = Interlocked.Increment(ref next))
            {
                if (await contender.ClaimAsync(packet, uids.Next()) == Outcome.Taken)
                {
                    Interlocked.Increment(ref taken);
                }
            }
        })));
        return new FirstClaims(taken / Stopwatch.GetElapsedTime(started).TotalSeconds, taken);
    }
}
