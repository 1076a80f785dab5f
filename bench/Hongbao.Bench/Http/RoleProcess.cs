using System.Diagnostics;

namespace Hongbao.Bench.Http;

/// <summary>This program in another role; it ends when its standard input does, even if this process dies.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private readonly Process _process;

    public RoleProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException("a process could not be started");
    }

    /// <summary>Ends it at once, as a crash would (SIGKILL); what it had said can still be read.</summary>
    public void Kill() => _process.Kill();

    public Task WriteAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The next line that it says.</summary>
    /// <exception cref="InvalidOperationException">It ended.</exception>
    public async Task<string> ReadAsync() =>
        await TryReadAsync() ?? throw new InvalidOperationException($"the process {_process.StartInfo.ArgumentList[0]} ended");

    /// <summary>The next line, or null when it ended; the last one of a killed process may be cut.</summary>
    public Task<string?> TryReadAsync() => _process.StandardOutput.ReadLineAsync();

    /// <summary>Reads up to the address that a server says; what it says later, its log, goes to our screen where it warns.</summary>
    public async Task<string> ReadAddressAsync()
    {
        string line;
        do
        {
            line = await ReadAsync();
            Warn(line);
        }
        while (!line.StartsWith("http://", StringComparison.Ordinal));

        _ = PassWarningsAsync();
        return line;
    }

    private async Task PassWarningsAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Warn(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static void Warn(string line)
    {
        // That credit requests wait is as it should be here.
        if (!line.Contains("Nobody in this process listens", StringComparison.Ordinal) && (line.Contains(" warn:", StringComparison.Ordinal) || line.Contains(" fail:", StringComparison.Ordinal) || line.Contains(" crit:", StringComparison.Ordinal)))
        {
            Console.Error.WriteLine("  " + line);
        }
    }
}
