using System.Net;
using System.Net.Sockets;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>A server that the test plays by hand.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <param name="receiveBuffer">Bytes that its connections take in before they are read; null for as many as usual.</param>
    public RawServer(int? receiveBuffer = null)
    {
        if (receiveBuffer is { } size)
        {
            _listener.Server.ReceiveBufferSize = size;
        }

        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"{RawConnection.Servant}@{Endpoint}";

    public string Endpoint => $"tcp -h 127.0.0.1 -p {Port}";

    public async Task<RawConnection> AcceptAsync() => new(await _listener.AcceptSocketAsync().WaitAsync(Poll.Deadline));

    public void Dispose() => _listener.Dispose();
}
