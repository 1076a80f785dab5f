using System.Diagnostics;
using System.Text;

namespace Hongbao.Web.Tests;

/// <summary>The real executable, with a data folder of its own, on a port that the system chose.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private ServerProcess(Process process, string dataFolder)
    {
        _process = process;
        DataFolder = dataFolder;
    }

    public string Url { get; private set; } = "";

    public string DataFolder { get; }

    public static async Task<ServerProcess> StartAsync()
    {
        // artifacts/bin/<this project>/<configuration>/ and, beside it, artifacts/bin/Hongbao.Host/<the same>/.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Hongbao.Host", configuration));
        Assert.True(File.Exists(Path.Combine(folder, "web", "index.html")),
            $"{folder} has no page: the host was built before the page. Run ./test Web, or npm run build in web/ and build again.");

        var data = Directory.CreateTempSubdirectory("hongbao-web-").FullName;
        var start = new ProcessStartInfo(Path.Combine(folder, "hongbao"), ["serve", "--data", data, "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = data,
        };
        var server = new ServerProcess(new Process { StartInfo = start }, data);
        try
        {
            await server.ListenAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        catch (InvalidOperationException)
        {
            // It never started.
        }

        _process.Dispose();
        Directory.Delete(DataFolder, recursive: true);
    }

    private async Task ListenAsync()
    {
        var listening = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Hear(string? line)
        {
            lock (_said)
            {
                _said.AppendLine(line);
            }

            if (line is null)
            {
                listening.TrySetException(new InvalidOperationException("the server ended"));
            }
            else if (Greeting().Match(line) is { Success: true } greeting)
            {
                listening.TrySetResult(greeting.Groups[1].Value);
            }
        }

        _process.OutputDataReceived += (_, e) => Hear(e.Data);
        _process.ErrorDataReceived += (_, e) =>
        {
            lock (_said)
            {
                _said.AppendLine(e.Data);
            }
        };
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            Url = await listening.Task.WaitAsync(Patience);
        }
        catch (Exception e) when (e is TimeoutException or InvalidOperationException)
        {
            string said;
            lock (_said)
            {
                said = _said.ToString();
            }

            Assert.Fail($"hongbao serve did not start: {e.Message}\n{said}");
        }
    }

    [GeneratedRegex(@"Hongbao serves (http://\S+)")]
    private static partial Regex Greeting();
}
