using System.Diagnostics;
using System.Text.Json;

namespace Hongbao.Jce.Bench;

/// <summary>A program that is told what to do line by line and answers so; it ends when its standard input does, even if this process dies.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string _name;

    private ChildProcess(string program, string[] arguments)
    {
        _name = $"{Path.GetFileName(program)} {string.Join(' ', arguments)}";
        // What it has to complain about goes to our screen.
        _process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{_name} could not be started");
    }

    /// <summary>Folder of the programs for Node, from the root of the project, where the benchmark is run.</summary>
    public static string NodeFolder { get; } = Path.Combine("bench", "Hongbao.Jce.Bench", "node");

    /// <summary>CPU time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>This program in another role.</summary>
    public static ChildProcess Own(params string[] arguments) => new(Environment.ProcessPath!, arguments);

    /// <summary>A script of <see cref="NodeFolder"/>, without Node's complaints about how the peer's packages refer to each other.</summary>
    public static ChildProcess Node(string script, params string[] arguments) => new("node", ["--no-warnings", Path.Combine(NodeFolder, script), .. arguments]);

    /// <summary>What follows the first word of the next line, which must be the one that is expected.</summary>
    /// <exception cref="InvalidOperationException">It said something else, or ended.</exception>
    public async Task<string> ReadAsync(string word)
    {
        var line = await ReadAsync();
        return line.StartsWith(word + " ", StringComparison.Ordinal) ? line[(word.Length + 1)..] : throw new InvalidOperationException($"{_name} said: {line}");
    }

    /// <summary>Asks, and waits for the answer.</summary>
    /// <exception cref="InvalidOperationException">It ended, or said what cannot be understood.</exception>
    public async Task<JsonElement> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        var answer = await ReadAsync();
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{_name} said: {answer}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            await _process.WaitForExitAsync().WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) ?? throw new InvalidOperationException($"{_name} ended");
}
