using System.Net.Sockets;

namespace Hongbao.Jce.Rpc;

/// <summary>A connection to a server: many calls at once, matched by their ids.</summary>
internal sealed class ClientConnection(RpcClient client, ClientEndpoint endpoint, Socket socket, Stream stream)
    : RpcConnection(socket, stream, client.Clock, client.Options.FrameMax)
{
    // Below the ids of calls; one-way calls may have it too, and have no answers.
    private const int PingId = 1;

    private readonly Slots<RpcCall> _calls = new(client.Options.OutstandingMax);
    private readonly TaskCompletionSource<string?> _proof = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isLeaving; // the server asked for a new connection
    private int _oneWayId;
    private long _pingAtMs;

    /// <summary>True while new calls may be sent over it.</summary>
    public bool IsUsable => !IsClosed && !_isLeaving;

    /// <summary>True when the server has answered something. That it took the connection says nothing: the system does that for a process that hangs.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Appends a request.</summary>
    /// <returns>Null; or why it was not, and then the call is still the caller's.</returns>
    public RpcException? TrySend(RpcCall call)
    {
        var options = client.Options;
        if (call.Arguments.Length > options.FrameMax)
        {
            return TooLarge(call.Arguments.Length);
        }

        bool mustFlush;
        lock (Gate)
        {
            if (!IsUsable)
            {
                return RpcException.OfCall(RpcCode.NoConnection, "the connection is closed", wasSent: false);
            }

            var leftMs = call.DeadlineMs - Clock.NowMs;
            if (leftMs <= 0)
            {
                return RpcException.OfCall(RpcCode.Timeout, "the deadline is over", wasSent: false);
            }

            if (Unsent > options.UnsentMax)
            {
                return RpcException.OfCall(RpcCode.Overload, "too many bytes wait to be sent", wasSent: false);
            }

            if (call.IsOneWay)
            {
                // Nobody looks for it, so it must only not be another's id.
                _oneWayId = _oneWayId == _calls.FirstId - 1 ? 1 : _oneWayId + 1;
                call.Id = _oneWayId;
            }
            else if ((call.Id = _calls.Add(call, call.DeadlineMs)) == 0)
            {
                return RpcException.OfCall(RpcCode.Overload, "too many calls wait for their answers", wasSent: false);
            }

            call.Connection = this;
            call.AppendedAt = Appended;
            var before = Filling.Length;
            try
            {
                call.Channel.Write(Filling, call, (int)Math.Min(leftMs, int.MaxValue));
            }
            catch
            {
                // Such as a context without a value. Half a frame would spoil all that follow.
                Filling.Truncate(before);
                _calls.Take(call.Id);
                throw;
            }

            if (Filling.Length - before > options.FrameMax)
            {
                // Context and status count too. The server would close the connection, and with it everybody else's calls.
                var length = Filling.Length - before;
                Filling.Truncate(before);
                _calls.Take(call.Id);
                return TooLarge(length);
            }

            mustFlush = Append(before);
        }

        if (mustFlush)
        {
            QueueFlush();
        }

        return null;
    }

    /// <summary>Takes a call out whose caller does not wait any more. When false, somebody else completes it.</summary>
    public bool TryForget(RpcCall call)
    {
        bool isMine, isLast;
        lock (Gate)
        {
            isMine = _calls.Take(call.Id) is not null;
            if (isMine)
            {
                TakeBack(call);
            }

            isLast = IsDone;
        }

        CloseIf(isLast);
        return isMine;
    }

    /// <summary>Fails what waited too long.</summary>
    public void Sweep(long now, List<RpcCall> expired)
    {
        bool isLast;
        lock (Gate)
        {
            _calls.TakeExpired(now, expired);
            expired.ForEach(TakeBack);
            isLast = IsDone;
        }

        foreach (var call in expired)
        {
            call.Fail(RpcCode.Timeout, "no answer in time", wasSent: call.AppendedAt < Handed);
        }

        expired.Clear();
        CloseIf(isLast);
    }

    /// <summary>Finds out whether the server still lives, and cuts it off when it does not. What needs less haste than <see cref="Sweep"/>.</summary>
    public void CheckLife(long now)
    {
        var options = client.Options;
        if (CloseIfStuck(now, options.HalfFrameTimeout, "an answer stopped in the middle", options.WriteTimeout, "the server reads nothing"))
        {
            return;
        }

        var readAt = ReadAtMs;
        if (now - readAt < (long)options.PingAfter.TotalMilliseconds)
        {
            return;
        }

        // Whatever came after a ping is a sign of life.
        if (IsUsable && (_pingAtMs == 0 || readAt >= _pingAtMs))
        {
            Ping(now);
        }
        else if (_pingAtMs > 0 && readAt < _pingAtMs && now - _pingAtMs >= (long)options.PingTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, "the server does not answer a ping");
        }
    }

    /// <summary>Asks the server for a sign of life, before it gets calls.</summary>
    /// <returns>Null when it answered, else why it never will.</returns>
    public Task<string?> ProveAsync()
    {
        Ping(Clock.NowMs);
        return _proof.Task;
    }

    protected override void OnFrame(ReadOnlySpan<byte> body)
    {
        if (!ResponsePacket.TryRead(body, client.HeadLimits, out var packet, out var fault))
        {
            Close(RpcEventKind.CutOff, $"no answer packet: {fault}");
            return;
        }

        if (!HasAnswered)
        {
            HasAnswered = true;
            _proof.TrySetResult(null);
        }

        if (packet.Id == 0)
        {
            OnPush(packet);
            return;
        }

        RpcCall? call;
        bool isLeaving, isLast;
        lock (Gate)
        {
            call = _calls.Take(packet.Id);
            isLeaving = _isLeaving;
            isLast = IsDone;
        }

        if (call is not null)
        {
            // Such an answer without the mark may come from a servant that has done half of its work, and failed at a call of its own.
            call.Answer(packet, isRefusalToBeRetried: isLeaving && packet.Code == RpcCode.Overload && TextMap.Find(packet.Status, RpcNames.RefusedBytes) is not null);
        }
        else if (packet.Id != PingId)
        {
            client.Tell(RpcEventKind.LateAnswer, Remote, "an answer came too late");
        }

        CloseIf(isLast);
    }

    protected override void OnClosed(RpcEventKind kind, string reason)
    {
        client.Tell(kind, Remote, reason);
        _proof.TrySetResult(reason);
        endpoint.Lost(this, kind, reason);
        var lost = new List<RpcCall>();
        lock (Gate)
        {
            _calls.TakeAll(lost);
        }

        var handed = Handed;
        foreach (var call in lost)
        {
            call.Fail(RpcCode.NoConnection, $"the connection was lost: {reason}", wasSent: call.AppendedAt < handed);
        }
    }

    private static RpcException TooLarge(int length) =>
        RpcException.OfCall(RpcCode.SendFailed, $"a request of {length} bytes is larger than a frame may be", wasSent: false);

    // With the lock. Nobody waits for it any more: a server that is behind shall not find it among its work when it comes to it. What the system has cannot be taken back.
    private void TakeBack(RpcCall call)
    {
        if (call.AppendedAt >= Handed)
        {
            Filling.Void((int)(call.AppendedAt - Handed));
        }
    }

    private void Ping(long now)
    {
        bool mustFlush;
        lock (Gate)
        {
            _pingAtMs = now;
            var before = Filling.Length;
            RequestPacket.Write(Filling, RequestPacket.TwoWay, PingId, endpoint.PingServant, RpcNames.Ping, [], (int)client.Options.PingTimeout.TotalMilliseconds, null, null, null);
            mustFlush = Append(before);
        }

        if (mustFlush)
        {
            QueueFlush();
        }
    }

    private bool IsDone => _isLeaving && _calls.Count == 0 && !IsClosed;

    private void CloseIf(bool isLast)
    {
        if (isLast)
        {
            // One-way calls may still wait to be sent: whoever made them was told that they are on their way.
            _ = CloseAfterFlushAsync("left, as the server asked");
        }
    }

    private void OnPush(in ResponsePacket packet)
    {
        if (!packet.Text.SequenceEqual("_reconnect_"u8))
        {
            return;
        }

        bool isLast;
        lock (Gate)
        {
            _isLeaving = true;
            isLast = IsDone;
        }

        client.Tell(RpcEventKind.Reconnect, Remote, "the server asks for a new connection");
        CloseIf(isLast);
    }
}
