using System.Collections.Concurrent;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>A server with the small servant, and what it reported.</summary>
internal sealed class EchoHost : IAsyncDisposable
{
    private readonly List<RpcClient> _clients = [];

    public EchoHost(RpcServerOptions? options = null)
    {
        Server = new RpcServer((options ?? new()) with { Log = Events.Enqueue });
        Server.Add(RawConnection.Servant, new EchoDispatcher(Target));
        Server.Start();
    }

    public RpcServer Server { get; }

    public EchoTarget Target { get; } = new();

    public ConcurrentQueue<RpcEvent> Events { get; } = new();

    public string Address => Server.AddressOf(RawConnection.Servant);

    public EchoProxy Connect(RpcClientOptions? options = null) => new(Channel(options));

    public RpcChannel Channel(RpcClientOptions? options = null)
    {
        var client = new RpcClient(options);
        _clients.Add(client);
        return client.Channel(Address);
    }

    public Task<RawConnection> ConnectRawAsync(int? receiveBuffer = null) => RawConnection.ConnectAsync(Server, receiveBuffer);

    public Task UntilToldAsync(RpcEventKind kind, string word) =>
        Poll.UntilAsync(() => Events.Any(e => e.Kind == kind && e.Text.Contains(word, StringComparison.Ordinal)), $"{kind} '{word}'");

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
