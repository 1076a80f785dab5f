using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>The books of a campaign beside each other: what differs is named, what is only under way is not.</summary>
public sealed class ReportTests
{
    /// <summary>A difference that is planted into closed books, and a word of the fault that must name it.</summary>
    private static readonly List<(string Word, Action<SubsidyBooksHour, FakeFinance.Account> Spoil)> Differences =
    [
        ("stored", (h, _) => h.StoredCount++),
        ("stored", (h, _) => h.StoredAmount++),
        ("won 100", (h, _) => (h.StoredAmount, h.ExpiredAmount) = (90, 30)),
        ("claimed", (h, _) => h.ReturnedAmount--),
        ("put 1001 aside", (_, a) => (a.Held, a.Released) = (a.Held + 1, a.Released + 1)),
        ("put 999 aside", (_, a) => (a.Held, a.Released) = (a.Held - 1, a.Released - 1)),
        ("given 956 back", (_, a) => a.Released++),
        ("funded packets", (_, a) => (a.Funded, a.Returned) = (61, 16)),
        ("finance moved", (_, a) => (a.Funded, a.Returned) = (59, 14)),
        ("by finance funded 0, returned 0", (_, a) => a.HourMs -= 3_600_000),
        ("finance funded packets with 60, subsidies of 0", (_, a) => a.HourMs += 3_600_000),
    ];

    [Theory, BothStores]
    public async Task Closed_books_agree_and_every_planted_difference_is_named(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var (campaignId, account) = await SettlementTests.EndedAsync(harness, wins: 10);
        var hour = await SettlementTests.BookAsync(harness, campaignId);
        (hour.UsedCount, hour.UsedAmount, hour.ClaimedAmount, hour.ReturnedAmount, hour.ExpiredCount, hour.ExpiredAmount) = (6, 60, 45, 15, 4, 40);
        (account.Funded, account.Returned) = (60, 15);
        await harness.Main.SettleAsync();
        var good = await SettlementTests.ReportAsync(harness, campaignId);
        Assert.True(good.Closed);
        Assert.Empty(good.Faults);
        Assert.Equal((1000, 60, 15, 955, 0), (good.HeldAmount, good.FundedAmount, good.LedgerReturnedAmount, good.ReleasedAmount, good.HeldNowAmount));
        var total = good.Total;
        Assert.Equal((10, 100, 10, 100, 6, 60), (total.IssuedCount, total.IssuedAmount, total.StoredCount, total.StoredAmount, total.UsedCount, total.UsedAmount));
        Assert.Equal((StandingClock.StartMs, 60, 15), (Assert.Single(good.Hours).HourMs, good.Hours[0].FundedAmount, good.Hours[0].LedgerReturnedAmount));

        foreach (var (word, spoil) in Differences)
        {
            var planted = hour with { };
            harness.Core.Books = _ => Task.FromResult<List<SubsidyBooksHour>>([planted]);
            var kept = (account.Held, account.Funded, account.Returned, account.Released, account.HourMs);
            spoil(planted, account);
            var report = await SettlementTests.ReportAsync(harness, campaignId);
            Assert.True(report.Faults.Exists(f => f.Contains(word, StringComparison.Ordinal)) || !report.Closed, $"'{word}' is missing in: {string.Join(" | ", report.Faults)}");
            Assert.True(report.Faults.Count > 0 || !report.Closed);
            (account.Held, account.Funded, account.Returned, account.Released, account.HourMs) = kept;
        }

        // And in its own tables.
        harness.Core.Books = _ => Task.FromResult<List<SubsidyBooksHour>>([hour]);
        await harness.WriteAsync("update draws set amount = 11 where uid = 1");
        Assert.Contains((await SettlementTests.ReportAsync(harness, campaignId)).Faults, static f => f.Contains("the wins sum to 101", StringComparison.Ordinal));
        await harness.WriteAsync("update draws set amount = 10 where uid = 1");
        await harness.WriteAsync("update pools set allocated = allocated + 1");
        Assert.Contains((await SettlementTests.ReportAsync(harness, campaignId)).Faults, static f => f.Contains("their chunks have", StringComparison.Ordinal));
    }

    [Theory, BothStores]
    public async Task What_happens_while_the_report_is_made_is_no_fault(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan(1000, Chance(10, 1_000_000_000)));
        var hour = new SubsidyBooksHour { HourMs = StandingClock.StartMs };
        var uid = 0L;

        // Whoever is asked: just before, and just after it has looked, somebody wins, is booked, uses it, is funded.
        harness.Core.Books = async _ =>
        {
            await UseAsync();
            var shown = hour with { };
            await UseAsync();
            return [shown];
        };
        (harness.Finance.BeforeAccount, harness.Finance.AfterAccount) = (UseAsync, UseAsync);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty((await SettlementTests.ReportAsync(harness, campaignId)).Faults);
        }

        // More money on its way: finance has it already, and nobody has heard of it.
        (harness.Finance.BeforeAccount, harness.Finance.AfterAccount) = (null, null);
        harness.Finance.After = static (_, _) => throw new TimeoutException();
        Assert.Equal(ResultCode.Overloaded, (await harness.SetBudgetAsync(campaignId, 1500)).Result.Code);
        Assert.Empty((await SettlementTests.ReportAsync(harness, campaignId)).Faults);
        harness.Finance.After = null;
        Ok(await harness.SetBudgetAsync(campaignId, 1500));
        Assert.Empty((await SettlementTests.ReportAsync(harness, campaignId)).Faults);

        async Task UseAsync()
        {
            Assert.True(Ok(await harness.DrawAsync(campaignId, ++uid, at: other)).Won);
            (hour.StoredCount, hour.StoredAmount) = (hour.StoredCount + 1, hour.StoredAmount + 10);
            (hour.UsedCount, hour.UsedAmount, hour.OpenPackets) = (hour.UsedCount + 1, hour.UsedAmount + 10, hour.OpenPackets + 1);
            harness.Finance.Of(campaignId).Funded += 10;
        }
    }

    [Theory, BothStores]
    public async Task Hours_are_those_of_the_wins(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Rounds(harness.Plan(), 3, 3_600_000) with { PerUserLimit = 3 });
        for (var round = 1; round <= 3; round++)
        {
            await harness.DrawAllAsync(campaignId, Enumerable.Range(1, round).Select(static i => (long)i), round);
            await harness.MoveAsync(TimeSpan.FromHours(1));
        }

        harness.Core.Books = _ => Task.FromResult<List<SubsidyBooksHour>>([new SubsidyBooksHour { HourMs = StandingClock.StartMs + 3_600_000, StoredCount = 2, StoredAmount = 20 }]);
        var report = await SettlementTests.ReportAsync(harness, campaignId);
        Assert.Equal([(0L, 1L, 0L), (1, 2, 2), (2, 3, 0)], report.Hours.Select(static h => ((h.HourMs - StandingClock.StartMs) / 3_600_000, h.IssuedCount, h.StoredCount)));
        Assert.Equal((6, 60), (report.Total.IssuedCount, report.Total.IssuedAmount));
        Assert.Empty(report.Faults);
    }
}
