namespace Hongbao.Jce.Rpc;

#pragma warning disable CA1001 // It is used again for ever; what is not kept has only memory, which the collector takes as well.
/// <summary>
/// One request at the server, from when it was read until it is answered. The servant that gets it uses it with one thread at a time, and not after its task has ended:
/// then it is used again.
/// </summary>
public sealed class RpcInvocation : IThreadPoolWorkItem
{
    private const int KeptMax = 8 << 10;

    private readonly RpcServer _server;
    private readonly JceBuffer _request = new(); // the buffer, the context and the status behind each other
    private readonly JceBuffer _answer = new();
    private JceBuffer? _converted;
    private ServerConnection? _connection;
    private ServantTable.Entry? _servant;
    private int _bufferLength;
    private int _contextLength;
    private int _function;
    private short _version;
    private int _id;
    private int _messageType;
    private bool _isOneWay;
    private long _deadlineMs; // of the server's clock; 0 for none
    private CancellationTokenSource? _source;
    private int _cancellationId; // 0 until somebody asked for the token; below it when that was too late
    private Dictionary<string, string>? _answerContext;
    private Dictionary<string, string>? _answerStatus;

    internal RpcInvocation(RpcServer server) => _server = server;

    /// <summary>The return value is written here at tag 0, and the out parameters at their tags, as bare fields.</summary>
    public JceBuffer Answer => _answer;

    /// <summary>Cancelled at the deadline, and when a stopping server's patience ends.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (_cancellationId == 0)
            {
                _source ??= new CancellationTokenSource();
                _cancellationId = _server.WatchDeadline(this, _deadlineMs == 0 ? long.MaxValue : _deadlineMs + (long)_server.Options.Grace.TotalMilliseconds);
                if (_cancellationId < 0)
                {
                    _source.Cancel();
                }
            }

