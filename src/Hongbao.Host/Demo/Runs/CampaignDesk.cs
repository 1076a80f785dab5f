using System.Globalization;
using System.Text.Json.Nodes;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>What the operators do: the campaign is planned, tried, scheduled, paused and ended; who may not is refused.</summary>
internal sealed class CampaignDesk(RainScene scene, IDemoProgress progress)
{
    private const string Campaigns = "ops/v1/campaigns";

    // Time to have its budget held by a finance that is slow and forgetful, and to be told to be too early.
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);
    private const int LooksMax = 25;

    // It is ended by hand; this is for when nobody is left to do it.
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    private string One => $"{Campaigns}/{scene.CampaignId}";

    /// <summary>Plans and schedules the campaign; its rounds begin soon after.</summary>
    /// <exception cref="DemoStoppedException">The server refuses.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var shown = Clear(await scene.Client.GetAsync("api/v1/campaigns", scene.Base.Tokens[scene.Plan.Uids[0]], cancellationToken), "Campaigns cannot be read").Read<CampaignsShape>();
        scene.Offset = shown.ServerTime - scene.Base.Clock.GetUtcNow();
        var terms = scene.Plan.Campaign;
        var start = scene.Now + Lead;
        var length = TimeSpan.FromMilliseconds(terms.RoundMs);
        scene.Rounds = [.. Enumerable.Range(0, RainPlan.Rounds).Select(i => (start + (i * (length + Gap)), start + (i * (length + Gap)) + length))];
        var body = BodyOf(terms, start);
        await RefusedAsync("users plan no campaigns", "FORBIDDEN", Campaigns, scene.Base.Tokens[scene.Plan.Uids[0]], body, cancellationToken);
        var created = Clear(await scene.Client.PostAsync(Campaigns, scene.OperatorToken, body, cancellationToken), "The campaign cannot be planned").Read<CampaignShape>();
        scene.CampaignId = created.CampaignId;
        await PreviewAsync(cancellationToken);
        await RefusedAsync("operators schedule no campaigns", "FORBIDDEN", $"{One}/schedule", scene.OperatorToken, Because("not mine to do"), cancellationToken);
        await TooEarlyAsync("a draft takes no draws", "NOT_FOUND", cancellationToken);
        Clear(await scene.Client.PostAsync($"{One}/schedule", scene.AdminToken, Because("hongbao demo"), cancellationToken), "The campaign cannot be scheduled");
        if (scene.Now < scene.Rounds[0].From - TimeSpan.FromMilliseconds(500))
        {
            await TooEarlyAsync("no draws before the start", "CAMPAIGN_NOT_OPEN", cancellationToken);
        }
        else
        {
            progress.Say("Finance took so long to hold the budget that nobody could be told to be too early.");
        }
    }

    /// <summary>Stops the draws in the middle of the first round, and takes them again.</summary>
    public async Task PauseAsync(CancellationToken cancellationToken)
    {
        var (from, to) = scene.Rounds[0];
        await scene.RestUntilAsync(from + ((to - from) * scene.Plan.Campaign.PauseAtPermille / 1000), cancellationToken);
        scene.PauseBegins();
        await MoveAsync("pause", CampaignStatus.Paused, scene.OperatorToken, cancellationToken);
        await scene.Base.RestAsync(TimeSpan.FromMilliseconds(scene.Plan.Campaign.PauseMs), cancellationToken);
        await MoveAsync("resume", CampaignStatus.Running, scene.OperatorToken, cancellationToken);
        scene.PauseEnds();
    }

    /// <summary>Ends it for ever.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => MoveAsync("end", CampaignStatus.Ended, scene.AdminToken, cancellationToken);

    /// <summary>The campaign as users see it: a moment after it was scheduled, for processes look again every quarter of a second (Campaign:RefreshMs).</summary>
    public async Task<CampaignRowShape> LookAsync(CancellationToken cancellationToken)
    {
        for (var looks = 1; ; looks++)
        {
            var shown = Clear(await scene.Client.GetAsync("api/v1/campaigns", scene.Base.Tokens[scene.Plan.Uids[0]], cancellationToken), "Campaigns cannot be read").Read<CampaignsShape>();
            if (shown.Items.Find(c => c.CampaignId == scene.CampaignId) is { } campaign)
            {
                return campaign;
            }

            if (looks == LooksMax)
            {
                throw new DemoStoppedException($"Campaign {scene.CampaignId} is scheduled and users do not see it.");
            }

            await scene.Base.RestAsync(LookAgain, cancellationToken);
        }
    }

    /// <summary>Its books.</summary>
    public async Task<SeenReport> ReadReportAsync(CancellationToken cancellationToken) =>
        Clear(await scene.Client.GetAsync($"{One}/report", scene.OperatorToken, cancellationToken), "The campaign's books cannot be read").Read<SeenReport>();

    private async Task PreviewAsync(CancellationToken cancellationToken)
    {
        var preview = Clear(
            await scene.Client.PostAsync($"{One}/preview", scene.OperatorToken, new { users = scene.Plan.Uids.Count }, cancellationToken), "The campaign cannot be tried").Read<PreviewShape>();
        if (preview.Budget != scene.Plan.Campaign.Budget || preview.Amount > preview.Budget || preview.Wins < 0)
        {
            scene.Journal.Incident("preview", $"{preview.Wins} wins of {preview.Amount} in a budget of {preview.Budget}");
        }

        progress.Say($"A rain of {scene.Plan.Campaign.Budget} fen in {RainPlan.Rounds} rounds; tried beforehand it gives {preview.Wins} wins of {preview.Amount} fen.");
    }

    private async Task TooEarlyAsync(string check, string code, CancellationToken cancellationToken)
    {
        foreach (var uid in scene.Plan.Uids.Take(20))
        {
            var answer = await scene.Client.DrawAsync(scene.CampaignId, 1, scene.Base.Tokens[uid], cancellationToken);
            if (answer.Code != code)
            {
                scene.Journal.Incident(check, $"{uid}: {answer.Summary}");
            }
        }
    }

    private async Task RefusedAsync(string check, string code, string path, string token, object body, CancellationToken cancellationToken)
    {
        var answer = await scene.Client.PostAsync(path, token, body, cancellationToken);
        if (answer.Code != code)
        {
            scene.Journal.Incident(check, answer.Summary);
        }
    }

    private async Task MoveAsync(string change, CampaignStatus due, string token, CancellationToken cancellationToken)
    {
        var answer = Clear(await scene.Client.PostAsync($"{One}/{change}", token, Because("hongbao demo"), cancellationToken), $"The campaign cannot be changed ({change})").Read<CampaignShape>();
        if (answer.Status != due)
        {
            scene.Journal.Incident("campaign moves", $"after {change} it is {answer.Status}, it must be {due}");
        }
    }

    private object BodyOf(CampaignTerms terms, DateTimeOffset start) => new
    {
        name = $"hongbao demo {scene.Base.RunId}",
        currency = scene.Base.Currency,
        budget = terms.Budget,
        startsAt = Text(start),
        endsAt = Text(start + Length),
        rounds = scene.Rounds.Select((r, i) => new { round = i + 1, startsAt = Text(r.From), endsAt = Text(r.To) }),
        prizes = terms.Prizes.Select(p => p.Quantity > 0 ? (object)new { amount = p.Amount, quantity = p.Quantity } : new { amount = p.Amount, probability = Ratio(p.ChancePpb) }),
        perUserLimit = terms.PerUserLimit,
        tokenTtlSeconds = terms.TokenTtlSeconds,
        passRate = terms.PassPpb == 0 ? null : Ratio(terms.PassPpb),
        pacing = new { firstPercent = terms.FirstPercent, fullPercent = terms.FullPercent },
        reason = "hongbao demo",
    };

    private static object Because(string reason) => new { reason };

    // Parts of 1,000,000,000 as the number that JSON has for it, digit by digit.
    private static JsonNode Ratio(long ppb) => JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $"{ppb / 1_000_000_000}.{ppb % 1_000_000_000:000000000}"))!;

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private ApiAnswer Clear(ApiAnswer answer, string otherwise) => answer.IsOk ? answer : throw new DemoStoppedException($"{otherwise} at {scene.Client.Url}: {answer.Summary}");
}
