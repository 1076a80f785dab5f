using Hongbao.Contracts;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>Who follows whom, computed from the uids, so that the model knows it too.</summary>
internal sealed class Relations : IRelations
{
    /// <summary>No relation provider answers for this sender, for a while.</summary>
    public HashSet<long> Silent { get; } = [];

    public static bool Holds(long sender, long other) => (sender + other) % 3 != 0;

    public Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(Silent.Contains(request.Uid)
            ? new RelationResponse { Result = Result.Of(ResultCode.Degraded) }
            : new RelationResponse { Holds = Holds(request.Uid, request.Other) });
}

/// <summary>Everybody has a name.</summary>
internal sealed class Profiles : IProfiles
{
    public Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new ProfilesResponse { Items = request.Uids.ConvertAll(u => new Profile { Uid = u, Name = $"user {u}" }) });
}

/// <summary>Refuses one greeting.</summary>
internal sealed class Moderation : IModeration
{
    public const string Rejected = "bad words";

    public Task<ModerationResponse> CheckAsync(CallContext context, ModerationRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new ModerationResponse { Allowed = request.Text != Rejected });
}

/// <summary>Lets everything pass.</summary>
internal sealed class Risk : IRisk
{
    public Task<RiskResponse> CheckAsync(CallContext context, RiskRequest request, CancellationToken cancellationToken) => Task.FromResult(new RiskResponse { Allowed = true });
}

/// <summary>Takes every condition for met.</summary>
internal sealed class Conditions : IConditions
{
    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken) => Task.FromResult(new ConditionResponse { Met = true });
}
