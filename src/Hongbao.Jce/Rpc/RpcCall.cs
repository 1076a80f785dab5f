using System.Threading.Tasks.Sources;

namespace Hongbao.Jce.Rpc;

#pragma warning disable CA1001 // It is used again for ever; what is not kept has only memory, which the collector takes as well.
/// <summary>
/// One call that is being made: its arguments are written, then one of its methods is called, once. Afterwards it must not be touched, for it is used again.
/// </summary>
public sealed class RpcCall : IValueTaskSource
{
    private const int KeptMax = 8 << 10;
    private const int AttemptsMax = 4;

    private readonly RpcClient _client;
    private ManualResetValueTaskSourceCore<bool> _done = new() { RunContinuationsAsynchronously = true };
    private readonly JceBuffer _arguments = new();
    private readonly JceBuffer _answer = new();
    private ClientChannel? _channel;
    private RpcException? _fault;
    private CancellationToken _cancelled;
    private CancellationTokenRegistration _registration;
    private bool _isBegun;
    private bool _mayRetry;
    private int _attempts;

    internal RpcCall(RpcClient client) => _client = client;

    /// <summary>The in parameters are written here as bare fields, each at its position as tag.</summary>
    public JceBuffer Arguments => _arguments;

    /// <summary>Text by which routers on the way choose a server; null for none.</summary>
    public string? RouteKey { get; set; }

    internal ClientChannel Channel => _channel!;

    internal string Function { get; private set; } = "";

    internal string TraceId { get; private set; } = "";

    internal bool IsShadow { get; private set; }

    internal bool IsOneWay { get; private set; }

    internal long DeadlineMs { get; private set; }

    // These belong to the connection that sends it, and are touched only with its lock.
    internal ClientConnection? Connection { get; set; }

    internal int Id { get; set; }

    internal long AppendedAt { get; set; }

    /// <summary>Makes the call.</summary>
    /// <param name="decode">Reads the answer.</param>
    /// <param name="cancellationToken">Ends the waiting at once; the server is not told.</param>
    /// <exception cref="RpcException">It was not answered, or with a fault, and <see cref="RpcClientOptions.Faults"/> has no answer for it.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<T> InvokeAsync<T>(RpcDecoder<T> decode, CancellationToken cancellationToken)
    {
        Use();
        try
        {
            await ExchangeAsync(cancellationToken).ConfigureAwait(false);
            while (MayRetry)
            {
                await ExchangeAsync(cancellationToken).ConfigureAwait(false);
            }

            return Read(decode);
        }
        catch (RpcException e) when (_client.Options.Faults is { } faults && faults.TryAnswer<T>(e, out var answer))
        {
            return answer;
        }
        finally
        {
            GiveBack();
        }
    }

    /// <summary>Makes a call that returns nothing. As the other.</summary>
    public async Task InvokeAsync(CancellationToken cancellationToken)
    {
        Use();
        try
        {
            await ExchangeAsync(cancellationToken).ConfigureAwait(false);
            while (MayRetry)
            {
                await ExchangeAsync(cancellationToken).ConfigureAwait(false);
            }

            if (_fault is not null)
            {
                throw _fault;
            }
        }
        finally
        {
            GiveBack();
        }
    }

    /// <summary>Sends a call that nobody answers. Completes when a connection has it; whether it arrives is not known.</summary>
    /// <exception cref="RpcException">No connection took it.</exception>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        Use();
        IsOneWay = true;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var connection = Channel.TryPick() ?? await Channel.PickAsync(this, cancellationToken).ConfigureAwait(false);
                if (TrySend(connection) is not { } fault)
                {
                    return;
                }

