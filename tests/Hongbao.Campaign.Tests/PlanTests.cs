using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>What a plan may be, and who may see it.</summary>
public sealed class PlanTests
{
    private const long Start = StandingClock.StartMs;

    /// <summary>A change of a good plan, and the field that its fault must name.</summary>
    private static readonly List<(string Field, Func<CampaignPlan, CampaignPlan> Spoil)> Faults =
    [
        ("name", p => p with { Name = "" }),
        ("name", p => p with { Name = "   " }),
        ("name", p => p with { Name = "a\nb" }),
        ("name", p => p with { Name = new string('x', 101) }),
        ("currency", p => p with { Currency = "USD" }),
        ("currency", p => p with { Currency = "" }),
        ("budget", p => p with { Budget = 0 }),
        ("budget", p => p with { Budget = -1 }),
        ("budget", p => p with { Budget = 1_000_001 }),
        ("endsAt", p => p with { EndsAtMs = p.StartsAtMs }),
        ("endsAt", p => p with { EndsAtMs = p.StartsAtMs - 1 }),
        ("endsAt", p => p with { EndsAtMs = p.StartsAtMs + (367L * 86_400_000) }),
        ("endsAt", p => p with { StartsAtMs = Start - 20_000, EndsAtMs = Start - 10_000, Rounds = [Round(1, Start - 20_000, Start - 10_000)] }),
        ("endsAt", p => p with { StartsAtMs = long.MinValue, EndsAtMs = long.MaxValue }),
        ("endsAt", p => p with { StartsAtMs = -1 }),
        ("endsAt", p => p with { EndsAtMs = long.MaxValue }),
        ("rounds", p => p with { Rounds = [] }),
        ("rounds", p => p with { Rounds = [.. Enumerable.Range(0, 101).Select(i => Round(i + 1, Start + i, Start + i + 1))] }),
        ("rounds[0].round", p => p with { Rounds = [Round(2, Start, Start + 1000)] }),
        ("rounds[1].round", p => p with { Rounds = [Round(1, Start, Start + 1000), Round(1, Start + 1000, Start + 2000)] }),
        ("rounds[0].startsAt", p => p with { Rounds = [Round(1, Start - 1, Start + 1000)] }),
        ("rounds[0].startsAt", p => p with { Rounds = [Round(1, Start, p.EndsAtMs + 1)] }),
        ("rounds[0].endsAt", p => p with { Rounds = [Round(1, Start + 1000, Start + 1000)] }),
        ("rounds[1].startsAt", p => p with { Rounds = [Round(1, Start, Start + 1000), Round(2, Start + 999, Start + 2000)] }),
        ("prizes", p => p with { Prizes = [] }),
        ("prizes", p => p with { Prizes = [.. Enumerable.Repeat(Quantity(1, 1), 21)] }),
        ("prizes[0].amount", p => p with { Prizes = [Quantity(0, 1)] }),
        ("prizes[0].amount", p => p with { Prizes = [Quantity(-5, 1)] }),
        ("prizes[0].amount", p => p with { Prizes = [Quantity(p.Budget + 1, 1)] }),
        ("prizes[0].quantity", p => p with { Prizes = [new PrizePlan { Amount = 1 }] }),
        ("prizes[0].quantity", p => p with { Prizes = [new PrizePlan { Amount = 1, Quantity = 1, ChancePpb = 1 }] }),
        ("prizes[1].quantity", p => p with { Prizes = [Quantity(1, 1), Quantity(1, -1)] }),
        ("prizes[0].quantity", p => p with { Prizes = [Quantity(1, 1_000_000_000_001)] }),
        ("prizes[0].probability", p => p with { Prizes = [Chance(1, -1)] }),
        ("prizes[0].probability", p => p with { Prizes = [Chance(1, 1_000_000_001)] }),
        ("prizes", p => p with { Prizes = [Quantity(1, p.Budget + 1)] }),
        ("prizes", p => p with { Budget = 100, Prizes = [Quantity(100, 1_000_000_000_000), Quantity(100, 1_000_000_000_000)] }),
        ("prizes", p => p with { Prizes = [Chance(1, 600_000_000), Chance(1, 600_000_000)] }),
        ("prizes", p => p with { Prizes = [Chance(1, 1_000_000_000), Quantity(1, 1)] }),
        ("budget", p => p with { Budget = 100, Prizes = [Quantity(10, 9), Chance(11, 1)] }),
        ("budget", p => p with { Budget = 19, Prizes = [Chance(10, 1)], Rounds = [Round(1, Start, Start + 1000), Round(2, Start + 1000, Start + 2000)] }),
        ("perUserLimit", p => p with { PerUserLimit = 0 }),
        ("perUserLimit", p => p with { PerUserLimit = 1_000_001 }),
        ("tokenTtlSeconds", p => p with { TokenTtlSeconds = 0 }),
        ("tokenTtlSeconds", p => p with { TokenTtlSeconds = int.MaxValue }),
        ("passRate", p => p with { PassPpb = -1 }),
        ("condition.kind", p => p with { Condition = new OpeningCondition { Kind = (ConditionKind)9 } }),
        ("condition.password", p => p with { Condition = new OpeningCondition { Kind = ConditionKind.Password } }),
        ("condition.password", p => p with { Condition = new OpeningCondition { Kind = ConditionKind.Password, Password = "a\nb" } }),
        ("condition.password", p => p with { Condition = new OpeningCondition { Password = "x" } }),
        ("condition.uid", p => p with { Condition = new OpeningCondition { Kind = ConditionKind.Follow } }),
        ("condition.contentId", p => p with { Condition = new OpeningCondition { Kind = ConditionKind.Share } }),
        ("passRate", p => p with { PassPpb = 1_000_000_001 }),
        ("pacing.firstPercent", p => p with { PacingFirstPercent = -1 }),
        ("pacing.firstPercent", p => p with { PacingFirstPercent = 101 }),
        ("pacing.fullPercent", p => p with { PacingFullPercent = 0 }),
        ("pacing.fullPercent", p => p with { PacingFullPercent = 101 }),
        ("jitterSeconds", p => p with { JitterMs = -1 }),
        ("jitterSeconds", p => p with { JitterMs = 600_001 }),
    ];

