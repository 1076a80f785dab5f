using System.Runtime.InteropServices;
using Hongbao.Campaign.Budgets;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;

namespace Hongbao.Campaign.Plans;

/// <summary>What a plan would give, before it runs: users draw evenly over each round, with the rules of the rain and secrets of no real round.</summary>
internal static class Preview
{
    private const long DrawsMax = 10_000_000;
    private const int Tenths = 10;

    // Two for a draw.
    private const int BlockNumbers = 4096;

    /// <summary>Simulates; takes one or two seconds of a core for ten million draws, the most there may be.</summary>
    public static PreviewResponse Run(Plan plan, long users, IRandomSource chance)
    {
        var most = DrawsMax / plan.Rounds.Count;
        if (users < 1 || users > most)
        {
            return new PreviewResponse { Result = Result.Invalid("users", $"must be between 1 and {most}: {DrawsMax} draws at most, of all rounds together") };
        }

        var response = new PreviewResponse { Budget = plan.Budget };
        foreach (var round in plan.Rounds)
        {
            var given = Run(plan, round, users, chance);
            response.Rounds.Add(given);
            response.Amount += given.Amount;
            response.Wins += given.Wins;
        }

        return response;
    }

    private static PreviewRound Run(Plan plan, Round round, long users, IRandomSource chance)
    {
        var given = new PreviewRound { Round = round.No, Users = users, WinsByTenth = [.. new long[Tenths]] };
        var pools = new PreviewPools(plan, round);
        Predicate<Prize> tryTake = pools.TryTake;
        var order = plan.Prizes.Where(static p => p.Quantity > 0).ToArray();
        var numbers = new ulong[BlockNumbers];
        var next = BlockNumbers;
        for (long i = 0; i < users; i++)
        {
            if (next == BlockNumbers)
            {
                chance.Fill(MemoryMarshal.AsBytes(numbers.AsSpan()));
                next = 0;
            }

            var prize = plan.Aim.At(numbers[next], numbers[next + 1]);
            next += 2;
            if (prize == 0)
            {
                continue;
            }

            given.Passers++;
            pools.MoveTo(round.StartsAtMs + (long)((Int128)(round.EndsAtMs - round.StartsAtMs) * i / users));
            var aimed = plan.Prizes[prize - 1];
            if ((pools.TryTake(aimed) ? aimed : aimed.Quantity > 0 ? Array.Find(order, tryTake) : null) is { } won)
            {
                given.Wins++;
                given.Amount += won.Amount;
                given.WinsByTenth[(int)(i * Tenths / users)]++;
            }
        }

        return given;
    }

    /// <summary>A round's money while it is being drawn.</summary>
    private sealed class PreviewPools
    {
        private readonly Plan _plan;
        private readonly Round _round;

        // By the pool's number; released is of the moment that it was asked for, or -1.
        private readonly long[] _planned;
        private readonly long[] _released;
        private readonly long[] _given;
        private long _nowMs = -1;

        public PreviewPools(Plan plan, Round round)
        {
            (_plan, _round) = (plan, round);
            _planned = new long[plan.Prizes.Count + 1];
            _released = new long[plan.Prizes.Count + 1];
            _given = new long[plan.Prizes.Count + 1];
            foreach (var (pool, planned) in Pacing.PoolsOf(plan, round))
            {
                _planned[pool] = planned;
            }
        }

        public void MoveTo(long nowMs)
        {
            if (nowMs != _nowMs)
            {
                _nowMs = nowMs;
                _released.AsSpan().Fill(-1);
            }
        }

        public bool TryTake(Prize prize)
        {
            var pool = prize.Quantity > 0 ? prize.No : Plan.ChancePool;
            var after = _given[pool] + prize.Amount;
            if (after > _planned[pool])
            {
                return false;
            }

            if (_released[pool] < 0)
            {
                _released[pool] = Pacing.Released(_plan, _round, pool, _planned[pool], _nowMs);
            }

            if (after > _released[pool])
            {
                return false;
            }

            _given[pool] = after;
            return true;
        }
    }
}
