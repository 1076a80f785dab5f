using System.Globalization;
using System.Text.Json;
using Hongbao.Host.Draws;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Hongbao.Host.Tests.Draws;

public sealed class VerifyDrawTests
{
    private static readonly DrawVector Vector = DrawDocument.Vectors[0];

    private static ShownDraw Honest(int taken = 10) => new()
    {
        PacketNo = long.Parse(Vector.PacketNo, CultureInfo.InvariantCulture),
        Algorithm = 1,
        Split = Vector.Split,
        Amount = Vector.Amount,
        Count = Vector.Count,
        Cap = Vector.Cap,
        SeedHash = Vector.SeedHash,
        Seed = Vector.Seed,
        Draws = [.. Vector.Shares.Take(taken).Select((amount, i) => new ShownShare { Seq = i + 1, Amount = amount })],
    };

    private static string Json(ShownDraw draw) => JsonSerializer.Serialize(
        new { packetNo = Vector.PacketNo, draw.Algorithm, draw.Split, draw.Amount, draw.Count, draw.Cap, draw.SeedHash, draw.Seed, draw.Draws },
        JsonSerializerOptions.Web);

    [Fact]
    public void An_honest_draw_is_genuine_also_when_not_all_shares_were_taken()
    {
        Assert.Equal(DrawVerdict.Genuine, DrawCheck.Of(Honest()).Verdict);
        Assert.Equal(DrawVerdict.Genuine, DrawCheck.Of(Honest(3), Vector.SeedHash).Verdict);
        Assert.Equal(DrawVerdict.Genuine, DrawCheck.Of(Honest(0)).Verdict);
        Assert.All(DrawDocument.Vectors, v => Assert.Equal(DrawVerdict.Genuine, DrawCheck.Of(new ShownDraw
        {
            PacketNo = long.Parse(v.PacketNo, CultureInfo.InvariantCulture),
            Algorithm = 1,
            Split = v.Split,
            Amount = v.Amount,
            Count = v.Count,
            Cap = v.Cap,
            SeedHash = v.SeedHash,
            Seed = v.Seed,
            Draws = [.. v.Shares.Select((amount, i) => new ShownShare { Seq = i + 1, Amount = amount })],
        }).Verdict));
    }

    [Fact]
    public void Every_change_of_an_honest_draw_is_found()
    {
        var honest = Honest();
        ShownDraw[] changed =
        [
            honest with { Seed = "ff" + Vector.Seed[2..] },
            honest with { SeedHash = "ff" + Vector.SeedHash[2..] },
            honest with { Cap = 19_999 },
            honest with { PacketNo = honest.PacketNo + 1 },
            honest with { Amount = 10_001 },
            honest with { Count = 11 },
            honest with { Split = "fair" },
            honest with { Draws = [.. honest.Draws.Select(d => d.Seq == 4 ? d with { Amount = d.Amount + 1 } : d)] },
            honest with { Draws = [.. honest.Draws.Where(d => d.Seq != 4)] },
            honest with { Draws = [.. honest.Draws, honest.Draws[^1] with { Seq = 11 }] },
            honest with { Draws = [honest.Draws[0] with { Seq = 0 }] },
        ];

        Assert.All(changed, d => Assert.Equal(DrawVerdict.NotGenuine, DrawCheck.Of(d).Verdict));
    }

    [Fact]
    public void A_commitment_other_than_the_one_noted_is_no_proof()
    {
        var noted = new string('0', 64);

        Assert.Equal(DrawVerdict.NotGenuine, DrawCheck.Of(Honest(), noted).Verdict);
        Assert.Equal(DrawVerdict.NotGenuine, DrawCheck.Of(Honest() with { Seed = null }, noted).Verdict);
    }

    [Fact]
    public void Without_a_seed_there_is_no_verdict() => Assert.Equal(DrawVerdict.NotShownYet, DrawCheck.Of(Honest() with { Seed = null }, Vector.SeedHash).Verdict);

