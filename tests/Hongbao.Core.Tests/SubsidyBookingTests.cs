using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Storing subsidies: once per external number, whoever comes first and however often.</summary>
public sealed class SubsidyBookingTests
{
    // Field, what the subsidy gets.
    private static readonly (string Field, Func<SubsidyIssued, SubsidyIssued> Change)[] Unsound =
    [
        ("app", i => i with { App = "" }),
        ("externalNo", i => i with { ExternalNo = "" }),
        ("externalNo", i => i with { ExternalNo = new string('x', 65) }),
        ("externalNo", i => i with { ExternalNo = "a\nb" }),
        ("uid", i => i with { Uid = 0 }),
        ("campaignId", i => i with { CampaignId = 0 }),
        ("amount", i => i with { Amount = 0 }),
        ("amount", i => i with { Amount = long.MinValue }),
        ("currency", i => i with { Currency = "USD" }),
        ("issuedAtMs", i => i with { IssuedAtMs = -1 }),
        ("expiresAtMs", i => i with { ExpiresAtMs = i.IssuedAtMs }),
    ];

    // What an external number stands for.
    private static readonly (string Field, Func<SubsidyIssued, SubsidyIssued> Change)[] Different =
    [
        ("uid", i => i with { Uid = i.Uid + 1 }),
        ("campaignId", i => i with { CampaignId = i.CampaignId + 1 }),
        ("amount", i => i with { Amount = i.Amount - 1 }),
        ("currency", i => i with { Currency = "EUR" }),
        ("expiresAtMs", i => i with { ExpiresAtMs = i.ExpiresAtMs + 1 }),
    ];

    [Theory, BothStores]
    public async Task A_subsidy_is_stored_once_and_keeps_its_number(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (one, two, three) = (Wins.New(harness), Wins.New(harness), Wins.New(harness));

        var first = await harness.BookAsync(two, one);
        var again = await harness.BookAsync(one, three, two, one with { });

        Assert.Equal([two.ExternalNo, one.ExternalNo], first.Items.Select(i => i.ExternalNo));
        Assert.Equal([first.Items[1].SubsidyNo, first.Items[0].SubsidyNo, first.Items[1].SubsidyNo], new[] { again.Items[0], again.Items[2], again.Items[3] }.Select(i => i.SubsidyNo));
        Assert.All(again.Items, i => Assert.Equal((SubsidyStatus.Available, 0L), (i.Status, i.PacketNo)));
        Assert.Equal(3, await harness.ReadAsync<int>("select count(*) from subsidies"));
        Assert.Equal(3, await harness.ReadAsync<int>("select count(*) from subsidy_numbers n join subsidies s on s.subsidy_no = n.subsidy_no and s.external_no = n.external_no"));
        Assert.Empty(harness.AlertKinds());
        var asked = await harness.Core.GetSubsidiesAsync(CoreHarness.System, new SubsidyNumbersRequest { ExternalNos = ["never", three.ExternalNo] }, default);
        Assert.Equal([(0L, SubsidyStatus.None), (again.Items[1].SubsidyNo, SubsidyStatus.Available)], asked.Items.Select(i => (i.SubsidyNo, i.Status)));
    }

