using System.Collections.Concurrent;
using System.Globalization;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>The target: what waits is released by the test.</summary>
public sealed class EchoTarget : IEcho
{
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _releases = new();
    private int _entered;
    private int _ended;
    private int _cancelled;

    /// <summary>Calls of <see cref="WaitAsync"/> that have begun.</summary>
    public int Entered => Volatile.Read(ref _entered);

    /// <summary>Those that were released.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Those that were cancelled.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    public ConcurrentQueue<string> Notes { get; } = new();

    public ConcurrentQueue<string> Echoed { get; } = new();

    public void Release(int number) => At(number).TrySetResult();

    /// <summary>The number waits again the next time.</summary>
    public void Forget(int number) => _releases.TryRemove(number, out _);

    public Task<string> EchoAsync(string text, CancellationToken cancellationToken = default)
    {
        Echoed.Enqueue(text);
        return Task.FromResult(text);
    }

    public async Task<int> WaitAsync(int number, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _entered);
        try
        {
            await At(number).Task.WaitAsync(cancellationToken);
            Interlocked.Increment(ref _ended);
            return number;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
    }

    public Task<AddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default) => Task.FromResult(new AddResult(a ^ b, (long)a + b));

    public Task FailAsync(int code, string text, CancellationToken cancellationToken = default) => code switch
    {
        0 => Task.CompletedTask,
        -1000 => throw new InvalidOperationException(text),
        _ => throw new RpcException(code, text),
    };

    public Task<string> ScopeAsync(Scope scope, CancellationToken cancellationToken = default) =>
        Task.FromResult(string.Create(CultureInfo.InvariantCulture, $"{scope.DeadlineMs} {scope.TraceId} {scope.Shadow}"));

    public Task NoteAsync(string text, CancellationToken cancellationToken = default)
    {
        Notes.Enqueue(text);
        return Task.CompletedTask;
    }

    private TaskCompletionSource At(int number) => _releases.GetOrAdd(number, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
