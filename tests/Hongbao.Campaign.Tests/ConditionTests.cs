using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using static Hongbao.Campaign.Tests.CampaignHarness;

namespace Hongbao.Campaign.Tests;

/// <summary>Campaigns whose players have to do something first: winners and losers alike, so that a refusal tells nobody what he is aimed at.</summary>
public sealed class ConditionTests
{
    private const string Word = "恭喜发财🧧";
    private static readonly OpeningCondition Password = new() { Kind = ConditionKind.Password, Password = Word };

    [Theory, BothStores]
    public async Task Who_does_not_meet_it_hears_the_same_whatever_he_is_aimed_at(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        foreach (var condition in new[] { Password, new OpeningCondition { Kind = ConditionKind.Follow, Uid = 55 }, new OpeningCondition { Kind = ConditionKind.Share, ContentId = "视频-7" } })
        {
            var campaignId = await harness.ScheduledAsync(harness.Plan() with { PassPpb = 500_000_000, Condition = condition });
            var (winner, loser) = ((await harness.UsersAsync(campaignId, 1))[0], (await harness.UsersAsync(campaignId, 1, prize: 0))[0]);
            foreach (var met in new[] { new ConditionResponse(), new ConditionResponse { Result = Result.Of(ResultCode.Degraded), Met = true } })
            {
                harness.Conditions.Met = _ => met;
                foreach (var said in new[] { "", "wrong", new string('x', 65) })
                {
                    var refused = (await SayAsync(harness, campaignId, winner, said)).Result;
                    Assert.False(refused.IsOk());
                    Assert.Equal(refused, (await SayAsync(harness, campaignId, loser, said)).Result);
                    Assert.Equal(
                        condition.Kind == ConditionKind.Password ? ResultCode.ValidationFailed : met.Result.IsOk() ? ResultCode.NotInScope : ResultCode.Degraded, refused.Code);
                }
            }

            Assert.Empty(await harness.DrawsAsync(campaignId));
            harness.Conditions.Met = r => new ConditionResponse { Met = r with { Uid = 0 } == new ConditionRequest { Kind = condition.Kind, SubjectUid = condition.Uid, ContentId = condition.ContentId } };
            var won = Ok(await SayAsync(harness, campaignId, winner, Word));
            Assert.True(won.Won);
            Assert.False(Ok(await SayAsync(harness, campaignId, loser, Word)).Won);
            Assert.Equal(won, await SayAsync(harness, campaignId, winner, Word));
            await harness.AssertSoundAsync(campaignId);

            // When it is over, what was decided stands without anything more.
            await harness.MoveAsync(TimeSpan.FromMinutes(10));
            harness.Conditions.Met = _ => new ConditionResponse();
            Assert.Equal(won, await SayAsync(harness, campaignId, winner, ""));
            Assert.Equal(ResultCode.CampaignNotOpen, (await SayAsync(harness, campaignId, loser, "")).Result.Code);
        }
    }

