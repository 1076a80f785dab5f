using System.Collections.Concurrent;
using Hongbao.Campaign.Plans;
using Hongbao.Contracts;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Rain;

/// <summary>What a guess at a password was.</summary>
internal enum Guess
{
    Right,
    Wrong,

    /// <summary>Not compared: no tries were left.</summary>
    UsedUp,
}

/// <summary>
/// Guesses at the passwords of campaigns. A crowd says the right word, and asks no database: only wrong ones are counted there. In memory each guess finds its count and leaves it behind in one
/// step, so that of any number at once no more than the limit are compared; what other processes counted is heard of with every look.
/// </summary>
internal sealed class Guesses(CampaignBoard board, PasswordTries tries, StoreClock storeClock, CampaignOptions options)
{
    // A count may be committed some seconds after the time that it says.
    private const long LateMs = 10_000;
    private readonly ConcurrentDictionary<(long CampaignId, long Uid), int> _wrong = new();
    private readonly Lock[] _turns = [.. Enumerable.Range(0, 64).Select(static _ => new Lock())];
    private long _since;

    /// <summary>Compares a password, if the user has tries left, and takes one of a wrong one at once: here. <see cref="CountAsync"/> or <see cref="Forgive"/> must follow then.</summary>
    public Guess Compare(Plan plan, long uid, string said)
    {
        var key = (plan.CampaignId, uid);
        lock (_turns[uid & 63])
        {
            var wrong = _wrong.GetValueOrDefault(key);
            if (wrong >= options.PasswordTriesMax)
            {
                return Guess.UsedUp;
            }

            if (plan.Condition!.Password!.Is(said))
            {
                return Guess.Right;
            }

            _wrong[key] = wrong + 1;
            return Guess.Wrong;
        }
    }

    /// <summary>Counts a wrong guess for everybody, and says what is left.</summary>
    /// <exception cref="StoreException">The store: the guess counts here, but not for others.</exception>
    public async Task<Result> CountAsync(Plan plan, long uid, CancellationToken cancellationToken)
    {
        var counted = await tries.CountAsync(plan.CampaignId, uid, cancellationToken).ConfigureAwait(false);
        Learn((plan.CampaignId, uid), counted ?? options.PasswordTriesMax);
        return counted is { } wrong ? PasswordTries.Wrong(options.PasswordTriesMax - wrong) : PasswordTries.UsedUp();
    }

    /// <summary>Gives the try of a wrong guess back: it was not needed, for the user has drawn.</summary>
    public void Forgive(Plan plan, long uid)
    {
        var key = (plan.CampaignId, uid);
        lock (_turns[uid & 63])
        {
            // It may have been forgotten with its campaign meanwhile.
            if (_wrong.TryGetValue(key, out var wrong) && wrong > 0)
            {
                _wrong[key] = wrong - 1;
            }
        }
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

    // Never less than what is known: others may have gone on since.
    private void Learn((long CampaignId, long Uid) key, int wrong)
    {
        lock (_turns[key.Uid & 63])
        {
            _wrong[key] = Math.Max(_wrong.GetValueOrDefault(key), wrong);
        }
    }
}
