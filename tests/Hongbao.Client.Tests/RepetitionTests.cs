using System.Text.Json;

namespace Hongbao.Client.Tests;

/// <summary>When the same request is sent again, how often, and after which wait.</summary>
public sealed class RepetitionTests
{
    private const string Busy = ""","retryAfterMs":200,"maxPolls":10""";

    [Fact]
    public async Task An_answer_lost_after_the_packet_was_made_gives_exactly_one_packet()
    {
        var book = new PacketBook();
        var service = new ScriptedService()
            .Then(request =>
            {
                book.Create(request);
                throw new HttpRequestException("The connection was reset.");
            })
            .Then(request =>
            {
                book.Create(request);
                return ScriptedService.Answer(502, "<html>a proxy</html>");
            })
            .Then(book.Create);
        var packet = CallTests.Packet;
        var created = await service.RunAsync(service.Client().CreatePacketAsync(packet, service.Watched));

        Assert.Equal((1, 7301), (book.Packets, created.PacketNo));
        Assert.Equal(3, service.Sent.Count);
        Assert.Single(service.Sent.Select(s => s.Body).Distinct());
        Assert.Equal(packet.RequestId, JsonDocument.Parse(service.Sent[0].Body).RootElement.GetProperty("requestId").GetString());
    }

    [Fact]
    public async Task The_number_is_the_objects_own()
    {
        var (book, service) = (new PacketBook(), new ScriptedService());
        var client = service.Then(book.Create).Then(book.Create).Then(book.Create).Client();
        var packet = CallTests.Packet;
        Assert.Equal((await client.CreatePacketAsync(packet)).PacketNo, (await client.CreatePacketAsync(packet)).PacketNo);
        await client.CreatePacketAsync(CallTests.Packet);
        Assert.Equal(2, book.Packets);
        Assert.Matches("^[0-9a-f]{32}$", packet.RequestId);
    }

    [Fact]
    public async Task A_busy_packet_is_polled_as_it_says()
    {
        var service = new ScriptedService().Refuses(429, "CLAIM_BUSY", Busy).Refuses(429, "CLAIM_BUSY", ""","retryAfterMs":400,"maxPolls":10""").Answers(200, CallTests.Claim);
        Assert.Equal(88, (await service.RunAsync(service.Client().ClaimAsync(5, service.Watched))).Amount);
        Assert.Equal([275, 475], service.WaitsMs);
        Assert.Equal([(1, 10), (2, 10)], service.Waits.Select(w => (w.Poll, w.MaxPolls)));
        Assert.All(service.Waits, w => Assert.Equal(HongbaoCodes.ClaimBusy, w.Failure.Code));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(10, 10)]
    [InlineData(1000, 10)]
    public async Task Polling_ends_where_the_service_or_the_client_ends_it(int told, int polls)
    {
        var service = new ScriptedService();
        for (var i = 0; i <= polls; i++)
        {
            service.Refuses(429, "CLAIM_BUSY", $$""","retryAfterMs":1,"maxPolls":{{told}}""");
        }

        var busy = await Assert.ThrowsAsync<HongbaoException>(() => service.RunAsync(service.Client().ClaimAsync(5, service.Watched)));
        Assert.Equal((HongbaoCodes.ClaimBusy, polls + 1), (busy.Code, service.Sent.Count));
    }

    [Fact]
    public async Task A_service_that_sheds_is_asked_again_when_it_says_and_not_by_all_at_once()
    {
        var service = new ScriptedService()
            .Refuses(503, "OVERLOADED", "", ("Retry-After", "2")).Refuses(429, "RATE_LIMITED", "", ("Retry-After", "Tue, 17 Feb 2026 00:00:10 GMT")).Refuses(503, "DEGRADED")
            .Answers(200, CallTests.Claim);
        await service.RunAsync(service.Client().ClaimAsync(5, service.Watched));
        // 2 s and up to as much again; what is left until 10 past; half a second where nothing is said.
        Assert.Equal([3000, 10500, 750], service.WaitsMs);
    }

