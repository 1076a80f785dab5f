using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Outside;

/// <summary>What holds for relations wherever they come from.</summary>
internal static class RelationRules
{
    public const string Port = "relations";

    /// <summary>An answer that needs nobody's help; null when the host app has to be asked.</summary>
    public static RelationResponse? Settle(RelationRequest request)
    {
        if (!Enum.IsDefined(request.Kind))
        {
            return new RelationResponse { Result = Result.Invalid("kind", "follower or friend") };
        }

        // Nobody is kept out of what is his own.
        return request.Uid == request.Other ? new RelationResponse { Holds = true } : null;
    }

    public static RelationResponse NoAnswer() => new() { Result = Result.Of(ResultCode.Degraded, "Relations cannot be checked at the moment.") };
}

/// <summary>The follow graph of a JSON file: <c>{"follows": {"1001": ["1002"]}}</c> means that 1001 follows 1002. The same for every app.</summary>
internal sealed class FileRelations(OutsidePortOptions options, TimeProvider clock, ILogger log) : IRelations
{
    private readonly WatchedFile<Dictionary<long, HashSet<long>>> _file = new(RelationRules.Port, options.File, Parse, clock, log);

    private sealed record Document
    {
        public required Dictionary<long, HashSet<long>> Follows { get; init; }
    }

    public Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(RelationRules.Settle(request) ?? Look(request));
    }

    private RelationResponse Look(RelationRequest request)
    {
        if (_file.Current() is not { } follows)
        {
            return RelationRules.NoAnswer();
        }

        bool Follows(long who, long whom) => follows.TryGetValue(who, out var followed) && followed.Contains(whom);
        var isFollower = Follows(request.Other, request.Uid);
        return new RelationResponse
        {
            Holds = request.Kind switch
            {
                RelationKind.Follower => isFollower,
                RelationKind.Friend => isFollower && Follows(request.Uid, request.Other),
            },
        };
    }

    private static Dictionary<long, HashSet<long>> Parse(byte[] json)
    {
        var follows = JsonSerializer.Deserialize<Document>(json, SignedPort.Json)?.Follows ?? throw new InvalidDataException("it is empty");
        return follows.Values.Any(f => f is null) ? throw new InvalidDataException("a list of followed users is null") : follows;
    }
}

/// <summary>The host app's own service, asked by signed HTTP.</summary>
internal sealed class HttpRelations(OutsidePortOptions options, TimeProvider clock, IRandomSource chance, ILogger log) : IRelations, IDisposable
{
    // Who is told "followers only", follows and comes back must not be refused by memory.
    internal static readonly TimeSpan NoLifetimeMax = TimeSpan.FromSeconds(1);

    private readonly SignedPort _port = new(RelationRules.Port, options, clock, chance, log);
    private readonly AnswerCache<Key, bool> _cache = new(options.CacheEntries, clock);
    private readonly TimeSpan _lifetime = TimeSpan.FromSeconds(options.CacheSeconds);

    private readonly record struct Key(string App, bool Shadow, long Uid, long Other, RelationKind Kind);

    private sealed record Question(long Uid, long Other, string Kind);

    private sealed record Answer
    {
        public required bool Holds { get; init; }
    }

    public async Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken)
    {
        if (RelationRules.Settle(request) is { } settled)
        {
            return settled;
        }

        if (SignedPort.WaitOf(context, clock) is not { } wait)
        {
            return RelationRules.NoAnswer();
        }

        var key = new Key(context.App, context.Shadow, request.Uid, request.Other, request.Kind);
        var answers = await _cache.GetAsync([key], _ => AskAsync(context, key), LifetimeOf, wait, cancellationToken).ConfigureAwait(false);
        return answers.IsWhole ? new RelationResponse { Holds = answers.Found[key] } : RelationRules.NoAnswer();
    }

    public void Dispose() => _port.Dispose();

    private async Task<IReadOnlyDictionary<Key, bool>?> AskAsync(CallContext context, Key key)
    {
        var kind = key.Kind switch { RelationKind.Follower => "follower", RelationKind.Friend => "friend" };
        var answer = await _port.AskAsync<Question, Answer>(context, new Question(key.Uid, key.Other, kind)).ConfigureAwait(false);
        return answer is null ? null : new Dictionary<Key, bool> { [key] = answer.Holds };
    }

    private TimeSpan LifetimeOf(bool holds) => holds || _lifetime < NoLifetimeMax ? _lifetime : NoLifetimeMax;
}
