using System.Globalization;
using System.Net;
using System.Text;
using Hongbao.Foundation.Signing;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>Callbacks that finance did not send, or not so, change nothing.</summary>
public abstract class CallbackTests(RunningServer server)
{
    [Fact]
    public async Task A_genuine_callback_activates_the_packet_and_its_replay_is_accepted_without_effect()
    {
        var sender = RunningServer.NewUser();
        var (packetNo, payOrderNo) = await server.CreateAsync(sender);
        var body = BodyOf(payOrderNo, 1000);

        var first = await SendAsync(server.FinanceSignature, body, nonce: "nonce-genuine-1");
        var replay = await SendAsync(server.FinanceSignature, body, nonce: "nonce-genuine-1");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first, replay));
        Assert.Equal("ACTIVE", await server.StatusAsync(packetNo, sender));
    }

    [Fact]
    public async Task A_forged_callback_is_refused()
    {
        var sender = RunningServer.NewUser();
        var (packetNo, payOrderNo) = await server.CreateAsync(sender);
        var body = BodyOf(payOrderNo, 1000);
        var genuine = server.FinanceSignature;
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(new CallbackSignature(new byte[32]), body));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(genuine, body, at: now.AddMinutes(-6)));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(genuine, body, at: now.AddMinutes(6)));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(genuine, body, sent: BodyOf(payOrderNo, 2000)));
        Assert.Equal(HttpStatusCode.Unauthorized, await SendAsync(null, body));

        Assert.Equal("PENDING_PAYMENT", await server.StatusAsync(packetNo, sender));
    }

    [Fact]
    public async Task A_callback_about_another_order_or_amount_changes_nothing()
    {
        var sender = RunningServer.NewUser();
        var (packetNo, payOrderNo) = await server.CreateAsync(sender);
        var genuine = server.FinanceSignature;

        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(genuine, BodyOf("12345", 1000)));
        Assert.Equal(HttpStatusCode.NotFound, await SendAsync(genuine, BodyOf(packetNo, 1000)));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(genuine, BodyOf(payOrderNo, 999)));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(genuine, BodyOf(payOrderNo, 1000).Replace("CNY", "USD", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(genuine, BodyOf(payOrderNo, 1000)[..^5]));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(genuine, """{"items":[]}"""));

        Assert.Equal("PENDING_PAYMENT", await server.StatusAsync(packetNo, sender));
    }

    private static string BodyOf(string payOrderNo, long amount) =>
        $$"""{"items":[{"kind":"payment","number":"{{payOrderNo}}","app":"default","status":"SUCCEEDED","amount":{{amount}},"currency":"CNY","occurredAt":"2026-01-01T00:00:00Z"}]}""";

    private async Task<HttpStatusCode> SendAsync(CallbackSignature? signature, string signed, string? sent = null, DateTimeOffset? at = null, string? nonce = null)
    {
        var timestamp = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        nonce ??= Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/callbacks/finance") { Content = new StringContent(sent ?? signed, Encoding.UTF8, "application/json") };
        if (signature is not null)
        {
            request.Headers.Add(CallbackSignature.TimestampHeader, timestamp);
            request.Headers.Add(CallbackSignature.NonceHeader, nonce);
            request.Headers.Add(CallbackSignature.SignatureHeader, signature.Sign(timestamp, nonce, signed));
        }

        return (await server.Api.ReadAsync(request)).Status;
    }
}

public sealed class CallbackTestsInOneProcess(OneProcess server) : CallbackTests(server), IClassFixture<OneProcess>;

public sealed class CallbackTestsInSixProcesses(SixProcesses server) : CallbackTests(server), IClassFixture<SixProcesses>;
