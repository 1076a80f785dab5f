using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hongbao.Host.Draws;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hongbao.Host.Tests.Draws;

public sealed class VerifyRainTests
{
    private sealed record Prize(long Amount, long Quantity, long ChancePpb);

    private sealed record User(string Uid, int Prize);

    private sealed record Vector(string CampaignId, int Round, string Secret, long PassPpb, List<Prize> Prizes, string SecretHash, List<User> Users);

    private static readonly List<Vector> Vectors = JsonSerializer.Deserialize<List<Vector>>(
        Regex.Match(File.ReadAllText(Path.Combine(DrawDocument.Root, "docs", "rain.md")), "^```json rain-vectors\n(.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value,
        JsonSerializerOptions.Web)!;

    // Prizes of both kinds and a pass rate.
    private static Vector Mixed => Vectors[1];

    private static ShownCampaign Shown(Vector v) => new()
    {
        CampaignId = long.Parse(v.CampaignId, CultureInfo.InvariantCulture),
        Currency = "CNY",
        Rounds = [new ShownRound { Round = v.Round, EndsAt = DateTimeOffset.UnixEpoch.AddDays(20_000), SecretHash = v.SecretHash, Secret = v.Secret }],
        Prizes = v.Prizes.ConvertAll(static p => new ShownPrize
        {
            Amount = p.Amount,
            Quantity = p.Quantity == 0 ? null : p.Quantity,
            Probability = p.ChancePpb == 0 ? null : p.ChancePpb / 1_000_000_000m,
        }),
        PassRate = v.PassPpb == 0 ? null : v.PassPpb / 1_000_000_000m,
    };

    private static string Json(params ShownCampaign[] campaigns) => JsonSerializer.Serialize(
        new
        {
            items = campaigns.Select(static c => new { campaignId = c.CampaignId.ToString(CultureInfo.InvariantCulture), name = "rain", c.Currency, c.Rounds, c.Prizes, c.PassRate }),
            serverTime = "2026-02-17T12:00:00.001Z",
        }, JsonSerializerOptions.Web);

    private static RainCheck Check(ShownCampaign campaign, string? noted = null) => RainCheck.Of(campaign, campaign.Rounds[0], noted);

    [Fact]
    public void What_the_page_gives_is_genuine_and_says_who_was_aimed_at_what() => Assert.All(Vectors, static v =>
    {
        var check = Check(Shown(v), v.SecretHash);
        Assert.Equal(DrawVerdict.Genuine, check.Verdict);
        Assert.All(v.Users, u => Assert.Equal(u.Prize == 0 ? null : v.Prizes[u.Prize - 1].Amount, check.Rule!.At(v.Round, v.Secret, long.Parse(u.Uid, CultureInfo.InvariantCulture))?.Amount));
    });

    [Fact]
    public void Every_change_of_secret_or_terms_is_found()
    {
        var honest = Shown(Mixed);
        var round = honest.Rounds[0];
        ShownCampaign[] changed =
        [
            honest with { CampaignId = honest.CampaignId + 1 },
            honest with { PassRate = 0.2m },
            honest with { PassRate = null },
            honest with { Prizes = [honest.Prizes[0] with { Amount = 101 }, .. honest.Prizes.Skip(1)] },
            honest with { Prizes = [honest.Prizes[0] with { Quantity = 999 }, .. honest.Prizes.Skip(1)] },
            honest with { Prizes = [.. honest.Prizes.Take(2), honest.Prizes[2] with { Probability = 0.200_000_001m }] },
            honest with { Prizes = [.. honest.Prizes.Take(2)] },
            honest with { Prizes = [honest.Prizes[1], honest.Prizes[0], honest.Prizes[2]] },
            honest with { Rounds = [round with { Round = 1 }] },
            honest with { Rounds = [round with { Secret = "ff" + Mixed.Secret[2..] }] },
            honest with { Rounds = [round with { SecretHash = "ff" + Mixed.SecretHash[2..] }] },
        ];

        Assert.All(changed, static c => Assert.Equal(DrawVerdict.NotGenuine, Check(c).Verdict));
    }

    [Fact]
    public void A_commitment_other_than_the_one_noted_is_no_proof_also_before_the_secret_is_shown()
    {
        var noted = new string('0', 64);
        var early = Shown(Mixed) with { Prizes = [], Rounds = [Shown(Mixed).Rounds[0] with { Secret = null }] };

        Assert.Equal(DrawVerdict.NotGenuine, Check(Shown(Mixed), noted).Verdict);
        Assert.Equal(DrawVerdict.NotGenuine, Check(early, noted).Verdict);
        Assert.Equal(DrawVerdict.NotShownYet, Check(early, Mixed.SecretHash).Verdict);
    }

    [Fact]
    public void Terms_that_no_campaign_has_are_unusable()
    {
        var honest = Shown(Mixed);
        ShownPrize prize = honest.Prizes[0], lucky = honest.Prizes[2];
        ShownCampaign[] unusable =
        [
            honest with { Prizes = [] },
            honest with { Prizes = [prize with { Amount = 0 }] },
            honest with { Prizes = [prize with { Quantity = 0 }] },
            honest with { Prizes = [prize with { Quantity = null }] },
            honest with { Prizes = [prize with { Probability = 0.1m }] },
            honest with { Prizes = [lucky with { Probability = 1.1m }] },
            honest with { Prizes = [lucky with { Probability = 0.000_000_000_1m }] },
            honest with { Prizes = [lucky with { Probability = 0.6m }, lucky with { Probability = 0.6m }] },
            honest with { Prizes = [prize with { Quantity = long.MaxValue }, prize] },
            honest with { PassRate = 0 },
            honest with { PassRate = -1 },
            honest with { Rounds = [honest.Rounds[0] with { Secret = "abc" }] },
        ];

        Assert.All(unusable, static c => Assert.Equal(DrawVerdict.Unusable, Check(c).Verdict));
    }

    [Fact]
    public async Task A_server_s_round_is_fetched_and_checked_and_users_are_told_their_aim()
    {
        await using var server = await StubServer.StartAsync(app =>
        {
            app.MapPost("/api/v1/dev/token", () => Results.Json(new { token = "t" }));
            app.MapGet("/api/v1/campaigns", (HttpContext http) =>
                http.Request.Headers.Authorization == "Bearer t" ? Results.Text(Json(Shown(Vectors[0]), Shown(Mixed) with { CampaignId = 5 }), "application/json") : Results.StatusCode(401));
        });

        var (exitCode, output) = await RunAsync(Vectors[0].CampaignId, "1", "--url", server.Url, "--uid", "10086", "--user", "2", "--secret-hash", Vectors[0].SecretHash);
        Assert.Equal(0, exitCode);
        Assert.Contains("(as noted before)", output, StringComparison.Ordinal);
        Assert.Contains("user 10086 was aimed at 100", output, StringComparison.Ordinal);
        Assert.Contains("user 2 was aimed at 100", output, StringComparison.Ordinal);

        (exitCode, output) = await RunAsync("5", "2", "--url", server.Url, "--token", "t", "--user", "1");
        Assert.Equal(1, exitCode);
        Assert.Contains("NOT GENUINE", output, StringComparison.Ordinal);
        Assert.Contains("user 1 was aimed at", output, StringComparison.Ordinal);

        Assert.Equal(2, (await RunAsync("6", "1", "--url", server.Url, "--token", "t")).ExitCode);
        Assert.Equal(2, (await RunAsync("5", "9", "--url", server.Url, "--token", "t")).ExitCode);
        (exitCode, output) = await RunAsync("5", "2", "--url", server.Url, "--token", "x");
        Assert.Equal(2, exitCode);
        Assert.Contains("does not accept the token", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saved_list_is_checked_and_anything_else_is_refused_with_a_sentence()
    {
        var path = Path.Combine(Path.GetTempPath(), $"rain-{Guid.NewGuid():n}.json");
        try
        {
            await File.WriteAllTextAsync(path, Json(Shown(Mixed)), TestContext.Current.CancellationToken);
            var (exitCode, output) = await RunAsync(Mixed.CampaignId, "2", "--file", path, "--user", "1", "--user", "4");
            Assert.Equal(0, exitCode);
            Assert.Contains("user 1 was aimed at nothing", output, StringComparison.Ordinal);
            Assert.Contains("user 4 was aimed at 5", output, StringComparison.Ordinal);

            await File.WriteAllTextAsync(path, Json(Shown(Mixed) with { Prizes = [], Rounds = [Shown(Mixed).Rounds[0] with { Secret = null }] }), TestContext.Current.CancellationToken);
            (exitCode, output) = await RunAsync(Mixed.CampaignId, "2", "--file", path);
            Assert.Equal(2, exitCode);
            Assert.Contains("cannot be said yet", output, StringComparison.Ordinal);

            foreach (var text in (string[])["", "{", "null", "[]", "{}", """{"items":[null]}""", """{"items":[{"campaignId":"1","currency":"CNY","rounds":[null]}]}""", """{"items":[{"campaignId":"1","currency":"CNY","rounds":null}]}"""])
            {
                await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
                (exitCode, output) = await RunAsync("1", "1", "--file", path);
                Assert.Equal(2, exitCode);
                Assert.Contains("is no list of campaigns", output, StringComparison.Ordinal);
            }
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(2, (await RunAsync("1", "1", "--file", path)).ExitCode);
    }

    [Theory]
    [InlineData("campaignId must be a positive whole number.", "0", "1", "--uid", "1")]
    [InlineData("round must be a positive whole number.", "1", "0", "--uid", "1")]
    [InlineData("round must be a positive whole number.", "1", "x", "--uid", "1")]
    [InlineData("Give one of --token, --uid and --file.", "1", "1")]
    [InlineData("Give one of --token, --uid and --file.", "1", "1", "--uid", "1", "--token", "t")]
    [InlineData("--uid must be a whole number between 1 and", "1", "1", "--uid", "-1")]
    [InlineData("--url must be an absolute http or https address", "1", "1", "--uid", "1", "--url", "localhost")]
    [InlineData("--secret-hash must be 64 digits", "1", "1", "--uid", "1", "--secret-hash", "abc")]
    public void Arguments_that_make_no_sense_are_refused_with_a_sentence(string message, params string[] arguments)
    {
        using var console = new WrittenConsole();

        Assert.Contains(VerifyRainCommand.Create(console.Console).Parse(arguments).Errors, e => e.Message.StartsWith(message, StringComparison.Ordinal));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var console = new WrittenConsole();
        var exitCode = await VerifyRainCommand.Create(console.Console).Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (exitCode, console.Text);
    }
}