    [Fact]
    public void Terms_that_no_packet_has_are_unusable_and_cost_nothing()
    {
        var honest = Honest();
        ShownDraw[] unusable =
        [
            honest with { Algorithm = 2 },
            honest with { Split = "unfair" },
            honest with { PacketNo = 0 },
            honest with { Count = 0 },
            honest with { Count = int.MaxValue, Amount = long.MaxValue },
            honest with { Cap = 0 },
            honest with { Cap = long.MaxValue },
            honest with { Amount = 9 },
            honest with { Amount = 200_001 },
            honest with { Split = "equal", Amount = 10_001 },
            honest with { Seed = "abc" },
            honest with { Seed = Vector.Seed.ToUpperInvariant() },
        ];

        Assert.All(unusable, d => Assert.Equal(DrawVerdict.Unusable, DrawCheck.Of(d).Verdict));
    }

    [Fact]
    public async Task A_file_is_checked()
    {
        var path = Path.Combine(Path.GetTempPath(), $"draw-{Guid.NewGuid():n}.json");
        try
        {
            await File.WriteAllTextAsync(path, Json(Honest()), TestContext.Current.CancellationToken);
            var (exitCode, output) = await RunAsync("--file", path);
            Assert.Equal(0, exitCode);
            Assert.Contains("genuine", output, StringComparison.Ordinal);
            Assert.Contains("4123", output, StringComparison.Ordinal);

            await File.WriteAllTextAsync(path, Json(Honest() with { Draws = [new ShownShare { Seq = 1, Amount = 400 }] }), TestContext.Current.CancellationToken);
            (exitCode, output) = await RunAsync("--file", path);
            Assert.Equal(1, exitCode);
            Assert.Contains("Share 1 is shown as 400, it must be 399.", output, StringComparison.Ordinal);
            Assert.Contains("NOT GENUINE", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"packetNo\":\"1\"}")]
    [InlineData("{\"packetNo\":\"1\",\"algorithm\":1,\"split\":null,\"amount\":1,\"count\":1,\"cap\":1,\"seedHash\":\"\",\"draws\":[]}")]
    [InlineData("{\"packetNo\":\"1\",\"algorithm\":1,\"split\":\"fair\",\"amount\":1.5,\"count\":1,\"cap\":1,\"seedHash\":\"\",\"draws\":[]}")]
    [InlineData("{\"packetNo\":\"1\",\"algorithm\":1,\"split\":\"fair\",\"amount\":1,\"count\":1,\"cap\":1,\"seedHash\":\"\",\"draws\":[null]}")]
    public async Task A_file_that_holds_no_draw_is_refused_with_a_sentence(string text)
    {
        var path = Path.Combine(Path.GetTempPath(), $"draw-{Guid.NewGuid():n}.json");
        try
        {
            await File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
            var (exitCode, output) = await RunAsync("--file", path);
            Assert.Equal(2, exitCode);
            Assert.Contains("is no draw", output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }

        Assert.Equal(2, (await RunAsync("--file", path)).ExitCode);
    }

    [Fact]
    public async Task A_server_s_draw_is_fetched_and_checked()
    {
        await using var server = await StubServer.StartAsync(app => app.MapGet($"/api/v1/packets/{Vector.PacketNo}/draw", () => Results.Text(Json(Honest()), "application/json")));

        Assert.Equal(0, (await RunAsync(Vector.PacketNo, "--url", server.Url)).ExitCode);
        Assert.Equal(0, (await RunAsync(Vector.PacketNo, "--url", server.Url + "/", "--seed-hash", Vector.SeedHash)).ExitCode);
        var (exitCode, output) = await RunAsync(Vector.PacketNo, "--url", server.Url, "--seed-hash", new string('0', 64));
        Assert.Equal(1, exitCode);
        Assert.Contains("not the one noted before", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_running_packet_cannot_be_judged_and_its_end_is_told()
    {
        await using var server = await StubServer.StartAsync(app =>
        {
            app.MapPost("/api/v1/dev/token", () => Results.Json(new { token = "t" }));
            app.MapGet($"/api/v1/packets/{Vector.PacketNo}/draw", () => Results.Text(Json(Honest() with { Seed = null }), "application/json"));
            app.MapGet($"/api/v1/packets/{Vector.PacketNo}", (HttpContext http) =>
                http.Request.Headers.Authorization == "Bearer t" ? Results.Json(new { expiresAt = "2025-01-29T08:00:00Z" }) : Results.StatusCode(401));
        });

        var (exitCode, output) = await RunAsync(Vector.PacketNo, "--url", server.Url, "--uid", "1001");
        Assert.Equal(2, exitCode);
        Assert.Contains("at the latest at 2025-01-29 08:00:00 UTC", output, StringComparison.Ordinal);
        (exitCode, output) = await RunAsync(Vector.PacketNo, "--url", server.Url);
        Assert.Equal(2, exitCode);
        Assert.Contains("cannot be said yet", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packet_that_is_not_for_everyone_is_checked_with_a_token()
    {
        await using var server = await StubServer.StartAsync(app =>
        {
            app.MapPost("/api/v1/dev/token", () => Results.Json(new { token = "t" }));
            app.MapGet($"/api/v1/packets/{Vector.PacketNo}/draw", (HttpContext http) => http.Request.Headers.Authorization.ToString() switch
            {
                "" => Results.StatusCode(401),
                "Bearer t" => Results.Text(Json(Honest()), "application/json"),
                _ => Results.StatusCode(403),
            });
        });

        var (exitCode, output) = await RunAsync(Vector.PacketNo, "--url", server.Url);
        Assert.Equal(2, exitCode);
        Assert.Contains("give --token", output, StringComparison.Ordinal);
        (exitCode, output) = await RunAsync(Vector.PacketNo, "--url", server.Url, "--token", "other");
        Assert.Equal(2, exitCode);
        Assert.Contains("is not for this user", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(Vector.PacketNo, "--url", server.Url, "--uid", "1001")).ExitCode);
    }

    [Fact]
    public async Task A_server_without_the_packet_or_without_an_answer_is_told_plainly()
    {
        string url;
        await using (var server = await StubServer.StartAsync(_ => { }))
        {
            url = server.Url;
            var (missing, said) = await RunAsync("42", "--url", url);
            Assert.Equal(2, missing);
            Assert.Contains("knows no packet 42", said, StringComparison.Ordinal);
            Assert.Equal(2, (await RunAsync("42", "--url", url, "--uid", "1")).ExitCode);
        }

        var (exitCode, output) = await RunAsync("42", "--url", url);
        Assert.Equal(2, exitCode);
        Assert.Contains("cannot be reached", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draw_of_another_packet_is_refused()
    {
        await using var server = await StubServer.StartAsync(app => app.MapGet("/api/v1/packets/42/draw", () => Results.Text(Json(Honest()), "application/json")));

        Assert.Equal(2, (await RunAsync("42", "--url", server.Url)).ExitCode);
    }

    [Theory]
    [InlineData("Name either a packet or a --file.")]
    [InlineData("Name either a packet or a --file.", "42", "--file", "x.json")]
    [InlineData("packetNo must be a positive whole number.", "0")]
    [InlineData("packetNo must be a positive whole number.", "abc")]
    [InlineData("packetNo must be a positive whole number.", "99999999999999999999")]
    [InlineData("--uid must be a whole number between 1 and", "42", "--uid", "-1")]
    [InlineData("Give --token or --uid, not both.", "42", "--token", "t", "--uid", "1")]
    [InlineData("--url must be an absolute http or https address", "42", "--url", "localhost")]
    [InlineData("--url must be an absolute http or https address", "42", "--url", "ftp://localhost")]
    [InlineData("--seed-hash must be 64 digits", "42", "--seed-hash", "abc")]
    public void Arguments_that_make_no_sense_are_refused_with_a_sentence(string message, params string[] arguments)
    {
        using var console = new WrittenConsole();

        Assert.Contains(VerifyDrawCommand.Create(console.Console).Parse(arguments).Errors, e => e.Message.StartsWith(message, StringComparison.Ordinal));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var console = new WrittenConsole();
        var exitCode = await VerifyDrawCommand.Create(console.Console).Parse(arguments).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (exitCode, console.Text);
    }
}
