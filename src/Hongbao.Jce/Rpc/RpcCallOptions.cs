namespace Hongbao.Jce.Rpc;

/// <summary>What calls over a channel have in common.</summary>
public sealed record RpcCallOptions
{
    /// <summary>How long a call may take; the client's <see cref="RpcClientOptions.Timeout"/> when null. A scope's deadline shortens it.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Business keys and values that go with every call.</summary>
    public IReadOnlyDictionary<string, string>? Context { get; init; }

    /// <summary>Keys and values for frameworks on the way. Names that begin with <c>STATUS_</c> are TARS's own.</summary>
    public IReadOnlyDictionary<string, string>? Status { get; init; }

    /// <summary>Gets the context that came with an answer, when there was one, before the call completes.</summary>
    public Action<IReadOnlyDictionary<string, string>>? OnAnswerContext { get; init; }
}
