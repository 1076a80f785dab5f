using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Hongbao.Jce.Rpc;

/// <summary>
/// One connection, of either side. Frames to send are appended under a lock, and one flush, which is queued when there is none, sends all that have come together.
/// All frames of one read are handled at once.
/// </summary>
internal abstract class RpcConnection(Socket socket, Stream stream, RpcClock clock, int frameMax) : IThreadPoolWorkItem
{
    private const int WriteMax = 256 << 10; // so that a slow reader's progress is seen

    // All frames of one read are handled at once; a connection that is idle holds no memory for reading.
    private const int ReadMax = 16 << 10;
    private const int ReadMin = 4 << 10;

    // A machine that is gone without a word is known after 45 s even by a server whose clients do not ping; the system's default is two hours.
    private const int KeepAliveSeconds = 30;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveRetries = 3;

    // So much more of a frame counts as progress; and smaller parts of one are not counted: of each connection there may be one.
    private const int PartProgress = 64 << 10;

    private readonly FrameCutter _cutter = new(frameMax);
    private readonly PipeReader _input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadMax, minimumReadSize: ReadMin, leaveOpen: true, useZeroByteReads: true));
    private FrameBuffer _filling = new();
    private FrameBuffer _sending = new();
    private bool _isFlushing;
    private TaskCompletionSource? _flushed;
    private int _sendingLeft;
    private long _handed;
    private long _writingSinceMs;
    private long _partSinceMs;
    private long _partSeen; // how much of it there was then
    private long _partBytes;
    private long _readAtMs = clock.NowMs;

    public string Remote { get; } = socket.RemoteEndPoint?.ToString() ?? "";

    /// <summary>Once set, nothing is sent and nothing comes any more.</summary>
    public bool IsClosed { get; private set; }

    protected Lock Gate { get; } = new();

    protected RpcClock Clock => clock;

    /// <summary>When bytes came last.</summary>
    protected long ReadAtMs => Volatile.Read(ref _readAtMs);

    /// <summary>Bytes of a frame whose rest has not come, when they are many.</summary>
    public long PartBytes => Interlocked.Read(ref _partBytes);

    /// <summary>Bytes appended so far. Only with <see cref="Gate"/>.</summary>
    protected long Appended { get; private set; }

    /// <summary>Bytes that were given to the system to send. What was appended at or after it was certainly not sent.</summary>
    protected long Handed => Volatile.Read(ref _handed);

    /// <summary>Bytes that wait to be sent.</summary>
    protected long Unsent => Volatile.Read(ref _sendingLeft) + _filling.Length;

    /// <summary>Begins to read.</summary>
    public void Start()
    {
        // The loop is nobody's: it must not carry the context of whichever call made the connection.
        using (ExecutionContext.SuppressFlow())
        {
            _ = ReadAsync();
        }
    }

    /// <summary>Ends it, once.</summary>
    public void Close(RpcEventKind kind, string reason)
    {
        lock (Gate)
        {
            if (IsClosed)
            {
                return;
            }

            IsClosed = true;
            _flushed?.TrySetResult();
        }

        stream.Dispose();
        socket.Dispose();
        CountPart(0);
        OnClosed(kind, reason);
    }

    /// <summary>Sends what was appended. Queued when the first frame is appended after a flush.</summary>
    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    /// <summary>Tells the other side that no more will come; what it still sends is read.</summary>
    public void FinishSending()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    /// <summary>The frame to append to. Only with <see cref="Gate"/>, and <see cref="Append"/> must follow.</summary>
    protected FrameBuffer Filling => _filling;

    /// <summary>Tells what was added to <see cref="Filling"/>. Only with <see cref="Gate"/>.</summary>
    /// <param name="lengthBefore">Length of it before.</param>
    /// <returns>True when <see cref="QueueFlush"/> must follow, outside of the lock.</returns>
    protected bool Append(int lengthBefore)
    {
        Appended += _filling.Length - lengthBefore;
        return !_isFlushing && (_isFlushing = true);
    }

    /// <summary>See <see cref="Append"/>.</summary>
    protected void QueueFlush() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Completes when all that was appended is sent, or the connection closed.</summary>
    public Task WhenFlushed()
    {
        lock (Gate)
        {
            return !_isFlushing || IsClosed
                ? Task.CompletedTask
                : (_flushed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Ends it in the ordinary way, when all that was appended is sent.</summary>
    protected async Task CloseAfterFlushAsync(string reason)
    {
        await WhenFlushed().ConfigureAwait(false);
        Close(RpcEventKind.Closed, reason);
    }

    /// <summary>Cuts it off when the other side neither goes on with what it sends, nor takes what it is sent.</summary>
    /// <returns>True when it did.</returns>
    protected bool CloseIfStuck(long now, TimeSpan halfFrameTimeout, string halfFrame, TimeSpan writeTimeout, string noReading)
    {
        // 0 is never.
        if (Volatile.Read(ref _partSinceMs) is > 0 and var part && now - part > (long)halfFrameTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, halfFrame);
            return true;
        }

        if (Volatile.Read(ref _writingSinceMs) is > 0 and var writing && now - writing > (long)writeTimeout.TotalMilliseconds)
        {
            Close(RpcEventKind.CutOff, noReading);
            return true;
        }

        return false;
    }

    /// <summary>One frame, without its length. Called by one thread at a time.</summary>
    protected abstract void OnFrame(ReadOnlySpan<byte> body);

    /// <summary>After it was closed, once.</summary>
    protected abstract void OnClosed(RpcEventKind kind, string reason);

    /// <summary>Null, or a task before whose end nothing more is read.</summary>
    protected virtual Task? BeforeRead() => null;

    /// <summary>After <see cref="PartBytes"/> has changed.</summary>
    protected virtual void OnPart(long more)
    {
    }

    /// <summary>The other side will send no more.</summary>
    protected virtual void OnEnd() => Close(RpcEventKind.Closed, "closed by the other side");

    private async Task ReadAsync()
    {
        try
        {
            var hasPart = false;
            while (!IsClosed)
            {
                if (BeforeRead() is { } rest)
                {
                    // A part that we do not read the rest of is not the other side's fault.
                    Volatile.Write(ref _partSinceMs, 0);
                    await rest.ConfigureAwait(false);
                    Volatile.Write(ref _partSinceMs, hasPart ? clock.NowMs : 0);
                    continue;
                }

                var read = await _input.ReadAsync().ConfigureAwait(false);
                var bytes = read.Buffer;
                HandleFrames(ref bytes);
                hasPart = !bytes.IsEmpty;
                _input.AdvanceTo(bytes.Start, bytes.End);
                if (!read.IsCompleted)
                {
                    continue;
                }

                if (hasPart)
                {
                    Close(RpcEventKind.CutOff, "the connection ended inside a frame");
                }
                else
                {
                    OnEnd();
                }

                return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            Close(RpcEventKind.Closed, e.Message);
        }
        catch (Exception e)
        {
            // Whatever it was, it must not harm another connection, and nobody else would ever see it.
            Close(RpcEventKind.CutOff, e.ToString());
        }
        finally
        {
            _cutter.GiveBack();
            await _input.CompleteAsync().ConfigureAwait(false);
            CountPart(0);
        }
    }

    private void HandleFrames(ref ReadOnlySequence<byte> bytes)
    {
        var now = clock.NowMs;
        Volatile.Write(ref _readAtMs, now);
        var isAny = false;
        string? fault;
        while (_cutter.TryTake(ref bytes, out var body, out fault))
        {
            isAny = true;
            OnFrame(body);
            if (IsClosed)
            {
                return;
            }
        }

        if (fault is not null)
        {
            Close(RpcEventKind.CutOff, fault);
        }

        if (bytes.IsEmpty)
        {
            Volatile.Write(ref _partSinceMs, 0);
        }
        else if (isAny || _partSinceMs == 0 || bytes.Length - _partSeen >= PartProgress)
        {
            _partSeen = bytes.Length;
            Volatile.Write(ref _partSinceMs, now);
        }

        var part = bytes.Length > PartProgress ? bytes.Length : 0;
        if (part != _partBytes)
        {
            CountPart(part);
        }
    }

    // By the reading, and by whoever closes it: each tells what it changed, in whatever order they come.
    private void CountPart(long bytes)
    {
        var before = Interlocked.Exchange(ref _partBytes, bytes);
        if (before != bytes)
        {
            OnPart(bytes - before);
        }
    }

    private async Task FlushAsync()
    {
        try
        {
            while (true)
            {
                lock (Gate)
                {
                    if (_filling.Length == 0 || IsClosed)
                    {
                        _isFlushing = false;
                        _flushed?.TrySetResult();
                        _flushed = null;
                        return;
                    }

                    (_filling, _sending) = (_sending, _filling);
                    _handed += _sending.Length;
                    _sending.RemoveVoids();
                    Volatile.Write(ref _sendingLeft, _sending.Length);
                }

                for (var left = _sending.Written; left.Length > 0;)
                {
                    var part = left[..Math.Min(left.Length, WriteMax)];
                    Volatile.Write(ref _writingSinceMs, clock.NowMs);
                    await stream.WriteAsync(part).ConfigureAwait(false);
                    left = left[part.Length..];
                    Volatile.Write(ref _sendingLeft, left.Length);
                }

                Volatile.Write(ref _writingSinceMs, 0);
                _sending.Clear();
                OnFlushed();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            Close(RpcEventKind.Closed, e.Message);
        }
        catch (Exception e)
        {
            Close(RpcEventKind.CutOff, e.ToString());
        }
    }

    /// <summary>After what was appended before went out.</summary>
    protected virtual void OnFlushed()
    {
    }

    /// <summary>A socket as both sides want it.</summary>
    public static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetries);
    }

    /// <summary>A stream over a socket; with TLS when there are options for it.</summary>
    public static async Task<Stream> OpenAsync(Socket socket, SslServerAuthenticationOptions? asServer, SslClientAuthenticationOptions? asClient, CancellationToken cancellationToken)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (asServer is null && asClient is null)
        {
            return stream;
        }

        var secure = new SslStream(stream);
        try
        {
            await (asServer is not null
                ? secure.AuthenticateAsServerAsync(asServer, cancellationToken)
                : secure.AuthenticateAsClientAsync(asClient!, cancellationToken)).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
