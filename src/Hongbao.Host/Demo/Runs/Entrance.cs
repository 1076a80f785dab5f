using Hongbao.Foundation.Chance;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Looks whether a server will do, and lets everybody in.</summary>
internal static class Entrance
{
    private const int TtlSecondsMax = 30;

    /// <exception cref="DemoStoppedException">The server does not answer, gives no tokens, or its limits are too narrow.</exception>
    public static async Task<DemoScene> EnterAsync(
        DemoClient client, IReadOnlyList<long> uids, TimeProvider clock, IRandomSource chance, IDemoProgress progress, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync("api/v1/limits", null, cancellationToken);
        var limits = answer.IsOk ? answer.Read<LimitsShape>() : throw new DemoStoppedException($"{client.Url} does not answer like a hongbao server ({answer.Summary}).");
        if (limits.MaxCount < DemoPlanner.CountMax || limits.MaxShare < DemoPlanner.ShareMax || limits.MinTtlSeconds > TtlSecondsMax)
        {
            throw new DemoStoppedException(
                $"The limits of {client.Url} are too narrow for the demo: it needs packets of {DemoPlanner.CountMax} shares, shares of {DemoPlanner.ShareMax} fen and a time to claim of at most {TtlSecondsMax} s "
                + "(settings Core:CountMax, Core:ShareMax, Core:TtlSecondsMin).");
        }

        var tokens = await progress.ReadAllAsync("Greeting users", uids, uid => client.TakeTokenAsync(uid, "", cancellationToken), cancellationToken);
        return new DemoScene
        {
            Client = client,
            RunId = chance.Hex(6),
            Currency = limits.Currency,
            ShortTtlSeconds = limits.MinTtlSeconds,
            Clock = clock,
            Tokens = tokens,
        };
    }
}
