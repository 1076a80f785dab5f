using Hongbao.Campaign.Budgets;
using Hongbao.Campaign.Plans;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Campaign.Rain;

/// <summary>Draws that are decided together. It plans on the lane's chunks and changes none of them: that comes with the commit.</summary>
internal sealed class DrawBatch(
    CampaignBoard board, IReadOnlyDictionary<PoolKey, Chunk> chunks, Dictionary<PoolKey, long> usedAt, long nowMs, long timestamp, NumberMinter winNumbers, SubsidyTokens tokens)
{
    private readonly List<Draw> _draws = [];
    private readonly Dictionary<DrawKey, Draw> _byKey = [];
    private readonly List<WaitingDraw> _asking = [];
    private readonly Dictionary<PoolKey, long> _taken = [];
    private readonly Dictionary<(long CampaignId, long Uid), int> _wins = [];

    private sealed class Draw(Plan? plan, Round? round, WaitingDraw first)
    {
        public Plan? Plan { get; } = plan;
        public Round? Round { get; } = round;
        public DrawKey Key => Waiting[0].Key;

        /// <summary>All who wait for it: a user can ask twice at once.</summary>
        public List<WaitingDraw> Waiting { get; } = [first];

        /// <summary>Prizes that may pay, the one aimed at first.</summary>
        public int[] Choices { get; set; } = [];
        public bool IsDecided { get; set; }

        /// <summary>What is to be recorded; null when the round takes no draws.</summary>
        public NewDraw? Record { get; set; }
    }

    /// <summary>Draws that have no outcome yet.</summary>
    public int Undecided { get; private set; }

    /// <summary>Draws of users whose wins are limited and have to be counted.</summary>
    public List<DrawKey> NeedsCounts { get; } = [];

    /// <summary>Adds draws; those of rounds that take none are decided at once.</summary>
    public void Add(IEnumerable<WaitingDraw> waiting)
    {
        foreach (var one in waiting)
        {
            if (one.OnlyAsks)
            {
                _asking.Add(one);
                continue;
            }

            if (_byKey.TryGetValue(one.Key, out var known))
            {
                known.Waiting.Add(one);
                continue;
            }

            var plan = board.Find(one.App, one.Key.CampaignId);
            var round = plan?.RoundOf(one.Key.Round);
            var draw = new Draw(plan, round, one);
            _draws.Add(draw);
            _byKey.Add(one.Key, draw);
            if (plan is null || round is null || !plan.Takes(round, nowMs))
            {
                draw.IsDecided = true;
                continue;
            }

            draw.Choices = ChoicesOf(plan, one.Prize);
            Undecided++;
            if (plan.CountsWins)
            {
                NeedsCounts.Add(one.Key);
            }
        }
    }

    /// <summary>Takes how many wins users have. Who has as many as he may loses.</summary>
    public void Count(Dictionary<(long CampaignId, long Uid), int> wins)
    {
        foreach (var key in NeedsCounts)
        {
            var draw = _byKey[key];
            var has = wins.GetValueOrDefault((key.CampaignId, key.Uid));
            _wins[(key.CampaignId, key.Uid)] = has;
            if (has >= draw.Plan!.PerUserLimit)
            {
                Lose(draw);
            }
        }
    }

    /// <summary>What the chunks lack for the undecided draws' choice of that place.</summary>
    /// <param name="choice">0 for the prize aimed at.</param>
    /// <param name="isEmpty">True for a pool that had nothing a moment ago.</param>
    public List<(Plan Plan, Round Round, int Prize, long Need)> Wanted(int choice, Func<PoolKey, bool> isEmpty)
    {
        var needs = new Dictionary<PoolKey, (Plan Plan, Round Round, long Need)>();
        foreach (var draw in _draws.Where(d => !d.IsDecided && choice < d.Choices.Length))
        {
            var pool = PoolOf(draw, choice, out var amount);
            needs[pool] = (draw.Plan!, draw.Round!, needs.GetValueOrDefault(pool).Need + amount);
        }

        return [.. needs.Where(n => LeftIn(n.Key) < n.Value.Need && !isEmpty(n.Key)).Select(static n => (n.Value.Plan, n.Value.Round, n.Key.Prize, n.Value.Need))];
    }

    /// <summary>The round takes no draws, as the store says.</summary>
    public void Close(Plan plan, Round round)
    {
        foreach (var draw in _draws.Where(d => !d.IsDecided && d.Plan == plan && d.Round == round))
        {
            draw.IsDecided = true;
            Undecided--;
        }
    }

    /// <summary>Gives the undecided draws' choice of that place where there is money for it; who has no further choice loses.</summary>
    public void Decide(int choice)
    {
        foreach (var draw in _draws.Where(static d => !d.IsDecided))
        {
            if (choice < draw.Choices.Length && PoolOf(draw, choice, out var amount) is var pool && LeftIn(pool) >= amount)
            {
                Win(draw, pool, amount);
            }
            else if (choice + 1 >= draw.Choices.Length)
            {
                Lose(draw);
            }
        }
    }

    /// <summary>What is to be recorded, and what it takes of which chunk.</summary>
    public (List<NewDraw> Draws, List<(PoolKey Pool, long Epoch, long Amount)> Taken) Writes() => (
        [.. _draws.Select(static d => d.Record).OfType<NewDraw>()],
        [.. _taken.Select(t => (t.Key, chunks[t.Key].Epoch, t.Value))]);

    /// <summary>After the commit: tells those whose outcome is recorded now.</summary>
    public void Answer()
    {
        foreach (var draw in _draws.Where(static d => d.Record is not null))
        {
            draw.Waiting.ForEach(w => w.Answer(draw.Record!.Outcome));
        }
    }

    /// <summary>Those whose rounds take no draws now, and those who only ask.</summary>
    public List<WaitingDraw> NotTaken() => [.. _asking, .. _draws.Where(static d => d.IsDecided && d.Record is null).SelectMany(static d => d.Waiting)];

    // A prize by quantity that is used up is replaced by another one, so that all are given away; a prize by chance is not: its chance is all that was promised.
    private static int[] ChoicesOf(Plan plan, int prize) => plan.Prizes[prize - 1].Quantity == 0
        ? [prize]
        : [prize, .. plan.Prizes.Where(p => p.Quantity > 0 && p.No != prize).Select(static p => p.No)];

    private static PoolKey PoolOf(Draw draw, int choice, out long amount)
    {
        var prize = draw.Plan!.Prizes[draw.Choices[choice] - 1];
        amount = prize.Amount;
        return new PoolKey(draw.Key.CampaignId, draw.Key.Round, prize.Quantity > 0 ? prize.No : Plan.ChancePool);
    }

    private long LeftIn(PoolKey pool) => (chunks.TryGetValue(pool, out var chunk) ? chunk.Left : 0) - _taken.GetValueOrDefault(pool);

    private void Win(Draw draw, PoolKey pool, long amount)
    {
        var plan = draw.Plan!;
        _taken[pool] = _taken.GetValueOrDefault(pool) + amount;
        usedAt[pool] = timestamp;
        Record(draw, new NewDraw(
            draw.Key, plan.App, plan.Currency, pool, winNumbers.Mint(Number.SlotOf(draw.Key.Uid)), _wins.TryGetValue((draw.Key.CampaignId, draw.Key.Uid), out var wins) ? wins + 1 : 0,
            new Outcome(amount, tokens.CurrentKey, nowMs, nowMs + (plan.TokenTtlSeconds * 1000L))));
    }

    private void Lose(Draw draw) => Record(
        draw, new NewDraw(draw.Key, draw.Plan!.App, draw.Plan.Currency, new PoolKey(draw.Key.CampaignId, draw.Key.Round, 0), null, 0, new Outcome(0, null, nowMs, 0)));

    private void Record(Draw draw, NewDraw record)
    {
        draw.Record = record;
        draw.IsDecided = true;
        Undecided--;
    }
}
