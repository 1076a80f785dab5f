using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;

namespace Hongbao.Web.Tests;

/// <summary>The API, for what a test needs before or beside what the page does.</summary>
internal sealed class Client(string url) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient _http = new() { BaseAddress = new Uri(url) };
    private int _requests;

    public void Dispose() => _http.Dispose();

    public async Task<string> TokenAsync(long uid, string app, string? role = null)
    {
        var body = new JsonObject { ["uid"] = Text(uid), ["app"] = app };
        if (role is not null)
        {
            body["role"] = role;
        }

        return (string)(await SendAsync(HttpMethod.Post, "/api/v1/dev/token", null, body))["token"]!;
    }

    /// <summary>A paid and published packet.</summary>
    public async Task<string> PacketAsync(string app, long uid, Action<JsonObject>? change = null)
    {
        var token = await TokenAsync(uid, app);
        var created = await CreateAsync(token, change);
        var payOrderNo = (string)created["payment"]!["payOrderNo"]!;
        await UntilAsync($"packet is paid", async () =>
            (string)(await SendAsync(HttpMethod.Post, $"/cashier/{payOrderNo}/pay", token))["status"]! == "SUCCEEDED");
        var packetNo = (string)created["packetNo"]!;
        await SendAsync(HttpMethod.Put, $"/api/v1/packets/{packetNo}/content", token, new JsonObject { ["contentId"] = "clip-snow-" + packetNo });
        return packetNo;
    }

    public async Task<JsonNode> UnpaidAsync(string app, long uid) => await CreateAsync(await TokenAsync(uid, app), null);

    public async Task<long> ClaimAsync(string app, long uid, string packetNo) =>
        (long)(await SendAsync(HttpMethod.Post, $"/api/v1/packets/{packetNo}/claims", await TokenAsync(uid, app)))["amount"]!;

    public async Task<JsonNode> GetAsync(string app, long uid, string path) => await SendAsync(HttpMethod.Get, path, await TokenAsync(uid, app));

    public async Task UntilStatusAsync(string app, long uid, string packetNo, string status)
    {
        var token = await TokenAsync(uid, app);
        await UntilAsync($"packet {packetNo} is {status}", async () =>
            (string)(await SendAsync(HttpMethod.Get, $"/api/v1/packets/{packetNo}/status", token))["status"]! == status);
    }

    public async Task UntilChangeAsync(string app, long uid, long change)
    {
        var token = await TokenAsync(uid, app);
        await UntilAsync($"user {uid} has {change}", async () => (long)(await SendAsync(HttpMethod.Get, "/api/v1/me/wallet", token))["change"]! == change);
    }

    /// <summary>A scheduled campaign that users know of, with one round in which everybody wins 8.88.</summary>
    public async Task<string> CampaignAsync(string app, double startsIn = -1, double seconds = 600, Action<JsonObject>? change = null)
    {
        var starts = DateTimeOffset.UtcNow.AddSeconds(startsIn);
        var plan = new JsonObject
        {
            ["name"] = "新春红包雨",
            ["currency"] = "CNY",
            ["budget"] = 1_000_000,
            ["startsAt"] = Moment(starts.AddSeconds(-60)),
            ["endsAt"] = Moment(starts.AddSeconds(seconds + 3600)),
            ["rounds"] = new JsonArray(Round(1, startsIn, seconds)),
            ["prizes"] = new JsonArray(new JsonObject { ["amount"] = 888, ["probability"] = 1 }),
            ["perUserLimit"] = 9,
            ["tokenTtlSeconds"] = 86_400,
            ["reason"] = "a test",
        };
        change?.Invoke(plan);
        var admin = await TokenAsync(9, app, "admin");
        var campaignId = (string)(await SendAsync(HttpMethod.Post, "/ops/v1/campaigns", admin, plan))["campaignId"]!;
        await ChangeCampaignAsync(app, campaignId, "schedule");
        await UntilAsync("the campaign is shown", async () =>
            (await GetAsync(app, 1001, "/api/v1/campaigns"))["items"]!.AsArray().Any(c => (string)c!["campaignId"]! == campaignId));
        return campaignId;
    }

    /// <summary>A round that begins so many seconds from now.</summary>
    public static JsonObject Round(int round, double startsIn, double seconds)
    {
        var starts = DateTimeOffset.UtcNow.AddSeconds(startsIn);
        return new() { ["round"] = round, ["startsAt"] = Moment(starts), ["endsAt"] = Moment(starts.AddSeconds(seconds)) };
    }

    /// <summary>Makes a campaign's plan one that nobody wins in.</summary>
    public static void NobodyWins(JsonObject plan)
    {
        plan["prizes"] = new JsonArray(new JsonObject { ["amount"] = 888, ["quantity"] = 1 });
        plan["passRate"] = 0.000000001m;
    }

    /// <summary>pause, resume, end.</summary>
    public async Task ChangeCampaignAsync(string app, string campaignId, string change) =>
        await SendAsync(HttpMethod.Post, $"/ops/v1/campaigns/{campaignId}/{change}", await TokenAsync(9, app, "admin"), new JsonObject { ["reason"] = "a test" });

    /// <summary>A draw in the first round: the token of what was won.</summary>
    public async Task<string> WinAsync(string app, long uid, string campaignId) =>
        (string)(await SendAsync(HttpMethod.Post, $"/api/v1/campaigns/{campaignId}/rounds/1/draws", await TokenAsync(uid, app)))["token"]!;

    /// <summary>A packet sent with a win.</summary>
    public async Task<string> PacketWithAsync(string app, long uid, string token, int count = 1) =>
        (string)(await CreateAsync(await TokenAsync(uid, app), p =>
        {
            p["count"] = count;
            p["greeting"] = "Good luck";
            p["funding"] = new JsonObject { ["kind"] = "subsidy", ["token"] = token };
            p["contentId"] = "clip-snow-" + token[^8..];
        }))["packetNo"]!;

    /// <summary>Gives a user 8.88 of reward money, by a packet of another one.</summary>
    public async Task RewardAsync(string app, long uid, long sender = 1009)
    {
        var packetNo = await PacketWithAsync(app, sender, await WinAsync(app, sender, await CampaignAsync(app)));
        await ClaimAsync(app, uid, packetNo);
        await UntilAsync($"user {uid} has 888 of rewards", async () => (long)(await GetAsync(app, uid, "/api/v1/me/wallet"))["reward"]! == 888);
    }

    public async Task WithdrawAsync(string app, long uid, long amount) =>
        await SendAsync(HttpMethod.Post, "/api/v1/me/withdrawals", await TokenAsync(uid, app),
            new JsonObject { ["requestId"] = $"web-test-{Interlocked.Increment(ref _requests)}", ["amount"] = amount });

    /// <summary>Finance decides payments so much later; 0 puts it right again.</summary>
    public async Task DelayPaymentsAsync(string app, int milliseconds)
    {
        var operations = milliseconds == 0 ? new JsonArray() : new JsonArray(new JsonObject { ["operation"] = "pay", ["laterPermille"] = 1000, ["laterMs"] = milliseconds });
        await SendAsync(HttpMethod.Put, "/ops/v1/finance/faults", await TokenAsync(9, app, "admin"), new JsonObject { ["reason"] = "a test", ["operations"] = operations });
    }

    /// <summary>A token that the server signed itself, but whose time is over.</summary>
    public static string ExpiredToken(string dataFolder, long uid, string audience)
    {
        var keys = JsonNode.Parse(File.ReadAllBytes(Path.Combine(dataFolder, "keys.json")))!;
        var head = Encode(new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT", ["kid"] = "embedded" });
        var body = Encode(new JsonObject { ["sub"] = Text(uid), ["aud"] = audience, ["iat"] = 1_600_000_000, ["exp"] = 1_600_003_600 });
        var signature = HMACSHA256.HashData(Convert.FromBase64String((string)keys["TokenKey"]!), Encoding.ASCII.GetBytes($"{head}.{body}"));
        return $"{head}.{body}.{Base64Url.EncodeToString(signature)}";
    }

    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await isSo())
        {
            Assert.True(DateTime.UtcNow < deadline, $"not in time: {what}");
            await Task.Delay(50);
        }
    }

    /// <summary>What opens so many seconds from now.</summary>
    public static string From(double seconds) => Moment(DateTimeOffset.UtcNow.AddSeconds(seconds));

    /// <summary>Makes a packet or a campaign's plan one that opens with a password.</summary>
    public static void Asks(JsonObject made, string password) => made["condition"] = new JsonObject { ["kind"] = "password", ["password"] = password };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    private Task<JsonNode> CreateAsync(string token, Action<JsonObject>? change)
    {
        var packet = new JsonObject
        {
            ["requestId"] = $"web-test-{Interlocked.Increment(ref _requests)}",
            ["amount"] = 888,
            ["count"] = 2,
            ["currency"] = "CNY",
            ["split"] = "random",
            ["scope"] = new JsonObject { ["kind"] = "public" },
            ["greeting"] = "岁岁平安",
            ["funding"] = new JsonObject { ["kind"] = "cashier" },
        };
        change?.Invoke(packet);
        return SendAsync(HttpMethod.Post, "/api/v1/packets", token, packet);
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? token, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}
