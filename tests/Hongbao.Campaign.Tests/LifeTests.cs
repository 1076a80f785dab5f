using Hongbao.Campaign.Plans;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>Pausing, resuming and ending: from every state, by everybody, at once.</summary>
public sealed class LifeTests
{
    private static readonly CampaignStatus[] Stored = [CampaignStatus.Draft, CampaignStatus.Scheduled, CampaignStatus.Paused, CampaignStatus.Ended];

    [Theory, BothStores]
    public async Task Every_pair_of_state_and_event_goes_along_the_graph_or_is_refused(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        foreach (var from in Stored)
        {
            foreach (var on in (CampaignEvent[])[CampaignEvent.Paused, CampaignEvent.Resumed, CampaignEvent.Ended])
            {
                var campaignId = await InAsync(harness, from);
                var log = await harness.ReadAsync<int>("select count(*) from campaign_log");
                var answer = await DoAsync(harness, campaignId, on);
                var isThere = (from, on) is (CampaignStatus.Paused, CampaignEvent.Paused) or (CampaignStatus.Scheduled, CampaignEvent.Resumed) or (CampaignStatus.Ended, CampaignEvent.Ended);
                var moves = CampaignGraph.Campaign.TryMove(from, on, out var to);

                Assert.Equal(moves || isThere ? ResultCode.Ok : ResultCode.CampaignNotOpen, answer.Result.Code);
                Assert.Equal(moves ? to : from, (await harness.FindAsync(campaignId)).State);
                Assert.Equal(log + (moves ? 1 : 0), await harness.ReadAsync<int>("select count(*) from campaign_log"));
                Assert.Equal(answer.Result.Code, (await DoAsync(harness, campaignId, on)).Result.Code);
                await harness.AssertSoundAsync(campaignId);
            }
        }
    }

    [Theory, BothStores]
    public async Task The_same_event_from_everybody_at_once_happens_once(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        foreach (var (on, state) in ((CampaignEvent, CampaignStatus)[])
            [(CampaignEvent.Paused, CampaignStatus.Paused), (CampaignEvent.Resumed, CampaignStatus.Scheduled), (CampaignEvent.Ended, CampaignStatus.Ended)])
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => DoAsync(harness, campaignId, on, i % 2 == 0 ? harness.Main : other)));
            Assert.All(answers, static a => Ok(a));
            Assert.Equal(state, (await harness.FindAsync(campaignId)).State);
        }

        // Created, held, and one line for each event.
        Assert.Equal(
            ["create", "hold 1000", "paused", "resumed", "ended"],
            await harness.ReadAllAsync<string>("select action from campaign_log where campaign_id = @campaignId order by id", new { campaignId }));
    }

    [Theory, BothStores]
    public async Task Nobody_wins_in_a_paused_campaign_whatever_the_processes_know_of_it(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan());
        var users = await harness.UsersAsync(campaignId, 40);
        Assert.True((await harness.DrawAsync(campaignId, users[0], at: other)).Won);

        Ok(await DoAsync(harness, campaignId, CampaignEvent.Paused));
        // The other process has a chunk, and has not heard of it.
        foreach (var answer in await harness.DrawAllAsync(campaignId, users[1..20], at: other))
        {
            Assert.Equal(ResultCode.CampaignNotOpen, answer.Result.Code);
        }

        Assert.True(Ok(await harness.DrawAsync(campaignId, users[0], at: other)).Won);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from draws"));

        Ok(await DoAsync(harness, campaignId, CampaignEvent.Resumed));
        await harness.RefreshAsync();
        Assert.All(await harness.DrawAllAsync(campaignId, users[1..20], at: other), static a => Assert.True(a.Won));
        Assert.All(await harness.DrawAllAsync(campaignId, users[20..], at: harness.Main), static a => Assert.True(a.Won));
        await harness.AssertSoundAsync(campaignId);
    }

    [Theory, BothStores]
    public async Task A_campaign_whose_time_is_over_ends_by_itself_also_when_two_look_at_once(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var first = await harness.ScheduledAsync(harness.Plan());
        var paused = await harness.ScheduledAsync(harness.Plan());
        Ok(await DoAsync(harness, paused, CampaignEvent.Paused));
        var draft = await harness.DraftAsync(harness.Plan());
        await harness.Main.EndOverAsync();
        Assert.Equal(CampaignStatus.Scheduled, (await harness.FindAsync(first)).State);

        await harness.MoveAsync(TimeSpan.FromMinutes(10));
        harness.Main.Store.BeforeNextWrites(async () => Ok(await harness.EndAsync(first, other)));
        await harness.Main.EndOverAsync();

        Assert.Equal((CampaignStatus.Ended, CampaignStatus.Ended), ((await harness.FindAsync(first)).State, (await harness.FindAsync(paused)).State));
        Assert.Equal(CampaignStatus.Draft, (await harness.FindAsync(draft)).State);
        await harness.Main.SettleAsync();
        Assert.Equal((0, 0), (harness.Finance.Of(first).Balance, harness.Finance.Of(paused).Balance));
    }

    private static async Task<long> InAsync(CampaignHarness harness, CampaignStatus state)
    {
        if (state == CampaignStatus.Draft)
        {
            return await harness.DraftAsync(harness.Plan());
        }

        var campaignId = await harness.ScheduledAsync(harness.Plan());
        if (state != CampaignStatus.Scheduled)
        {
            Ok(await DoAsync(harness, campaignId, state == CampaignStatus.Paused ? CampaignEvent.Paused : CampaignEvent.Ended));
        }

        return campaignId;
    }

    private static Task<CampaignResponse> DoAsync(CampaignHarness harness, long campaignId, CampaignEvent on, CampaignProcess? at = null)
    {
        var operations = (at ?? harness.Main).Operations;
        return on switch
        {
            CampaignEvent.Paused => operations.PauseAsync(AsOperator, Request(campaignId), default),
            CampaignEvent.Resumed => operations.ResumeAsync(AsOperator, Request(campaignId), default),
            _ => operations.EndAsync(AsOperator, Request(campaignId), default),
        };
    }
}
