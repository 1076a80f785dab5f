using System.Collections.Concurrent;
using System.Globalization;
using Hongbao.Jce.Rpc;

namespace PeerTest;

/// <summary>What our server does for the peer.</summary>
public sealed class PeerTarget : IPeer
{
    private readonly ConcurrentQueue<string> _notes = new();

    public ConcurrentQueue<Everything> Echoed { get; } = new();

    public Task<Everything> EchoAsync(Everything value, CancellationToken cancellationToken = default)
    {
        Echoed.Enqueue(value);
        return Task.FromResult(value);
    }

    public Task<PeerAddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default) =>
        Task.FromResult(new PeerAddResult(a ^ b, (long)a + b, string.Create(CultureInfo.InvariantCulture, $"{a}+{b}")));

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
        _notes.Enqueue(text);
        return Task.CompletedTask;
    }

    public Task<List<string>> NotedAsync(CancellationToken cancellationToken = default) => Task.FromResult(_notes.Order(StringComparer.Ordinal).ToList());

    public Task NothingAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<Dictionary<string, string>> SeenAsync(CancellationToken cancellationToken = default) => Task.FromResult(new Dictionary<string, string>());
}
