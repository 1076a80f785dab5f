namespace Hongbao.Simulation.Tests.Models;

/// <summary>The platform did what the model forbids.</summary>
/// <param name="sequence">Whose packet or request it is about; null when it is about the whole world.</param>
/// <param name="text">What happened and what was allowed.</param>
internal sealed class ModelViolation(int? sequence, string text) : Exception(text)
{
    public int? Sequence { get; } = sequence;
}
