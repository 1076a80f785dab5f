using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Opening;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Outside;

/// <summary>What holds for shares wherever they are known.</summary>
internal static class ShareRules
{
    public const string Port = "conditions";

    /// <summary>The kind of port that takes everything for shared.</summary>
    public const string Allow = "allow";

    public static ConditionResponse NoAnswer() => new() { Result = Result.Of(ResultCode.Degraded, "Conditions cannot be checked at the moment.") };
}

/// <summary>The whole port: who follows is known by the relations, and who shared by one of the others here.</summary>
internal sealed class OutsideConditions(IRelations relations, IConditions shares) : IConditions, IDisposable
{
    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return request.Kind switch
        {
            ConditionKind.Follow => request.SubjectUid < 1
                ? Task.FromResult(new ConditionResponse { Result = Result.Invalid("subjectUid", "must be a positive user id") })
                : FollowsAsync(context, request, cancellationToken),
            ConditionKind.Share => ConditionRules.IsPlain(request.ContentId, ConditionRules.ContentIdMax)
                ? shares.MetAsync(context, request, cancellationToken)
                : Task.FromResult(new ConditionResponse { Result = Result.Invalid("contentId", $"1 to {ConditionRules.ContentIdMax} characters") }),
            _ => Task.FromResult(new ConditionResponse { Result = Result.Invalid("kind", "follow or share") }),
        };
    }

    public void Dispose() => (shares as IDisposable)?.Dispose();

    private async Task<ConditionResponse> FollowsAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken)
    {
        var answer = await relations.HoldsAsync(
            context, new RelationRequest { Uid = request.SubjectUid, Other = request.Uid, Kind = RelationKind.Follower }, cancellationToken).ConfigureAwait(false);
        return answer.Result.IsOk() ? new ConditionResponse { Met = answer.Holds } : new ConditionResponse { Result = answer.Result };
    }
}

/// <summary>Everything was shared by everybody, and nobody is asked.</summary>
internal sealed class AllowAllShares : IConditions
{
    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken) => Task.FromResult(new ConditionResponse { Met = true });
}

/// <summary>What users shared, of a JSON file: <c>{"shared": {"1001": ["video-7"]}}</c> means that 1001 shared video-7. The same for every app.</summary>
internal sealed class FileShares(OutsidePortOptions options, TimeProvider clock, ILogger log) : IConditions
{
    private readonly WatchedFile<Dictionary<long, HashSet<string>>> _file = new(ShareRules.Port, options.File, Parse, clock, log);

    private sealed record Document
    {
        public required Dictionary<long, HashSet<string>> Shared { get; init; }
    }

    public Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken) => Task.FromResult(_file.Current() is { } shared
        ? new ConditionResponse { Met = shared.TryGetValue(request.Uid, out var contents) && contents.Contains(request.ContentId) }
        : ShareRules.NoAnswer());

    private static Dictionary<long, HashSet<string>> Parse(byte[] json)
    {
        var shared = JsonSerializer.Deserialize<Document>(json, SignedPort.Json)?.Shared ?? throw new InvalidDataException("it is empty");
        return shared.Values.Any(s => s is null) ? throw new InvalidDataException("a list of what somebody shared is null") : shared;
    }
}

/// <summary>The host app's own service, asked by signed HTTP.</summary>
internal sealed class HttpShares(OutsidePortOptions options, TimeProvider clock, IRandomSource chance, ILogger log) : IConditions, IDisposable
{
    private readonly SignedPort _port = new(ShareRules.Port, options, clock, chance, log);
    private readonly AnswerCache<Key, bool> _cache = new(options.CacheEntries, clock);
    private readonly TimeSpan _lifetime = TimeSpan.FromSeconds(options.CacheSeconds);

    private readonly record struct Key(string App, bool Shadow, long Uid, string ContentId);

    private sealed record Question(string Kind, long Uid, string ContentId);

    private sealed record Answer
    {
        public required bool Met { get; init; }
    }

    public async Task<ConditionResponse> MetAsync(CallContext context, ConditionRequest request, CancellationToken cancellationToken)
    {
        if (SignedPort.WaitOf(context, clock) is not { } wait)
        {
            return ShareRules.NoAnswer();
        }

        var key = new Key(context.App, context.Shadow, request.Uid, request.ContentId);
        var answers = await _cache.GetAsync([key], _ => AskAsync(context, key), LifetimeOf, wait, cancellationToken).ConfigureAwait(false);
        return answers.IsWhole ? new ConditionResponse { Met = answers.Found[key] } : ShareRules.NoAnswer();
    }

    public void Dispose() => _port.Dispose();

    private async Task<IReadOnlyDictionary<Key, bool>?> AskAsync(CallContext context, Key key)
    {
        var answer = await _port.AskAsync<Question, Answer>(context, new Question("share", key.Uid, key.ContentId)).ConfigureAwait(false);
        return answer is null ? null : new Dictionary<Key, bool> { [key] = answer.Met };
    }

    // Who is told to share, shares and comes back must not be refused by memory.
    private TimeSpan LifetimeOf(bool met) => met || _lifetime < HttpRelations.NoLifetimeMax ? _lifetime : HttpRelations.NoLifetimeMax;
}