    [Theory, BothStores]
    public async Task Another_content_under_a_known_number_is_refused_and_alerts_whichever_comes_first(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.Currencies = ["CNY", "EUR"]);
        foreach (var (field, change) in Different)
        {
            foreach (var together in new[] { false, true })
            {
                var first = Wins.New(harness);
                var other = change(first);
                (first, other) = Random.Shared.Next(2) == 0 ? (first, other) : (other, first);
                var answer = together ? await harness.BookAsync(first, other) : null;
                await harness.BookedAsync(first);
                answer ??= await harness.BookAsync(first, other);

                Assert.True(answer.Items[0].SubsidyNo > 0, field);
                Assert.Equal((other.ExternalNo, 0L, SubsidyStatus.None), (answer.Items[1].ExternalNo, answer.Items[1].SubsidyNo, answer.Items[1].Status));
                var alert = Assert.Single(harness.Main.Alerts.Drain());
                Assert.Equal("subsidy.mismatch", alert.Kind);
                Assert.Contains($"another {field}.", alert.Text, StringComparison.Ordinal);
                // An external number has its user's in it, as a rule.
                Assert.DoesNotContain(first.ExternalNo, alert.Text + alert.Key, StringComparison.Ordinal);
                Assert.Equal(first.Amount, await harness.ReadAsync<long>("select amount from subsidies where external_no = @ExternalNo", new { first.ExternalNo }));
            }
        }
    }

    [Theory, BothStores]
    public async Task What_cannot_be_a_subsidy_is_left_out_and_keeps_no_other_from_being_stored(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        foreach (var (field, change) in Unsound)
        {
            var (sound, unsound) = (Wins.New(harness), change(Wins.New(harness)));

            var answer = await harness.BookAsync(unsound, sound);

            Assert.True(answer.Result.IsOk());
            Assert.Equal((0L, SubsidyStatus.None), (answer.Items[0].SubsidyNo, answer.Items[0].Status));
            Assert.Equal(SubsidyStatus.Available, answer.Items[1].Status);
            var alert = Assert.Single(harness.Main.Alerts.Drain());
            Assert.Equal("subsidy.invalid", alert.Kind);
            Assert.Contains(field + " must be", alert.Text, StringComparison.Ordinal);
        }

        Assert.Equal(Unsound.Length, await harness.ReadAsync<int>("select count(*) from subsidies"));
        Assert.Equal("items", Assert.Single((await harness.BookAsync()).Result.Faults).Field);
        Assert.Equal("items", Assert.Single((await harness.BookAsync([.. Enumerable.Range(0, 1001).Select(_ => Wins.New(harness))])).Result.Faults).Field);
    }

    [Theory, BothStores]
    public async Task External_numbers_are_told_apart_by_app_and_by_every_character(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var one = Wins.New(harness) with { ExternalNo = "a-ü" };
        SubsidyIssued[] others = [one with { App = "other" }, one with { ExternalNo = "A-ü" }, one with { ExternalNo = "a-ü " }, one with { ExternalNo = "a-u\u0308" }];

        var answer = await harness.BookAsync([one, .. others]);

        Assert.Equal(5, answer.Items.Select(i => i.SubsidyNo).Distinct().Count());
        Assert.DoesNotContain(0, answer.Items.Select(i => i.SubsidyNo));
        var asked = await harness.Core.GetSubsidiesAsync(CoreHarness.As(0, "other"), new SubsidyNumbersRequest { ExternalNos = ["a-ü", "A-ü"] }, default);
        Assert.Equal([answer.Items[1].SubsidyNo, 0], asked.Items.Select(i => i.SubsidyNo));
    }

    [Theory, BothStores]
    public async Task Booked_late_it_is_expired_from_the_start(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (late, timely) = (Wins.New(harness), Wins.New(harness));
        await harness.MoveAsync(TimeSpan.FromHours(2));
        timely.ExpiresAtMs += 7_200_000;

        var answer = await harness.BookAsync(late, timely);

        Assert.Equal([SubsidyStatus.Expired, SubsidyStatus.Available], answer.Items.Select(i => i.Status));
        Assert.Equal(SubsidyStatus.Expired, (await harness.SubsidyAsync(late))!.State);
        Assert.Equal(ResultCode.SubsidyNotUsable, (await harness.CreateAsync(Wins.ByNumber(late, answer.Items[0].SubsidyNo), late.Uid)).Result.Code);
        Assert.Equal(SubsidyStatus.Expired, (await harness.BookAsync(late)).Items[0].Status);
    }

    [Theory, BothStores]
    public async Task Ten_thousand_in_overlapping_calls_at_once_are_stored_once_each(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        var wins = Enumerable.Range(0, 10_000).Select(i => Wins.New(harness, 1 + i)).ToArray();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        // Each win in two calls, in different company and order, in two processes.
        var calls = wins.Chunk(1000).Concat(wins.OrderBy(_ => random.Next()).ToArray().Chunk(1000)).Select((items, i) => Call(i % 2 == 0 ? harness.Core : other.Core, items)).ToArray();

        var answers = (await Task.WhenAll(calls)).SelectMany(a => a.Items).ToLookup(i => i.ExternalNo);

        Assert.True(answers.Count == 10_000, $"seed {seed}");
        Assert.All(answers, a => Assert.Single(a.Select(i => i.SubsidyNo).Distinct()));
        Assert.Equal(10_000, await harness.ReadAsync<int>("select count(*) from subsidies"));
        Assert.Empty(harness.AlertKinds());

        static async Task<BookedSubsidiesResponse> Call(IRedPacketCore core, SubsidyIssued[] items)
        {
            var answer = await CoreHarness.UntilToldAsync(late => core.BookSubsidiesAsync(CoreHarness.System, new BookSubsidiesRequest { Items = [.. items] }, late));
            Assert.Equal(ResultCode.Ok, answer.Result.Code);
            return answer;
        }
    }

    [Theory, BothStores]
    public async Task A_lost_answer_of_the_commit_is_asked_for_again_and_books_nothing_twice(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var win = Wins.New(harness);
        harness.Main.Store.LoseAnswers(1);

        Assert.Equal(ResultCode.Overloaded, (await harness.BookAsync(win)).Result.Code);
        var number = (await harness.SubsidyAsync(win))!.SubsidyNo;

        Assert.Equal(number, await harness.BookedAsync(win));
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from subsidies"));
    }
}
