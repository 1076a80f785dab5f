using System.Collections.Concurrent;
using System.Globalization;
using Hongbao.Jce.Rpc;

namespace PeerTest;

/// <summary>What our server does for the peer.</summary>
public sealed class PeerTarget : IPeer
{
    private readonly ConcurrentQueue<string> _notes = new();
    private readonly AsyncLocal<bool> _isOneWay = new();
    private readonly AsyncLocal<Dictionary<string, string>> _seen = new();

    public ConcurrentQueue<Everything> Echoed { get; } = new();

    public Task<Everything> EchoAsync(Everything value, CancellationToken cancellationToken = default)
    {
        Echoed.Enqueue(value);
        return Task.FromResult(value);
    }

    public Task<(int Result, long Sum, string Text)> AddAsync(int a, int b, CancellationToken cancellationToken = default) =>
        Task.FromResult((a ^ b, (long)a + b, string.Create(CultureInfo.InvariantCulture, $"{a}+{b}")));

    public Task FailAsync(int code, string text, CancellationToken cancellationToken = default) => code switch
    {
        0 => Task.CompletedTask,
        -1000 => throw new InvalidOperationException(text),
        _ => throw new RpcException(code, text),
    };

    public async Task<int> SleepAsync(int number, int milliseconds, CancellationToken cancellationToken = default)
    {
        await Task.Delay(milliseconds, cancellationToken);
        return number;
    }

    public Task NoteAsync(string text, CancellationToken cancellationToken = default)
    {
        _notes.Enqueue($"{text}/{(_isOneWay.Value ? 1 : 0)}");
        return Task.CompletedTask;
    }

    public Task<List<string>> NotedAsync(CancellationToken cancellationToken = default) => Task.FromResult(_notes.Order(StringComparer.Ordinal).ToList());

    public Task NothingAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<Dictionary<string, string>> SeenAsync(CancellationToken cancellationToken = default) => Task.FromResult(_seen.Value!);

    /// <summary>What the call of this moment came with.</summary>
    public void See(RpcInvocation call) => (_seen.Value, _isOneWay.Value) = (call.Context.ToDictionary(), call.IsOneWay);
}

/// <summary>The servant: what a call came with goes back with its answer.</summary>
public sealed class PeerServant(PeerTarget target) : PeerDispatcher(target)
{
    private readonly PeerTarget _target = target;

    public override Task InvokeAsync(int function, RpcInvocation call)
    {
        _target.See(call);
        if (Functions[function].Name == "seen")
        {
            foreach (var (key, value) in call.Context)
            {
                call.AnswerContext[key] = value;
            }
        }

        return base.InvokeAsync(function, call);
    }
}