    [Fact]
    public async Task Who_is_told_to_come_at_once_does_not_come_with_everybody()
    {
        var service = new ScriptedService()
            .Refuses(503, "OVERLOADED", "", ("Retry-After", "0")).Refuses(503, "OVERLOADED", "", ("Retry-After", "Mon, 16 Feb 2026 23:00:00 GMT"))
            .Refuses(503, "OVERLOADED", ""","retryAfterMs":10""").Refuses(429, "CLAIM_BUSY", ""","retryAfterMs":0""").Answers(200, CallTests.Claim);
        await service.RunAsync(service.Client().ClaimAsync(5, service.Watched));
        Assert.Equal([250, 250, 260, 250], service.WaitsMs);
    }

    [Fact]
    public async Task A_date_is_meant_by_the_clock_of_the_answer()
    {
        // The phone is an hour late, and then an hour early.
        var service = new ScriptedService()
            .Refuses(503, "OVERLOADED", "", ("Date", "Tue, 17 Feb 2026 01:00:00 GMT"), ("Retry-After", "Tue, 17 Feb 2026 01:00:02 GMT"))
            .Refuses(503, "OVERLOADED", "", ("Date", "Mon, 16 Feb 2026 23:00:00 GMT"), ("Retry-After", "Mon, 16 Feb 2026 23:00:04 GMT"))
            .Answers(200, CallTests.Claim);
        await service.RunAsync(service.Client().ClaimAsync(5, service.Watched));
        Assert.Equal([3000, 6000], service.WaitsMs);
    }

    [Fact]
    public async Task Every_poll_that_the_hottest_packet_grants_is_within_the_usual_deadline()
    {
        var service = new ScriptedService();
        for (var i = 0; i < 10; i++)
        {
            service.Refuses(429, "CLAIM_BUSY", ""","retryAfterMs":5000,"maxPolls":10""");
        }

        service.Answers(200, CallTests.Claim);
        Assert.Equal(88, (await service.RunAsync(service.Client().ClaimAsync(5, service.Watched))).Amount);
    }

    [Fact]
    public async Task Failures_without_a_wait_are_repeated_after_a_growing_rest_and_not_for_ever()
    {
        var service = new ScriptedService().Breaks().Refuses(500, "INTERNAL").Answers(504, "").Answers(408, "").Breaks().Breaks();
        var last = await Assert.ThrowsAsync<HongbaoException>(() => service.RunAsync(service.Client().GetWalletAsync(service.Watched)));
        Assert.Equal((HongbaoCodes.Offline, 0, true), (last.Code, last.Status, last.IsUnanswered));
        Assert.Equal(6, service.Sent.Count);
        Assert.Equal([150, 300, 600, 1200, 2400], service.WaitsMs);
        Assert.All(service.Waits, w => Assert.Equal(0, w.Poll));
    }

    [Fact]
    public async Task Answers_lost_in_the_middle_do_not_lose_the_place_in_the_line()
    {
        var service = new ScriptedService().Refuses(429, "CLAIM_BUSY", Busy).Breaks().Refuses(429, "CLAIM_BUSY", Busy).Answers(200, CallTests.Claim);
        await service.RunAsync(service.Client().ClaimAsync(5, service.Watched));
        Assert.Equal([1, 0, 2], service.Waits.Select(w => w.Poll));
    }

