using System.Net.Sockets;

namespace Hongbao.Jce.Rpc;

/// <summary>A client's connection at the server.</summary>
internal sealed class ServerConnection(RpcServer server, Socket socket, Stream stream)
    : RpcConnection(socket, stream, server.Clock, server.Options.FrameMax)
{
    // What was begun while there was room may end together: so many bytes of answers may wait, and what is more is answered by a fault.
    // The largest answer fits behind as many bytes as stop the reading.
    private readonly long _answersMax = (long)server.Options.PendingMax + server.Options.FrameMax;
    private TaskCompletionSource? _drained;
    private int _underWay;
    private long _underWayBytes;
    private bool _isEnded; // the client sends no more, and waits for its answers
    private long _doneAtMs = server.Clock.NowMs;

    /// <summary>True while so many answers wait for the client to take them that there shall be no more.</summary>
    public bool HasTooManyAnswers => Unsent > server.Options.PendingMax;

    /// <summary>Appends an answer. Only by its invocation.</summary>
    public void Answer(RpcInvocation invocation, int code, string text)
    {
        var mustFlush = false;
        var isRefused = false;
        Exception? failure = null;
        lock (Gate)
        {
            if (!IsClosed)
            {
                var before = Filling.Length;
                isRefused = Unsent > _answersMax;
                try
                {
                    if (isRefused)
                    {
                        invocation.WriteEncodeFault(Filling, "there is no room for more answers: the client takes too few");
                    }
                    else
                    {
                        invocation.Write(Filling, code, text);
                        if (Filling.Length - before > server.Options.FrameMax)
                        {
                            Filling.Truncate(before);
                            invocation.WriteEncodeFault(Filling, "the answer is larger than a frame may be");
                        }
                    }
                }
                catch (Exception e)
                {
                    // Such as a context without a value. Half a frame would spoil all that follow.
                    failure = e;
                    Filling.Truncate(before);
                    invocation.WriteEncodeFault(Filling, "the answer could not be written");
                }

                mustFlush = Append(before);
            }
        }

        if (mustFlush)
        {
            QueueFlush();
        }

        if (isRefused)
        {
            server.Refuse("there is no room for their answers: their client takes too few");
        }

        if (failure is not null)
        {
            server.Tell(RpcEventKind.ServantFailed, Remote, "an answer could not be written", failure);
        }
    }

    /// <summary>After an invocation of it was answered, or needed no answer.</summary>
    /// <param name="bytes">The request's.</param>
    public void Finished(int bytes)
    {
        Volatile.Write(ref _doneAtMs, Clock.NowMs);
        Interlocked.Add(ref _underWayBytes, -bytes);
        if (Interlocked.Decrement(ref _underWay) == 0 && Volatile.Read(ref _isEnded))
        {
            _ = CloseAfterFlushAsync("closed by the client");
        }
    }

    /// <summary>Asks the client for a new connection.</summary>
    public void AskToLeave() => Reply(new RequestPacket { Version = RequestPacket.VersionTars }, RpcCode.Success, RpcNames.Reconnect, null);

    /// <summary>Cuts it off when it does what harms others.</summary>
    public void CheckLife(long now)
    {
        var options = server.Options;
        if (!CloseIfStuck(now, options.HalfFrameTimeout, "a frame stopped in the middle", options.WriteTimeout, "the client reads no answers")
            && Volatile.Read(ref _underWay) == 0 && Unsent == 0 && now - Math.Max(ReadAtMs, Volatile.Read(ref _doneAtMs)) > (long)options.IdleTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.Closed, "idle");
        }
    }

    protected override void OnFrame(ReadOnlySpan<byte> body)
    {
        if (!RequestPacket.TryRead(body, server.HeadLimits, out var packet, out var fault))
        {
            Close(RpcEventKind.CutOff, $"no request packet: {fault}");
            return;
        }

        if (server.FindServant(packet.Servant) is not { } servant)
        {
            Refuse(packet, RpcCode.NoServant, "no such servant");
            return;
        }

        var function = servant.Find(packet.Function);
        if (function < 0)
        {
            if (packet.Function.SequenceEqual("tars_ping"u8) || packet.Function.SequenceEqual("taf_ping"u8))
            {
                Reply(packet, RpcCode.Success, "", null);
                return;
            }

            Refuse(packet, RpcCode.NoFunction, "no such function");
            return;
        }

        if (packet.Version == RequestPacket.VersionJson)
        {
            Refuse(packet, RpcCode.ServerDecode, "JSON is not supported");
            return;
        }

        // Its pings are still answered: it must not be taken for dead that it has too much to do.
        if (Volatile.Read(ref _underWayBytes) > server.Options.PendingMax)
        {
            Refuse(packet, RpcCode.Overload, server.Refuse("too many bytes of their connection's requests are under way"));
            return;
        }

        var invocation = server.Rent();
        invocation.Begin(this, servant, function, packet, Clock.NowMs);
        Interlocked.Increment(ref _underWay);
        Interlocked.Add(ref _underWayBytes, invocation.Bytes);
        if (!server.TryEnter(invocation))
        {
            Refuse(packet, RpcCode.Overload, server.Refuse(server.IsStopping ? "the server stops" : "the server has too much to do"));
            server.Release(invocation);
        }
    }

    protected override void OnClosed(RpcEventKind kind, string reason)
    {
        WakeReader();
        server.Forget(this, kind, reason);
    }

    // A client that asks and does not listen would fill the memory.
    protected override Task? BeforeRead()
    {
        if (!HasTooManyAnswers)
        {
            return null;
        }

        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _drained, drained);
        Interlocked.MemoryBarrier();
        // It may have drained, or been closed, before that was seen.
        return HasTooManyAnswers && !IsClosed ? drained.Task : null;
    }

    protected override void OnFlushed() => WakeReader();

    protected override void OnPart(long more) => server.CountPart(more);

    private void WakeReader()
    {
        // Either this sees the reader waiting, or the reader sees what became less: both write first, and read then.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _drained) is not null)
        {
            Interlocked.Exchange(ref _drained, null)?.TrySetResult();
        }
    }

    // Clients that only shut their sending side still want their answers.
    protected override void OnEnd()
    {
        Volatile.Write(ref _isEnded, true);
        // As in WakeReader: either this sees that nothing is under way, or the last one that ends sees this.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _underWay) == 0)
        {
            _ = CloseAfterFlushAsync("closed by the client");
        }
    }

    private void Refuse(in RequestPacket packet, int code, string text) => Reply(packet, code, text, RpcNames.RefusedStatus);

    // Without an invocation, and without values.
    private void Reply(in RequestPacket packet, int code, string text, Dictionary<string, string>? status)
    {
        if (packet.IsOneWay)
        {
            return;
        }

        bool mustFlush;
        lock (Gate)
        {
            var before = Filling.Length;
            if (packet.Version is RequestPacket.VersionTup or RequestPacket.VersionTupTyped)
            {
                TupParameters.WriteAnswer(Filling, packet.Version, packet.Id, packet.MessageType, packet.Servant, packet.Function, code, text, status);
            }
            else
            {
                ResponsePacket.Write(Filling, packet.Version, packet.Id, packet.MessageType, code, [], status, text, null);
            }

            mustFlush = Append(before);
        }

        if (mustFlush)
        {
            QueueFlush();
        }
    }
}
