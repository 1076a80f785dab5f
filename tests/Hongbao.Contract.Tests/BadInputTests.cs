using System.Net;
using System.Text;

namespace Hongbao.Contract.Tests;

/// <summary>What is not acceptable gets the right code, names the field, and changes nothing.</summary>
public abstract class BadInputTests(RunningServer server)
{
    public static TheoryData<string, string> BadBodies()
    {
        const string Rest = """ "currency":"CNY","scope":{"kind":"public"},"funding":{"kind":"cashier"} """;
        string Create(string amount, string count, string split = "random", string more = "") =>
            $$"""{"requestId":"r1","amount":{{amount}},"count":{{count}},"split":"{{split}}",{{Rest}}{{more}}}""";
        return new TheoryData<string, string>
        {
            { "amount", Create("0", "1") },
            { "amount", Create("-1", "1") },
            { "amount", Create("20001", "1") },
            { "amount", Create("1001", "2", "equal") },
            { "amount", Create("9223372036854775808", "1") },
            { "amount", Create("10.5", "1") },
            { "amount", Create("1e3", "1") },
            { "amount", Create("\"1000\"", "1") },
            { "amount", Create("null", "1") },
            { "amount", Create("1", "2") },
            { "count", Create("1000", "0") },
            { "count", Create("1000", "-1") },
            { "count", Create("1000", "101") },
            { "count", Create("1000", "2147483648") },
            { "split", Create("1000", "2", "lucky") },
            { "scope.kind", """{"requestId":"r1","amount":1000,"count":2,"split":"random","currency":"CNY","scope":{"kind":"everyone"},"funding":{"kind":"cashier"}}""" },
            { "scope.uids", """{"requestId":"r1","amount":1000,"count":2,"split":"random","currency":"CNY","scope":{"kind":"exclusive"},"funding":{"kind":"cashier"}}""" },
            { "scope.uids", """{"requestId":"r1","amount":1000,"count":2,"split":"random","currency":"CNY","scope":{"kind":"exclusive","uids":["0017"]},"funding":{"kind":"cashier"}}""" },
            { "currency", """{"requestId":"r1","amount":1000,"count":2,"split":"random","currency":"XXX","scope":{"kind":"public"},"funding":{"kind":"cashier"}}""" },
            { "funding.kind", """{"requestId":"r1","amount":1000,"count":2,"split":"random","currency":"CNY","scope":{"kind":"public"},"funding":{"kind":"cash"}}""" },
            { "requestId", Create("1000", "2").Replace("\"r1\"", "\"\"", StringComparison.Ordinal) },
            { "requestId", Create("1000", "2").Replace("\"r1\"", "\"" + new string('r', 65) + "\"", StringComparison.Ordinal) },
            { "greeting", Create("1000", "2", more: ",\"greeting\":\"" + new string('喜', 65) + "\"") },
            { "greeting", Create("1000", "2", more: ",\"greeting\":\"" + new string('x', 10_240) + "\"") },
            { "greeting", Create("1000", "2", more: ",\"greeting\":\"a\\u0007b\"") },
            { "greeting", Create("1000", "2", more: ",\"greeting\":\"a\\u202eb\"") },
            { "contentId", Create("1000", "2", more: ",\"contentId\":\"" + new string('v', 65) + "\"") },
            { "ttlSeconds", Create("1000", "2", more: ",\"ttlSeconds\":-1") },
            { "ttlSeconds", Create("1000", "2", more: ",\"ttlSeconds\":604801") },
        };
    }

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task A_bad_field_is_named_and_nothing_is_created(string field, string body)
    {
        var sender = RunningServer.NewUser();

        var answer = await server.Api.PostAsync("/api/v1/packets", sender, body);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_FAILED"), (answer.Status, answer.Code));
        Assert.True(answer["errors"].EnumerateObject().Any(e => e.Name == field || e.Name.StartsWith(field, StringComparison.Ordinal)), answer.ToString());
        await AssertNothingSentAsync(sender);
    }

