namespace Hongbao.Async.Orders;

/// <summary>How long answers of others are waited for: as long as the settings say, or less because somebody waits for us.</summary>
/// <param name="Until">When nobody waits any more, by this machine's clock; null where nobody does.</param>
internal readonly record struct Patience(DateTimeOffset? Until)
{
    /// <summary>As long as the settings say.</summary>
    public static Patience Usual => default;

    /// <summary>True when nothing is to be begun any more.</summary>
    public bool IsOver(TimeProvider clock) => Until is { } until && clock.GetUtcNow() >= until;

    /// <summary>What is left for one answer; zero or less means that it is not asked for.</summary>
    public TimeSpan Within(TimeSpan usual, TimeProvider clock) =>
        Until is { } until && until - clock.GetUtcNow() < usual ? until - clock.GetUtcNow() : usual;
}
