using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Hongbao.Foundation.Stores;

namespace Hongbao.Testing;

/// <summary>
/// The real executable on a free loopback port, as a user would start it. A test project that uses it refers to Hongbao.Host
/// without its assembly, so that it is built.
/// </summary>
public sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(20);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<string?> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _url.TrySetResult(null);
    }

    /// <summary>The executable beside the running test.</summary>
    public static string Executable
    {
        get
        {
            // artifacts/bin/PROJECT/CONFIGURATION/
            var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(own.Parent!.Parent!.FullName, "Hongbao.Host", own.Name, "hongbao");
        }
    }

    /// <summary>Where it listens, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>All it has written, for failures.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>True once the process is gone.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>The exit code of a process that is gone.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Completes when the process is gone.</summary>
    public Task Exited => _process.WaitForExitAsync();

    /// <summary>Starts <c>hongbao serve</c> and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">It ended instead; the message has what it wrote.</exception>
    public static async Task<ServerProcess> StartAsync(string dataFolder, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        var server = await TryStartAsync(dataFolder, environment, arguments);
        if (server.Url.Length > 0)
        {
            return server;
        }

        await using (server)
        {
            throw new InvalidOperationException($"hongbao serve ended with {server.ExitCode}:\n{server.Output}");
        }
    }

    /// <summary>As <see cref="StartAsync"/>; a server that ended at once has no <see cref="Url"/>.</summary>
    public static Task<ServerProcess> TryStartAsync(string dataFolder, IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        string[] data = arguments.Contains("--data") ? [] : ["--data", dataFolder];
        string[] urls = arguments.Contains("--urls") ? [] : ["--urls", "http://127.0.0.1:0"];
        return RunAsync([Executable, "serve", .. data, .. urls, .. arguments], environment ?? new Dictionary<string, string>());
    }

    /// <summary>As <see cref="TryStartAsync"/>, by a command that runs the rest of its arguments.</summary>
    public static Task<ServerProcess> TryStartUnderAsync(string[] command, string dataFolder) =>
        RunAsync([.. command, Executable, "serve", "--data", dataFolder, "--urls", "http://127.0.0.1:0"], new Dictionary<string, string>());

    private static async Task<ServerProcess> RunAsync(string[] command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var server = new ServerProcess(start);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        try
        {
            server.Url = await server._url.Task.WaitAsync(StartDeadline) ?? "";
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        if (server.Url.Length == 0)
        {
            // What it wrote last may still be on its way.
            await server._process.WaitForExitAsync();
        }

        return server;
    }

    /// <summary>Settings that put it onto a test's database.</summary>
    public static Dictionary<string, string> SettingsFor(TestDatabase database) => database.Dialect == SqlDialect.Postgres
        ? new()
        {
            ["HONGBAO_Store__Kind"] = "postgres",
            ["HONGBAO_Store__Postgres"] = database.ConnectionString,
            ["HONGBAO_Store__PostgresFinance"] = database.ConnectionString,
            ["HONGBAO_Store__ConnectionsMax"] = "10",
        }
        : [];

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ctrl-C.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> InterruptAsync() => SignalAsync("-INT");

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> TerminateAsync() => SignalAsync("-TERM");

    private async Task<int> SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(StopDeadline);
        return _process.ExitCode;
    }

    /// <summary>Kills it if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (Greeting().Match(line) is { Success: true } greeting)
        {
            _url.TrySetResult(greeting.Groups[1].Value);
        }
    }

    [GeneratedRegex("^Hongbao serves (http://[^ ]+)")]
    private static partial Regex Greeting();
}
