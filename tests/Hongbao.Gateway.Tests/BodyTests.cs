using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Hongbao.Gateway.Tests;

public sealed class BodyTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("requestId", "1")]
    [InlineData("requestId", "null")]
    [InlineData("requestId", "[\"a\"]")]
    [InlineData("requestId", "\"a\\u0000b\"")]
    [InlineData("requestId", "\"\\ud83e\"")]
    [InlineData("amount", "\"10000\"")]
    [InlineData("amount", "1.5")]
    [InlineData("amount", "1.0")]
    [InlineData("amount", "1e3")]
    [InlineData("amount", "9223372036854775808")]
    [InlineData("amount", "-9223372036854775809")]
    [InlineData("amount", "1e400")]
    [InlineData("amount", "true")]
    [InlineData("amount", "null")]
    [InlineData("amount", "{}")]
    [InlineData("count", "2147483648")]
    [InlineData("count", "-2147483649")]
    [InlineData("count", "\"10\"")]
    [InlineData("currency", "156")]
    [InlineData("split", "\"Random\"")]
    [InlineData("split", "\"random \"")]
    [InlineData("split", "\"unknown\"")]
    [InlineData("split", "1")]
    [InlineData("split", "null")]
    [InlineData("scope", "\"public\"")]
    [InlineData("scope", "[]")]
    [InlineData("scope.kind", "\"everyone\"")]
    [InlineData("scope.kind", "3")]
    [InlineData("scope.uids", "\"1002\"")]
    [InlineData("scope.uids[0]", "1002")]
    [InlineData("scope.uids[0]", "\"01002\"")]
    [InlineData("scope.uids[0]", "\"-1\"")]
    [InlineData("scope.uids[0]", "\"+1\"")]
    [InlineData("scope.uids[0]", "\"0\"")]
    [InlineData("scope.uids[0]", "\" 1\"")]
    [InlineData("scope.uids[0]", "\"\"")]
    [InlineData("scope.uids[0]", "\"１\"")]
    [InlineData("scope.uids[0]", "\"9223372036854775808\"")]
    [InlineData("scope.uids[0]", "null")]
    [InlineData("greeting", "1")]
    [InlineData("greeting", "\"\\udc00\"")]
    [InlineData("contentId", "{}")]
    [InlineData("contentId", "\"\"")]
    [InlineData("ttlSeconds", "0")]
    [InlineData("ttlSeconds", "-0")]
    [InlineData("ttlSeconds", "\"60\"")]
    [InlineData("ttlSeconds", "60.5")]
    [InlineData("ttlSeconds", "99999999999")]
    [InlineData("funding", "1")]
    [InlineData("funding.kind", "\"gift\"")]
    [InlineData("funding.kind", "null")]
    public async Task A_field_that_is_not_acceptable_is_named(string field, string value)
    {
        var body = PacketTests.Body();
        var json = JsonDocument.Parse(value.Contains("\\ud", StringComparison.Ordinal) ? "0" : value).RootElement;
        var name = field.Split('.')[0];
        body[name] = field switch
        {
            "scope.kind" => new { kind = json },
            "scope.uids" => new { kind = "exclusive", uids = json },
            "scope.uids[0]" => new { kind = "exclusive", uids = new[] { json } },
            "funding.kind" => new { kind = json },
            _ => json,
        };

        // Half of a surrogate pair cannot be written by the serializer: it is put in as text.
        var text = JsonSerializer.Serialize(body);
        text = value.Contains("\\ud", StringComparison.Ordinal) ? text.Replace($"\"{field}\":0", $"\"{field}\":{value}", StringComparison.Ordinal) : text;
        (await _host.PostAsync("/api/v1/packets", text)).Blames(field);
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData("requestId")]
    [InlineData("amount")]
    [InlineData("count")]
    [InlineData("currency")]
    [InlineData("split")]
    [InlineData("scope")]
    [InlineData("funding")]
    public async Task A_missing_field_is_named(string field)
    {
        var body = PacketTests.Body();
        body.Remove(field);
        (await _host.PostAsync("/api/v1/packets", body)).Blames(field);
    }

    [Fact]
    public async Task All_fields_at_fault_are_named_at_once()
    {
        var answer = (await _host.PostAsync("/api/v1/packets", """{"requestId":1,"amount":"x","scope":{},"funding":{"kind":7}}""")).IsProblem(400, "VALIDATION_FAILED");
        Assert.Equal(
            ["amount", "count", "currency", "funding.kind", "requestId", "scope.kind", "split"],
            answer.Json.GetProperty("errors").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal("""["must be one of random, fair, equal"]""", (await _host.PostAsync("/api/v1/packets", With("split", "x"))).Json.GetProperty("errors").GetProperty("split").GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    [InlineData("{,}")]
    [InlineData("{\"amount\":1,}")]
    [InlineData("{'amount':1}")]
    [InlineData("{\"amount\":01}")]
    [InlineData("{\"amount\":NaN}")]
    [InlineData("// no\n{}")]
    [InlineData("{\"amount\":1,\"amount\":2}")]
    [InlineData("{\"amount\":1,\"am\\u006funt\":2}")]
    [InlineData("{\"x\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}")]
    [InlineData("{\"\\ud800\":1,\"\\ud800\":2}")]
    public async Task A_body_that_is_not_one_json_object_is_refused(string body)
    {
        (await _host.PostAsync("/api/v1/packets", body)).Blames("body");
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}' })]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}' })]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'{', 0, (byte)'}', 0 })]
    [InlineData(new byte[] { 0 })]
    public async Task Bytes_that_are_not_utf8_json_are_refused(byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await _host.PostAsync("/api/v1/packets", content)).IsProblem(400, "VALIDATION_FAILED");
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=gbk")]
    [InlineData("application/jsonx")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Another_content_type_is_refused_by_name(string? type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(PacketTests.Body()));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        (await _host.PostAsync("/api/v1/packets", content)).Blames("content-type");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=UTF-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    public async Task Json_in_utf8_is_accepted_however_it_is_written(string type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(PacketTests.Body()));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        Assert.Equal(201, (await _host.PostAsync("/api/v1/packets", content)).Status);
    }

    [Fact]
    public async Task A_body_of_just_the_limit_is_read_and_one_byte_more_is_not()
    {
        var frame = JsonSerializer.Serialize(With("padding", "")).Length;
        Assert.Equal(201, (await _host.PostAsync("/api/v1/packets", With("padding", new string('x', 65536 - frame)))).Status);
        (await _host.PostAsync("/api/v1/packets", With("padding", new string('x', 65537 - frame)))).IsProblem(413, "PAYLOAD_TOO_LARGE");
        Assert.Single(_host.Core.Asked);
    }

    [Fact]
    public async Task A_body_that_does_not_say_its_length_is_limited_too()
    {
        var stream = new Chunks(JsonSerializer.SerializeToUtf8Bytes(With("padding", new string('x', 70_000))));
        var content = new StreamContent(stream);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        (await _host.PostAsync("/api/v1/packets", content)).IsProblem(413, "PAYLOAD_TOO_LARGE");
        Assert.Empty(_host.Core.Asked);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task A_client_that_sends_far_too_much_still_hears_why(int megabytes) =>
        (await _host.PostAsync("/api/v1/packets", new string('x', megabytes * 1024 * 1024))).IsProblem(413, "PAYLOAD_TOO_LARGE");

    [Fact]
    public async Task A_chunked_body_within_the_limit_is_read()
    {
        var content = new StreamContent(new Chunks(JsonSerializer.SerializeToUtf8Bytes(With("padding", new string('x', 30_000)))));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        Assert.Equal(201, (await _host.PostAsync("/api/v1/packets", content)).Status);
    }

    [Theory]
    [InlineData("Content-Length: 400")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Half_a_body_never_reaches_core(string framing)
    {
        var body = JsonSerializer.Serialize(PacketTests.Body())[..100];
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, _host.Address.Port);
            var sent = framing.StartsWith('T') ? $"{body.Length:x}\r\n{body}\r\n" : body;
            var stream = socket.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /api/v1/packets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_host.Token()}\r\nContent-Type: application/json\r\n{framing}\r\n\r\n{sent}"));
            socket.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var answer = "";
            try
            {
                answer = await reader.ReadToEndAsync();
            }
            catch (IOException)
            {
                // The service hung up: as good as no answer.
            }

            Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer);
        }

        Assert.Equal(201, (await _host.PostAsync("/api/v1/packets", PacketTests.Body())).Status);
        Assert.Single(_host.Core.Asked);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(20260217)]
    [InlineData(4711)]
    public async Task Mutated_bodies_never_break_the_service_and_core_gets_only_what_was_sent(int seed)
    {
        var random = new Random(seed);
        var valid = JsonSerializer.SerializeToUtf8Bytes(PacketTests.Body());
        var accepted = 0;
        for (var i = 0; i < 1000; i++)
        {
            var mutated = Mutations.Of(valid, random);
            var content = new ByteArrayContent(mutated);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var before = _host.Core.Asked.Count;
            var answer = await _host.PostAsync("/api/v1/packets", content);
            var what = $"seed {seed}, mutation {i}: {answer.Status} for {Encoding.UTF8.GetString(mutated)}";
            if (answer.Status == 201)
            {
                accepted++;
                Assert.True(IsWhatWasSent(_host.Core.Last<CreatePacketRequest>(), mutated), what);
            }
            else
            {
                Assert.True(answer.Status is 400 or 409, what);
                Assert.True(_host.Core.Asked.Count == before, what);
            }
        }

        // The mutations are mild enough to prove something.
        Assert.InRange(accepted, 50, 900);
    }

    private static bool IsWhatWasSent(CreatePacketRequest request, byte[] sent)
    {
        using var document = JsonDocument.Parse(sent);
        var root = document.RootElement;
        return root.GetProperty("requestId").GetString() == request.RequestId
            && root.GetProperty("amount").GetRawText() == request.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture)
            && root.GetProperty("count").GetRawText() == request.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)
            && root.GetProperty("currency").GetString() == request.Currency
            && new[] { ("random", SplitKind.Random), ("fair", SplitKind.Fair), ("equal", SplitKind.Equal) }.Contains((root.GetProperty("split").GetString()!, request.Split))
            && (root.GetProperty("scope").GetProperty("kind").GetString(), request.Scope) is ("public", ScopeKind.Public) or ("friends", ScopeKind.Friends)
                or ("followers", ScopeKind.Followers) or ("exclusive", ScopeKind.Exclusive)
            && root.GetProperty("funding").GetProperty("kind").GetString() == "cashier"
            && (root.TryGetProperty("greeting", out var greeting) ? greeting.GetString() ?? "" : "") == request.Greeting
            && (root.TryGetProperty("contentId", out var contentId) ? contentId.GetString() ?? "" : "") == request.ContentId;
    }

    private static Dictionary<string, object> With(string name, object value)
    {
        var body = PacketTests.Body();
        body[name] = value;
        return body;
    }

    /// <summary>A stream whose length nobody knows.</summary>
    private sealed class Chunks(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