    [Theory, BothStores]
    public async Task Who_has_drawn_need_not_meet_it_again_at_any_process_and_loses_no_try(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.PasswordTriesMax = 2);
        foreach (var condition in new[] { Password, new OpeningCondition { Kind = ConditionKind.Follow, Uid = 55 } })
        {
            // One prize for two who are aimed at it: the second one's loss is recorded, too.
            var campaignId = await harness.ScheduledAsync(harness.Plan(100, Quantity(100, 1)) with { Condition = condition });
            var users = await harness.UsersAsync(campaignId, 3);
            harness.Conditions.Met = _ => new ConditionResponse { Met = true };
            var answers = new[] { Ok(await SayAsync(harness, campaignId, users[0], Word)), Ok(await SayAsync(harness, campaignId, users[1], Word)) };
            Assert.Equal([true, false], answers.Select(a => a.Won));

            harness.Conditions.Met = _ => new ConditionResponse();
            foreach (var at in new[] { harness.Main, await harness.StartProcessAsync() })
            {
                for (var i = 0; i < 2; i++)
                {
                    foreach (var said in new[] { "", "wrong", "", "wrong", "wrong" })
                    {
                        Assert.Equal(answers[i], await SayAsync(harness, campaignId, users[i], said, at));
                    }
                }
            }

            Assert.Equal(0, await harness.ReadAsync<int>($"select count(*) from password_tries where no = {campaignId}"));

            // Who has not drawn: also while he says the right word in the same moment, a wrong one does not draw.
            harness.Conditions.Met = _ => new ConditionResponse();
            var both = await Task.WhenAll(SayAsync(harness, campaignId, users[2], "wrong"), SayAsync(harness, campaignId, users[2], Word));
            var draws = condition.Kind == ConditionKind.Password;
            Assert.Equal(draws, both[1].Result.IsOk());
            Assert.True(both[0] == both[1] || (!both[0].Result.IsOk() && !both[0].Won), both[0].ToString());
            Assert.Equal(draws ? 3 : 2, (await harness.DrawsAsync(campaignId)).Count);
            await harness.AssertSoundAsync(campaignId);
        }
    }

    [Theory, BothStores]
    public async Task A_crowd_with_the_right_word_asks_no_database_unless_it_may_win(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan() with { PassPpb = 1_000_000, Condition = Password });
        var losers = await harness.UsersAsync(campaignId, 500, prize: 0);
        var (reads, writes) = (harness.Main.Store.Reads, harness.Main.Store.Writes);

        Assert.All(await Task.WhenAll(losers.Select(uid => SayAsync(harness, campaignId, uid, Word))), a => Assert.False(Ok(a).Won));

        Assert.Equal((reads, writes), (harness.Main.Store.Reads, harness.Main.Store.Writes));
        Assert.Empty(harness.Conditions.Asked);
    }

    [Theory, BothStores]
    public async Task Wrong_words_are_counted_for_ever_and_heard_of_by_all(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect, o => o.PasswordTriesMax = 3);
        var other = await harness.StartProcessAsync();
        var campaignId = await harness.ScheduledAsync(harness.Plan() with { Condition = Password });
        foreach (var (at, message, left) in new[] { (harness.Main, "is wrong; 2 tries are left", 2), (other, "is wrong; 1 try is left", 1), (other, "is wrong; no tries are left", 0) })
        {
            var wrong = (await SayAsync(harness, campaignId, 1, "wrong", at)).Result;
            Assert.Equal((message, left), (wrong.Faults.Single().Message, wrong.TriesLeft));
        }

        Assert.Equal(ResultCode.LimitExceeded, (await SayAsync(harness, campaignId, 1, Word, other)).Result.Code);
        await harness.Main.HearOfGuessesAsync();
        Assert.Equal(ResultCode.LimitExceeded, (await SayAsync(harness, campaignId, 1, Word)).Result.Code);
        var fresh = await harness.StartProcessAsync();
        Assert.Equal(ResultCode.LimitExceeded, (await SayAsync(harness, campaignId, 1, Word, fresh)).Result.Code);

        // For him, in this campaign.
        Ok(await SayAsync(harness, campaignId, 2, Word));
        Ok(await SayAsync(harness, await harness.ScheduledAsync(harness.Plan() with { Condition = Password }), 1, Word));
    }

    [Theory, BothStores]
    public async Task Of_ten_thousand_guesses_at_once_only_so_many_are_compared(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan() with { Condition = Password });
        var uid = (await harness.UsersAsync(campaignId, 1))[0];

        var answers = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => SayAsync(harness, campaignId, uid, i == 5_000 ? Word : $"guess {i}")));

        Assert.Equal(5, answers.Count(a => a.Result.Code == ResultCode.ValidationFailed));
        Assert.Equal(9_995, answers.Count(a => a.Result.Code == ResultCode.LimitExceeded));
        Assert.Equal(5, await harness.ReadAsync<int>("select tries from password_tries"));
        Assert.Empty(await harness.DrawsAsync(campaignId));
    }

    [Theory, BothStores]
    public async Task What_cannot_be_the_word_costs_no_try_and_a_count_that_fails_tells_nothing(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.ScheduledAsync(harness.Plan() with { Condition = Password });
        foreach (var said in new[] { "", new string('x', 1 << 20), "a\u0000", "\ud83e" })
        {
            Assert.Equal("password", (await SayAsync(harness, campaignId, 1, said)).Result.Faults.Single().Field);
        }

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from password_tries"));
        harness.Main.Store.Refuse(StoreFault.Unavailable);
        Assert.Equal(ResultCode.Overloaded, (await SayAsync(harness, campaignId, 1, "wrong")).Result.Code);
        Ok(await SayAsync(harness, campaignId, 1, Word));
    }

    [Theory, BothStores]
    public async Task It_is_shown_without_its_password_and_a_draft_keeps_it(SqlDialect dialect)
    {
        await using var harness = await StartAsync(dialect);
        var campaignId = await harness.DraftAsync(harness.Plan(2000, Quantity(10, 100), Chance(10, 1)) with { Condition = Password });
        var shown = new OpeningCondition { Kind = ConditionKind.Password };
        Ok(await harness.SetBudgetAsync(campaignId, 3000));
        Ok(await harness.Main.Operations.ScheduleAsync(AsOperator, Request(campaignId), default));
        await harness.RefreshAsync();

        Assert.Equal(shown, Ok(await harness.Main.Campaigns.ListCampaignsAsync(As(1), default)).Items.Single().Condition);
        var detail = Ok(await harness.Main.Operations.GetAsync(AsOperator, Request(campaignId), default)).Items.Single();
        Assert.Equal((shown, shown), (detail.View.Condition, detail.Plan.Condition));
        Assert.Equal(ResultCode.ValidationFailed, (await SayAsync(harness, campaignId, 1, "")).Result.Code);
        Ok(await SayAsync(harness, campaignId, 1, Word));
    }

    private static Task<RainDrawResponse> SayAsync(CampaignHarness harness, long campaignId, long uid, string password, CampaignProcess? at = null) =>
        (at ?? harness.Main).Campaigns.DrawAsync(As(uid), new RainDrawRequest { CampaignId = campaignId, Round = 1, Password = password }, default);
}
