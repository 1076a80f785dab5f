using System.Globalization;

namespace Hongbao.Jce.Rpc;

/// <summary>Where a server listens.</summary>
/// <param name="Host">Name or address; <c>0.0.0.0</c> for every address of this machine.</param>
/// <param name="Port">0 to 65,535; a server that listens at 0 gets a free one.</param>
/// <param name="Protocol">How it is reached.</param>
/// <param name="TimeoutMs">A server's idle timeout, milliseconds; 0 when not given. Clients have no use for it.</param>
public sealed record RpcEndpoint(string Host, int Port, RpcProtocol Protocol = RpcProtocol.Tcp, int TimeoutMs = 0)
{
    /// <summary>As it is written in addresses.</summary>
    public override string ToString()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{Word} -h {Host} -p {Port}");
        return TimeoutMs > 0 ? string.Create(CultureInfo.InvariantCulture, $"{text} -t {TimeoutMs}") : text;
    }

    private string Word => Protocol switch
    {
        RpcProtocol.Tcp => "tcp",
        RpcProtocol.Ssl => "ssl",
        RpcProtocol.Udp => "udp",
    };
}
