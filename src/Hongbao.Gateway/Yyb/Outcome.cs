using Hongbao.Contracts;

namespace Hongbao.Gateway.Yyb;

/// <summary>What was asked for, or why not.</summary>
internal readonly struct Outcome<T>
    where T : class
{
    private Outcome(T? value, Result? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    /// <summary>What was asked for; null when refused.</summary>
    public T? Value { get; }

    /// <summary>Why not, an ending other than Ok; null when it is there.</summary>
    public Result? Refusal { get; }

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Result refusal) => new(null, refusal);
}
