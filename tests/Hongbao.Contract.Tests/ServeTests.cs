using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>Starting and stopping, as an operator sees it.</summary>
public sealed class ServeTests
{
    [Fact]
    public async Task A_second_start_keeps_the_data_and_the_tokens()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        string packetNo;
        Api before;
        await using (var first = await ServerProcess.StartAsync(database.Folder))
        {
            before = new Api(first.Url);
            packetNo = (await before.PostAsync("/api/v1/packets", 7, RunningServer.Body())).Text("packetNo");
            Assert.Equal(0, await first.InterruptAsync());
        }

        using (before)
        {
            await using var second = await ServerProcess.StartAsync(database.Folder);
            using var after = new Api(second.Url, before);

            Assert.Equal("PENDING_PAYMENT", (await after.GetAsync($"/api/v1/packets/{packetNo}/status", 7)).Text("status"));
        }
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_of_a_rush_loses_no_answer()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        var told = new List<(long Uid, string ClaimNo)>();
        string packetNo;
        Api before;
        await using (var first = await ServerProcess.StartAsync(database.Folder))
        {
            before = new Api(first.Url);
            var created = await before.PostAsync("/api/v1/packets", 7, RunningServer.Body(("amount", 100_000), ("count", 100)));
            packetNo = created.Text("packetNo");
            Assert.Equal("SUCCEEDED", (await before.PostAsync($"/cashier/{created["payment"].GetProperty("payOrderNo").GetString()}/pay", 7)).Text("status"));
            var users = Enumerable.Range(100, 90).Select(u => (long)u).ToArray();
            await Task.WhenAll(users.Select(u => before.TokenAsync(u)));
            var claims = users.Select(u => ClaimAsync(before, packetNo, u)).ToArray();
            await Task.WhenAny(claims);
            Assert.Equal(0, await first.InterruptAsync());
            told.AddRange((await Task.WhenAll(claims)).Where(c => c.ClaimNo.Length > 0));
        }

