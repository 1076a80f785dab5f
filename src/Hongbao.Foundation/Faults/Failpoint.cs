using System.Collections.Frozen;
using System.Diagnostics;

namespace Hongbao.Foundation.Faults;

/// <summary>
/// Named places where a test may kill the process, armed only by the environment variable <c>HONGBAO_FAILPOINTS</c>:
/// <c>name</c> or <c>name@3</c> (the third time), separated by commas. Costs one field read when not armed.
/// </summary>
public static class Failpoint
{
    private static readonly FrozenDictionary<string, Armed>? Points = Parse(Environment.GetEnvironmentVariable("HONGBAO_FAILPOINTS"));

    private sealed class Armed(int atHit)
    {
        private int _hits;

        public bool IsReached() => Interlocked.Increment(ref _hits) == atHit;
    }

    /// <summary>True when any place is armed; for callers that would have to build a name.</summary>
    public static bool IsArmed => Points is not null;

    /// <summary>Kills the process as <c>kill -9</c> does, if this place is armed.</summary>
    public static void Hit(string name)
    {
        if (Points is not null && Points.TryGetValue(name, out var armed) && armed.IsReached())
        {
            Console.Error.WriteLine($"failpoint {name}: killed");
            Console.Error.Flush();
            Process.GetCurrentProcess().Kill();
            // The signal may take a moment; nothing may happen after it.
            new ManualResetEventSlim(false).Wait();
        }
    }

    private static FrozenDictionary<string, Armed>? Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        return value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('@'))
            .ToFrozenDictionary(p => p[0], p => new Armed(p.Length > 1 ? int.Parse(p[1], provider: null) : 1), StringComparer.Ordinal);
    }
}
