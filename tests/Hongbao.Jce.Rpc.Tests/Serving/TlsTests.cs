using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class TlsTests
{
    private static readonly X509Certificate2 s_certificate = MakeCertificate();

    [Fact]
    public async Task Calls_go_over_tls()
    {
        await using var host = new EchoHost(Secure());
        var echo = host.Connect(new() { Tls = Trusting() });
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i => Assert.Equal($"{i}", await echo.EchoAsync($"{i}"))));

        var text = new string('x', 500_000);
        Assert.Equal(text, await echo.EchoAsync(text));
        Assert.Contains("@ssl ", host.Address, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_nobody_vouches_for_is_refused()
    {
        await using var host = new EchoHost(Secure());

        var e = await Assert.ThrowsAsync<RpcException>(() => host.Connect(new() { Timeout = TimeSpan.FromSeconds(10) }).EchoAsync("x"));
        Assert.Equal((RpcCode.NoConnection, false), (e.Code, e.WasSent));
        Assert.Empty(host.Target.Echoed);
    }

    [Fact]
    public async Task Client_whose_certificate_is_refused_learns_that_no_server_saw_its_calls()
    {
        // In TLS 1.3 the client's part of the handshake is over before the server has looked at its certificate.
        var events = new ConcurrentQueue<RpcEvent>();
        await using var host = new EchoHost(Secure() with { Tls = new() { ServerCertificate = s_certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = (_, _, _, _) => false } });
        await using var client = new RpcClient(new() { Tls = Trusting(), Timeout = TimeSpan.FromSeconds(20), Log = events.Enqueue });
        var echo = new EchoProxy(client.Channel(host.Address));
        // What becomes of the first is not known.
        await Assert.ThrowsAsync<RpcException>(() => echo.EchoAsync("first"));
        for (var i = 0; i < 3; i++)
        {
            var e = await Assert.ThrowsAsync<RpcException>(() => echo.EchoAsync("more"));
            Assert.Equal((RpcCode.NoConnection, false), (e.Code, e.WasSent));
        }

        Assert.Equal(4, events.Count(e => e.Kind == RpcEventKind.NotConnected));
        Assert.Empty(host.Target.Echoed);
    }

    [Fact]
    public async Task Client_that_speaks_no_tls_is_cut_off()
    {
        await using var host = new EchoHost(Secure());
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(FramingTests.Echo(1, "plain"));

        // What is sent first is an alert of TLS.
        await Poll.UntilAsync(() => host.Events.Any(e => e.Kind == RpcEventKind.CutOff), "it was cut off");
        Assert.Empty(host.Target.Echoed);
    }

    [Fact]
    public async Task Handshake_that_does_not_go_on_is_cut_off()
    {
        await using var host = new EchoHost(Secure() with { HandshakeTimeout = TimeSpan.FromMilliseconds(100) });
        using var raw = await host.ConnectRawAsync();

        await raw.AssertClosedAsync();
        await host.UntilToldAsync(RpcEventKind.CutOff, "no handshake in time");
    }

    [Fact]
    public async Task Call_does_not_wait_for_a_handshake_longer_than_it_may()
    {
        using var server = new RawServer();
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromMilliseconds(150), ConnectTimeout = TimeSpan.FromMilliseconds(500) });
        var echo = new EchoProxy(client.Channel(server.Address.Replace("@tcp", "@ssl", StringComparison.Ordinal)));

        var e = await Assert.ThrowsAsync<RpcException>(() => echo.EchoAsync("x").WaitAsync(Poll.Deadline));
        Assert.Equal((RpcCode.Timeout, false), (e.Code, e.WasSent));
    }

    private static RpcServerOptions Secure() => new()
    {
        Endpoints = [new("127.0.0.1", 0, RpcProtocol.Ssl)],
        Tls = new() { ServerCertificate = s_certificate },
    };

    private static SslClientAuthenticationOptions Trusting() => new()
    {
        TargetHost = "hongbao.test",
        RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null && certificate.GetCertHashString() == s_certificate.GetCertHashString(),
    };

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hongbao.test", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
