namespace PeerTest;

public partial interface IPeer
{
    Task<Everything> EchoAsync(Everything value, CancellationToken cancellationToken = default);

    Task<PeerAddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default);

    Task FailAsync(int code, string text, CancellationToken cancellationToken = default);

    Task<int> SleepAsync(int number, int milliseconds, CancellationToken cancellationToken = default);

    Task NoteAsync(string text, CancellationToken cancellationToken = default);

    Task<List<string>> NotedAsync(CancellationToken cancellationToken = default);

    Task NothingAsync(CancellationToken cancellationToken = default);

    Task<Dictionary<string, string>> SeenAsync(CancellationToken cancellationToken = default);
}

public readonly record struct PeerAddResult(int Value, long Sum, string Text);