    [Theory]
    [InlineData(409, "PACKET_EXHAUSTED")]
    [InlineData(403, "RISK_REFUSED")]
    [InlineData(404, "NOT_FOUND")]
    [InlineData(401, "UNAUTHENTICATED")]
    public async Task A_refusal_is_not_repeated(int status, string code)
    {
        var service = new ScriptedService().Refuses(status, code);
        Assert.Equal(code, (await Assert.ThrowsAsync<HongbaoException>(() => service.Client().ClaimAsync(5))).Code);
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task What_is_worth_another_request_can_be_chosen()
    {
        var service = new ScriptedService().Refuses(503, "DEGRADED");
        var client = service.Client(new ClientOptions { Repeats = f => f.IsTransient && f.Code != HongbaoCodes.Degraded });
        await Assert.ThrowsAsync<HongbaoException>(() => client.ClaimAsync(5));
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task A_wait_that_would_outlast_the_deadline_is_not_begun()
    {
        var service = new ScriptedService().Refuses(503, "OVERLOADED", "", ("Retry-After", "3600"));
        var shed = await Assert.ThrowsAsync<HongbaoException>(() => service.RunAsync(service.Client().GetWalletAsync(service.Watched)));
        Assert.Equal((HongbaoCodes.Overloaded, TimeSpan.FromHours(1)), (shed.Code, shed.RetryAfter));
        Assert.Empty(service.Waits);

        // Nor one that no timer can count.
        service = new ScriptedService().Refuses(503, "OVERLOADED", "", ("Retry-After", "2147484"));
        await Assert.ThrowsAsync<HongbaoException>(() => service.RunAsync(service.Client(new ClientOptions { Deadline = TimeSpan.MaxValue }).GetWalletAsync(service.Watched)));
        Assert.Empty(service.Waits);

        service = new ScriptedService().Refuses(429, "CLAIM_BUSY", Busy).Refuses(429, "CLAIM_BUSY", Busy).Refuses(429, "CLAIM_BUSY", Busy);
        await Assert.ThrowsAsync<HongbaoException>(() =>
            service.RunAsync(service.Client().ClaimAsync(5, new CallOptions { Deadline = TimeSpan.FromMilliseconds(600), Waiting = service.Waits.Add })));
        Assert.Equal([275, 275], service.WaitsMs);
        Assert.Equal(3, service.Sent.Count);
    }

    [Fact]
    public async Task A_request_without_an_answer_ends_in_time_and_is_sent_again()
    {
        var service = new ScriptedService().HangsUntil(s => s.Clock.Advance(TimeSpan.FromSeconds(10))).Answers(200, CallTests.Claim);
        Assert.Equal(88, (await service.RunAsync(service.Client().ClaimAsync(5, service.Watched))).Amount);
        Assert.Equal(HongbaoCodes.Timeout, Assert.Single(service.Waits).Failure.Code);

        // The last one gets what the deadline leaves.
        service = new ScriptedService().HangsUntil(s => s.Clock.Advance(TimeSpan.FromSeconds(4)));
        var timeout = await Assert.ThrowsAsync<HongbaoException>(() => service.Client().ClaimAsync(5, new CallOptions { Deadline = TimeSpan.FromSeconds(4) }));
        Assert.Equal((HongbaoCodes.Timeout, "No answer in 4 s."), (timeout.Code, timeout.Detail));
    }

    [Fact]
    public async Task Who_ends_a_call_ends_its_request_and_its_waiting()
    {
        using var during = new CancellationTokenSource();
        var service = new ScriptedService().HangsUntil(_ => during.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => service.Client().ClaimAsync(5, cancellationToken: during.Token));
        Assert.Single(service.Sent);

        using var waiting = new CancellationTokenSource();
        service = new ScriptedService().Refuses(429, "CLAIM_BUSY", Busy);
        var call = service.Client().ClaimAsync(5, service.Watched, waiting.Token);
        Assert.Single(service.Waits);
        await waiting.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task Getting_a_token_is_part_of_the_call()
    {
        var (tries, service) = (0, new ScriptedService().Answers(200, CallTests.Claim));
        var client = service.Client(new ClientOptions
        {
            Token = (_, _) => ++tries == 1 ? throw new HttpRequestException("no network") : ValueTask.FromResult<string?>("t"),
        });
        await service.RunAsync(client.ClaimAsync(5, service.Watched));
        Assert.Equal((2, 1, 1), (tries, service.Waits.Count, service.Sent.Count));
    }
}
