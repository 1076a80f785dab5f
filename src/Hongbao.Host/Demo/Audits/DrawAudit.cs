using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Demo.Audits;

/// <summary>Whether the draws were fair: what everybody was told, against what the published secrets say.</summary>
/// <param name="facts">What was seen.</param>
/// <param name="comparisons">Takes each comparison.</param>
internal sealed class DrawAudit(RainFacts facts, Comparisons comparisons)
{
    private const string NotOpen = "CAMPAIGN_NOT_OPEN";

    private readonly CampaignTerms _terms = facts.Plan.Campaign;
    private readonly RainRule _rule = new(facts.Plan.Campaign.Prizes, facts.Plan.Campaign.PassPpb, facts.CampaignId);
    private readonly ILookup<(long Uid, int Round), ToldWin?> _told = facts.Draws.ToLookup(d => (d.Uid, d.Round), d => d.Win);

    /// <summary>Compares all of it.</summary>
    public void Check()
    {
        comparisons.Add("the rain took draws", facts.Draws.Count > 0, () => "nobody was told anything in any round");
        foreach (var answers in _told)
        {
            comparisons.Add("a repeated draw gives the same", answers.Distinct().Count() == 1,
                () => $"{answers.Key.Uid} drew in round {answers.Key.Round} and was told {string.Join(", then ", answers.Distinct().Select(Text))}");
        }

        foreach (var round in facts.Rounds)
        {
            CheckRound(round);
        }

        CheckLimits();
    }

    private void CheckRound(RoundFacts round)
    {
        comparisons.Add("secret is hidden until the round is over", round.WasSecret, () => $"round {round.No}: the secret was shown before its end");
        comparisons.Add("commitment stays", round.SecretHash == round.HashAfter, () => $"round {round.No}: the commitment was {round.SecretHash} and is {round.HashAfter}");
        comparisons.Add("secret is shown at the end", round.Secret is not null, () => $"round {round.No} is over and its secret is not shown");
        if (round.Secret is not { } secret)
        {
            return;
        }

        comparisons.Add("secret is the one committed to", _rule.Commitment(round.No, secret) == round.SecretHash, () => $"round {round.No}: the secret does not give {round.SecretHash}");
        foreach (var uid in facts.Plan.Uids.Where(u => _told[(u, round.No)].Any()))
        {
            CheckAim(round.No, uid, _rule.At(round.No, secret, uid));
        }

        foreach (var late in facts.LateDraws.Where(d => d.Round == round.No))
        {
            CheckLate(late, _rule.At(round.No, secret, late.Uid));
        }
    }

    // A prize by quantity that is used up may be replaced by another one of the kind; whoever is aimed at something may lose when no money is left.
    private void CheckAim(int round, long uid, PrizeTerms? aim)
    {
        foreach (var win in _told[(uid, round)].OfType<ToldWin>().Distinct())
        {
            var mayBe = aim is null ? [] : aim.Quantity > 0 ? _terms.Prizes.Where(p => p.Quantity > 0).Select(p => p.Amount) : [aim.Amount];
            comparisons.Add("who wins was aimed at", mayBe.Contains(win.Amount),
                () => $"round {round}: {uid} won {win.Amount}, by the secret he may win {(aim is null ? "nothing" : string.Join(" or ", mayBe))}");
        }

        comparisons.Add("who is aimed at nothing lost", aim is not null || _told[(uid, round)].All(w => w is null), () => $"round {round}: {uid} won and is aimed at nothing");
    }

    private void CheckLate(LateDraw late, PrizeTerms? aim)
    {
        var answers = _told[(late.Uid, late.Round)].ToArray();
        var (holds, due) = answers is [{ } win, ..] ? (late.Win == win, Text(win))
            // Who could have won has an outcome of his own; for the others nothing was ever written.
            : answers.Length > 0 && aim is not null ? (late is { Code: "", Win: null }, Text(null))
            : (late.Code == NotOpen, NotOpen);
        comparisons.Add("an outcome stands when all is over", holds,
            () => $"round {late.Round}: {late.Uid} was told {(late.Code.Length > 0 ? late.Code : Text(late.Win))} at the end, it must be {due}");
    }

    private void CheckLimits()
    {
        var wins = _told.Where(t => t.First() is not null).Select(t => (t.Key.Uid, t.Key.Round, Win: t.First()!)).ToArray();
        foreach (var user in wins.GroupBy(w => w.Uid))
        {
            comparisons.Add("wins of a user", user.Count() <= _terms.PerUserLimit, () => $"{user.Key} won {user.Count()} times, allowed are {_terms.PerUserLimit}");
        }

        foreach (var prize in _terms.Prizes.Where(p => p.Quantity > 0))
        {
            foreach (var round in facts.Rounds.Select(r => r.No))
            {
                var given = wins.Count(w => w.Round == round && w.Win.Amount == prize.Amount);
                var most = CampaignTerms.InRound(prize, round);
                comparisons.Add("prizes by quantity", given <= most, () => $"round {round}: {given} prizes of {prize.Amount} were won, there are {most}");
            }
        }

        var byChance = wins.Where(w => _terms.Prizes.Any(p => p.ChancePpb > 0 && p.Amount == w.Win.Amount)).Sum(w => w.Win.Amount);
        comparisons.Add("prizes by probability", byChance <= _terms.Budget - _terms.Counted, () => $"{byChance} were won by chance, {_terms.Budget - _terms.Counted} are there for it");
        comparisons.Add("every win is a prize", wins.All(w => _terms.Prizes.Any(p => p.Amount == w.Win.Amount)), () => "something was won that is no prize");
        comparisons.Add("budget", wins.Sum(w => w.Win.Amount) <= _terms.Budget, () => $"{wins.Sum(w => w.Win.Amount)} were issued of a budget of {_terms.Budget}");
        comparisons.Add("tokens", wins.DistinctBy(w => w.Win.Token).Count() == wins.Length, () => "two wins have one token");
    }

    private static string Text(ToldWin? win) => win is null ? "a loss" : $"a win of {win.Amount} {win.Currency} until {win.ExpiresAt:HH:mm:ss.fff}";
}