    [Fact]
    public async Task Every_fault_of_a_plan_names_its_field_and_makes_no_campaign()
    {
        await using var harness = await StartAsync(SqlDialect.Sqlite, o => o.BudgetMax = 1_000_000);
        var good = harness.Plan();
        Assert.Equal(Start, harness.Now);
        for (var i = 0; i < Faults.Count; i++)
        {
            var (field, spoil) = Faults[i];
            var answer = await harness.CreateAsync(spoil(good));

            Assert.Equal(ResultCode.ValidationFailed, answer.Result.Code);
            Assert.True(answer.Result.Faults.Exists(f => f.Field == field && f.Message.Length > 5), $"case {i} should name {field}, names {string.Join("; ", answer.Result.Faults)}");
        }

        foreach (var reason in (string[])["", " ", new('r', 201)])
        {
            var answer = await harness.Main.Operations.CreateAsync(AsOperator, new CreateCampaignRequest { Plan = good, Reason = reason }, default);
            Assert.Equal("reason", Assert.Single(answer.Result.Faults).Field);
        }

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from campaigns"));
        Ok(await harness.CreateAsync(good));
    }

    [Fact]
    public async Task No_prize_is_greater_than_a_packet_can_hold()
    {
        await using var harness = await StartAsync(SqlDialect.Sqlite, o => o.PrizeMax = 500);
        foreach (var prize in new[] { Quantity(501, 1), Chance(501, 1) })
        {
            Assert.Equal("prizes[1].amount", Assert.Single((await harness.CreateAsync(harness.Plan(2000, Quantity(500, 1), prize))).Result.Faults).Field);
        }

        Ok(await harness.CreateAsync(harness.Plan(2000, Quantity(500, 2), Chance(500, 1))));
    }

