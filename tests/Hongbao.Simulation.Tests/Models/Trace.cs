using System.Globalization;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>What happened, in order, and a hash of it: the same seed gives the same one.</summary>
internal sealed class Trace(DateTimeOffset start)
{
    private readonly List<(int? Sequence, string Line)> _lines = [];

    // FNV-1a.
    public ulong Hash { get; private set; } = 14695981039346656037UL;

    /// <summary>Adds a line of a sequence, or of the whole world.</summary>
    public void Add(int? sequence, DateTimeOffset at, string text)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{(at - start).TotalSeconds,9:0.000}s {(sequence is { } s ? $"#{s}" : "world"),6} {text}");
        _lines.Add((sequence, line));
        unchecked
        {
            foreach (var c in line)
            {
                Hash = (Hash ^ c) * 1099511628211UL;
            }
        }
    }

    /// <summary>What concerns one sequence: its own lines and the world's between them.</summary>
    public IEnumerable<string> Of(int? sequence)
    {
        var first = _lines.FindIndex(l => l.Sequence == sequence);
        return _lines.Skip(Math.Max(first, 0)).Where(l => l.Sequence is null || l.Sequence == sequence).Select(l => l.Line);
    }
}
