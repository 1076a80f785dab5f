using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Packets that open at a time: nobody has a share before, and the time to claim begins with it.</summary>
public sealed class OpeningTests
{
    private static readonly TimeSpan InAnHour = TimeSpan.FromHours(1);

    private static long Now(CoreHarness harness) => harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    [Theory, BothStores]
    public async Task A_share_is_taken_when_the_packet_opens_and_not_a_moment_before(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var opensAt = Now(harness) + (long)InAnHour.TotalMilliseconds;
        var packetNo = await harness.ActiveAsync(CoreHarness.Request() with { OpensAtMs = opensAt, TtlSeconds = 60 });

        var early = (await harness.ClaimAsync(packetNo, 1)).Result;
        Assert.Equal(ResultCode.PacketNotActive, early.Code);
        Assert.Equal($"This packet opens at {DateTimeOffset.FromUnixTimeMilliseconds(opensAt).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}.", early.Detail);
        Assert.InRange(early.RetryAfterMs, (long)InAnHour.TotalMilliseconds - 60_000, (long)InAnHour.TotalMilliseconds);

        await harness.MoveAsync(InAnHour - TimeSpan.FromSeconds(30));
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Equal(0, (await harness.PacketAsync(packetNo)).ClaimedCount);

        await harness.MoveAsync(TimeSpan.FromSeconds(31));
        var claimed = await harness.ClaimedAsync(packetNo, 1);
        Assert.Equal(claimed.Claim, (await harness.ClaimedAsync(packetNo, 1)).Claim);
        Assert.True(claimed.Claim.ClaimedAtMs >= opensAt);

        // A minute from the opening, though it was paid an hour before.
        var packet = await harness.PacketAsync(packetNo);
        Assert.Equal(opensAt + 60_000, packet.ExpiresAt);
        await harness.MoveAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(ResultCode.PacketExpired, (await harness.ClaimAsync(packetNo, 2)).Result.Code);
        await harness.Main.StepAsync("core.packets.scan");
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(packetNo)).State);
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task A_crowd_that_waits_for_the_opening_asks_the_store_nothing(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request() with { OpensAtMs = Now(harness) + 60_000 });
        await harness.ClaimAsync(packetNo, 1);

        var read = harness.Main.Store.NextRead();
        var writes = harness.Main.Store.Writes;
        Assert.All(
            await Task.WhenAll(Enumerable.Range(1, 200).Select(uid => harness.ClaimAsync(packetNo, uid))), a => Assert.Equal(ResultCode.PacketNotActive, a.Result.Code));
        Assert.False(read.IsCompleted);
        Assert.Equal(writes, harness.Main.Store.Writes);
    }

    /// <summary>Clocks only propose: a process that is ahead of its database gives nothing away.</summary>
    [Theory, BothStores]
    public async Task The_databases_clock_says_when_it_opens(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request() with { OpensAtMs = Now(harness) + 60_000 });
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        if (dialect == SqlDialect.Sqlite)
        {
            // There the database has the process's clock: the row moves away instead, behind the lane's memory.
            await harness.WriteAsync("update packets set opens_at = opens_at + 120000, version = version + 1 where packet_no = @packetNo", new { packetNo });
        }

        harness.Clock.AheadMs += 61_000;

        // The commit is refused; the lane looks again, and knows better.
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Empty(await harness.ClaimsAsync(packetNo));
    }

    [Theory, BothStores]
    public async Task A_packet_that_is_paid_after_it_opens_can_be_claimed_for_its_whole_time(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request() with { OpensAtMs = Now(harness) + 10_000, TtlSeconds = 60 };
        var created = await harness.UnpaidAsync(request);
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(created.PacketNo, 1)).Result.Code);
        await harness.MoveAsync(TimeSpan.FromSeconds(20));

        await harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, request.Amount));

        var packet = await harness.PacketAsync(created.PacketNo);
        Assert.Equal(packet.ActivatedAt + 60_000, packet.ExpiresAt);
        await harness.ClaimedAsync(created.PacketNo, 1);
    }

    [Theory, BothStores]
    public async Task A_subsidized_packet_opens_later_too_and_says_at_once_when_it_ends(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var opensAt = Now(harness) + (long)InAnHour.TotalMilliseconds;
        var request = Wins.ByToken(Wins.New(harness)) with { OpensAtMs = opensAt, TtlSeconds = 60 };

        var created = await harness.CreateAsync(request, Wins.Winner);
        var again = await harness.CreateAsync(request, Wins.Winner);

        Assert.Equal(opensAt + 60_000, created.ExpiresAtMs);
        Assert.Equal(created with { Repeated = true }, again);
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(created.PacketNo, 1)).Result.Code);
        await harness.MoveAsync(InAnHour + TimeSpan.FromSeconds(1));
        await harness.ClaimedAsync(created.PacketNo, 1);
    }

    [Theory, BothStores]
    public async Task It_opens_for_whoever_lost_his_memory_too(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request() with { OpensAtMs = Now(harness) + 60_000 });
        await harness.RestartAsync();
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        await harness.RestartAsync();
        await harness.ClaimedAsync(packetNo, 1);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(604_790, true)]
    [InlineData(604_801, false)]
    [InlineData(9_000_000_000_000, false)]
    public async Task It_opens_within_a_week_or_is_refused(long secondsAhead, bool isFine)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var created = await harness.CreateAsync(CoreHarness.Request() with { OpensAtMs = Now(harness) + (secondsAhead * 1000) });
        Assert.Equal(isFine ? ResultCode.Ok : ResultCode.ValidationFailed, created.Result.Code);
        Assert.Equal(isFine ? [] : ["opensAt"], created.Result.Faults.Select(f => f.Field));
    }

    [Fact]
    public async Task A_time_that_is_past_means_at_once_and_one_before_1970_nothing()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await harness.ClaimedAsync(await harness.ActiveAsync(CoreHarness.Request() with { OpensAtMs = 1 }), 1);
        Assert.Equal("opensAt", (await harness.CreateAsync(CoreHarness.Request() with { OpensAtMs = -1 })).Result.Faults.Single().Field);
        Assert.Equal("opensAt", (await harness.CreateAsync(CoreHarness.Request() with { OpensAtMs = long.MinValue })).Result.Faults.Single().Field);
    }

    /// <summary>A repetition is one as long as it is the same request, however late it comes.</summary>
    [Theory, BothStores]
    public async Task When_it_opens_and_to_whom_is_part_of_the_request(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request() with
        {
            OpensAtMs = Now(harness) + 60_000,
            Condition = new OpeningCondition { Kind = ConditionKind.Password, Password = "恭喜发财" },
        };
        var first = await harness.UnpaidAsync(request);
        await harness.MoveAsync(TimeSpan.FromDays(2));
        Assert.Equal(first with { Repeated = true }, await harness.CreateAsync(request));
        foreach (var other in new[]
        {
            request with { OpensAtMs = request.OpensAtMs + 1 },
            request with { OpensAtMs = 0 },
            request with { Condition = request.Condition with { Password = "恭喜發财" } },
            request with { Condition = new OpeningCondition() },
            request with { Condition = new OpeningCondition { Kind = ConditionKind.Follow } },
            request with { Condition = new OpeningCondition { Kind = ConditionKind.Follow, Uid = 5 } },
            request with { Condition = new OpeningCondition { Kind = ConditionKind.Share, ContentId = "恭喜发财" } },
        })
        {
            Assert.Equal(ResultCode.IdempotencyMismatch, (await harness.CreateAsync(other)).Result.Code);
        }
    }

    /// <summary>What requests without it were known by before there was such a thing, they are known by now.</summary>
    [Fact]
    public async Task Requests_of_older_releases_are_still_known()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var request = CoreHarness.Request() with { RequestId = "of before", Greeting = "hi" };
        await harness.UnpaidAsync(request);
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("""[1000,10,"CNY",1,1,[],"hi","",0]"""u8)),
            await harness.ReadAsync<string>("select fingerprint from requests where request_id = 'of before'"));
    }
}
