using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Tests;

public sealed class SqliteSubsidyTests() : SubsidyTests(SqlDialect.Sqlite);

public sealed class PostgresSubsidyTests() : SubsidyTests(SqlDialect.Postgres);

/// <summary>A user's subsidies: the campaign's list and the stored rows as one.</summary>
public abstract class SubsidyTests(SqlDialect dialect)
{
    private const long User = 5001;
    private const long Campaign = 7_301;

    [Fact]
    public async Task Stored_and_won_ones_are_one_list()
    {
        await using var harness = await QueryHarness.StartAsync(dialect);
        var now = await NowAsync(harness);
        var later = now + 3_600_000;
        await StoreAsync(harness, "7301.1.5001", 1, SubsidyStatus.Available, later + 5);
        await StoreAsync(harness, "7301.2.5001", 2, SubsidyStatus.Used, later);
        harness.Campaigns.Wins.AddRange([WonAs("7301.1.5001", later + 5), WonAs("7301.2.5001", later), WonAs("7301.3.5001", later + 1)]);

        var answer = await ListAsync(harness);

        Assert.Empty(answer.Degraded);
        Assert.Equal(
            [(0L, SubsidyStatus.Issued, "token of 7301.3.5001"), (1L, SubsidyStatus.Available, "token of 7301.1.5001"), (2L, SubsidyStatus.Used, "")],
            answer.Items.Select(static i => (i.SubsidyNo, i.Status, i.Token)));
        Assert.Equal([0L, 0L, 9002L], answer.Items.Select(static i => i.PacketNo));
        Assert.All(answer.Items, static i => Assert.Equal((Campaign, 100L, "CNY"), (i.CampaignId, i.Amount, i.Currency)));
    }

    [Fact]
    public async Task What_has_expired_cannot_be_used_whoever_knows_it()
    {
        await using var harness = await QueryHarness.StartAsync(dialect);
        var now = await NowAsync(harness);
        var later = now + 3_600_000;
        await StoreAsync(harness, "7301.1.5001", 1, SubsidyStatus.Available, now - 1);
        await StoreAsync(harness, "7301.2.5001", 2, SubsidyStatus.Expired, now - 5);
        harness.Campaigns.Wins.Add(WonAs("7301.3.5001", now));

        var answer = await ListAsync(harness);

        Assert.All(answer.Items, static i => Assert.Equal((SubsidyStatus.Expired, ""), (i.Status, i.Token)));
        Assert.Equal(3, answer.Items.Count);
    }

    [Fact]
    public async Task A_campaign_without_an_answer_costs_its_part_and_no_more()
    {
        await using var harness = await QueryHarness.StartAsync(dialect);
        var now = await NowAsync(harness);
        var later = now + 3_600_000;
        await StoreAsync(harness, "7301.1.5001", 1, SubsidyStatus.Available, later);
        Func<CancellationToken, Task<WinListResponse>>[] silences =
        [
            static _ => Task.FromResult(new WinListResponse { Result = Result.Of(ResultCode.Overloaded) }),
            static _ => Task.FromException<WinListResponse>(new InvalidOperationException("a test broke it")),
            static token => new TaskCompletionSource<WinListResponse>().Task,
        ];
        foreach (var silence in silences)
        {
            harness.Campaigns.Instead = silence;
            var asked = ListAsync(harness);
            harness.Clock.Advance(TimeSpan.FromSeconds(1));
            var answer = await asked.WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(["campaign"], answer.Degraded);
            Assert.Equal((1L, SubsidyStatus.Available, ""), (answer.Items[0].SubsidyNo, answer.Items[0].Status, answer.Items[0].Token));
        }
    }

    [Fact]
    public async Task Nobody_sees_another_ones()
    {
        await using var harness = await QueryHarness.StartAsync(dialect);
        var now = await NowAsync(harness);
        var later = now + 3_600_000;
        await StoreAsync(harness, "7301.1.5001", 1, SubsidyStatus.Available, later);

        Assert.Empty((await harness.Query.ListSubsidiesAsync(QueryHarness.As(User + 1), default)).Items);
        Assert.Empty((await harness.Query.ListSubsidiesAsync(QueryHarness.As(User, QueryHarness.OtherApp), default)).Items);
        Assert.Equal(User, (await AskedAsync(harness)).Uid);
    }

    [Fact]
    public async Task Asking_stores_nothing()
    {
        await using var harness = await QueryHarness.StartAsync(dialect);
        var now = await NowAsync(harness);
        var later = now + 3_600_000;
        harness.Campaigns.Wins.Add(WonAs("7301.3.5001", later));
        Assert.Single((await ListAsync(harness)).Items);
        await using var session = await harness.Core.ReadAsync(default);
        Assert.Equal(0, await session.FirstAsync<int>("select count(*) from subsidies"));
    }

    // Core's own time, by which subsidies expire.
    private static async Task<long> NowAsync(QueryHarness harness)
    {
        await using var session = await harness.Core.ReadAsync(default);
        return await session.NowMsAsync();
    }

    private static async Task<CallContext> AskedAsync(QueryHarness harness)
    {
        await ListAsync(harness);
        return harness.Campaigns.LastContext!;
    }

    private static Task<SubsidyListResponse> ListAsync(QueryHarness harness) => harness.Query.ListSubsidiesAsync(QueryHarness.As(User), default);

    private static WinView WonAs(string externalNo, long expiresAtMs) => new()
    {
        Win = new SubsidyIssued
        {
            App = CallContext.DefaultApp,
            ExternalNo = externalNo,
            Uid = User,
            CampaignId = Campaign,
            Amount = 100,
            Currency = "CNY",
            ExpiresAtMs = expiresAtMs,
            IssuedAtMs = expiresAtMs - 10,
        },
        Token = "token of " + externalNo,
    };

    private static async Task StoreAsync(QueryHarness harness, string externalNo, long subsidyNo, SubsidyStatus state, long expiresAt)
    {
        await using var session = await harness.Core.WriteAsync(default);
        await session.ExecuteAsync("""
            insert into subsidies (subsidy_no, slot, app, uid, external_no, campaign_id, amount, currency, state, issued_at, expires_at, packet_no, created_at, updated_at)
            values (@subsidyNo, @slot, 'default', @User, @externalNo, @Campaign, 100, 'CNY', @state, @issuedAt, @expiresAt, @packetNo, @issuedAt, @issuedAt)
            """, new
        {
            subsidyNo,
            slot = Number.SlotOf(User),
            User,
            externalNo,
            Campaign,
            state = (int)state,
            issuedAt = expiresAt - 100,
            expiresAt,
            packetNo = state == SubsidyStatus.Used ? 9000 + subsidyNo : (long?)null,
        });
        await session.CommitAsync();
    }
}