            return _source!.Token;
        }
    }

    /// <summary>Business keys and values that came with the request.</summary>
    public IReadOnlyDictionary<string, string> Context => TextMap.ToDictionary(ContextBytes);

    /// <summary>Keys and values of frameworks that came with the request.</summary>
    public IReadOnlyDictionary<string, string> Status => TextMap.ToDictionary(_request.Written[(_bufferLength + _contextLength)..]);

    /// <summary>Business keys and values that go with the answer.</summary>
    public IDictionary<string, string> AnswerContext => _answerContext ??= new(StringComparer.Ordinal);

    /// <summary>Keys and values of frameworks that go with the answer.</summary>
    public IDictionary<string, string> AnswerStatus => _answerStatus ??= new(StringComparer.Ordinal);

    /// <summary>The caller's address.</summary>
    public string Remote => _connection!.Remote;

    /// <summary>True when nobody waits for an answer.</summary>
    public bool IsOneWay => _isOneWay;

    internal ServerConnection Connection => _connection!;

    /// <summary>Size of the request.</summary>
    internal int Bytes => _request.Length;

    private ReadOnlySpan<byte> ContextBytes => _request.Written.Slice(_bufferLength, _contextLength);

    private RpcFunction Function => _servant!.Servant.Functions[_function];

    /// <summary>A reader over the in parameters as bare fields, each at its position, however they came.</summary>
    /// <exception cref="JceFormatException">They came by name, and cannot be read.</exception>
    public JceReader Arguments()
    {
        var buffer = _request.Written[.._bufferLength];
        if (_version is RequestPacket.VersionTup or RequestPacket.VersionTupTyped)
        {
            _converted ??= new();
            _converted.Clear();
            TupParameters.ToFields(buffer, _version, Function, _server.Options.Limits, _converted);
            buffer = _converted.Written;
        }

        return new JceReader(buffer, _server.Options.Limits);
    }

    /// <summary>
    /// Gives a scope what the call carries: its trace, its mark of a rehearsal, and its deadline by this machine's clock. The scope's own deadline is by the caller's, which may be another.
    /// </summary>
    public void Arrive(IRpcScope scope) => Arrive(ref scope);

    /// <summary>As the other, for a scope that is a struct.</summary>
    public void Arrive<T>(ref T scope)
        where T : IRpcScope
    {
        if (_deadlineMs != 0)
        {
            scope.DeadlineMs = _server.Clock.UnixMs + _deadlineMs - _server.Clock.NowMs;
        }

        var context = ContextBytes;
        if (TextMap.Find(context, RpcNames.TraceIdBytes) is { } trace)
        {
            scope.TraceId = trace;
        }

        if (TextMap.Find(context, RpcNames.ShadowBytes) == "1")
        {
            scope.Shadow = true;
        }
    }

    /// <summary>Runs it, when its turn has come.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (_deadlineMs != 0 && _server.Clock.NowMs >= _deadlineMs)
        {
            FinishUnbegun(RpcCode.QueueTimeout, "the deadline was over before its turn came");
            return;
        }

        // What is one-way was never to be answered.
        if (!_isOneWay && _connection!.IsClosed)
        {
            // After a storm of new connections the work of callers that are gone would come before that of those who wait.
            _server.Finished(this);
            return;
        }

        if (!_isOneWay && _connection!.HasTooManyAnswers)
        {
            FinishUnbegun(RpcCode.Overload, _server.Refuse("their client takes too few answers"));
            return;
        }

        Task work;
        try
        {
            work = _servant!.Servant.InvokeAsync(_function, this);
        }
        catch (Exception e)
        {
            Finish(e);
            return;
        }

        if (work.IsCompletedSuccessfully)
        {
            Finish(RpcCode.Success, "");
        }
        else
        {
            _ = FinishAfterAsync(work);
        }
    }

    /// <summary>Fills it from a packet that is gone when this returns.</summary>
    internal void Begin(ServerConnection connection, ServantTable.Entry servant, int function, in RequestPacket packet, long now)
    {
        _connection = connection;
        _servant = servant;
        _function = function;
        _version = packet.Version;
        _id = packet.Id;
        _messageType = packet.MessageType;
        _isOneWay = packet.IsOneWay;
        _deadlineMs = packet.TimeoutMs > 0 ? now + packet.TimeoutMs : 0;
        _bufferLength = packet.Buffer.Length;
        _contextLength = packet.Context.Length;
        var length = _bufferLength + _contextLength + packet.Status.Length;
        var room = _request.GetSpan(length);
        packet.Buffer.CopyTo(room);
        packet.Context.CopyTo(room[_bufferLength..]);
        packet.Status.CopyTo(room[(_bufferLength + _contextLength)..]);
        _request.Advance(length);
    }

    /// <summary>Makes it ready to be used again.</summary>
    /// <returns>False when it must not be, since somebody may still be cancelling it.</returns>
    internal bool TryReset()
    {
        if (_cancellationId != 0)
        {
            if (!_server.TryForgetDeadline(_cancellationId) || !_source!.TryReset())
            {
                return false;
            }

            _cancellationId = 0;
        }

        _connection = null;
        _servant = null;
        _answerContext = null;
        _answerStatus = null;
        // One large request must not leave its memory with every invocation that is kept.
        _request.Clear(KeptMax);
        _answer.Clear(KeptMax);
        _converted?.Dispose();
        _converted = null;
        return true;
    }

    /// <summary>Only for whoever took it out of the watched deadlines.</summary>
    internal void Cancel() => _ = _source!.CancelAsync();

    private async Task FinishAfterAsync(Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Finish(e);
            return;
        }

        Finish(RpcCode.Success, "");
    }

    private void Finish(Exception exception)
    {
        switch (exception)
        {
            case JceFormatException:
                Finish(RpcCode.ServerDecode, exception.Message);
                break;
            case RpcException { Code: >= RpcCode.ServerUnknown and not RpcCode.Success } fault when fault.Code > 0 || !fault.IsOfCall:
                Finish(fault.Code, fault.Message);
                break;
            case OperationCanceledException when _source is { IsCancellationRequested: true }:
                Finish(RpcCode.Timeout, "cancelled at its deadline, or since the server stops");
                break;
            default:
                // What is inside is nobody's outside; the log has all of it.
                _server.Tell(RpcEventKind.ServantFailed, Remote, $"{Function.Name} failed", exception);
                Finish(RpcCode.ServerUnknown, exception.GetType().Name);
                break;
        }
    }

    private void Finish(int code, string text)
    {
        Reply(code, text);
        _server.Finished(this);
    }

    private void FinishUnbegun(int code, string text)
    {
        Refuse(code, text);
        _server.Finished(this);
    }

    /// <summary>Answers it with the word that it was not begun.</summary>
    internal void Refuse(int code, string text)
    {
        _answerStatus = RpcNames.RefusedStatus;
        Reply(code, text);
    }

    private void Reply(int code, string text)
    {
        if (_isOneWay)
        {
            return;
        }

        try
        {
            _connection!.Answer(this, code, text);
        }
        catch (Exception e)
        {
            // Without an answer its caller is told by the end of the connection; its place is given back in any case.
            _connection!.Close(RpcEventKind.CutOff, e.ToString());
        }
    }

    /// <summary>Appends the answer's frame.</summary>
    internal void Write(FrameBuffer output, int code, string text)
    {
        if (code != RpcCode.Success)
        {
            _answer.Clear();
        }

        if (_version is RequestPacket.VersionTup or RequestPacket.VersionTupTyped)
        {
            TupParameters.WriteAnswer(output, _version, _id, _messageType, _servant!.Name, Function, _answer.Written, code, text, _answerStatus, _answerContext);
        }
        else
        {
            ResponsePacket.Write(output, _version, _id, _messageType, code, _answer.Written, _answerStatus, text, _answerContext);
        }
    }

    /// <summary>Appends the frame of an answer that was to be larger, or could not be written.</summary>
    internal void WriteEncodeFault(FrameBuffer output, string text)
    {
        _answerContext = null;
        _answerStatus = null;
        Write(output, RpcCode.ServerEncode, text);
    }
}
