using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Jce.Rpc;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>Processes that call each other over TLS with certificates on both sides.</summary>
public sealed class SecureClusterTests
{
    [Fact]
    public async Task Processes_with_certificates_of_one_authority_work_together_and_nobody_else_is_answered()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Postgres);
        using var authority = Authority("ours");
        using var stranger = Authority("not ours");
        var settings = Files(database.Folder, "ours", authority);
        await using var cluster = await ServerCluster.StartAsync(database, settings, "ssl");
        using var api = cluster.Connect();
        var created = await api.PostAsync("/api/v1/packets", 1001, RunningServer.Body());
        Assert.True(created.IsOk, created.ToString());

        var endpoint = $"Hongbao.Core.RedPacketCoreObj@{cluster.EndpointOf("core")}";
        await RefusedAsync(endpoint, null);
        await RefusedAsync(endpoint, X509Certificate2.CreateFromPemFile(Files(database.Folder, "theirs", stranger)["HONGBAO_Rpc__Certificate"], Path.Combine(database.Folder, "theirs-key.pem")));
        Assert.All(await cluster.InterruptAsync(), static e => Assert.Equal((e.Role, 0), e));
    }

    private static async Task RefusedAsync(string address, X509Certificate2? certificate)
    {
        await using var client = new RpcClient(new RpcClientOptions
        {
            Timeout = TimeSpan.FromSeconds(30),
            ConnectTimeout = TimeSpan.FromSeconds(30),
#pragma warning disable CA5359 // Whoever wants in does not mind who answers.
            Tls = new() { TargetHost = "hongbao", RemoteCertificateValidationCallback = static (_, _, _, _) => true, ClientCertificates = certificate is null ? [] : [certificate] },
#pragma warning restore CA5359
        });
        var core = new RedPacketCoreProxy(client.Channel(address));
        var refused = await Assert.ThrowsAsync<RpcException>(() => core.ClaimAsync(new CallContext { Uid = 7 }, new ClaimRequest { PacketNo = 1 }));
        Assert.Equal(RpcCode.NoConnection, refused.Code);
        certificate?.Dispose();
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    // A certificate of the authority and its key, as settings name them.
    private static Dictionary<string, string> Files(string folder, string name, X509Certificate2 authority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hongbao", key, HashAlgorithmName.SHA256);
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        var settings = new Dictionary<string, string>
        {
            ["HONGBAO_Rpc__Certificate"] = Path.Combine(folder, name + ".pem"),
            ["HONGBAO_Rpc__CertificateKey"] = Path.Combine(folder, name + "-key.pem"),
            ["HONGBAO_Rpc__Authority"] = Path.Combine(folder, name + "-authority.pem"),
        };
        File.WriteAllText(settings["HONGBAO_Rpc__Certificate"], certificate.ExportCertificatePem());
        File.WriteAllText(settings["HONGBAO_Rpc__CertificateKey"], key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(settings["HONGBAO_Rpc__Authority"], authority.ExportCertificatePem());
        return settings;
    }
}
