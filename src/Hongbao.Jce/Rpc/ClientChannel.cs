using System.Text;

namespace Hongbao.Jce.Rpc;

/// <summary>A servant at one or more endpoints.</summary>
internal sealed class ClientChannel(RpcClient client, string servant, EndpointGroup endpoints, RpcCallOptions options) : RpcChannel
{
    public byte[] ServantBytes { get; } = Encoding.UTF8.GetBytes(servant);

    public RpcCallOptions Options => options;

    public long TimeoutMs { get; } = options.Timeout is { } own && own <= TimeSpan.Zero
        ? throw new ArgumentOutOfRangeException(nameof(options), own, "a timeout is longer than nothing")
        : (long)(options.Timeout ?? client.Options.Timeout).TotalMilliseconds;

    public override RpcCall Begin(string function, IRpcScope? scope = null)
    {
        var call = client.Rent();
        call.Begin(this, function, scope);
        return call;
    }

    public override RpcChannel With(RpcCallOptions options) => new ClientChannel(client, servant, endpoints, options);

    /// <summary>A connection that is there; null when one must be made first.</summary>
    public ClientConnection? TryPick() => endpoints.TryPick();

    public ValueTask<ClientConnection> PickAsync(RpcCall call, CancellationToken cancellationToken) => endpoints.PickAsync(call, cancellationToken);

    /// <summary>See <see cref="EndpointGroup.TrySendElsewhere"/>.</summary>
    public bool TrySendElsewhere(RpcCall call, ClientConnection full) => endpoints.TrySendElsewhere(call, full);

    public void Write(FrameBuffer output, RpcCall call, int timeoutMs) =>
        RequestPacket.Write(output, call.IsOneWay ? RequestPacket.OneWay : RequestPacket.TwoWay, call.Id, ServantBytes, call.Function, call.Arguments.Written, timeoutMs, options.Context, options.Status, call);
}
