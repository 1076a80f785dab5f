using System.Text.Json;
using Hongbao.Foundation.Signing;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>One server for the tests of a class, on SQLite; users of its own for each test.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private static long _nextUid = 5000;
    private ServerProcess? _process;
    private Api? _api;

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), "hongbao-tests", "contract-" + Guid.NewGuid().ToString("N"));

    /// <summary>Further settings, before it starts.</summary>
    public Dictionary<string, string> Settings { get; } = new()
    {
        ["HONGBAO_Core__TtlSecondsMin"] = "1",
        ["HONGBAO_Core__AmountPerDayMax"] = "5000000",
        // Nobody answers at port 9: the relations are silent.
        ["HONGBAO_Outside__Relations__Kind"] = "http",
        ["HONGBAO_Outside__Relations__Url"] = "http://127.0.0.1:9/relations",
        ["HONGBAO_Outside__Relations__Key"] = Convert.ToBase64String(new byte[32]),
    };

    public Api Api => _api ?? throw new InvalidOperationException("not started");

    public string Url => _process!.Url;

    /// <summary>A user that no other test knows.</summary>
    public static long NewUser() => Interlocked.Increment(ref _nextUid);

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Folder);
        await StartAsync();
    }

    /// <summary>As after a crash: nothing in memory is left.</summary>
    public async Task RestartAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_process is not null)
        {
            Assert.Equal(0, await _process.InterruptAsync());
            await _process.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>What finance signs its callbacks with.</summary>
    public CallbackSignature FinanceSignature()
    {
        using var keys = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "keys.json")));
        return new CallbackSignature(Convert.FromBase64String(keys.RootElement.GetProperty("CallbackKey").GetString()!));
    }

    /// <summary>The body of a creation that is acceptable; fields can be replaced by name.</summary>
    public static Dictionary<string, object?> Body(params (string Name, object? Value)[] other)
    {
        var body = new Dictionary<string, object?>
        {
            ["requestId"] = "r-" + Guid.NewGuid().ToString("N"),
            ["amount"] = 1000,
            ["count"] = 2,
            ["currency"] = "CNY",
            ["split"] = "random",
            ["scope"] = new { kind = "public" },
            ["funding"] = new { kind = "cashier" },
        };
        foreach (var (name, value) in other)
        {
            body[name] = value;
        }

        return body;
    }

    /// <summary>A created packet: its number and its payment order's.</summary>
    public async Task<(string PacketNo, string PayOrderNo)> CreateAsync(long sender, params (string Name, object? Value)[] other)
    {
        var created = await Api.PostAsync("/api/v1/packets", sender, Body(other));
        Assert.True(created.IsOk, created.ToString());
        return (created.Text("packetNo"), created["payment"].GetProperty("payOrderNo").GetString()!);
    }

    /// <summary>A packet that can be claimed.</summary>
    public async Task<string> CreatePaidAsync(long sender, params (string Name, object? Value)[] other)
    {
        var (packetNo, payOrderNo) = await CreateAsync(sender, other);
        await PayAsync(sender, payOrderNo);
        return packetNo;
    }

    public Task PayAsync(long sender, string payOrderNo) => UntilAsync(async () =>
    {
        var paid = await Api.PostAsync($"/cashier/{payOrderNo}/pay", sender);
        Assert.True(paid.IsOk, paid.ToString());
        return paid.Text("status") == "SUCCEEDED";
    }, "paid");

    public async Task<string> StatusAsync(string packetNo, long uid) => (await Api.GetAsync($"/api/v1/packets/{packetNo}/status", uid)).Text("status");

    /// <summary>Polls until it is true.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isTrue, string what)
    {
        var deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(60);
        while (!await isTrue())
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"not {what} within a minute");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private async Task StartAsync()
    {
        _process = await ServerProcess.StartAsync(Folder, Settings);
        var before = _api;
        _api = new Api(_process.Url, before);
        before?.Dispose();
    }
}
