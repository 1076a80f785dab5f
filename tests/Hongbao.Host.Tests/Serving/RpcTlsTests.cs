using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hongbao.Contracts;
using Hongbao.Host.Serving;
using Hongbao.Jce.Rpc;

namespace Hongbao.Host.Tests.Serving;

/// <summary>Both sides look at the other's certificate: each is tried with one that is good and with those that are not.</summary>
public sealed class RpcTlsTests : IDisposable
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;
    private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-tls-").FullName;
    private readonly X509Certificate2 _ours = Authority("ours");
    private readonly X509Certificate2 _theirs = Authority("theirs");
    private int _asked;

    [Fact]
    public async Task Both_with_certificates_of_the_authority_understand_each_other()
    {
        var answer = await AskAsync(RpcTls.ForServer(Options("server", _ours)), RpcTls.ForClient(Options("client", _ours)));
        Assert.True(answer.Result.IsOk());
        Assert.Equal(1, _asked);
    }

    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, -1)]
    public async Task A_server_with_another_certificate_is_told_nothing(bool isOurs, int hours)
    {
        // It minds nobody's certificate: only the client can find out.
        using var certificate = Load(Options("server", isOurs ? _ours : _theirs, hours));
        var e = await Assert.ThrowsAsync<RpcException>(() => AskAsync(new() { ServerCertificate = certificate }, RpcTls.ForClient(Options("client", _ours))));
        Assert.Equal((RpcCode.NoConnection, false), (e.Code, e.WasSent));
        Assert.Equal(0, _asked);
    }

    [Theory]
    [InlineData(false, 12)]
    [InlineData(true, -1)]
    [InlineData(null, 0)]
    public async Task A_client_with_another_certificate_or_none_is_not_answered(bool? isOurs, int hours)
    {
        using var certificate = isOurs is null ? null : Load(Options("client", isOurs.Value ? _ours : _theirs, hours));
        var anybody = new SslClientAuthenticationOptions
        {
            TargetHost = "hongbao",
#pragma warning disable CA5359 // Whoever wants in does not mind who answers.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
            ClientCertificates = certificate is null ? [] : [certificate],
        };
        var e = await Assert.ThrowsAsync<RpcException>(() => AskAsync(RpcTls.ForServer(Options("server", _ours)), anybody));
        Assert.Equal(RpcCode.NoConnection, e.Code);
        Assert.Equal(0, _asked);
    }

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<DeliverResponse> AskAsync(SslServerAuthenticationOptions asServer, SslClientAuthenticationOptions asClient)
    {
        await using var server = new RpcServer(new() { Endpoints = [new("127.0.0.1", 0, RpcProtocol.Ssl)], Tls = asServer });
        server.Add("A.B.Post", new MessagePostDispatcher(new Post(() => Interlocked.Increment(ref _asked))));
        server.Start();
        await using var client = new RpcClient(new() { Tls = asClient, Timeout = TimeSpan.FromSeconds(20) });
        return await new MessagePostProxy(client.Channel(server.AddressOf("A.B.Post"))).DeliverAsync(new CallContext(), new DeliverRequest());
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(s_now.AddDays(-2), s_now.AddDays(1));
    }

    // A certificate that is good for some hours yet, and what accepts those of our authority.
    private RpcOptions Options(string name, X509Certificate2 authority, int hours = 12)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hongbao", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, s_now.AddDays(-1), s_now.AddHours(hours), RandomNumberGenerator.GetBytes(8));
        var options = new RpcOptions
        {
            Certificate = Path.Combine(_folder, name + ".pem"),
            CertificateKey = Path.Combine(_folder, name + "-key.pem"),
            Authority = Path.Combine(_folder, "authority.pem"),
        };
        File.WriteAllText(options.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(options.CertificateKey, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(options.Authority, _ours.ExportCertificatePem());
        return options;
    }

    private static X509Certificate2 Load(RpcOptions options) => X509Certificate2.CreateFromPemFile(options.Certificate, options.CertificateKey);

    private sealed class Post(Action asked) : IMessagePost
    {
        public Task<DeliverResponse> DeliverAsync(CallContext context, DeliverRequest request, CancellationToken cancellationToken = default)
        {
            asked();
            return Task.FromResult(new DeliverResponse());
        }
    }
}
