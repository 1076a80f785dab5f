using System.Globalization;

namespace Hongbao.Bench.Measuring;

/// <summary>CPU time of a benchmark: itself, what it started, its PostgreSQL with all backends, its Redis servers. The rest of a busy machine is others' work.</summary>
internal sealed class OwnCpu
{
    // Fields of /proc/PID/stat behind the name, from the state on.
    private const int Parent = 1, User = 11, System = 12, ChildUser = 13, ChildSystem = 14;
    private static readonly string[] PidFiles = ["postgres/data/postmaster.pid", "redis/pid", "redis-aof/pid"];
    private readonly int[] _roots;

    /// <summary>Of a benchmark without servers.</summary>
    public OwnCpu() => _roots = [Environment.ProcessId];

    /// <summary>Of one with servers.</summary>
    /// <param name="workFolder">Where bench/run keeps the servers.</param>
    public OwnCpu(string workFolder)
    {
        var servers = PidFiles.Select(f => Path.Combine(workFolder, f)).Where(File.Exists).Select(f => int.Parse(File.ReadLines(f).First(), CultureInfo.InvariantCulture));
        _roots = [Environment.ProcessId, .. servers];
    }

    /// <summary>Ticks so far; those of backends that ended are the postmaster's.</summary>
    public long Ticks() => Directory.EnumerateDirectories("/proc").Sum(TicksOf);

    private long TicksOf(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            return 0;
        }

        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int at) => long.Parse(fields[at], CultureInfo.InvariantCulture);
            return _roots.Contains(pid) ? Field(User) + Field(System) + Field(ChildUser) + Field(ChildSystem)
                : _roots.Contains((int)Field(Parent)) ? Field(User) + Field(System)
                : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile.
            return 0;
        }
    }
}