    [Theory]
    [InlineData("{\"requestId\":\"r1\",\"amount\":10")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"requestId\":\"r1\",\"requestId\":\"r2\"}")]
    [InlineData("\u0000\u0001\u0002")]
    public async Task A_body_that_is_not_the_json_of_a_packet_is_refused(string body)
    {
        var sender = RunningServer.NewUser();

        var answer = await server.Api.PostAsync("/api/v1/packets", sender, body);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_FAILED"), (answer.Status, answer.Code));
        await AssertNothingSentAsync(sender);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_unread()
    {
        var sender = RunningServer.NewUser();

        var answer = await server.Api.PostAsync("/api/v1/packets", sender, "{\"greeting\":\"" + new string('x', 70_000) + "\"}");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE"), (answer.Status, answer.Code));
        await AssertNothingSentAsync(sender);
    }

    [Theory]
    [InlineData("祝你 🧧🎉")]
    [InlineData("👨‍👩‍👧‍👦 family")]
    [InlineData("")]
    public async Task Emoji_are_good_greetings_and_come_back_as_they_were(string greeting)
    {
        var sender = RunningServer.NewUser();

        var (packetNo, _) = await server.CreateAsync(sender, ("greeting", greeting));

        Assert.Equal(greeting, (await server.Api.GetAsync($"/api/v1/packets/{packetNo}", sender)).Text("greeting"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer x.y.z")]
    // {"alg":"none"} with sub 1001, not signed.
    [InlineData("Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxMDAxIiwiYXVkIjoiaG9uZ2JhbyIsImV4cCI6NDEwMjQ0NDgwMH0.")]
    // Signed by another key, right in everything else.
    [InlineData("Bearer eyJhbGciOiJIUzI1NiIsImtpZCI6ImVtYmVkZGVkIiwidHlwIjoiSldUIn0.eyJzdWIiOiIxMDAxIiwiYXVkIjoiaG9uZ2JhbyIsImV4cCI6NDEwMjQ0NDgwMH0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_that_proves_nothing_gets_nothing(string authorization)
    {
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/api/v1/packets"), (HttpMethod.Get, "/api/v1/me/wallet"), (HttpMethod.Get, "/api/v1/packets") })
        {
            using var request = new HttpRequestMessage(method, path);
            if (authorization.Length > 0)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            var answer = await server.Api.ReadAsync(request);

            Assert.Equal((HttpStatusCode.Unauthorized, "UNAUTHENTICATED"), (answer.Status, answer.Code));
        }
    }

    [Theory]
    [InlineData("/api/v1/packets?limit=0", "limit")]
    [InlineData("/api/v1/packets?limit=101", "limit")]
    [InlineData("/api/v1/packets?limit=ten", "limit")]
    [InlineData("/api/v1/packets?cursor=%21%21", "cursor")]
    [InlineData("/api/v1/me/packets/sent?year=20x6", "year")]
    [InlineData("/api/v1/packets/0123", "packetNo")]
    [InlineData("/api/v1/claims/-1", "claimNo")]
    public async Task A_bad_parameter_is_named(string path, string parameter)
    {
        var answer = await server.Api.GetAsync(path, RunningServer.NewUser());

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_FAILED"), (answer.Status, answer.Code));
        Assert.True(answer["errors"].TryGetProperty(parameter, out _), answer.ToString());
    }

    [Fact]
    public async Task A_prize_that_no_packet_can_hold_makes_no_campaign()
    {
        var limits = await server.Api.GetAsync("/api/v1/limits", RunningServer.NewUser());
        var most = limits["maxCount"].GetInt64() * limits["maxShare"].GetInt64();
        string At(int seconds) => TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("O");
        var answer = await server.Api.SendAsync(HttpMethod.Post, "/ops/v1/campaigns", RunningServer.NewUser(), new
        {
            name = "x",
            currency = "CNY",
            budget = most * 3,
            startsAt = At(60),
            endsAt = At(120),
            rounds = new[] { new { round = 1, startsAt = At(60), endsAt = At(120) } },
            prizes = new[] { new { amount = most + 1, quantity = 1 }, new { amount = most, quantity = 1 } },
            perUserLimit = 1,
            tokenTtlSeconds = 60,
            reason = "test",
        }, "admin");

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_FAILED"), (answer.Status, answer.Code));
        Assert.Equal("prizes[0].amount", Assert.Single(answer["errors"].EnumerateObject()).Name);
    }

    private async Task AssertNothingSentAsync(long sender)
    {
        var sent = await server.Api.GetAsync("/api/v1/me/packets/sent", sender);
        Assert.Equal(0, sent["items"].GetArrayLength());
    }
}

public sealed class BadInputTestsInOneProcess(OneProcess server) : BadInputTests(server), IClassFixture<OneProcess>
{
    private readonly OneProcess _server = server;

    [Theory]
    [InlineData("001001")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("9223372036854775808")]
    [InlineData("abc")]
    public async Task A_uid_has_one_form(string uid)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/dev/token") { Content = new StringContent($$"""{"uid":"{{uid}}"}""", Encoding.UTF8, "application/json") };

        var answer = await _server.Api.ReadAsync(request);

        Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_FAILED"), (answer.Status, answer.Code));
    }
}

public sealed class BadInputTestsInSixProcesses(SixProcesses server) : BadInputTests(server), IClassFixture<SixProcesses>;
