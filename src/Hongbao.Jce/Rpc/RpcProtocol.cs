namespace Hongbao.Jce.Rpc;

/// <summary>How an endpoint is reached.</summary>
public enum RpcProtocol : byte
{
    /// <summary>Plain TCP.</summary>
    Tcp,
    /// <summary>TCP with TLS.</summary>
    Ssl,
    /// <summary>Datagrams, which are understood in addresses and not spoken.</summary>
    Udp,
}
