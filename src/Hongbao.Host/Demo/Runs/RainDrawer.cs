using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>One user in one round: draws when it is his time, and does something with what he wins.</summary>
internal sealed class RainDrawer(RainScene scene, int round, DrawPlan plan)
{
    private const string NotOpen = "CAMPAIGN_NOT_OPEN";
    private static readonly TimeSpan PausedRest = TimeSpan.FromMilliseconds(200);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (from, to) = scene.Rounds[round - 1];
        await scene.RestUntilAsync(from + ((to - from) * plan.AtPermille / 1000), cancellationToken);
        var first = plan.Way == DrawWay.AtOnce
            ? (await Task.WhenAll(AskAsync(cancellationToken), AskAsync(cancellationToken))).FirstOrDefault(d => d is not null)
            : await AskAsync(cancellationToken);
        if (first?.Win is { } win)
        {
            scene.Lives.Enqueue(new WinnerLife(scene, plan.Uid, round, win, scene.Plan.WinAt(scene.NextWin())).RunAsync(cancellationToken));
        }

        if (plan.Way == DrawWay.Twice)
        {
            await AskAsync(cancellationToken);
        }
    }

    /// <summary>Draws once more when all is over.</summary>
    public async Task ComeLateAsync(CancellationToken cancellationToken)
    {
        var answer = await SendAsync(cancellationToken);
        scene.LateDraws.Enqueue(new LateDraw(plan.Uid, round, answer.Code, answer.IsOk ? answer.Read<DrawShape>().ToWin() : null));
    }

    /// <summary>Draws; while the campaign pauses, again and again.</summary>
    private async Task<ToldDraw?> AskAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var sent = scene.Now;
            var answer = await SendAsync(cancellationToken);
            if (answer.IsOk)
            {
                var told = new ToldDraw(plan.Uid, round, answer.Read<DrawShape>().ToWin());
                scene.Draws.Enqueue(told);
                return told;
            }

            if (answer.Code == NotOpen && scene.MayBeOver(round))
            {
                return null;
            }

            if (answer.Code != NotOpen || !scene.MayPause(sent))
            {
                scene.Journal.Incident("answer to a draw", $"{plan.Uid} in round {round}: {answer.Summary}");
                return null;
            }

            scene.CountPaused();
            await scene.Base.RestAsync(PausedRest, cancellationToken);
        }
    }

    private Task<ApiAnswer> SendAsync(CancellationToken cancellationToken) => scene.Client.DrawAsync(scene.CampaignId, round, scene.Base.Tokens[plan.Uid], cancellationToken);
}
