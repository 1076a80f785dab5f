using System.Net.Sockets;

namespace Hongbao.Jce.Rpc;

/// <summary>A client's connection at the server.</summary>
internal sealed class ServerConnection(RpcServer server, Socket socket, Stream stream)
    : RpcConnection(socket, stream, server.Clock, server.Options.FrameMax)
{
    private TaskCompletionSource? _drained;
    private int _underWay;
    private long _underWayBytes;
    private bool _isEnded; // the client sends no more, and waits for its answers
    private long _doneAtMs = server.Clock.NowMs;

    /// <summary>Appends an answer. Only by its invocation.</summary>
    public void Answer(RpcInvocation invocation, int code, string text)
    {
        var mustFlush = false;
        Exception? failure = null;
        lock (Gate)
        {
            if (!IsClosed)
            {
                var before = Filling.Length;
                try
                {
                    invocation.Write(Filling, code, text);
                    if (Filling.Length - before > server.Options.FrameMax)
                    {
                        Filling.Truncate(before);
                        invocation.WriteEncodeFault(Filling, "the answer is larger than a frame may be");
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
        WakeReader();
        if (Interlocked.Decrement(ref _underWay) == 0 && Volatile.Read(ref _isEnded))
        {
            _ = CloseAfterFlushAsync();
        }
    }

    /// <summary>Asks the client for a new connection.</summary>
    public void AskToLeave() => Answer(RequestPacket.VersionTars, 0, 0, RpcCode.Success, RpcNames.Reconnect);

    /// <summary>Cuts it off when it does what harms others.</summary>
    public void CheckLife(long now)
    {
        var options = server.Options;
        if (PartSinceMs is > 0 and var since && now - since > (long)options.HalfFrameTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, "a frame stopped in the middle");
        }
        else if (WritingSinceMs is > 0 and var writing && now - writing > (long)options.WriteTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, "the client reads no answers");
        }
        else if (Volatile.Read(ref _underWay) == 0 && Unsent == 0 && now - Math.Max(ReadAtMs, Volatile.Read(ref _doneAtMs)) > (long)options.IdleTimeout.TotalMilliseconds)
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
            var isPing = packet.Function.SequenceEqual("tars_ping"u8) || packet.Function.SequenceEqual("taf_ping"u8);
            Refuse(packet, isPing ? RpcCode.Success : RpcCode.NoFunction, isPing ? "" : "no such function");
            return;
        }

        if (packet.Version == RequestPacket.VersionJson)
        {
            Refuse(packet, RpcCode.ServerDecode, "JSON is not supported");
            return;
        }

        var invocation = server.Rent();
        invocation.Begin(this, servant, function, packet, Clock.NowMs);
        Interlocked.Increment(ref _underWay);
        Interlocked.Add(ref _underWayBytes, invocation.Bytes);
        if (!server.TryEnter(invocation))
        {
            Refuse(packet, RpcCode.Overload, "the server has too much to do, or stops");
            var bytes = invocation.Bytes;
            server.GiveBack(invocation);
            Finished(bytes);
        }
    }

    protected override void OnClosed(RpcEventKind kind, string reason)
    {
        WakeReader();
        server.Forget(this, kind, reason);
    }

    // A client that asks and does not listen, or asks faster than it is served, would fill the memory.
    protected override Task? BeforeRead()
    {
        if (!HasTooMuch)
        {
            return null;
        }

        var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _drained, drained);
        Interlocked.MemoryBarrier();
        // It may have drained, or been closed, before that was seen.
        return HasTooMuch && !IsClosed ? drained.Task : null;
    }

    protected override void OnFlushed() => WakeReader();

    private bool HasTooMuch => Unsent + Interlocked.Read(ref _underWayBytes) > server.Options.PendingMax;

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
            _ = CloseAfterFlushAsync();
        }
    }

    private async Task CloseAfterFlushAsync()
    {
        await WhenFlushed().ConfigureAwait(false);
        Close(RpcEventKind.Closed, "closed by the client");
    }

    private void Refuse(in RequestPacket packet, int code, string text)
    {
        if (packet.IsOneWay)
        {
            return;
        }

        if (packet.Version is RequestPacket.VersionTup or RequestPacket.VersionTupTyped)
        {
            bool mustFlush;
            lock (Gate)
            {
                var before = Filling.Length;
                TupParameters.WriteAnswer(Filling, packet.Version, packet.Id, packet.MessageType, packet.Servant, packet.Function, code, text);
                mustFlush = Append(before);
            }

            if (mustFlush)
            {
                QueueFlush();
            }

            return;
        }

        Answer(packet.Version, packet.Id, packet.MessageType, code, text);
    }

    private void Answer(short version, int id, int messageType, int code, string text)
    {
        bool mustFlush;
        lock (Gate)
        {
            var before = Filling.Length;
            ResponsePacket.Write(Filling, version, id, messageType, code, [], null, text, null);
            mustFlush = Append(before);
        }

        if (mustFlush)
        {
            QueueFlush();
        }
    }
}
