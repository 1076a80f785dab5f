using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>The end of subsidies that nobody used.</summary>
public sealed class SubsidyExpiryTests(ITestOutputHelper output)
{
    private const string Sweep = "core.subsidies.expire";

    [Theory, BothStores]
    public async Task What_is_over_expires_and_nothing_else(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var wins = Enumerable.Range(0, 5).Select(_ => Wins.New(harness)).ToArray();
        wins[3].ExpiresAtMs += 60_000;
        wins[4].ExpiresAtMs -= 60_000;
        await harness.BookAsync(wins);
        await harness.SubsidizedAsync(wins[0]);
        await harness.Main.StepAsync(Sweep);
        Assert.Equal([3, 2, 2, 2, 2], await StatesAsync(harness));

        await harness.MoveAsync(TimeSpan.FromHours(1));
        await harness.Main.StepAsync(Sweep);

        Assert.Equal([3, 4, 4, 2, 4], await StatesAsync(harness));
        await harness.MoveAsync(TimeSpan.FromHours(1));
        await harness.Main.StepAsync(Sweep);
        Assert.Equal([3, 4, 4, 4, 4], await StatesAsync(harness));
    }

    [Theory, BothStores]
    public async Task What_was_committed_behind_the_watermark_is_met_by_the_second_one(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (one, two) = (Wins.New(harness), Wins.New(harness));
        await harness.BookAsync(one, two);
        await harness.WriteAsync("update subsidies set expires_at = expires_at - 600000 where external_no = @ExternalNo", new { two.ExternalNo });
        await harness.WriteAsync("insert into expiry_cursors (name, expires_at, subsidy_no) select 'subsidies', max(expires_at), max(subsidy_no) from subsidies");
        await harness.MoveAsync(TimeSpan.FromMinutes(51));
        await harness.Main.StepAsync(Sweep);
        Assert.Equal([2, 2], await StatesAsync(harness));

        await harness.MoveAsync(TimeSpan.FromMinutes(2));
        await harness.Main.StepAsync(Sweep);

        Assert.Equal([2, 4], await StatesAsync(harness));
    }

    [Theory, BothStores]
    public async Task Many_of_one_moment_are_all_met_page_by_page(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var moment = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 1_800_000;
        foreach (var some in Enumerable.Range(0, 5000).Select(_ => Wins.New(harness) with { ExpiresAtMs = moment }).Chunk(1000))
        {
            await harness.BookAsync(some);
        }

        await harness.MoveAsync(TimeSpan.FromHours(1));
        var other = await harness.StartProcessAsync();
        // Both at the same pages.
        for (var i = 0; i < 3; i++)
        {
            await Task.WhenAll(harness.Main.StepAsync(Sweep), other.StepAsync(Sweep));
        }

        Assert.Equal(5000, await harness.ReadAsync<int>("select count(*) from subsidies where state = 4"));
    }

    [Theory, BothStores]
    public async Task A_use_that_was_faster_stays(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var win = Wins.New(harness);
        await harness.BookedAsync(win);
        await harness.MoveAsync(TimeSpan.FromHours(1));
        harness.Main.Store.BeforeNextWrite(() => harness.WriteAsync("update subsidies set state = 3, packet_no = 77"));

        await harness.Main.StepAsync(Sweep);

        Assert.Equal([3], await StatesAsync(harness));
    }

    [Theory, BothStores]
    public async Task At_the_same_moment_exactly_one_of_use_and_expiry_happens(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var now = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var wins = Enumerable.Range(0, 120).Select(i => Wins.New(harness, 9000 + i) with { ExpiresAtMs = now + 50 + (i * 5) }).ToArray();
        await harness.BookAsync(wins);
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var sweeping = SweepAllAsync();

        var answers = new List<CreatePacketResponse>();
        foreach (var win in wins)
        {
            answers.Add(await harness.CreateAsync(Wins.ByToken(win), win.Uid));
        }

        await sweeping;
        for (var i = 0; i < wins.Length; i++)
        {
            var subsidy = (await harness.SubsidyAsync(wins[i]))!;
            Assert.Equal(answers[i].Result.IsOk() ? (SubsidyStatus.Used, (long?)answers[i].PacketNo) : (SubsidyStatus.Expired, null), (subsidy.State, subsidy.PacketNo));
        }

        output.WriteLine($"{answers.Count(a => a.Result.IsOk())} of {wins.Length} were used");

        async Task SweepAllAsync()
        {
            while (await harness.ReadAsync<int>("select count(*) from subsidies where state = 2") > 0)
            {
                late.Token.ThrowIfCancellationRequested();
                await other.StepAsync(Sweep);
            }
        }
    }

    private static Task<List<int>> StatesAsync(CoreHarness harness) => harness.ReadAllAsync<int>("select state from subsidies order by length(external_no), external_no");
}
