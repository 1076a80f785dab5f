namespace Hongbao.Foundation.Health;

/// <summary>Says whether one thing that this process depends on works: a store, the clock, another role.</summary>
public interface IReadinessCheck
{
    /// <summary>Lower case, such as <c>store.core</c>. Shown to whoever asks for readiness.</summary>
    string Name { get; }

    /// <summary>True when the process takes no traffic while this does not work; false when most of its work goes on, and the state is only shown.</summary>
    bool IsNeeded => true;

    /// <summary>Looks now. Bounded by the caller; throwing counts as not ready.</summary>
    Task<ReadinessState> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>How a dependency stands.</summary>
/// <param name="IsReady">True when it works.</param>
/// <param name="Detail">A short text for operators that is shown without authentication: no host, path or statement. Empty when all is well.</param>
public readonly record struct ReadinessState(bool IsReady, string Detail = "")
{
    /// <summary>It works.</summary>
    public static ReadinessState Ready { get; } = new(true);

    /// <summary>It does not work.</summary>
    public static ReadinessState NotReady(string detail) => new(false, detail);
}
