namespace Hongbao.Jce.Rpc;

/// <summary>The endpoints of one address: calls go round among those that do not fail.</summary>
internal sealed class EndpointGroup(RpcClient client, ClientEndpoint[] endpoints)
{
    private uint _next;

    /// <summary>A connection that is there to the next endpoint; null when one must be made first.</summary>
    public ClientConnection? TryPick()
    {
        if (endpoints.Length == 1)
        {
            return endpoints[0].TryPick();
        }

        var now = client.Clock.NowMs;
        var first = _next++; // a lost count does no harm
        for (var i = 0u; i < endpoints.Length; i++)
        {
            var endpoint = endpoints[(first + i) % (uint)endpoints.Length];
            if (endpoint.RestUntilMs <= now)
            {
                return endpoint.TryPick();
            }
        }

        return null;
    }

    /// <summary>A connection, made if need be. Every endpoint gets one chance; those that failed lately come last, and are tried again only when their rest is over.</summary>
    /// <exception cref="RpcException">None could be made in time.</exception>
    public async ValueTask<ClientConnection> PickAsync(long deadlineMs, CancellationToken cancellationToken)
    {
        var first = _next++;
        var order = endpoints.Length == 1
            ? endpoints
            : [.. Enumerable.Range(0, endpoints.Length).Select(i => endpoints[(first + i) % endpoints.Length]).OrderBy(e => Math.Max(0, e.RestUntilMs - client.Clock.NowMs))];
        foreach (var endpoint in order)
        {
            var leftMs = deadlineMs - client.Clock.NowMs;
            if (leftMs <= 0)
            {
                throw new RpcException(RpcCode.Timeout, "the deadline is over", wasSent: false);
            }

            ObjectDisposedException.ThrowIf(client.Stopping.IsCancellationRequested, client);
            if (endpoint.TryPick() is { } ready)
            {
                return ready;
            }

            try
            {
                var connection = await endpoint.ConnectAsync()
                    .WaitAsync(TimeSpan.FromMilliseconds(Math.Min(leftMs, int.MaxValue)), client.Clock.Provider, cancellationToken).ConfigureAwait(false);
                if (connection is not null)
                {
                    return connection;
                }
            }
            catch (TimeoutException)
            {
                throw new RpcException(RpcCode.Timeout, $"no connection to {endpoint.Address} in time", wasSent: false);
            }
        }

        throw new RpcException(RpcCode.NoConnection, $"no connection to {string.Join(", ", order.Select(e => $"{e.Address} ({e.Failure})"))}", wasSent: false);
    }
}
