using Hongbao.Contracts;
using Microsoft.Extensions.Logging;

namespace Hongbao.Outside.Tests;

public sealed class FileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-outside-").FullName;

    private string FilePath => Path.Combine(_folder, "outside.json");

    [Fact]
    public async Task A_changed_file_is_in_use_within_a_second()
    {
        Write("""{"follows":{"2":["1"]}}""");
        await using var host = new OutsideHost(("Relations:File", FilePath));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);

        Write("""{"follows":{"3":["1"]}}""");
        Assert.True((await host.HoldsAsync(1, 2)).Holds, "the file is looked at once a second only");
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False((await host.HoldsAsync(1, 2)).Holds);
        Assert.True((await host.HoldsAsync(1, 3)).Holds);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"profiles":[]}""")]
    [InlineData("""{"follows":{"2":null}}""")]
    [InlineData("""{"follows":{"two":["1"]}}""")]
    public async Task A_broken_file_leaves_the_last_good_content_and_is_told_once(string broken)
    {
        Write("""{"follows":{"2":["1"]}}""");
        await using var host = new OutsideHost(("Relations:File", FilePath));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);

        Write(broken);
        for (var i = 0; i < 5; i++)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True((await host.HoldsAsync(1, 2)).Holds);
        }

        Assert.Single(host.Log.Lines, l => l.Level == LogLevel.Error && l.Text.Contains("last good", StringComparison.Ordinal));

        Write("""{"follows":{}}""");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await host.HoldsAsync(1, 2)).Holds);
    }

    [Fact]
    public async Task A_file_that_vanishes_leaves_the_last_good_content()
    {
        Write("""{"follows":{"2":["1"]}}""");
        await using var host = new OutsideHost(("Relations:File", FilePath));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);

        File.Delete(FilePath);
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await host.HoldsAsync(1, 2)).Holds);
    }

    [Fact]
    public async Task Ports_whose_file_was_never_good_give_no_answer()
    {
        Write("{}");
        await using var host = new OutsideHost(("Relations:File", FilePath), ("Profiles:File", FilePath), ("Moderation:File", FilePath), ("Risk:File", FilePath),
            ("Conditions:File", FilePath));

        Assert.Equal((ResultCode.Degraded, false), ((await host.HoldsAsync(1, 2)).Result.Code, (await host.HoldsAsync(1, 2)).Holds));
        Assert.Equal(ResultCode.Degraded, (await host.ProfilesAsync(1)).Result.Code);
        var verdict = await host.CheckAsync("hello");
        Assert.Equal((ResultCode.Degraded, false), (verdict.Result.Code, verdict.Allowed));
        var risk = await host.RiskAsync(1);
        Assert.Equal((ResultCode.Degraded, false), (risk.Result.Code, risk.Allowed));
        var shared = await host.SharedAsync(1, "video-7");
        Assert.Equal((ResultCode.Degraded, false), (shared.Result.Code, shared.Met));
        var follows = await host.FollowsAsync(1, 2);
        Assert.Equal((ResultCode.Degraded, false), (follows.Result.Code, follows.Met));
    }

    [Fact]
    public async Task An_older_file_put_in_place_counts_as_a_change()
    {
        Write("""{"follows":{"2":["1"]}}""");
        await using var host = new OutsideHost(("Relations:File", FilePath));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);

        Write("""{"follows":{"3":["1"]}}""");
        File.SetLastWriteTimeUtc(FilePath, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await host.HoldsAsync(1, 3)).Holds);
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_file_counts_as_a_change()
    {
        // As mounted configuration does it.
        File.WriteAllText(Path.Combine(_folder, "a.json"), """{"follows":{"2":["1"]}}""");
        File.WriteAllText(Path.Combine(_folder, "b.json"), """{"follows":{"3":["1"],"4":["1"]}}""");
        File.CreateSymbolicLink(Path.Combine(_folder, "data"), "a.json");
        File.CreateSymbolicLink(FilePath, "data");
        await using var host = new OutsideHost(("Relations:File", FilePath));
        Assert.True((await host.HoldsAsync(1, 2)).Holds);

        File.Delete(Path.Combine(_folder, "data"));
        File.CreateSymbolicLink(Path.Combine(_folder, "data"), "b.json");
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await host.HoldsAsync(1, 4)).Holds);
    }

    [Theory]
    [InlineData("来玩 CASINO 吧")]
    [InlineData("c a s i n o")]
    [InlineData("ｃａｓｉｎｏ")]
    [InlineData("ＣａＳｉ　Ｎｏ")]
    [InlineData("ca\u200Bsi\u00ADno")]
    [InlineData("ca\nsino")]
    [InlineData("赌 博")]
    [InlineData("100％返利")]
    public async Task A_forbidden_word_is_found_in_disguise(string text)
    {
        Write("""{"forbidden":["Casino","赌博","100% 返利"]}""");
        await using var host = new OutsideHost(("Moderation:File", FilePath));

        var verdict = await host.CheckAsync(text);

        Assert.True(verdict.Result.IsOk());
        Assert.False(verdict.Allowed);
        Assert.True((await host.CheckAsync("恭喜发财，大吉大利")).Allowed);
    }

    [Fact]
    public async Task An_empty_forbidden_word_is_a_broken_file_and_not_a_ban_of_everything()
    {
        Write("""{"forbidden":["casino"]}""");
        await using var host = new OutsideHost(("Moderation:File", FilePath));
        Assert.True((await host.CheckAsync("hello")).Allowed);

        Write("""{"forbidden":["casino"," "]}""");
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True((await host.CheckAsync("hello")).Allowed);
        Assert.Equal(1, host.Log.Count("a forbidden word is empty"));
    }

    [Fact]
    public async Task An_empty_list_forbids_nothing()
    {
        Write("""{"forbidden":[]}""");
        await using var host = new OutsideHost(("Moderation:File", FilePath));

        Assert.True((await host.CheckAsync("casino")).Allowed);
    }

    [Fact]
    public async Task A_uid_that_is_there_twice_breaks_the_file()
    {
        Write("""{"profiles":[{"uid":"1"},{"uid":1}]}""");
        await using var host = new OutsideHost(("Profiles:File", FilePath));

        Assert.Equal(ResultCode.Degraded, (await host.ProfilesAsync(1)).Result.Code);
        Assert.Equal(1, host.Log.Count("uid 1 is there twice"));
    }

    [Fact]
    public async Task A_refused_user_without_a_sentence_is_a_broken_file_and_lets_nobody_through()
    {
        Write("""{"refused":{"6":"no"}}""");
        await using var host = new OutsideHost(("Risk:File", FilePath));
        Assert.False((await host.RiskAsync(6)).Allowed);
        Assert.True((await host.RiskAsync(7)).Allowed);

        Write("""{"refused":{"7":null}}""");
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False((await host.RiskAsync(6)).Allowed);
        Assert.True((await host.RiskAsync(7)).Allowed);
        Assert.Equal(1, host.Log.Count("last good"));
    }

    [Fact]
    public async Task Without_settings_the_demo_users_are_there()
    {
        await using var host = new OutsideHost();

        var users = (await host.ProfilesAsync([.. Enumerable.Range(1001, 8)])).Items;

        Assert.Equal(8, users.Count);
        Assert.All(users, u => Assert.NotEqual("", u.Name));
        Assert.True((await host.HoldsAsync(1001, 1002, RelationKind.Friend)).Holds);
        Assert.True((await host.HoldsAsync(1001, 1004, RelationKind.Follower)).Holds);
        Assert.False((await host.HoldsAsync(1001, 1004, RelationKind.Friend)).Holds);
        Assert.False((await host.HoldsAsync(1001, 1008, RelationKind.Follower)).Holds);
        Assert.False((await host.CheckAsync("来赌博")).Allowed);
        Assert.True((await host.CheckAsync("恭喜发财，大吉大利")).Allowed);
        Assert.All(await Task.WhenAll(Enumerable.Range(1001, 8).Select(uid => host.RiskAsync(uid))), r => Assert.True(r.Allowed));
        Assert.True((await host.SharedAsync(1001, "spring-gala")).Met);
        Assert.False((await host.SharedAsync(1008, "spring-gala")).Met);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(string json)
    {
        var before = File.Exists(FilePath) ? File.GetLastWriteTimeUtc(FilePath) : DateTime.UnixEpoch;
        File.WriteAllText(FilePath, json);
        if (File.GetLastWriteTimeUtc(FilePath) <= before)
        {
            // Two writes within one tick of the file system.
            File.SetLastWriteTimeUtc(FilePath, before.AddMilliseconds(1));
        }
    }
}
