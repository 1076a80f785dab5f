using Hongbao.Contracts;

namespace Hongbao.Query.Tests;

/// <summary>Profiles and relations of a host app, which can be told to give no answer; notes what it is asked.</summary>
internal sealed class HostApp : IProfiles, IRelations
{
    public HashSet<(long Uid, long Other, RelationKind Kind)> Relations { get; } = [];
    public Dictionary<long, Profile> Profiles { get; } = [];
    public bool IsSilent { get; set; }
    public List<ProfilesRequest> ProfileAsks { get; } = [];
    public List<RelationRequest> RelationAsks { get; } = [];

    public void Name(long uid, string name) => Profiles[uid] = new Profile { Uid = uid, Name = name, Avatar = $"/avatars/{uid}.svg" };

    public Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken)
    {
        Assert.InRange(request.Uids.Count, 1, 100);
        Assert.Distinct(request.Uids);
        ProfileAsks.Add(request);
        return Task.FromResult(IsSilent
            ? new ProfilesResponse { Result = Result.Of(ResultCode.Degraded) }
            : new ProfilesResponse { Items = [.. request.Uids.Where(Profiles.ContainsKey).Select(u => Profiles[u])] });
    }

    public Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken)
    {
        RelationAsks.Add(request);
        return Task.FromResult(IsSilent
            ? new RelationResponse { Result = Result.Of(ResultCode.Degraded) }
            : new RelationResponse { Holds = Relations.Contains((request.Uid, request.Other, request.Kind)) });
    }
}
