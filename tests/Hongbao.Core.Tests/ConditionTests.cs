using Hongbao.Contracts;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Packets whose claimers have to do something first: to follow, to share, to say a word.</summary>
public sealed class ConditionTests
{
    private const string Word = "恭喜发财🧧";

    // Field, what the condition gets, whether it is acceptable.
    public static TheoryData<string, Action<OpeningCondition>, bool> Fields => new()
    {
        { "condition.kind", c => c.Kind = (ConditionKind)9, false },
        { "condition.kind", c => c.Kind = (ConditionKind)(-1), false },
        { "condition.password", c => c.Kind = ConditionKind.Password, false },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, Word), true },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, "👨‍👩‍👧‍👦"), true },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, new string('红', 64)), true },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, new string('红', 65)), false },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, new string('x', 1 << 20)), false },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, "a\nb"), false },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, "a\0"), false },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Password, "\ud83e"), false },
        { "condition.password", c => c.Password = Word, false },
        { "condition.password", c => (c.Kind, c.Password) = (ConditionKind.Follow, Word), false },
        { "condition.uid", c => (c.Kind, c.Uid) = (ConditionKind.Follow, -1), false },
        { "condition.uid", c => (c.Kind, c.Uid) = (ConditionKind.Follow, 0), true },
        { "condition.uid", c => (c.Kind, c.Uid) = (ConditionKind.Follow, long.MaxValue), true },
        { "condition.uid", c => (c.Kind, c.ContentId, c.Uid) = (ConditionKind.Share, "v", 5), false },
        { "condition.uid", c => c.Uid = 5, false },
        { "condition.contentId", c => c.Kind = ConditionKind.Share, false },
        { "condition.contentId", c => (c.Kind, c.ContentId) = (ConditionKind.Share, new string('v', 64)), true },
        { "condition.contentId", c => (c.Kind, c.ContentId) = (ConditionKind.Share, new string('v', 65)), false },
        { "condition.contentId", c => (c.Kind, c.ContentId) = (ConditionKind.Share, "v\t"), false },
        { "condition.contentId", c => (c.Kind, c.ContentId) = (ConditionKind.Follow, "v"), false },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task A_condition_is_taken_or_refused_by_name(string field, Action<OpeningCondition> change, bool isFine)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var condition = new OpeningCondition();
        change(condition);
        var created = await harness.CreateAsync(CoreHarness.Request() with { Condition = condition });
        Assert.Equal(isFine ? [] : [field], created.Result.Faults.Select(f => f.Field));
        Assert.Equal(isFine ? ResultCode.Ok : ResultCode.ValidationFailed, created.Result.Code);
        Assert.Equal(isFine ? 1 : 0, await harness.ReadAsync<int>("select count(*) from packets"));
    }

    [Theory, BothStores]
    public async Task The_word_opens_and_is_nowhere_to_be_read(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await PasswordAsync(harness);

        var missing = (await harness.ClaimAsync(packetNo, 1)).Result;
        Assert.Equal((ResultCode.ValidationFailed, "password"), (missing.Code, missing.Faults.Single().Field));
        await OkAsync(harness, packetNo, 1);

        var hash = (await harness.ReadAsync<byte[]>("select password_hash from packets where packet_no = @packetNo", new { packetNo }))!;
        Assert.Equal(OpeningPassword.Hash(Word, packetNo), hash);
        Assert.NotEqual(OpeningPassword.Hash(Word, packetNo + 1), hash);
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task Wrong_words_are_counted_and_after_the_last_the_right_one_is_refused_too(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.PasswordTriesMax = 3);
        var packetNo = await PasswordAsync(harness);
        foreach (var (message, left) in new[] { ("is wrong; 2 tries are left", 2), ("is wrong; 1 try is left", 1), ("is wrong; no tries are left", 0) })
        {
            var wrong = (await SayAsync(harness, packetNo, 1, "恭喜發财")).Result;
            Assert.Equal((ResultCode.ValidationFailed, "password", message, left), (wrong.Code, wrong.Faults.Single().Field, wrong.Faults.Single().Message, wrong.TriesLeft));
        }

        await harness.RestartAsync();
        foreach (var said in new[] { Word, "x" })
        {
            var refused = (await SayAsync(harness, packetNo, 1, said)).Result;
            Assert.Equal((ResultCode.LimitExceeded, 0), (refused.Code, refused.TriesLeft));
        }

        // For him, at this packet.
        await OkAsync(harness, packetNo, 2);
        await OkAsync(harness, await PasswordAsync(harness), 1);
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task What_cannot_be_the_word_costs_no_try(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await PasswordAsync(harness);
        var writes = harness.Main.Store.Writes;
        foreach (var said in new[] { "", new string('x', 65), new string('x', 1 << 20), "a\u0000b", "a\nb", "\ud83e", "\u2028" })
        {
            var refused = (await SayAsync(harness, packetNo, 1, said)).Result;
            Assert.Equal((ResultCode.ValidationFailed, "password", -1), (refused.Code, refused.Faults.Single().Field, refused.TriesLeft));
        }

        Assert.Equal(writes, harness.Main.Store.Writes);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from password_tries"));
        foreach (var said in new[] { " " + Word, Word.ToUpperInvariant() + "!", "恭喜发财", "🧧" })
        {
            Assert.Contains("is wrong", (await SayAsync(harness, packetNo, 1, said)).Result.Faults.Single().Message, StringComparison.Ordinal);
        }

        await OkAsync(harness, packetNo, 1);
    }

    /// <summary>However many guess at once, each guess that is looked at was counted before, and the limit is the limit.</summary>
    [Theory, BothStores]
    public async Task Of_ten_thousand_guesses_at_once_only_so_many_are_looked_at(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.CountMax = 1000);
        // With room for most of them before the packet.
        var packetNo = await PasswordAsync(harness, 10_000, 1000);
        var other = await harness.StartProcessAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10_000).Select(i => GuessAsync(i % 2 == 0 ? harness.Core : other.Core, packetNo, i)));

        Assert.Equal(5, answers.Count(a => a.Result.Code == ResultCode.ValidationFailed));
        Assert.All(answers.Where(a => a.Result.Code != ResultCode.ValidationFailed), a => Assert.Equal(ResultCode.LimitExceeded, a.Result.Code));
        Assert.Equal(5, await harness.ReadAsync<int>("select tries from password_tries where no = @packetNo and uid = 1", new { packetNo }));
        Assert.Equal(ResultCode.LimitExceeded, (await SayAsync(harness, packetNo, 1, Word)).Result.Code);
        Assert.Empty(await harness.ClaimsAsync(packetNo));

        // Their places before the packet were all given back.
        await OkAsync(harness, packetNo, 2);
    }

    [Theory, BothStores]
    public async Task Who_said_it_once_may_poll_and_who_has_his_share_says_nothing(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, lanesByHand: true);
        var packetNo = await harness.Main.WhileSteppingAsync(PasswordAsync(harness, 20, 2));
        await harness.Main.WhileSteppingAsync(OkAsync(harness, packetNo, 1));
        // One share is left: two places, taken by two whom the lane does not answer yet, whichever of them it meets first.
        var waiting = new[] { SayAsync(harness, packetNo, 2, Word), SayAsync(harness, packetNo, 3, Word) };
        for (var poll = 0; poll < 10; poll++)
        {
            Assert.Equal(ResultCode.ClaimBusy, (await SayAsync(harness, packetNo, 4, Word)).Result.Code);
        }

        var taken = Assert.Single(await harness.Main.WhileSteppingAsync(Task.WhenAll(waiting)), a => a.Result.IsOk()).Claim;
        foreach (var said in new[] { "", "wrong", new string('x', 1 << 20) })
        {
            Assert.Equal(taken, (await SayAsync(harness, packetNo, taken.Uid, said)).Claim);
        }

        // Exhausted is told before anything is asked.
        Assert.Equal(ResultCode.PacketExhausted, (await SayAsync(harness, packetNo, 4, "")).Result.Code);
    }

    [Theory, BothStores]
    public async Task A_poll_with_the_right_word_is_no_try(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.PasswordTriesMax = 2);
        var packetNo = await PasswordAsync(harness);
        Assert.False((await SayAsync(harness, packetNo, 1, "wrong")).Result.IsOk());
        // The word is taken for right, then the lane has no answer.
        harness.Main.Store.BeforeNextWrite(() => Task.CompletedTask);
        for (var poll = 0; poll < 5; poll++)
        {
            harness.Main.Store.BeforeNextWrite(() =>
            {
                harness.Main.Store.Refuse(StoreFault.Unavailable, StoreFault.Unavailable, StoreFault.Unavailable);
                return Task.CompletedTask;
            });
            Assert.Equal(ResultCode.Overloaded, (await SayAsync(harness, packetNo, 1, Word)).Result.Code);
        }

        await OkAsync(harness, packetNo, 1);
        await harness.AssertSoundAsync(packetNo);
    }

    [Theory, BothStores]
    public async Task A_claimer_of_another_process_gets_his_share_without_the_word(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await PasswordAsync(harness);
        // It remembers the packet without the claim.
        var other = await harness.StartProcessAsync();
        Assert.Equal(ResultCode.ValidationFailed, (await other.Core.ClaimAsync(CoreHarness.As(1), new ClaimRequest { PacketNo = packetNo }, default)).Result.Code);
        var claim = await OkAsync(harness, packetNo, 1);
        Assert.Equal(claim.Claim, (await other.Core.ClaimAsync(CoreHarness.As(1), new ClaimRequest { PacketNo = packetNo }, default)).Claim);
        Assert.Equal(claim.Claim, (await other.Core.ClaimAsync(CoreHarness.As(1), new ClaimRequest { PacketNo = packetNo, Password = "wrong" }, default)).Claim);
    }

    [Theory, BothStores]
    public async Task While_tries_cannot_be_counted_nothing_is_told_of_the_word(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await PasswordAsync(harness);
        foreach (var said in new[] { Word, "wrong" })
        {
            harness.Main.Store.Refuse(StoreFault.Unavailable);
            Assert.Equal(ResultCode.Overloaded, (await SayAsync(harness, packetNo, 1, said)).Result.Code);
        }

        await OkAsync(harness, packetNo, 1);
        Assert.Equal(1, await harness.ReadAsync<int>("select tries from password_tries"));
    }

    [Theory, BothStores]
    public async Task Who_follows_gets_a_share_and_without_an_answer_nobody_does(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var packetNo = await harness.ActiveAsync(CoreHarness.Request() with { Condition = new OpeningCondition { Kind = ConditionKind.Follow } });
        harness.Conditions.Met = r => Task.FromResult(new ConditionResponse { Met = r.Uid == 1 });
        await harness.ClaimedAsync(packetNo, 1);
        var refused = (await harness.ClaimAsync(packetNo, 2)).Result;
        Assert.Equal((ResultCode.NotInScope, $"This is for those who follow user {CoreHarness.Sender}."), (refused.Code, refused.Detail));
        Assert.Equal(new ConditionRequest { Kind = ConditionKind.Follow, Uid = 2, SubjectUid = CoreHarness.Sender }, harness.Conditions.Asked.Last());

        // "Met" counts only when the result is Ok. Who has his share is not asked again.
        harness.Conditions.Met = _ => Task.FromResult(new ConditionResponse { Result = Result.Of(ResultCode.Degraded), Met = true });
        Assert.Equal(ResultCode.Degraded, (await harness.ClaimAsync(packetNo, 3)).Result.Code);
        await harness.ClaimedAsync(packetNo, 1);
        Assert.Single(await harness.ClaimsAsync(packetNo));

        var named = await harness.ActiveAsync(CoreHarness.Request() with { Condition = new OpeningCondition { Kind = ConditionKind.Follow, Uid = 55 } });
        harness.Conditions.Met = r => Task.FromResult(new ConditionResponse { Met = r.SubjectUid == 55 });
        await harness.ClaimedAsync(named, 3);
    }

    [Theory, BothStores]
    public async Task Who_shared_gets_a_share(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request() with { Condition = new OpeningCondition { Kind = ConditionKind.Share, ContentId = "视频-7" } };
        var packetNo = await harness.ActiveAsync(request);
        await harness.RestartAsync();
        harness.Conditions.Met = r => Task.FromResult(new ConditionResponse { Met = r == new ConditionRequest { Kind = ConditionKind.Share, Uid = 1, ContentId = "视频-7" } });
        await harness.ClaimedAsync(packetNo, 1);
        Assert.Equal(ResultCode.NotInScope, (await harness.ClaimAsync(packetNo, 2)).Result.Code);
    }

    /// <summary>In the order of the contract: found, in scope, open, and only then is anybody asked for anything.</summary>
    [Theory, BothStores]
    public async Task A_condition_is_asked_of_those_who_could_have_a_share(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Conditions.Met = _ => Task.FromResult(new ConditionResponse());
        var request = CoreHarness.Request(20, 2) with
        {
            Scope = ScopeKind.Exclusive,
            ScopeUids = [1, 2],
            TtlSeconds = 60,
            OpensAtMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000,
            Condition = new OpeningCondition { Kind = ConditionKind.Follow },
        };
        var packetNo = await harness.ActiveAsync(request);
        Assert.Equal(ResultCode.NotFound, (await harness.ClaimAsync(packetNo, 1, "other")).Result.Code);
        Assert.Equal(ResultCode.NotInScope, (await harness.ClaimAsync(packetNo, 3)).Result.Code);
        Assert.Equal(ResultCode.PacketNotActive, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Empty(harness.Conditions.Asked);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(ResultCode.NotInScope, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Single(harness.Conditions.Asked);
        await harness.MoveAsync(TimeSpan.FromSeconds(61));
        Assert.Equal(ResultCode.PacketExpired, (await harness.ClaimAsync(packetNo, 1)).Result.Code);
        Assert.Single(harness.Conditions.Asked);
    }

    private static Task<long> PasswordAsync(CoreHarness harness, long amount = 1000, int count = 10) =>
        harness.ActiveAsync(CoreHarness.Request(amount, count) with { Condition = new OpeningCondition { Kind = ConditionKind.Password, Password = Word } });

    private static Task<ClaimResponse> SayAsync(CoreHarness harness, long packetNo, long uid, string password) =>
        harness.Core.ClaimAsync(CoreHarness.As(uid), new ClaimRequest { PacketNo = packetNo, Password = password }, default);

    private static async Task<ClaimResponse> OkAsync(CoreHarness harness, long packetNo, long uid)
    {
        var answer = await SayAsync(harness, packetNo, uid, Word);
        Assert.Equal(ResultCode.Ok, answer.Result.Code);
        return answer;
    }

    private static Task<ClaimResponse> GuessAsync(IRedPacketCore core, long packetNo, int guess) =>
        CoreHarness.UntilToldAsync(late => core.ClaimAsync(CoreHarness.As(1), new ClaimRequest { PacketNo = packetNo, Password = $"guess {guess}" }, late));
}
