using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hongbao.Host.Serving;

/// <summary>Certificates on both sides of every call between machines, all from one authority of the operator's own.</summary>
internal static class RpcTls
{
    /// <summary>For whoever listens: a client without a certificate of the authority is refused.</summary>
    /// <exception cref="StartRefusedException">A file is not what it should be.</exception>
    public static SslServerAuthenticationOptions ForServer(RpcOptions options)
    {
        var authority = Authority(options);
        return new SslServerAuthenticationOptions
        {
            ServerCertificate = Own(options),
            ClientCertificateRequired = true,
            CertificateChainPolicy = PolicyOf(authority),
            RemoteCertificateValidationCallback = IsOurs,
        };
    }

    /// <summary>For whoever calls. The name in a server's certificate does not matter: who has one of the authority is one of us.</summary>
    /// <exception cref="StartRefusedException">A file is not what it should be.</exception>
    public static SslClientAuthenticationOptions ForClient(RpcOptions options)
    {
        var authority = Authority(options);
        return new SslClientAuthenticationOptions
        {
            TargetHost = "hongbao",
            ClientCertificates = [Own(options)],
            CertificateChainPolicy = PolicyOf(authority),
            RemoteCertificateValidationCallback = IsOurs,
        };
    }

    /// <summary>What is wrong with the files, for people.</summary>
    public static IReadOnlyList<string> Faults(RpcOptions options)
    {
        List<string> missing =
        [
            .. new[] { ("Certificate", options.Certificate), ("CertificateKey", options.CertificateKey), ("Authority", options.Authority) }
                .Where(static f => !File.Exists(f.Item2)).Select(static f => $"Rpc:{f.Item1} must name a PEM file, for ssl; '{f.Item2}' is none."),
        ];
        return missing.Count > 0 ? missing : [.. new[] { Own, Authority }.Select(load => FaultOf(load, options)).OfType<string>()];
    }

    private static string? FaultOf(Func<RpcOptions, X509Certificate2> load, RpcOptions options)
    {
        try
        {
            load(options).Dispose();
            return null;
        }
        catch (StartRefusedException refused)
        {
            return refused.Message;
        }
    }

    private static X509Certificate2 Own(RpcOptions options) => Load("Rpc:Certificate and Rpc:CertificateKey", () => X509Certificate2.CreateFromPemFile(options.Certificate, options.CertificateKey));

    private static X509Certificate2 Authority(RpcOptions options) => Load("Rpc:Authority", () => X509CertificateLoader.LoadCertificateFromFile(options.Authority));

    private static X509Certificate2 Load(string settings, Func<X509Certificate2> load)
    {
        try
        {
            return load();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{settings} cannot be read as PEM: {e.Message.TrimEnd('.')}.", e);
        }
    }

    // The chain was built by the policy; whose name it is does not matter. On the server's side a client without a certificate is an error of its own.
    private static bool IsOurs(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors is SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateNameMismatch;

    private static X509ChainPolicy PolicyOf(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        // An authority of the operator's own publishes no lists, and a stranger's certificate must not make us fetch what it names.
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };
}
