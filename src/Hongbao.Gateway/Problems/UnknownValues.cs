using System.Collections.Concurrent;

namespace Hongbao.Gateway.Problems;

/// <summary>Enumerators of a newer module that this release has no name for: each is told to the log once, however often it comes.</summary>
internal sealed class UnknownValues(ILogger<UnknownValues> log)
{
    private readonly ConcurrentDictionary<Enum, bool> _told = new();

    /// <summary>Tells of a value, if it is unknown and was not told before.</summary>
    /// <returns>True when this release knows it.</returns>
    public bool IsKnown<T>(T value)
        where T : struct, Enum
    {
        if (Enum.IsDefined(value))
        {
            return true;
        }

        if (_told.TryAdd(value, true))
        {
            log.LogWarning("A module answers with {Enum} {Value}, which this release does not know; callers are told INTERNAL. Upgrade this process", typeof(T).Name, value.ToString("D"));
        }

        return false;
    }
}
