using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Hongbao.Host.Draws;

/// <summary><c>hongbao verify-draw</c>: recomputes a packet's draw. Ends with 0 genuine, 1 not genuine, 2 cannot be said.</summary>
internal static class VerifyDrawCommand
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
        var packetNo = new Argument<long?>("packetNo") { Description = "Number of the packet.", Arity = ArgumentArity.ZeroOrOne };
        var url = new Option<string>("--url") { Description = "Address of the server.", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
        var token = new Option<string?>("--token") { Description = "A user's token. Only a packet that is not public needs one, until it is over; with it the end of a running packet can be told." };
        var uid = new Option<long?>("--uid") { Description = "As --token, for a user of a development server." };
        var file = new Option<string?>("--file") { Description = "A draw saved before, instead of a server's." };
        var noted = new Option<string?>("--seed-hash") { Description = "The commitment noted when the packet appeared, 64 digits of lower-case hex." };
        var command = new Command("verify-draw", "Recompute the commitment and every amount of a packet's draw (docs/draw.md).") { packetNo, url, token, uid, file, noted };
        packetNo.Positive();
        uid.Between(1, long.MaxValue);
        url.Validators.Add(ServerAddress.Check);
        noted.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !DrawCheck.IsHash(token.Value))
            {
                result.AddError("--seed-hash must be 64 digits of lower-case hex.");
            }
        });
        command.Validators.Add(result =>
        {
            if ((result.GetResult(packetNo) is { Tokens.Count: > 0 }) == (result.GetResult(file) is not null))
            {
                result.AddError("Name either a packet or a --file.");
            }

            if (result.GetResult(token) is not null && result.GetResult(uid) is not null)
            {
                result.AddError("Give --token or --uid, not both.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                if (parsed.GetValue(file) is { } path)
                {
                    return Show(console, DrawSource.ReadFile(path), parsed.GetValue(noted), null);
                }

                using var http = new HttpClient { BaseAddress = ServerAddress.TryParse(parsed.GetValue(url)!), Timeout = Timeout };
                var number = parsed.GetValue(packetNo)!.Value;
                var bearer = parsed.GetValue(uid) is { } user ? await DrawSource.TakeDevTokenAsync(http, user, cancellationToken) : parsed.GetValue(token);
                var draw = await DrawSource.FetchAsync(http, number, bearer, cancellationToken);
                if (draw.PacketNo != number)
                {
                    throw new NoDrawException($"The server answered with the draw of packet {draw.PacketNo}.");
                }

                var end = draw.Seed is null && bearer is not null ? await DrawSource.FindEndAsync(http, number, bearer, cancellationToken) : null;
                return Show(console, draw, parsed.GetValue(noted), end);
            }
            catch (NoDrawException e)
            {
                console.WriteLine(e.Message);
                return CannotBeSaid;
            }
        });
        return command;
    }

    private static int Show(IAnsiConsole console, ShownDraw draw, string? notedHash, DateTimeOffset? end)
    {
        var check = DrawCheck.Of(draw, notedHash);
        if (check.Shares.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded)
                .AddColumns(new TableColumn("seq").RightAligned(), new TableColumn("shown").RightAligned(), new TableColumn("recomputed").RightAligned(), new TableColumn(""));
            foreach (var share in check.Shares)
            {
                table.AddRow(Text(share.Seq), Text(share.Shown), share.Recomputed is { } due ? Text(due) : "-", share.IsSame ? "" : "[red]different[/]");
            }

            console.Write(table);
        }

        console.WriteLine($"packet {draw.PacketNo}: {draw.Split}, {draw.Amount} fen in {draw.Count} shares, {draw.Draws.Count} taken");
        console.WriteLine($"commitment {draw.SeedHash}{(notedHash is null ? "" : notedHash == draw.SeedHash ? " (as noted before)" : $" (noted before: {notedHash})")}");
        foreach (var reason in check.Reasons)
        {
            console.WriteLine(reason);
        }

        console.MarkupLine(check.Verdict switch
        {
            DrawVerdict.Genuine => "[green]genuine[/]",
            DrawVerdict.NotGenuine => "[red]NOT GENUINE[/]",
            DrawVerdict.NotShownYet => "cannot be said yet: the seed is shown once all shares are taken or the packet's time is over"
                + (end is { } at ? string.Create(CultureInfo.InvariantCulture, $", at the latest at {at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC") : ""),
            DrawVerdict.Unusable => "cannot be said",
        });
        return check.Verdict switch
        {
            DrawVerdict.Genuine => Genuine,
            DrawVerdict.NotGenuine => NotGenuine,
            DrawVerdict.NotShownYet or DrawVerdict.Unusable => CannotBeSaid,
        };
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
