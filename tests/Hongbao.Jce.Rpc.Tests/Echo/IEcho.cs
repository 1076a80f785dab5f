namespace Hongbao.Jce.Rpc.Tests;

/// <summary>A small servant, written by hand in the shape that generated code has.</summary>
public partial interface IEcho
{
    Task<string> EchoAsync(string text, CancellationToken cancellationToken = default);

    /// <summary>Answers when it is released, or cancelled.</summary>
    Task<int> WaitAsync(int number, CancellationToken cancellationToken = default);

    Task<AddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default);

    Task FailAsync(int code, string text, CancellationToken cancellationToken = default);

    Task<string> ScopeAsync(Scope scope, CancellationToken cancellationToken = default);

    Task NoteAsync(string text, CancellationToken cancellationToken = default);
}

/// <summary>What <see cref="IEcho.AddAsync"/> gives: its return value and its out parameter.</summary>
public readonly record struct AddResult(int Value, long Sum);

/// <summary>As the contracts' context.</summary>
public record struct Scope(long DeadlineMs, string TraceId, bool Shadow) : IRpcScope;
