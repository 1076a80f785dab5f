using System.Collections.Concurrent;
using Hongbao.Campaign.Plans;
using Hongbao.Contracts;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Rain;

/// <summary>
/// Guesses at the passwords of campaigns. A crowd says the right word, and asks no database: only wrong ones are counted there. In memory each guess finds its count and leaves it behind in one
/// step, so that of any number at once no more than the limit are compared; what other processes counted is heard of with every look.
/// </summary>
internal sealed class Guesses(CampaignBoard board, PasswordTries tries, StoreClock storeClock, CampaignOptions options)
{
    // A count may be committed some seconds after the time that it says.
    private const long LateMs = 10_000;
    private static readonly Task<Result?> s_right = Task.FromResult<Result?>(null);
    private readonly ConcurrentDictionary<(long CampaignId, long Uid), int> _wrong = new();
    private readonly Lock[] _turns = [.. Enumerable.Range(0, 64).Select(static _ => new Lock())];
    private long _since;

    /// <summary>Why a user's password does not let him draw, or null.</summary>
    /// <exception cref="StoreException">The store: the guess counts here, but not for others.</exception>
    public Task<Result?> FaultAsync(Plan plan, long uid, string said, CancellationToken cancellationToken)
    {
        var key = (plan.CampaignId, uid);
        lock (_turns[uid & 63])
        {
            var wrong = _wrong.GetValueOrDefault(key);
            if (wrong >= options.PasswordTriesMax)
            {
                return Task.FromResult<Result?>(PasswordTries.UsedUp());
            }

            if (plan.Condition!.Password!.Is(said))
            {
                return s_right;
            }

            _wrong[key] = wrong + 1;
        }

        return CountAsync(key, cancellationToken);
    }

    /// <summary>Hears of what was counted elsewhere, and forgets campaigns that are not shown any more.</summary>
    /// <exception cref="StoreException">Unavailable.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var campaigns = board.WithPassword.ToHashSet();
        foreach (var key in _wrong.Keys.Where(k => !campaigns.Contains(k.CampaignId)))
        {
            _wrong.TryRemove(key, out _);
        }

        if (campaigns.Count == 0)
        {
            return;
        }

        var now = storeClock.NowMs();
        foreach (var guesser in await tries.SinceAsync(_since, campaigns, cancellationToken).ConfigureAwait(false))
        {
            Learn((guesser.No, guesser.Uid), guesser.Tries);
        }

        _since = now - LateMs;
    }

    public void Attach(IScheduler scheduler) => scheduler.Add("campaign.guesses", async cancellationToken =>
    {
        await RefreshAsync(cancellationToken).ConfigureAwait(false);
        return NextRun.After(TimeSpan.FromMilliseconds(options.RefreshMs));
    });

    private async Task<Result?> CountAsync((long CampaignId, long Uid) key, CancellationToken cancellationToken)
    {
        var counted = await tries.CountAsync(key.CampaignId, key.Uid, cancellationToken).ConfigureAwait(false);
        Learn(key, counted ?? options.PasswordTriesMax);
        return counted is { } wrong ? PasswordTries.Wrong(options.PasswordTriesMax - wrong) : PasswordTries.UsedUp();
    }

    // Never less than what is known: others may have gone on since.
    private void Learn((long CampaignId, long Uid) key, int wrong)
    {
        lock (_turns[key.Uid & 63])
        {
            _wrong[key] = Math.Max(_wrong.GetValueOrDefault(key), wrong);
        }
    }
}
