using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>The programs in tests/peers/node: the peer's own runtime in a process of its own.</summary>
public sealed partial class NodePeer : IAsyncLifetime
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _server;

    /// <summary>The peer's server, as clients address it.</summary>
    public string Address { get; private set; } = "";

    private static string Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Hongbao.slnx")))
                {
                    return Path.Combine(folder.FullName, "tests", "peers", "node");
                }
            }

            throw new InvalidOperationException("no Hongbao.slnx above the tests");
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
        {
            var (code, output) = await RunAsync("npm", "ci", "--no-audit", "--no-fund");
            Assert.True(code == 0, output);
        }

        _server = Start("node", "server.js");
        _server.OutputDataReceived += (_, line) => Read(line.Data);
        _server.ErrorDataReceived += (_, line) => Read(line.Data);
        _server.Exited += (_, _) => _port.TrySetException(new InvalidOperationException("the peer ended: " + string.Join('\n', _lines)));
        _server.EnableRaisingEvents = true;
        _server.BeginOutputReadLine();
        _server.BeginErrorReadLine();
        var port = await _port.Task.WaitAsync(s_deadline);
        Address = string.Create(CultureInfo.InvariantCulture, $"PeerTest.PeerServer.PeerObj@tcp -h 127.0.0.1 -p {port} -t 60000");
    }

    /// <summary>Runs the peer's client against a server of ours.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> CallAsync(string address)
    {
        var (code, output) = await RunAsync("node", "client.js", address);
        Assert.True(code == 0, output);
        return output.Split('\n').Single(l => l.StartsWith('{'));
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            if (!_server.HasExited)
            {
                _server.Kill();
                await _server.WaitForExitAsync();
            }

            _server.Dispose();
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(string command, params string[] arguments)
    {
        using var process = Start(command, arguments);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_deadline);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }

    private static Process Start(string command, params string[] arguments) => Process.Start(new ProcessStartInfo(command, arguments)
    {
        WorkingDirectory = Folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (Greeting().Match(line) is { Success: true } match)
        {
            _port.TrySetResult(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"^listening on (\d+)$")]
    private static partial Regex Greeting();
}
