using System.Collections.Frozen;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Campaign.Plans;

/// <summary>
/// The campaigns that users may know of, in memory, so that a draw asks no database about them. As new as the last look; whatever money is given away is fenced by the database all the same. Its size
/// goes by the number of campaigns, not of users.
/// </summary>
internal sealed class CampaignBoard(PlanStore plans, CampaignOptions options) : IDisposable
{
    // One look at a time: an older one must not take away what a newer one found.
    private readonly SemaphoreSlim _looking = new(1, 1);
    private volatile FrozenDictionary<long, Plan> _plans = FrozenDictionary<long, Plan>.Empty;

    /// <summary>A campaign that users may know of, or null.</summary>
    public Plan? Find(string app, long campaignId) => _plans.TryGetValue(campaignId, out var plan) && plan.App == app ? plan : null;

    /// <summary>Those that open with a password, of all apps.</summary>
    public IEnumerable<long> WithPassword => _plans.Values.Where(static p => p.Condition is { Password: not null }).Select(static p => p.CampaignId);

    /// <summary>All of an app.</summary>
    public IEnumerable<Plan> Of(string app) => _plans.Values.Where(p => p.App == app);

    /// <summary>Looks, and reads what is new.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var versions = await plans.VersionsAsync(TimeSpan.FromHours(options.ShownHours), cancellationToken).ConfigureAwait(false);
        var known = _plans;
        var changed = versions.Where(v => !known.TryGetValue(v.CampaignId, out var plan) || plan.Version != v.Version).Select(static v => v.CampaignId).ToList();
        if (changed.Count == 0 && versions.Count == known.Count)
        {
            return;
        }

        var read = await plans.LoadAsync(changed, cancellationToken).ConfigureAwait(false);
        var shown = versions.Select(static v => v.CampaignId).ToHashSet();
        _plans = known.Values.Where(p => shown.Contains(p.CampaignId)).Concat(read)
            .GroupBy(static p => p.CampaignId).ToFrozenDictionary(static g => g.Key, static g => g.MaxBy(static p => p.Version)!);
    }

    public void Attach(IScheduler scheduler) => scheduler.Add("campaign.board", async cancellationToken =>
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        return NextRun.After(TimeSpan.FromMilliseconds(options.RefreshMs));
    });
}
