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
        ClientEndpoint? missing = null;
        for (var i = 0u; i < endpoints.Length; i++)
        {
            var endpoint = endpoints[(first + i) % (uint)endpoints.Length];
            if (endpoint.RestUntilMs > now)
            {
                continue;
            }

            if (endpoint.TryPick() is { } connection)
            {
                _ = missing?.ConnectAsync();
                return connection;
            }

            missing ??= endpoint;
        }

        return null;
    }

    /// <summary>Sends a call for which one connection had no room over any other that has.</summary>
    public bool TrySendElsewhere(RpcCall call, ClientConnection full)
    {
        foreach (var endpoint in endpoints)
        {
            if (endpoint.TrySend(call, full))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// A connection, made if need be. Endpoints that failed lately come last. While any is connected nobody waits for another: it is connected beside.
    /// </summary>
    /// <exception cref="RpcException">None could be made in time, or too many wait for one.</exception>
    public async ValueTask<ClientConnection> PickAsync(RpcCall call, CancellationToken cancellationToken)
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

        var bytes = call.Arguments.Length;
        var waitsAt = order.Where(e => e.TryEnterWaiting(bytes)).ToList();
        try
        {
            if (waitsAt.Count == 0)
            {
                throw client.Refuse("too many calls wait for a connection");
            }

            if (await FirstOfAsync(attempts, call.DeadlineMs, cancellationToken).ConfigureAwait(false) is { } connection)
            {
                return connection;
            }

            // All that is left has failed lately: it is tried when its rest is over, by whoever has the time.
            attempts = order.Except(rested).Where(e => e.RestUntilMs < call.DeadlineMs).Select(e => e.ConnectAsync()).ToList();
            return await FirstOfAsync(attempts, call.DeadlineMs, cancellationToken).ConfigureAwait(false)
                ?? throw RpcException.OfCall(RpcCode.NoConnection, $"no connection to {string.Join(", ", order.Select(e => $"{e.Address} ({e.Failure})"))}", wasSent: false);
        }
        finally
        {
            waitsAt.ForEach(e => e.LeaveWaiting(bytes));
        }
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
                throw RpcException.OfCall(RpcCode.Timeout, "no connection in time", wasSent: false);
            }
        }

        return null;
    }
}