    [Fact]
    public async Task Every_change_needs_a_reason_and_a_campaign_of_the_same_app()
    {
        await using var harness = await StartAsync(SqlDialect.Sqlite);
        var campaignId = await harness.DraftAsync(harness.Plan());
        var operations = harness.Main.Operations;
        List<Func<CallContext, CampaignRequest, Task<CampaignResponse>>> changes =
        [
            (c, r) => operations.ScheduleAsync(c, r, default),
            (c, r) => operations.PauseAsync(c, r, default),
            (c, r) => operations.ResumeAsync(c, r, default),
            (c, r) => operations.EndAsync(c, r, default),
            (c, r) => operations.ChangeBudgetAsync(c, new ChangeBudgetRequest { CampaignId = r.CampaignId, Budget = 2000, Reason = r.Reason }, default),
        ];
        foreach (var change in changes)
        {
            var unreasoned = await change(AsOperator, new CampaignRequest { CampaignId = campaignId });
            Assert.Equal("reason", Assert.Single(unreasoned.Result.Faults).Field);
            Assert.Equal(ResultCode.NotFound, (await change(As(Operator, "other"), Request(campaignId))).Result.Code);
            Assert.Equal(ResultCode.NotFound, (await change(AsOperator, Request(campaignId + 1))).Result.Code);
        }

        Assert.Equal(ResultCode.NotFound, (await operations.GetAsync(As(Operator, "other"), new CampaignRequest { CampaignId = campaignId }, default)).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await operations.ReportAsync(As(Operator, "other"), new CampaignRequest { CampaignId = campaignId }, default)).Result.Code);
        Assert.Equal(ResultCode.NotFound, (await operations.PreviewAsync(As(Operator, "other"), new PreviewRequest { CampaignId = campaignId, Users = 10 }, default)).Result.Code);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from campaign_log"));
        Assert.Empty(harness.Finance.Calls);
    }

    [Theory, BothStores]
    public async Task A_draft_is_seen_by_operators_alone_also_when_it_is_ended(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan());

        await AssertHiddenAsync();
        var detail = Assert.Single(Ok(await harness.Main.Operations.GetAsync(AsOperator, new CampaignRequest { CampaignId = campaignId }, default)).Items);
        Assert.Equal(CampaignStatus.Draft, detail.View.Status);
        Assert.Equal("", Assert.Single(detail.View.Rounds).Secret);

        // Given up before anybody heard of it.
        Assert.Equal(CampaignStatus.Ended, Ok(await harness.EndAsync(campaignId)).Status);
        await AssertHiddenAsync();

        async Task AssertHiddenAsync()
        {
            await harness.RefreshAsync();
            Assert.Empty(Ok(await harness.Main.Campaigns.ListCampaignsAsync(As(1), default)).Items);
            Assert.Equal(ResultCode.NotFound, (await harness.DrawAsync(campaignId, 1)).Result.Code);
        }
    }

    [Theory, BothStores]
    public async Task Users_see_the_campaigns_of_their_app_with_the_commitment_and_the_secret_only_when_nobody_can_draw(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.ShownHours = 1);
        var plan = harness.Rounds(harness.Plan(), 2) with { StartsAtMs = Start + 1000, JitterMs = 5000 };
        plan = plan with { Rounds = [plan.Rounds[0] with { StartsAtMs = Start + 1000 }, plan.Rounds[1]] };
        var campaignId = await harness.ScheduledAsync(plan);
        Assert.Empty(Ok(await harness.Main.Campaigns.ListCampaignsAsync(As(1, "other"), default)).Items);

        var view = await ViewAsync();
        Assert.Equal((CampaignStatus.Scheduled, campaignId, "CNY"), (view.Status, view.CampaignId, view.Currency));
        Assert.All(view.Rounds, r => Assert.Equal(("", 64), (r.Secret, r.SecretHash.Length)));
        Assert.All(view.Rounds, r => Assert.InRange(r.YourStartAtMs, r.Plan.StartsAtMs, r.Plan.StartsAtMs + 4999));
        Assert.Equal(view.Rounds[0].YourStartAtMs, (await ViewAsync()).Rounds[0].YourStartAtMs);
        var hashes = view.Rounds.ConvertAll(static r => r.SecretHash);

        await harness.MoveAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(CampaignStatus.Running, (await ViewAsync()).Status);

        // At its end by this process's clock the database's may still take draws: a moment more.
        await harness.MoveAsync(TimeSpan.FromSeconds(59));
        Assert.Equal("", (await ViewAsync()).Rounds[0].Secret);
        await harness.MoveAsync(StoreClock.ToleranceMax);
        view = await ViewAsync();
        Assert.Equal(("", 64), (view.Rounds[1].Secret, view.Rounds[0].Secret.Length));
        Assert.Equal(hashes, view.Rounds.ConvertAll(static r => r.SecretHash));

        await harness.MoveAsync(TimeSpan.FromSeconds(60));
        Assert.All((await ViewAsync()).Rounds, static r => Assert.Equal(64, r.Secret.Length));
        Assert.Equal(CampaignStatus.Ended, (await ViewAsync()).Status);

        await harness.MoveAsync(TimeSpan.FromHours(1));
        await harness.RefreshAsync();
        Assert.Empty(Ok(await harness.Main.Campaigns.ListCampaignsAsync(As(1), default)).Items);

        async Task<CampaignView> ViewAsync()
        {
            await harness.RefreshAsync();
            return Assert.Single(Ok(await harness.Main.Campaigns.ListCampaignsAsync(As(1), default)).Items);
        }
    }

    [Theory, BothStores]
    public async Task Operators_see_plans_as_they_were_made_with_what_is_issued(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var plan = harness.Plan(1000, Quantity(10, 10), Chance(5, 200_000_000)) with { PassPpb = 500_000_000, JitterMs = 1000 };
        var older = await harness.ScheduledAsync(plan);
        var newer = await harness.DraftAsync(plan with { Name = "Later" });
        var winner = (await harness.UsersAsync(older, 1, prize: 1))[0];
        Assert.True((await harness.DrawAsync(older, winner)).Won);

        var all = Ok(await harness.Main.Operations.GetAsync(AsOperator, new CampaignRequest(), default)).Items;
        Assert.Equal([newer, older], all.ConvertAll(static i => i.View.CampaignId));
        Assert.Equal(10, all[1].IssuedAmount);
        var one = Assert.Single(Ok(await harness.Main.Operations.GetAsync(AsOperator, new CampaignRequest { CampaignId = older }, default)).Items);
        Assert.Equal((10, 1), (one.IssuedAmount, one.IssuedCount));
        Assert.Equal(JceText(plan), JceText(one.Plan));
        Assert.Empty(Ok(await harness.Main.Operations.GetAsync(As(Operator, "other"), new CampaignRequest(), default)).Items);

        static string JceText(CampaignPlan p) => System.Text.Json.JsonSerializer.Serialize(p);
    }

    [Fact]
    public async Task A_preview_gives_no_more_than_the_budget_and_changes_nothing()
    {
        await using var harness = await StartAsync(SqlDialect.Sqlite);
        var campaignId = await harness.DraftAsync(harness.Rounds(harness.Plan(1000, Quantity(10, 60), Chance(7, 300_000_000)), 2));
        var preview = Ok(await harness.Main.Operations.PreviewAsync(AsOperator, new PreviewRequest { CampaignId = campaignId, Users = 2000 }, default));

        Assert.Equal((1000L, 2), (preview.Budget, preview.Rounds.Count));
        // All prizes by quantity are gone with so many users; those by chance stop at what is left.
        Assert.InRange(preview.Amount, 600 + (400 - 14), 1000);
        Assert.All(preview.Rounds, static r => Assert.Equal((r.Wins, 2000L), (r.WinsByTenth.Sum(), r.Users)));
        foreach (var users in (long[])[0, -1, 5_000_001, long.MaxValue])
        {
            Assert.Equal("users", Assert.Single((await harness.Main.Operations.PreviewAsync(AsOperator, new PreviewRequest { CampaignId = campaignId, Users = users }, default)).Result.Faults).Field);
        }

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from draws"));
    }

    private static RoundPlan Round(int no, long startsAt, long endsAt) => new() { Round = no, StartsAtMs = startsAt, EndsAtMs = endsAt };
}
