namespace Hongbao.Jce.Rpc;

/// <summary>Which requests run, and which wait for their turn: both bounded.</summary>
internal sealed class RequestQueue(int concurrencyMax, int queueMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<RpcInvocation> _waiting = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _isStopping;

    /// <summary>True once <see cref="StopAsync"/> was called.</summary>
    public bool IsStopping => Volatile.Read(ref _isStopping);

    /// <summary>True when nothing runs.</summary>
    public bool IsIdle => Volatile.Read(ref _running) == 0;

    /// <summary>Takes a request, to run it now or later.</summary>
    /// <returns>False when there is no room.</returns>
    public bool TryEnter(RpcInvocation invocation)
    {
        lock (_gate)
        {
            if (_isStopping)
            {
                return false;
            }

            if (_running == concurrencyMax)
            {
                if (_waiting.Count == queueMax)
                {
                    return false;
                }

                _waiting.Enqueue(invocation);
                return true;
            }

            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(invocation, preferLocal: false);
        return true;
    }

    /// <summary>Tells that a request has been answered: the next may run.</summary>
    public void Leave()
    {
        RpcInvocation? next;
        lock (_gate)
        {
            if (!_waiting.TryDequeue(out next) && --_running == 0 && _isStopping)
            {
                _idle.TrySetResult();
            }
        }

        if (next is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(next, preferLocal: false);
        }
    }

    /// <summary>Takes no more.</summary>
    /// <returns>Ends when all that was taken is answered.</returns>
    public Task StopAsync()
    {
        lock (_gate)
        {
            Volatile.Write(ref _isStopping, true);
            if (_running == 0)
            {
                _idle.TrySetResult();
            }
        }

        return _idle.Task;
    }

    /// <summary>Takes out what still waits: it will not run, and does not leave.</summary>
    public IReadOnlyList<RpcInvocation> TakeWaiting()
    {
        lock (_gate)
        {
            RpcInvocation[] waiting = [.. _waiting];
            _waiting.Clear();
            return waiting;
        }
    }
}
