using System.Collections.Concurrent;
using Hongbao.Contracts;

namespace Hongbao.Campaign.Tests;

/// <summary>What users did in the host app.</summary>
internal sealed class FakeConditions : IConditions
{
    /// <summary>Every question, in order.</summary>
    public ConcurrentQueue<ConditionRequest> Asked { get; } = new();

    public Func<ConditionRequest, ConditionResponse> Met { get; set; } = _ => new ConditionResponse { Met = true };

    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue(request);
        return Task.FromResult(Met(request));
    }
}
