using System.Text.Json;
using Hongbao.Contracts;

namespace Hongbao.Outside.Tests;

/// <summary>What holds for every implementation of a port. The file and the service are given the same world.</summary>
public sealed class ComplianceTests : IAsyncDisposable
{
    // 2 and 3 follow 1; 1 follows 2.
    private const string World = """
        {
          "follows": { "1": ["2"], "2": ["1"], "3": ["1"] },
          "profiles": [
            { "uid": "1", "name": "小林 Lin", "avatar": "https://img.example/1.png" },
            { "uid": 2, "name": "  a\u202Eb\u0007c  ", "avatar": "/avatars/2.svg" },
            { "uid": "3", "name": "NAME", "avatar": "javascript:alert(1)" },
            { "uid": "4", "avatar": "//evil.example/x.png" },
            { "uid": "5", "name": "LONG" }
          ],
          "forbidden": ["casino", "赌博"],
          "refused": { "6": " a\u202Eb\u0007c ", "7": "", "8": "LONG" },
          "shared": { "1": ["video-7", "视频"], "2": [] }
        }
        """;

    private static readonly string File = World.Replace("LONG", string.Concat(Enumerable.Repeat("红包🧧", 60)), StringComparison.Ordinal);

    private readonly string _path = Path.GetTempFileName();
    private StubService? _stub;

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_follower_is_one_who_follows_the_user(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.True((await host.HoldsAsync(uid: 1, other: 3)).Holds);
        Assert.False((await host.HoldsAsync(uid: 3, other: 1)).Holds);
        Assert.True((await host.HoldsAsync(uid: 3, other: 1)).Result.IsOk());
        Assert.False((await host.HoldsAsync(uid: 99, other: 98)).Holds);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_friend_is_one_who_follows_and_is_followed(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.True((await host.HoldsAsync(1, 2, RelationKind.Friend)).Holds);
        Assert.True((await host.HoldsAsync(2, 1, RelationKind.Friend)).Holds);
        Assert.False((await host.HoldsAsync(1, 3, RelationKind.Friend)).Holds);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_user_stands_to_himself_as_friend_and_follower(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.True((await host.HoldsAsync(99, 99, RelationKind.Follower)).Holds);
        Assert.True((await host.HoldsAsync(99, 99, RelationKind.Friend)).Holds);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task An_unknown_relation_is_refused(string kind)
    {
        await using var host = await HostAsync(kind);

        var response = await host.HoldsAsync(1, 2, (RelationKind)9);

        Assert.Equal(ResultCode.ValidationFailed, response.Result.Code);
        Assert.False(response.Holds);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task Profiles_come_once_each_and_unknown_users_are_left_out(string kind)
    {
        await using var host = await HostAsync(kind);

        var response = await host.ProfilesAsync(1, 99, 1);

        Assert.True(response.Result.IsOk());
        var profile = Assert.Single(response.Items);
        Assert.Equal(new Profile { Uid = 1, Name = "小林 Lin", Avatar = "https://img.example/1.png" }, profile);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_profile_is_made_fit_to_be_shown(string kind)
    {
        await using var host = await HostAsync(kind);

        var shown = (await host.ProfilesAsync(2, 3, 4, 5)).Items.ToDictionary(p => p.Uid);

        Assert.Equal("abc", shown[2].Name);
        Assert.Equal("/avatars/2.svg", shown[2].Avatar);
        Assert.Equal("", shown[3].Avatar);
        Assert.Equal(("", ""), (shown[4].Name, shown[4].Avatar));
        Assert.True(shown[5].Name.Length <= 64, shown[5].Name);
        Assert.StartsWith("红包🧧", shown[5].Name, StringComparison.Ordinal);
        Assert.False(char.IsHighSurrogate(shown[5].Name[^1]));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task What_a_caller_does_to_a_profile_stays_with_him(string kind)
    {
        await using var host = await HostAsync(kind);

        (await host.ProfilesAsync(1)).Items[0].Name = "changed";

        Assert.Equal("小林 Lin", (await host.ProfilesAsync(1)).Items[0].Name);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task More_than_a_hundred_profiles_are_refused(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.Equal(ResultCode.ValidationFailed, (await host.ProfilesAsync([.. Enumerable.Range(1, 101)])).Result.Code);
        Assert.True((await host.ProfilesAsync([.. Enumerable.Range(1, 100)])).Result.IsOk());
        Assert.Empty((await host.ProfilesAsync()).Items);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_text_with_a_forbidden_word_may_not_be_shown(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.True((await host.CheckAsync("恭喜发财")).Allowed);
        Assert.True((await host.CheckAsync("")).Allowed);
        var refused = await host.CheckAsync("来赌博吧");
        Assert.True(refused.Result.IsOk());
        Assert.False(refused.Allowed);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_text_beyond_the_bound_is_refused(string kind)
    {
        await using var host = await HostAsync(kind);

        var response = await host.CheckAsync(new string('x', 4001));

        Assert.Equal(ResultCode.ValidationFailed, response.Result.Code);
        Assert.False(response.Allowed);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_user_whom_risk_control_refuses_hears_why_in_words_fit_to_be_shown(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.Equal(new RiskResponse { Allowed = true }, await host.RiskAsync(1));
        foreach (var (uid, reason) in new[] { (6L, "abc"), (7L, "") })
        {
            var refused = await host.RiskAsync(uid);
            Assert.True(refused.Result.IsOk());
            Assert.Equal((false, reason), (refused.Allowed, refused.Reason));
        }

        var talkative = (await host.RiskAsync(8)).Reason;
        Assert.InRange(talkative.Length, 190, 200);
        Assert.StartsWith("红包🧧", talkative, StringComparison.Ordinal);
        Assert.False(char.IsHighSurrogate(talkative[^1]));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    [InlineData("allow")]
    public async Task An_operation_without_a_name_or_with_an_endless_one_is_not_asked_about(string kind)
    {
        await using var host = await HostAsync(kind);

        foreach (var operation in new[] { "", new string('x', 65) })
        {
            var response = await host.RiskAsync(1, operation: operation);
            Assert.Equal(ResultCode.ValidationFailed, response.Result.Code);
            Assert.False(response.Allowed);
        }

        Assert.True((await host.RiskAsync(1, operation: new string('x', 64))).Allowed);
    }

    [Fact]
    public async Task Without_risk_control_everything_is_allowed()
    {
        await using var host = await HostAsync("allow");

        Assert.All(await Task.WhenAll(Enumerable.Range(1, 8).Select(uid => host.RiskAsync(uid, long.MaxValue))), r => Assert.True(r.Allowed));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    public async Task A_condition_is_met_by_those_who_follow_or_shared(string kind)
    {
        await using var host = await HostAsync(kind);

        Assert.True((await host.FollowsAsync(3, 1)).Met);
        Assert.False((await host.FollowsAsync(1, 3)).Met);
        Assert.True((await host.FollowsAsync(9, 9)).Met);
        Assert.True((await host.SharedAsync(1, "video-7")).Met);
        Assert.True((await host.SharedAsync(1, "视频")).Met);
        foreach (var (uid, contentId) in new[] { (1L, "VIDEO-7"), (1, "video-8"), (2, "video-7"), (3, "video-7") })
        {
            var answer = await host.SharedAsync(uid, contentId);
            Assert.True(answer.Result.IsOk());
            Assert.False(answer.Met);
        }
    }

    [Theory]
    [InlineData("file")]
    [InlineData("http")]
    [InlineData("allow")]
    public async Task A_condition_that_is_none_is_not_asked_about(string kind)
    {
        await using var host = await HostAsync(kind);

        foreach (var request in new[]
        {
            new ConditionRequest { Uid = 1 }, new ConditionRequest { Kind = ConditionKind.Password, Uid = 1 }, new ConditionRequest { Kind = (ConditionKind)9, Uid = 1 },
            new ConditionRequest { Kind = ConditionKind.Follow, Uid = 1 }, new ConditionRequest { Kind = ConditionKind.Follow, Uid = 1, SubjectUid = -1 },
            new ConditionRequest { Kind = ConditionKind.Share, Uid = 1 }, new ConditionRequest { Kind = ConditionKind.Share, Uid = 1, ContentId = new string('x', 65) },
            new ConditionRequest { Kind = ConditionKind.Share, Uid = 1, ContentId = "a\n" },
        })
        {
            var response = await host.MetAsync(request);
            Assert.Equal((ResultCode.ValidationFailed, false), (response.Result.Code, response.Met));
        }
    }

    [Fact]
    public async Task Where_shares_are_taken_for_granted_following_is_not()
    {
        await using var host = await HostAsync("allow");

        Assert.True((await host.SharedAsync(1008, "anything")).Met);
        Assert.True((await host.FollowsAsync(1004, 1001)).Met);
        Assert.False((await host.FollowsAsync(1001, 1004)).Met);
    }

    public async ValueTask DisposeAsync()
    {
        System.IO.File.Delete(_path);
        if (_stub is not null)
        {
            await _stub.DisposeAsync();
        }
    }

    private async Task<OutsideHost> HostAsync(string kind)
    {
        if (kind == "allow")
        {
            return new OutsideHost(("Risk:Kind", "allow"), ("Conditions:Kind", "allow"));
        }

        if (kind == "file")
        {
            await System.IO.File.WriteAllTextAsync(_path, File);
            return new OutsideHost(("Relations:File", _path), ("Profiles:File", _path), ("Moderation:File", _path), ("Risk:File", _path), ("Conditions:File", _path));
        }

        _stub = await StubService.StartAsync();
        _stub.Answer = (http, body) => StubService.JsonAsync(http, HostApp(body));
        return OutsideHost.Over(_stub);
    }

    /// <summary>A host app's side, written from docs/outside.md alone.</summary>
    private static string HostApp(string body)
    {
        using var question = JsonDocument.Parse(body);
        using var world = JsonDocument.Parse(File);
        var request = question.RootElement.GetProperty("request");
        bool Follows(string who, string whom) =>
            world.RootElement.GetProperty("follows").TryGetProperty(who, out var followed) && followed.EnumerateArray().Any(f => f.GetString() == whom);
        switch (question.RootElement.GetProperty("port").GetString())
        {
            case "relations":
                var (uid, other) = (request.GetProperty("uid").GetString()!, request.GetProperty("other").GetString()!);
                var holds = Follows(other, uid) && (request.GetProperty("kind").GetString() == "follower" || Follows(uid, other));
                return JsonSerializer.Serialize(new { holds });
            case "profiles":
                var asked = request.GetProperty("uids").EnumerateArray().Select(u => u.GetString()).ToHashSet();
                // One more than was asked for: not to be taken.
                asked.Add("5");
                var items = world.RootElement.GetProperty("profiles").EnumerateArray().Where(p => asked.Contains(p.GetProperty("uid").ToString())).ToArray();
                return JsonSerializer.Serialize(new { items });
            case "risk":
                var refused = world.RootElement.GetProperty("refused").TryGetProperty(request.GetProperty("uid").GetString()!, out var reason);
                return refused ? JsonSerializer.Serialize(new { allowed = false, reason = reason.GetString() }) : JsonSerializer.Serialize(new { allowed = true });
            case "conditions":
                Assert.Equal("share", request.GetProperty("kind").GetString());
                var met = world.RootElement.GetProperty("shared").TryGetProperty(request.GetProperty("uid").GetString()!, out var contents)
                    && contents.EnumerateArray().Any(c => c.GetString() == request.GetProperty("contentId").GetString());
                return JsonSerializer.Serialize(new { met });
            default:
                var text = request.GetProperty("text").GetString()!;
                return JsonSerializer.Serialize(new { allowed = !text.Contains("赌博", StringComparison.Ordinal) });
        }
    }
}
