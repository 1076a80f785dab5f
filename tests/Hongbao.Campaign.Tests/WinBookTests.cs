using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>The record of wins for everybody who asks: verdicts, the pull by age, users' lists.</summary>
public sealed class WinBookTests
{
    private static readonly CallContext System = CallContext.ForSystem(CallContext.DefaultApp);

    [Theory, BothStores]
    public async Task Only_what_is_recorded_with_exactly_that_content_is_genuine(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan(30, Quantity(10, 3)));
        var other = await harness.ScheduledAsync(harness.Plan(30, Quantity(10, 3)), app: "other");
        Assert.All(await harness.DrawAllAsync(campaignId, [1, 2, 3]), static a => Assert.True(a.Won));
        Assert.True((await harness.DrawAsync(other, 1, app: "other")).Won);
        // A durable loss.
        Assert.False(Ok(await harness.DrawAsync(campaignId, 4)).Won);
        var wins = await harness.ToldAsync(campaignId);
        var mine = wins.Single(static w => w.Uid == 1);

        Assert.All(await VerifyAsync([.. wins, .. await harness.ToldAsync(other)]), static v => Assert.True(v.Genuine));
        SubsidyIssued[] forged =
        [
            mine with { Amount = 11 },
            mine with { Uid = 2 },
            mine with { Currency = "USD" },
            mine with { ExpiresAtMs = mine.ExpiresAtMs + 1 },
            mine with { IssuedAtMs = mine.IssuedAtMs - 1 },
            mine with { App = "other" },
            mine with { CampaignId = other },
            mine with { ExternalNo = wins.Single(static w => w.Uid == 2).ExternalNo },
            mine with { ExternalNo = $"{campaignId}.1.5", Uid = 5 },
            mine with { ExternalNo = $"{campaignId}.1.4", Uid = 4 },
            mine with { ExternalNo = $"{campaignId}.1.4", Uid = 4, Amount = 0, ExpiresAtMs = 0 },
            mine with { ExternalNo = $"{campaignId}.2.1" },
            mine with { ExternalNo = $"0{campaignId}.1.1" },
            mine with { ExternalNo = $"{campaignId}.01.1" },
            mine with { ExternalNo = $"+{campaignId}.1.1" },
            mine with { ExternalNo = $"{campaignId}.1.1 " },
            mine with { ExternalNo = $"{campaignId}.1.1.1" },
            mine with { ExternalNo = $"{campaignId}.1" },
            mine with { ExternalNo = "99999999999999999999.1.1" },
            mine with { ExternalNo = $"{campaignId}.99999999999.1" },
            mine with { ExternalNo = "" },
            mine with { ExternalNo = "..", Uid = 0 },
            mine with { ExternalNo = "x.y.z" },
            new SubsidyIssued(),
        ];
        var verdicts = await VerifyAsync(forged);
        Assert.All(verdicts, static v => Assert.False(v.Genuine, v.ExternalNo));
        Assert.Equal(forged.Select(static f => f.ExternalNo), verdicts.Select(static v => v.ExternalNo));

        // In the order of the question, good and bad mixed, the same one twice.
        Assert.Equal([true, false, true, true], (await VerifyAsync(mine, forged[0], mine, wins[1])).ConvertAll(static v => v.Genuine));
        Assert.Empty(await VerifyAsync());
        var tooMany = await harness.Main.Campaigns.VerifyWinsAsync(System, new VerifyWinsRequest { Items = [.. Enumerable.Repeat(mine, 1001)] }, default);
        Assert.Equal(ResultCode.ValidationFailed, tooMany.Result.Code);

