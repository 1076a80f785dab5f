using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Hongbao.Foundation.Stores;

namespace Hongbao.Testing;

/// <summary>The six roles, each in a process of its own, on one PostgreSQL database; they call each other over TARS RPC.</summary>
public sealed class ServerCluster : IAsyncDisposable
{
    // Who is asked starts before who asks.
    private static readonly string[] Roles = ["finance", "campaign", "core", "async", "query", "gateway"];
    private static readonly TimeSpan ReadyDeadline = TimeSpan.FromSeconds(30);

    // Below the ports that the system gives to connections by itself, so that only another cluster can take one meanwhile: then others are tried.
    private const int LowestPort = 20_000;
    private const int HighestPort = 32_000;
    private const int PortsTries = 5;
    private readonly UserTokenKey _users = new();
    private readonly TestDatabase _database;
    private readonly Dictionary<string, string> _settings;
    private readonly Dictionary<string, ServerProcess> _processes = [];

    private ServerCluster(TestDatabase database, IReadOnlyDictionary<string, string> settings, string protocol, int[] ports)
    {
        _database = database;
        Url = $"http://127.0.0.1:{ports[^1]}";
        _settings = new(ServerProcess.SettingsFor(database))
        {
            ["HONGBAO_Finance__CallbackKey"] = CallbackKey,
            ["HONGBAO_Finance__CallbackUrl"] = $"{Url}/callbacks/finance",
            ["HONGBAO_Subsidies__TokenKeys__0__Id"] = "cluster",
            ["HONGBAO_Subsidies__TokenKeys__0__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        };
        foreach (var (name, value) in _users.Settings)
        {
            _settings[name] = value;
        }

        for (var i = 0; i < Roles.Length - 1; i++)
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

    /// <summary>A client that signs its own tokens.</summary>
    public Api Connect() => new(Url, key: _users);

    /// <summary>What each process is told, by the names of the environment.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Where a role is called, as in settings.</summary>
    public string EndpointOf(string role) => _settings[$"HONGBAO_Rpc__{role}"];

    /// <summary>Where a role's own process answers HTTP.</summary>
    public string UrlOf(string role) => _processes[role].Url;

    /// <summary>What a role's process has written.</summary>
    public string OutputOf(string role) => _processes[role].Output;

    /// <summary>Starts all and waits until the gateway is ready.</summary>
    /// <param name="database">On PostgreSQL.</param>
    /// <param name="settings">For all processes.</param>
    /// <param name="protocol">Of their calls: tcp or ssl.</param>
    /// <param name="ports">Gives as many ports as it is asked for; by default free ones.</param>
    public static async Task<ServerCluster> StartAsync(
        TestDatabase database, IReadOnlyDictionary<string, string> settings, string protocol = "tcp", Func<int, int[]>? ports = null)
    {
        if (database.Dialect != SqlDialect.Postgres)
        {
            throw new ArgumentException("several processes need PostgreSQL", nameof(database));
        }

        for (var tries = 1; ; tries++)
        {
            var cluster = new ServerCluster(database, settings, protocol, (ports ?? FreePorts)(Roles.Length));
            try
            {
                await cluster.StartAsync();
                return cluster;
            }
            catch (InvalidOperationException e) when (tries < PortsTries && WasTaken(e))
            {
                await cluster.DisposeAsync();
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
    }

    // What serve says of an address that somebody else has, of RPC and of HTTP.
    private static bool WasTaken(InvalidOperationException ended) => ended.Message.Contains("Rpc:Listen", StringComparison.Ordinal)
        ? ended.Message.Contains("cannot be used", StringComparison.Ordinal)
        : ended.Message.Contains("Failed to bind", StringComparison.Ordinal);

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

    /// <summary>Returns when the gateway is ready and all others answer it.</summary>
    public async Task UntilReadyAsync()
    {
        using var http = new HttpClient();
        var deadline = TimeProvider.System.GetUtcNow() + ReadyDeadline;
        while (true)
        {
            using var answer = await http.GetAsync(new Uri(Url + "/readyz"));
            var state = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode && !state.Contains("NOT_READY", StringComparison.Ordinal))
            {
                return;
            }

            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException($"not ready after {ReadyDeadline}: {state}");
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
        var listeners = new List<TcpListener>();
        while (listeners.Count < count)
        {
            var listener = new TcpListener(IPAddress.Loopback, RandomNumberGenerator.GetInt32(LowestPort, HighestPort));
            try
            {
                listener.Start();
                listeners.Add(listener);
            }
            catch (SocketException)
            {
                // Somebody's.
            }
        }

        var ports = listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
        {
            listener.Stop();
        }

        return ports;
    }
}
