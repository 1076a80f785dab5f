using Hongbao.Jce;

namespace Hongbao.Client.Yyb;

/// <summary>A command of the package for apps, with what it takes and gives.</summary>
/// <typeparam name="TRequest">What it takes.</typeparam>
/// <typeparam name="TResponse">What it is answered with.</typeparam>
/// <param name="Number">Its number in <c>Protocol.jce</c>.</param>
public sealed record YybCommand<TRequest, TResponse>(Command Number)
    where TRequest : class, IJceStruct
    where TResponse : class, IJceStruct<TResponse>
{
    /// <summary>True when a token is needed or makes a difference.</summary>
    internal bool TakesToken { get; init; } = true;
}

/// <summary>What a command takes that takes nothing: an empty body.</summary>
public sealed class Nothing : IJceStruct
{
    private Nothing()
    {
    }

    /// <summary>The only one.</summary>
    public static Nothing Value { get; } = new();

    /// <inheritdoc/>
    void IJceStruct.WriteFields(ref JceWriter writer)
    {
    }

    /// <inheritdoc/>
    void IJceStruct.ReadFields(ref JceReader reader)
    {
    }
}