        async Task<List<WinVerdict>> VerifyAsync(params SubsidyIssued[] items) =>
            Ok(await harness.Main.Campaigns.VerifyWinsAsync(System, new VerifyWinsRequest { Items = [.. items] }, default)).Items;
    }

    [Theory, BothStores]
    public async Task Wins_are_pulled_by_age_each_once_in_order_whatever_the_page(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(10_000, Quantity(10, 1000)));
        for (var second = 0; second < 6; second++)
        {
            await harness.DrawAllAsync(campaignId, Enumerable.Range((second * 10) + 1, 10).Select(static i => (long)i), at: second % 2 == 0 ? harness.Main : other);
            await harness.MoveAsync(TimeSpan.FromSeconds(10));
        }

        var all = await harness.ToldAsync(campaignId);
        Assert.Equal(60, all.Count);
        foreach (var limit in (int[])[1, 7, 60, 4000])
        {
            var pulled = await PullAsync(harness.Now, limit);
            Assert.Equal(all.Select(static w => w.ExternalNo).Order(), pulled.Select(static w => w.ExternalNo).Order());
            Assert.Equal(pulled.Select(static w => w.IssuedAtMs).Order(), pulled.Select(static w => w.IssuedAtMs));
            Assert.All(pulled, w => Assert.Contains(w, all));
        }

        // Only what is old enough, however young the rest.
        Assert.Equal(30, (await PullAsync(StandingClock.StartMs + 30_000, 7)).Count);
        Assert.Empty(await PullAsync(StandingClock.StartMs, 7));
        Assert.Empty(await PullAsync(0, 7));
        foreach (var limit in (int[])[0, -1, 4001])
        {
            var refused = await harness.Main.Campaigns.PullWinsAsync(System, new PullWinsRequest { OlderThanMs = harness.Now, AfterNo = 5, Limit = limit }, default);
            Assert.Equal((ResultCode.ValidationFailed, 5, false), (refused.Result.Code, refused.NextAfterNo, refused.Finished));
        }

        async Task<List<SubsidyIssued>> PullAsync(long olderThanMs, int limit)
        {
            var pulled = new List<SubsidyIssued>();
            long after = 0;
            while (true)
            {
                var page = Ok(await harness.Main.Campaigns.PullWinsAsync(System, new PullWinsRequest { OlderThanMs = olderThanMs, AfterNo = after, Limit = limit }, default));
                pulled.AddRange(page.Items);
                Assert.True(page.Items.Count <= limit && page.NextAfterNo >= after);
                after = page.NextAfterNo;
                if (page.Finished)
                {
                    return pulled;
                }
            }
        }
    }

    [Theory, BothStores]
    public async Task A_user_sees_his_own_wins_with_their_tokens_newest_first(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(), 3) with { PerUserLimit = 3 });
        var foreign = await harness.ScheduledAsync(harness.Plan(), app: "other");
        var tokens = new List<string>();
        for (var round = 1; round <= 3; round++)
        {
            tokens.Insert(0, Ok(await harness.DrawAsync(campaignId, 1, round)).Token);
            await harness.DrawAsync(campaignId, 2, round);
            await harness.DrawAsync(foreign, 1, app: "other");
            await harness.MoveAsync(TimeSpan.FromMinutes(1));
        }

        var wins = Ok(await harness.Main.Campaigns.ListWinsAsync(As(1), default)).Items;
        Assert.Equal(tokens, wins.ConvertAll(static w => w.Token));
        Assert.All(wins, static w => Assert.True(Tokens.TryRead(w.Token, out var win) && win == w.Win && win.Uid == 1));
        Assert.Empty(Ok(await harness.Main.Campaigns.ListWinsAsync(As(3), default)).Items);
        Assert.Single(Ok(await harness.Main.Campaigns.ListWinsAsync(As(1, "other"), default)).Items);

        // A day after it can be used no more it is gone from the list.
        await harness.MoveAsync(TimeSpan.FromHours(24));
        Assert.Equal(3, Ok(await harness.Main.Campaigns.ListWinsAsync(As(1), default)).Items.Count);
        await harness.MoveAsync(TimeSpan.FromHours(1));
        Assert.Empty(Ok(await harness.Main.Campaigns.ListWinsAsync(As(1), default)).Items);
    }
}
