using System.Diagnostics;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Waits for what happens elsewhere, with a deadline that only a fault reaches.</summary>
internal static class Poll
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    public static async Task UntilAsync(Func<bool> isSo, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Deadline, $"it never happened: {what}");
            await Task.Delay(2);
        }
    }
}
