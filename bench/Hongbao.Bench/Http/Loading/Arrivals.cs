using System.Diagnostics;

namespace Hongbao.Bench.Http.Loading;

/// <summary>
/// When requests are planned to be sent in an open loop: at random moments with a mean rate, as independent people come. A request that finds no free
/// connection keeps its planned moment, so that the time that it waits counts.
/// </summary>
internal sealed class Arrivals
{
    private readonly Queue<long> _due = new();
    private readonly double _meanTicks;
    private readonly Random _chance = new(1);
    private double _next;

    /// <param name="perSecond">Mean rate.</param>
    /// <param name="start">Timestamp of the beginning.</param>
    public Arrivals(double perSecond, long start)
    {
        _meanTicks = Stopwatch.Frequency / perSecond;
        _next = start;
        Plan();
    }

    /// <summary>Whether a planned moment has come that nobody took.</summary>
    public bool HasWaiting => _due.Count > 0;

    /// <summary>Takes the oldest planned moment that has come.</summary>
    public bool TryTake(long now, out long planned)
    {
        while (_next <= now)
        {
            _due.Enqueue((long)_next);
            Plan();
        }

        return _due.TryDequeue(out planned);
    }

    // Exponential gaps make a Poisson process.
    private void Plan() => _next -= Math.Log(1 - _chance.NextDouble()) * _meanTicks;
}
