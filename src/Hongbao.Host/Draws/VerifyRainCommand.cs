using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Spectre.Console;

namespace Hongbao.Host.Draws;

/// <summary><c>hongbao verify-rain</c>: recomputes a round of a campaign's rain. Ends with 0 genuine, 1 not genuine, 2 cannot be said.</summary>
internal static class VerifyRainCommand
{
    private const int Genuine = 0;
    private const int NotGenuine = 1;
    private const int CannotBeSaid = 2;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>The command, writing to the terminal.</summary>
    internal static Command Create() => Create(Terminal.Open());

    /// <summary>The command, writing to a given console.</summary>
    internal static Command Create(IAnsiConsole console)
    {
        var campaignId = new Argument<long>("campaignId") { Description = "The campaign." };
        var round = new Argument<int>("round") { Description = "The round's number, from 1." };
        var url = new Option<string>("--url") { Description = "Address of the server.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var token = new Option<string?>("--token") { Description = "A user's token: campaigns are shown to users." };
        var uid = new Option<long?>("--uid") { Description = "As --token, for a user of a development server; it is also said what he was aimed at." };
        var file = new Option<string?>("--file") { Description = "A list of campaigns saved before, instead of a server's." };
        var users = new Option<long[]>("--user") { Description = "Say what this user was aimed at; may be given several times." };
        var noted = new Option<string?>("--secret-hash") { Description = "The commitment noted before the round, 64 digits of lower-case hex." };
        var command = new Command("verify-rain", "Recompute the commitment of a round of a rain, and what users were aimed at in it (docs/rain.md).") { campaignId, round, url, token, uid, file, users, noted };
        campaignId.Positive();
        round.Positive();
        uid.Between(1, long.MaxValue);
        url.Validators.Add(ServerAddress.Check);
        noted.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && !DrawCheck.IsHash(given.Value))
            {
                result.AddError("--secret-hash must be 64 digits of lower-case hex.");
            }
        });
        command.Validators.Add(result =>
        {
            if (new[] { result.GetResult(token) is not null, result.GetResult(uid) is not null, result.GetResult(file) is not null }.Count(static given => given) != 1)
            {
                result.AddError("Give one of --token, --uid and --file.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var campaigns = parsed.GetValue(file) is { } path ? Parse(DrawSource.ReadBytes(path), path)
                    : await FetchAsync(parsed.GetValue(url)!, parsed.GetValue(token), parsed.GetValue(uid), cancellationToken);
                var (wanted, no) = (parsed.GetValue(campaignId), parsed.GetValue(round));
                var campaign = campaigns.Items.Find(c => c.CampaignId == wanted)
                    ?? throw new NoDrawException($"Campaign {wanted} is not among those shown: there is none, it is a draft, or it was over long ago.");
                var shown = campaign.Rounds.Find(r => r.Round == no) ?? throw new NoDrawException($"Campaign {wanted} has {campaign.Rounds.Count} rounds, and no round {no}.");
                return Show(console, campaign, shown, parsed.GetValue(noted), [.. parsed.GetValue(uid) is { } caller ? [caller] : Array.Empty<long>(), .. parsed.GetValue(users) ?? []]);
            }
            catch (NoDrawException e)
            {
                console.WriteLine(e.Message);
                return CannotBeSaid;
            }
        });
        return command;
    }

    private static async Task<ShownCampaigns> FetchAsync(string url, string? token, long? uid, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = ServerAddress.TryParse(url), Timeout = Timeout };
        token ??= await DrawSource.TakeDevTokenAsync(http, uid!.Value, cancellationToken);
        var (status, body) = await DrawSource.GetAsync(http, "api/v1/campaigns", token, cancellationToken);
        return status switch
        {
            HttpStatusCode.OK => Parse(body, "The server's answer"),
            HttpStatusCode.Unauthorized => throw new NoDrawException("The server does not accept the token."),
            _ => throw new NoDrawException($"{http.BaseAddress} answered {(int)status} instead of campaigns."),
        };
    }

    private static ShownCampaigns Parse(byte[] bytes, string where)
    {
        try
        {
            return ShownCampaigns.Read(bytes);
        }
        catch (JsonException e)
        {
            throw new NoDrawException($"{where} is no list of campaigns: {e.Message}");
        }
    }

    private static int Show(IAnsiConsole console, ShownCampaign campaign, ShownRound round, string? notedHash, long[] users)
    {
        var check = RainCheck.Of(campaign, round, notedHash);
        console.WriteLine($"campaign {campaign.CampaignId}, round {round.Round}");
        console.WriteLine($"commitment {round.SecretHash}{(notedHash is null ? "" : notedHash == round.SecretHash ? " (as noted before)" : $" (noted before: {notedHash})")}");
        if (check.Rule is { } rule)
        {
            for (var i = 0; i < campaign.Prizes.Count; i++)
            {
                var prize = campaign.Prizes[i];
                console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"prize {i + 1}: {prize.Amount} {campaign.Currency} minor units, {(prize.Quantity is { } quantity ? $"{quantity} of them" : $"probability {prize.Probability}")}"));
            }

            foreach (var user in users)
            {
                console.WriteLine(rule.At(round.Round, round.Secret!, user) is { } aim
                    ? $"user {user} was aimed at {aim.Amount}{(aim.Quantity > 0 ? ", or at another prize by quantity when it was used up" : "")}"
                    : $"user {user} was aimed at nothing");
            }
        }

        foreach (var reason in check.Reasons)
        {
            console.WriteLine(reason);
        }

        console.MarkupLine(check.Verdict switch
        {
            DrawVerdict.Genuine => "[green]genuine[/]",
            DrawVerdict.NotGenuine => "[red]NOT GENUINE[/]",
            DrawVerdict.NotShownYet => string.Create(CultureInfo.InvariantCulture,
                $"cannot be said yet: the secret is shown a moment after the round's end, {round.EndsAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC"),
            DrawVerdict.Unusable => "cannot be said",
        });
        return check.Verdict switch
        {
            DrawVerdict.Genuine => Genuine,
            DrawVerdict.NotGenuine => NotGenuine,
            DrawVerdict.NotShownYet or DrawVerdict.Unusable => CannotBeSaid,
        };
    }
}
