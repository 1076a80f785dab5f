using Hongbao.Contracts;

namespace Hongbao.Query.Lists;

/// <summary>Names and pictures of the people on one page, asked for together. For show only: without an answer they are empty.</summary>
internal sealed class Names
{
    private static readonly Profile Nobody = new();
    private readonly Dictionary<long, Profile> _byUid;

    private Names(Dictionary<long, Profile> byUid) => _byUid = byUid;

    /// <summary>Asks once for all; nothing when there is nobody to ask for.</summary>
    public static async Task<Names> OfAsync(IProfiles profiles, CallContext context, IEnumerable<long> uids, CancellationToken cancellationToken)
    {
        var distinct = uids.Distinct().ToList();
        if (distinct.Count == 0)
        {
            return new Names([]);
        }

        // Whatever the result is: what was found is given.
        var answer = await profiles.GetAsync(context, new ProfilesRequest { Uids = distinct }, cancellationToken).ConfigureAwait(false);
        var byUid = new Dictionary<long, Profile>(answer.Items.Count);
        foreach (var profile in answer.Items)
        {
            byUid[profile.Uid] = profile;
        }

        return new Names(byUid);
    }

    /// <summary>The profile, with empty texts when it is not known.</summary>
    public Profile this[long uid] => _byUid.GetValueOrDefault(uid, Nobody);
}
