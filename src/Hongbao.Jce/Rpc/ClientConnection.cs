using System.Net.Sockets;

namespace Hongbao.Jce.Rpc;

/// <summary>A connection to a server: many calls at once, matched by their ids.</summary>
internal sealed class ClientConnection(RpcClient client, Socket socket, Stream stream)
    : RpcConnection(socket, stream, client.Clock, client.Options.FrameMax)
{
    private readonly Slots<RpcCall> _calls = new(client.Options.OutstandingMax);
    private bool _isLeaving; // the server asked for a new connection
    private int _oneWayId;
    private byte[] _pingServant = [];
    private long _pingAtMs;

    /// <summary>True while new calls may be sent over it.</summary>
    public bool IsUsable => !IsClosed && !_isLeaving;

    /// <summary>Appends a request.</summary>
    /// <returns>Null; or why it was not, and then the call is still the caller's.</returns>
    public RpcException? TrySend(RpcCall call)
    {
        var options = client.Options;
        if (call.Arguments.Length > options.FrameMax - RequestPacketHeadMax)
        {
            return new(RpcCode.SendFailed, $"a request of {call.Arguments.Length} bytes is larger than a frame may be", wasSent: false);
        }

        bool mustFlush;
        lock (Gate)
        {
            if (!IsUsable)
            {
                return new(RpcCode.SendFailed, "the connection is closed", wasSent: false);
            }

            var leftMs = call.DeadlineMs - Clock.NowMs;
            if (leftMs <= 0)
            {
                return new(RpcCode.Timeout, "the deadline is over", wasSent: false);
            }

            if (Unsent > options.UnsentMax)
            {
                return new(RpcCode.Overload, "too many bytes wait to be sent", wasSent: false);
            }

            if (call.IsOneWay)
            {
                // Nobody looks for it, so it must only not be another's id.
                _oneWayId = _oneWayId == _calls.FirstId - 1 ? 1 : _oneWayId + 1;
                call.Id = _oneWayId;
            }
            else if ((call.Id = _calls.Add(call, call.DeadlineMs)) == 0)
            {
                return new(RpcCode.Overload, "too many calls wait for their answers", wasSent: false);
            }

            call.Connection = this;
            call.AppendedAt = Appended;
            _pingServant = call.Channel.ServantBytes;
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
                return new(RpcCode.SendFailed, $"a request of {length} bytes is larger than a frame may be", wasSent: false);
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
            isLast = IsDone;
        }

        CloseIf(isLast);
        return isMine;
    }

    /// <summary>Fails what waited too long, finds out whether the server still lives, and cuts it off when it does not.</summary>
    public void Sweep(long now, List<RpcCall> expired)
    {
        bool isLast;
        lock (Gate)
        {
            _calls.TakeExpired(now, expired);
            isLast = IsDone;
        }

        foreach (var call in expired)
        {
            // What still waits to be sent goes out, and nobody takes it back.
            call.Fail(RpcCode.Timeout, "no answer in time", wasSent: true);
        }

        expired.Clear();
        CloseIf(isLast);
    }

    /// <summary>As <see cref="Sweep"/>, for what needs no haste.</summary>
    public void CheckLife(long now)
    {
        var options = client.Options;
        if (PartSinceMs is > 0 and var since && now - since > (long)options.HalfFrameTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, "an answer stopped in the middle");
            return;
        }

        if (WritingSinceMs is > 0 and var writing && now - writing > (long)options.WriteTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, "the server reads nothing");
            return;
        }

        var readAt = ReadAtMs;
        if (now - readAt < (long)options.PingAfter.TotalMilliseconds)
        {
            return;
        }

        var mustFlush = false;
        lock (Gate)
        {
            // Whatever came after a ping is a sign of life.
            if (IsUsable && (_pingAtMs == 0 || readAt >= _pingAtMs))
            {
                _pingAtMs = now;
                var before = Filling.Length;
                RequestPacket.Write(Filling, RequestPacket.OneWay - 1, PingId, _pingServant, RpcNames.Ping, [], (int)options.PingTimeout.TotalMilliseconds, null, null, null);
                mustFlush = Append(before);
            }
        }

        if (mustFlush)
        {
            QueueFlush();
        }
        else if (_pingAtMs > 0 && readAt < _pingAtMs && now - _pingAtMs >= (long)options.PingTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, "the server does not answer a ping");
        }
    }

    protected override void OnFrame(ReadOnlySpan<byte> body)
    {
        if (!ResponsePacket.TryRead(body, client.HeadLimits, out var packet, out var fault))
        {
            Close(RpcEventKind.CutOff, $"no answer packet: {fault}");
            return;
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
            // A server that takes leave has done nothing with what it refuses.
            call.Answer(packet, isRefusalToBeRetried: isLeaving && packet.Code == RpcCode.Overload);
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
        var lost = new List<RpcCall>();
        lock (Gate)
        {
            _calls.TakeAll(lost);
        }

        var handed = Handed;
        foreach (var call in lost)
        {
            var wasSent = call.AppendedAt < handed;
            call.Fail(wasSent ? RpcCode.NoConnection : RpcCode.SendFailed, $"the connection was lost: {reason}", wasSent);
        }
    }

    private const int RequestPacketHeadMax = 64 << 10;

    // Below the ids of calls; one-way calls may have it too, and have no answers.
    private const int PingId = 1;

    private bool IsDone => _isLeaving && _calls.Count == 0 && !IsClosed;

    private void CloseIf(bool isLast)
    {
        if (isLast)
        {
            Close(RpcEventKind.Closed, "left, as the server asked");
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