        Assert.NotEmpty(told);
        using (before)
        {
            await using var second = await ServerProcess.StartAsync(database.Folder);
            using var after = new Api(second.Url, before);
            foreach (var (uid, claimNo) in told)
            {
                Assert.Equal(claimNo, (await after.PostAsync($"/api/v1/packets/{packetNo}/claims", uid)).Text("claimNo"));
            }
        }
    }

    [Fact]
    public async Task It_serves_the_page_the_api_and_its_readiness()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var server = await ServerProcess.StartAsync(database.Folder);
        using var http = new HttpClient { BaseAddress = new Uri(server.Url) };

        Assert.Contains("<div id=\"app\"", await http.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Contains("/api/v1/packets", await http.GetStringAsync("/openapi/v1.json"), StringComparison.Ordinal);
        Assert.Contains("swagger", await http.GetStringAsync("/docs/index.html"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("\"store.core\"", await http.GetStringAsync("/readyz"), StringComparison.Ordinal);
        Assert.Contains("ALIVE", await http.GetStringAsync("/healthz"), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(database.Folder, "keys.json")));
        }
    }

    [Fact]
    public async Task Development_tokens_do_not_exist_once_others_can_reach_it()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var server = await ServerProcess.StartAsync(database.Folder, null, "--urls", "http://0.0.0.0:0");
        using var http = new HttpClient();

        using var answer = await http.PostAsync(
            server.Url.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal) + "/api/v1/dev/token", new StringContent("{\"uid\":\"1001\"}", null, "application/json"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("demo data", server.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Development_tokens_are_told_at_the_start(string setting, bool areTold)
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var server = await ServerProcess.StartAsync(database.Folder, new Dictionary<string, string> { ["HONGBAO_Dev__Tokens"] = setting });
        Assert.Equal(0, await server.InterruptAsync());

        Assert.Equal(areTold, server.Output.Contains("Development tokens are on", StringComparison.Ordinal));
        Assert.Equal(areTold, server.Output.Contains("Dev:Tokens=false", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_taken_port_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        await AssertRefusedAsync([url, "in use", "--urls"], "--urls", url);
    }

    [Fact]
    public Task A_folder_that_cannot_be_written_is_told() =>
        // Nobody can write there, root neither.
        AssertRefusedAsync(["/proc/hongbao", "cannot be written", "--data"], "--data", "/proc/hongbao");

    [Fact]
    public async Task A_folder_in_use_is_told()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var server = await ServerProcess.StartAsync(database.Folder);

        await AssertRefusedAsync(["Another hongbao uses the data folder"], "--data", database.Folder);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task A_newer_schema_is_told_and_left_alone(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        await using (var server = await ServerProcess.StartAsync(database.Folder, ServerProcess.SettingsFor(database)))
        {
            Assert.Equal(0, await server.InterruptAsync());
        }

        await using (var session = await database.Open("async").WriteAsync(default))
        {
            await session.ExecuteAsync("insert into schema_version (number, name, checksum, applied_at) values (99, 'later', '', 0)", null, default);
            await session.CommitAsync(default);
        }

        await using var refused = await ServerProcess.TryStartAsync(database.Folder, ServerProcess.SettingsFor(database));

        AssertRefused(refused, "module 'async' was written by a newer release", "schema 99 'later'");
    }

    [Fact]
    public async Task All_faults_of_settings_are_told_at_once()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """{ "Core": { "CountMax": "many", "Colour": "red" }, "Nonsense": { "A": 1 } }""");
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);

        await using var refused = await ServerProcess.TryStartAsync(
            database.Folder, new Dictionary<string, string> { ["HONGBAO_BusinessTimeZone"] = "Mars/Olympus" }, "--settings", file, "--urls", "http://127.0.0.1:0/path");

        AssertRefused(refused, "Core:CountMax cannot be read", "Core:Colour is not a setting", "Nonsense is not a setting", "Mars/Olympus", "http://127.0.0.1:0/path");
        File.Delete(file);
    }

    [Fact]
    public async Task Values_out_of_range_are_told_at_once()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);

        await using var refused = await ServerProcess.TryStartAsync(database.Folder, new Dictionary<string, string>
        {
            ["HONGBAO_Core__CountMax"] = "0",
            ["HONGBAO_Async__CheckMs"] = "5000",
            ["HONGBAO_Async__CheckMsMax"] = "100",
            ["HONGBAO_Finance__CallbackKey"] = "short",
            ["HONGBAO_Gateway__Keys__0__Kid"] = "k",
            ["HONGBAO_Store__Kind"] = "postgres",
        });

        AssertRefused(refused, "Core:CountMax must be between", "Async:CheckMs must not be above", "Finance:CallbackKey", "Gateway:Keys:0", "Store:Postgres must be");
        Assert.DoesNotContain("short", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_explains_the_options()
    {
        using var help = Process.Start(new ProcessStartInfo(ServerProcess.Executable, ["serve", "--help"]) { RedirectStandardOutput = true })!;
        var text = await help.StandardOutput.ReadToEndAsync();

        Assert.All(new[] { "--data", "--urls", "--store", "--settings", "HONGBAO_" }, option => Assert.Contains(option, text, StringComparison.Ordinal));
    }

    private static async Task AssertRefusedAsync(string[] said, params string[] arguments)
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var refused = await ServerProcess.TryStartAsync(database.Folder, null, arguments);
        AssertRefused(refused, said);
    }

    private static void AssertRefused(ServerProcess refused, params string[] said)
    {
        Assert.Equal("", refused.Url);
        Assert.Equal(1, refused.ExitCode);
        Assert.All(said, text => Assert.Contains(text, refused.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
    }

    private static async Task<(long Uid, string ClaimNo)> ClaimAsync(Api api, string packetNo, long uid)
    {
        try
        {
            var answer = await api.PostAsync($"/api/v1/packets/{packetNo}/claims", uid);
            return (uid, answer.IsOk ? answer.Text("claimNo") : "");
        }
        catch (HttpRequestException)
        {
            return (uid, "");
        }
    }
}