                // It may have been left just now.
                if (connection.IsUsable || ++_attempts == AttemptsMax)
                {
                    throw fault;
                }
            }
        }
        finally
        {
            GiveBack();
        }
    }

    internal void Begin(ClientChannel channel, string function, IRpcScope? scope)
    {
        _channel = channel;
        _isBegun = true;
        Function = function;
        var timeoutMs = channel.TimeoutMs;
        if (scope is not null)
        {
            TraceId = scope.TraceId ?? "";
            IsShadow = scope.Shadow;
            if (scope.DeadlineMs != 0)
            {
                // A call that says itself how long it may take waits so long, unless its channel was told otherwise.
                var max = channel.Options.Timeout is null ? (long)_client.Options.TimeoutMax.TotalMilliseconds : timeoutMs;
                timeoutMs = Math.Min(max, scope.DeadlineMs - _client.Clock.UnixMs);
            }
        }

        DeadlineMs = _client.Clock.NowMs + timeoutMs;
    }

    /// <summary>Only for whoever took it out of its connection's calls.</summary>
    internal void Answer(in ResponsePacket packet, bool isRefusalToBeRetried)
    {
        if (packet.Code == RpcCode.Success)
        {
            packet.Buffer.CopyTo(_answer.GetSpan(packet.Buffer.Length));
            _answer.Advance(packet.Buffer.Length);
            if (Channel.Options.OnAnswerContext is { } listener && packet.Context.Length > 1)
            {
                Tell(listener, packet.Context);
            }
        }
        else
        {
            _fault = RpcException.OfCall(packet.Code, packet.Text.IsEmpty ? $"the server answered {packet.Code}" : System.Text.Encoding.UTF8.GetString(packet.Text));
            _mayRetry = isRefusalToBeRetried;
        }

        _done.SetResult(true);
    }

    /// <summary>Only for whoever took it out of its connection's calls.</summary>
    internal void Fail(int code, string text, bool wasSent)
    {
        _fault = RpcException.OfCall(code, text, wasSent);
        _mayRetry = !wasSent && code != RpcCode.Timeout;
        _done.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _done.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _done.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _done.OnCompleted(continuation, state, token, flags);

    private bool MayRetry => _mayRetry && _attempts < AttemptsMax && _client.Clock.NowMs < DeadlineMs;

    // One attempt; afterwards there is an answer, or a fault with the word whether another attempt can do no harm.
    private ValueTask ExchangeAsync(CancellationToken cancellationToken)
    {
        _mayRetry = false;
        _fault = null;
        _attempts++;
        return Channel.TryPick() is { } connection ? ExchangeOver(connection, cancellationToken) : ConnectAndExchangeAsync(cancellationToken);
    }

    private async ValueTask ConnectAndExchangeAsync(CancellationToken cancellationToken)
    {
        var connection = await Channel.PickAsync(this, cancellationToken).ConfigureAwait(false);
        await ExchangeOver(connection, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask ExchangeOver(ClientConnection connection, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _registration.Dispose();
        _done.Reset();
        if (TrySend(connection) is { } fault)
        {
            _fault = fault;
            _mayRetry = fault.Code == RpcCode.NoConnection;
            return ValueTask.CompletedTask;
        }

        if (cancellationToken.CanBeCanceled)
        {
            _cancelled = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static call => ((RpcCall)call!).Cancel(), this);
        }

        return new ValueTask(this, _done.Version);
    }

    private RpcException? TrySend(ClientConnection connection)
    {
        var fault = connection.TrySend(this);
        if (fault is not { Code: RpcCode.Overload })
        {
            return fault;
        }

        return Channel.TrySendElsewhere(this, connection) ? null : _client.Refuse(fault.Message);
    }

    // A listener's failure must not leave the caller without an answer.
    private void Tell(Action<IReadOnlyDictionary<string, string>> listener, ReadOnlySpan<byte> context)
    {
        try
        {
            listener(TextMap.ToDictionary(context));
        }
        catch (Exception e)
        {
            _fault = RpcException.OfCall(RpcCode.ClientDecode, "the listener of answers' contexts failed", inner: e);
        }
    }

    // The call cannot have been given back: that waits for the end of this.
    private void Cancel()
    {
        if (Connection!.TryForget(this))
        {
            _done.SetException(new OperationCanceledException(_cancelled));
        }
    }

    private T Read<T>(RpcDecoder<T> decode)
    {
        if (_fault is not null)
        {
            throw _fault;
        }

        var reader = new JceReader(_answer.Written, _client.Options.Limits);
        T answer;
        try
        {
            answer = decode(ref reader);
        }
        catch (JceFormatException e)
        {
            throw RpcException.OfCall(RpcCode.ClientDecode, $"the answer of {Function}: {e.Message}", inner: e);
        }

        return reader.HasFault ? throw RpcException.OfCall(RpcCode.ClientDecode, $"the answer of {Function}: {reader.Fault}") : answer;
    }

    private void Use()
    {
        if (!_isBegun)
        {
            throw new InvalidOperationException("this call was made already");
        }

        _isBegun = false;
    }

    private void GiveBack()
    {
        _registration.Dispose();
        _registration = default;
        _cancelled = default;
        _fault = null;
        _channel = null;
        Connection = null;
        RouteKey = null;
        _attempts = 0;
        TraceId = "";
        IsShadow = false;
        IsOneWay = false;
        // One large call must not leave its memory with every call that is kept.
        _arguments.Clear(KeptMax);
        _answer.Clear(KeptMax);
        _client.GiveBack(this);
    }
}
