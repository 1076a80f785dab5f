using System.Buffers;
using System.Net;
using System.Net.Sockets;

namespace Hongbao.Bench.Redis;

/// <summary>
/// One connection to Redis that many share: what they ask at the same time goes out in one packet. Written for this benchmark, so that
/// no library's costs are counted against Redis.
/// </summary>
internal sealed class RedisPipe : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource<RedisReply>> _asked = new();
    private readonly SemaphoreSlim _toSend = new(0);
    private readonly CancellationTokenSource _closing = new();
    private ArrayBufferWriter<byte> _filling = new(1 << 16);
    private ArrayBufferWriter<byte> _sending = new(1 << 16);
    private bool _isSignalled;
    private Task _loops = Task.CompletedTask;

    /// <param name="address">Host and port.</param>
    public static async Task<RedisPipe> ConnectAsync(string address)
    {
        var pipe = new RedisPipe();
        await pipe._socket.ConnectAsync(IPEndPoint.Parse(address));
        pipe._loops = Task.WhenAll(pipe.SendAsync(), pipe.ReceiveAsync());
        return pipe;
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    public Task<RedisReply> CallAsync(params ReadOnlySpan<RedisArgument> words)
    {
        var answer = new TaskCompletionSource<RedisReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool signal;
        lock (_gate)
        {
            RedisArgument.Write(_filling, words);
            _asked.Enqueue(answer);
            signal = !_isSignalled;
            _isSignalled = true;
        }

        if (signal)
        {
            _toSend.Release();
        }

        return answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _socket.Dispose();
        await _loops.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _toSend.Dispose();
        _closing.Dispose();
    }

    private async Task SendAsync()
    {
        while (true)
        {
            await _toSend.WaitAsync(_closing.Token);
            lock (_gate)
            {
                (_filling, _sending) = (_sending, _filling);
                _isSignalled = false;
            }

            for (var rest = _sending.WrittenMemory; rest.Length > 0;)
            {
                rest = rest[await _socket.SendAsync(rest, _closing.Token)..];
            }

            _sending.ResetWrittenCount();
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[1 << 18];
        var filled = 0;
        try
        {
            while (true)
            {
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                var received = await _socket.ReceiveAsync(buffer.AsMemory(filled), _closing.Token);
                if (received == 0)
                {
                    throw new IOException("Redis closed the connection");
                }

                filled += received;
                var used = AnswerAll(buffer.AsSpan(0, filled));
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
            }
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                while (_asked.TryDequeue(out var waiting))
                {
                    waiting.TrySetException(e);
                }
            }
        }
    }

    private int AnswerAll(ReadOnlySpan<byte> received)
    {
        var used = 0;
        while (used < received.Length)
        {
            var at = used;
            string? error = null;
            if (!RedisReply.TryRead(received, ref at, out var reply, ref error))
            {
                break;
            }

            used = at;
            TaskCompletionSource<RedisReply> answer;
            lock (_gate)
            {
                answer = _asked.Dequeue();
            }

            if (error is null)
            {
                answer.TrySetResult(reply);
            }
            else
            {
                answer.TrySetException(new InvalidOperationException("Redis: " + error));
            }
        }

        return used;
    }
}
