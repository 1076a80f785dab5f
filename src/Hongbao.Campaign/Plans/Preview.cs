using System.Buffers.Binary;
using Hongbao.Campaign.Budgets;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;

namespace Hongbao.Campaign.Plans;

/// <summary>What a plan would give, before it runs: users draw evenly over each round, with the rules of the rain and secrets of no real round.</summary>
internal static class Preview
{
    private const long UsersMax = 10_000_000;
    private const long DrawsMax = 20_000_000;
    private const int Tenths = 10;

    /// <summary>Simulates; takes about a second for ten million draws.</summary>
    public static PreviewResponse Run(Plan plan, long users, IRandomSource chance)
    {
        if (users is < 1 or > UsersMax || users * plan.Rounds.Count > DrawsMax)
        {
            return new PreviewResponse { Result = Result.Invalid("users", $"must be between 1 and {Math.Min(UsersMax, DrawsMax / plan.Rounds.Count)} for {plan.Rounds.Count} rounds") };
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
        var pools = Pacing.PoolsOf(plan, round).ToDictionary(static p => p.Pool, static p => (p.Planned, Given: 0L));
        var order = plan.Prizes.Where(static p => p.Quantity > 0).ToArray();
        Span<byte> bytes = stackalloc byte[16];
        for (long i = 0; i < users; i++)
        {
            chance.Fill(bytes);
            var prize = plan.Aim.At(BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            if (prize == 0)
            {
                continue;
            }

            given.Passers++;
            var now = round.StartsAtMs + (long)((Int128)(round.EndsAtMs - round.StartsAtMs) * i / users);
            var aimed = plan.Prizes[prize - 1];
            if (TryGive(aimed) || (aimed.Quantity > 0 && Array.Exists(order, TryGive)))
            {
                given.WinsByTenth[(int)(i * Tenths / users)]++;
            }

            bool TryGive(Prize candidate)
            {
                var pool = candidate.Quantity > 0 ? candidate.No : Plan.ChancePool;
                var (planned, already) = pools[pool];
                if (already + candidate.Amount > Pacing.Released(plan, round, pool, planned, now))
                {
                    return false;
                }

                pools[pool] = (planned, already + candidate.Amount);
                given.Wins++;
                given.Amount += candidate.Amount;
                return true;
            }
        }

        return given;
    }
}
