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

    /// <summary>
    /// A connection, made if need be. Endpoints that failed lately come last. While any is connected nobody waits for another: it is connected beside.
    /// </summary>
    /// <exception cref="RpcException">None could be made in time.</exception>
    public async ValueTask<ClientConnection> PickAsync(long deadlineMs, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(client.Stopping.IsCancellationRequested, client);
        var first = _next - 1; // as it was picked last
        ClientEndpoint[] order = [.. Enumerable.Range(0, endpoints.Length).Select(i => endpoints[(first + (uint)i) % (uint)endpoints.Length])];
        var ready = order.Select(e => e.TryPick()).FirstOrDefault(c => c is not null);
        var now = client.Clock.NowMs;
        var rested = order.Where(e => e.RestUntilMs <= now).ToList();
        var attempts = rested.ConvertAll(e => e.ConnectAsync());
        if (ready is not null)
        {
            return ready;
        }

        if (await FirstOfAsync(attempts, deadlineMs, cancellationToken).ConfigureAwait(false) is { } connection)
        {
            return connection;
        }

        // All that is left has failed lately: it is tried when its rest is over.
        attempts = order.Except(rested).Select(e => e.ConnectAsync()).ToList();
        return await FirstOfAsync(attempts, deadlineMs, cancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(RpcCode.NoConnection, $"no connection to {string.Join(", ", order.Select(e => $"{e.Address} ({e.Failure})"))}", wasSent: false);
    }

    private async Task<ClientConnection?> FirstOfAsync(List<Task<ClientConnection?>> attempts, long deadlineMs, CancellationToken cancellationToken)
    {
        while (attempts.Count > 0)
        {
            var leftMs = Math.Clamp(deadlineMs - client.Clock.NowMs, 0, int.MaxValue);
            try
            {
                var attempt = await Task.WhenAny(attempts).WaitAsync(TimeSpan.FromMilliseconds(leftMs), client.Clock.Provider, cancellationToken).ConfigureAwait(false);
                if (await attempt.ConfigureAwait(false) is { } connection)
                {
                    return connection;
                }

                attempts.Remove(attempt);
            }
            catch (TimeoutException)
            {
                throw new RpcException(RpcCode.Timeout, "no connection in time", wasSent: false);
            }
        }

        return null;
    }
}
