using Hongbao.Bench.Http.Loading;
using Hongbao.Contracts;

namespace Hongbao.Bench.Rain;

/// <summary>Users who draw in a campaign's first round, in process.</summary>
internal static class Crowd
{
    // As many passers wait at a time at most: some full batches.
    private const int WaitingMax = 4096;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Has some users draw, and returns when all have their outcome.</summary>
    /// <param name="campaigns">Whom they ask.</param>
    /// <param name="campaignId">Of a campaign that runs.</param>
    /// <param name="first">The first user.</param>
    /// <param name="count">How many.</param>
    /// <param name="won">Called with uid and amount for each win, as soon as it is answered; from any thread.</param>
    public static async Task DrawAsync(ICampaigns campaigns, long campaignId, int first, int count, Action<long, long>? won = null)
    {
        var request = new RainDrawRequest { CampaignId = campaignId, Round = 1 };
        var waiting = new List<Task>();
        for (var user = first; user < first + count; user++)
        {
            var uid = Requests.UidOf(user);
            var draw = campaigns.DrawAsync(CampaignSide.Context(uid), request, default);
            if (draw.IsCompletedSuccessfully && draw.Result is { Won: false } lost && lost.Result.IsOk())
            {
                continue;
            }

            waiting.Add(FollowAsync(campaigns, uid, request, draw, won));
            if (waiting.Count == WaitingMax)
            {
                await Task.WhenAll(waiting);
                waiting.Clear();
            }
        }

        await Task.WhenAll(waiting);
    }

    private static async Task FollowAsync(ICampaigns campaigns, long uid, RainDrawRequest request, Task<RainDrawResponse> draw, Action<long, long>? won)
    {
        var answer = await draw;
        while (answer.Result.Code is ResultCode.Overloaded or ResultCode.Degraded)
        {
            // As a client does that is told to ask again.
            await Task.Delay(Rest);
            answer = await campaigns.DrawAsync(CampaignSide.Context(uid), request, default);
        }

        if (!answer.Result.IsOk())
        {
            throw new InvalidOperationException($"a draw was answered {answer.Result.Code}: {answer.Result.Detail}");
        }

        if (answer.Won)
        {
            won?.Invoke(uid, answer.Amount);
        }
    }
}
