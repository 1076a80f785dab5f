using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hongbao.Foundation.Stores;

namespace Hongbao.Testing;

/// <summary>The five roles, each in a process of its own, on one PostgreSQL database; they call each other over TARS RPC.</summary>
public sealed class ServerCluster : IAsyncDisposable
{
    // Who is asked starts before who asks.
    private static readonly string[] Roles = ["finance", "core", "async", "query", "gateway"];
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(30);
    private readonly TestDatabase _database;
    private readonly Dictionary<string, string> _settings;
    private readonly Dictionary<string, ServerProcess> _processes = [];

    private ServerCluster(TestDatabase database, IReadOnlyDictionary<string, string> settings, string protocol)
    {
        _database = database;
        var ports = FreePorts(Roles.Length);
        Url = $"http://127.0.0.1:{ports[4]}";
        _settings = new(ServerProcess.SettingsFor(database))
        {
            ["HONGBAO_Finance__CallbackKey"] = CallbackKey,
            ["HONGBAO_Finance__CallbackUrl"] = $"{Url}/callbacks/finance",
        };
        for (var i = 0; i < 4; i++)
        {
            _settings[$"HONGBAO_Rpc__{Roles[i]}"] = $"{protocol} -h 127.0.0.1 -p {ports[i]}";
        }

        foreach (var (name, value) in settings)
        {
            _settings[name] = value;
        }
    }

    /// <summary>Signs finance's callbacks.</summary>
    public string CallbackKey { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The gateway's address, without a slash at the end; the same after a restart.</summary>
    public string Url { get; }

    /// <summary>Where a role is called, as in settings.</summary>
    public string EndpointOf(string role) => _settings[$"HONGBAO_Rpc__{role}"];

    /// <summary>What a role's process has written.</summary>
    public string OutputOf(string role) => _processes[role].Output;

    /// <summary>Starts all and waits until the gateway is ready.</summary>
    /// <param name="database">On PostgreSQL.</param>
    /// <param name="settings">For all processes.</param>
    /// <param name="protocol">Of their calls: tcp or ssl.</param>
    public static async Task<ServerCluster> StartAsync(TestDatabase database, IReadOnlyDictionary<string, string> settings, string protocol = "tcp")
    {
        if (database.Dialect != SqlDialect.Postgres)
        {
            throw new ArgumentException("several processes need PostgreSQL", nameof(database));
        }

        var cluster = new ServerCluster(database, settings, protocol);
        try
        {
            await cluster.StartAsync();
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    /// <summary><c>kill -9</c> of all, and another start of all.</summary>
    public async Task RestartAsync()
    {
        foreach (var role in Roles)
        {
            await KillAsync(role);
        }

        await StartAsync();
    }

    /// <summary><c>kill -9</c> of one.</summary>
    public async Task KillAsync(string role)
    {
        await _processes[role].KillAsync();
        await _processes[role].DisposeAsync();
        _processes.Remove(role);
    }

    /// <summary>Starts one that was killed, at the same addresses.</summary>
    public async Task StartAsync(string role)
    {
        var settings = new Dictionary<string, string>(_settings);
        if (settings.TryGetValue($"HONGBAO_Rpc__{role}", out var endpoint))
        {
            settings["HONGBAO_Rpc__Listen"] = endpoint;
        }

        var url = role == "gateway" ? Url : "http://127.0.0.1:0";
        _processes[role] = await ServerProcess.StartAsync(Path.Combine(_database.Folder, role), settings, "--roles", role, "--urls", url);
    }

    /// <summary>Returns when the gateway is ready, which it is when all others answer it.</summary>
    public async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        var deadline = TimeProvider.System.GetUtcNow() + ReadyDeadline;
        while (true)
        {
            using var answer = await http.GetAsync(new Uri(Url + "/readyz"));
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException($"not ready after {ReadyDeadline}: {await answer.Content.ReadAsStringAsync()}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Ctrl-C for all, the gateway first.</summary>
    /// <returns>Each role and its exit code.</returns>
    public async Task<IReadOnlyList<(string Role, int ExitCode)>> InterruptAsync()
    {
        var ended = new List<(string, int)>();
        foreach (var role in Roles.Reverse())
        {
            ended.Add((role, await _processes[role].InterruptAsync()));
        }

        return ended;
    }

    /// <summary>Kills those that still run.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values)
        {
            await process.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        foreach (var role in Roles)
        {
            await StartAsync(role);
        }

        await UntilReadyAsync();
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
        {
            listener.Start();
        }

        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Stop();
        }

        return ports;
    }
}
