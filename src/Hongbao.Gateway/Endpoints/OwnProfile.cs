using Hongbao.Contracts;

namespace Hongbao.Gateway.Endpoints;

/// <summary>The caller's name and picture.</summary>
internal sealed class OwnProfile(IProfiles profiles, Calls calls, ILogger<OwnProfile> log)
{
    /// <summary>Empty when profiles give no answer.</summary>
    public async Task<Profile> FindAsync(CallOrigin origin, long uid)
    {
        try
        {
            var response = await calls.AskAsync(origin, (context, gone) => profiles.GetAsync(context, new ProfilesRequest { Uids = [uid] }, gone));
            return response.Items.Find(p => p.Uid == uid) ?? new Profile();
        }
        catch (Exception e) when (!origin.Gone.IsCancellationRequested)
        {
            // For show only: without names the answer is still right.
            log.LogDebug(e, "Profiles gave no answer");
            return new Profile();
        }
    }
}
