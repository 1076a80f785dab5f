using System.Text.RegularExpressions;

namespace Hongbao.Crash.Tests;

/// <summary>The list of places to die at is that of the sources.</summary>
public sealed partial class KillPointTests
{
    [Fact]
    public void Every_failpoint_of_the_sources_is_one_that_the_process_is_killed_at()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Hongbao.slnx")))
        {
            root = root.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        var sources = string.Join('\n', Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var named = Names().Matches(sources).Select(m => m.Groups[1].Value);
        // Lanes build their names from the step of a command; looking a packet up commits nothing.
        var steps = Steps().Matches(sources).Select(m => m.Groups[1].Value).Where(s => s != "core.lookup").SelectMany(s => new[] { s + ".before_commit", s + ".after_commit" });

        Assert.Equal(named.Concat(steps).Distinct().Order(StringComparer.Ordinal), KillPoints.All.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""(?:Failpoint\.Hit\(|CommitPoints \w+ = new\(|, )"((?:core|async|query|campaign|finance|outbox)\.[a-z_.]*(?:before|after)_[a-z]+)"\)?""")]
    private static partial Regex Names();

    [GeneratedRegex("""string Step => "([a-z.]+)";""")]
    private static partial Regex Steps();
}
