using System.Globalization;
using System.Text;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Outside;

/// <summary>What holds for profiles wherever they come from.</summary>
internal static class ProfileRules
{
    public const string Port = "profiles";
    public const int UidsMax = 100;
    public const int NameMax = 64;
    public const int AvatarMax = 512;

    public static ProfilesResponse? Settle(ProfilesRequest request)
    {
        if (request.Uids.Count > UidsMax)
        {
            return new ProfilesResponse { Result = Result.Invalid("uids", $"at most {UidsMax}") };
        }

        return request.Uids.Count == 0 ? new ProfilesResponse() : null;
    }

    public static Result NoAnswer() => Result.Of(ResultCode.Degraded, "Names and pictures are missing at the moment.");

    /// <summary>
    /// Makes a foreign profile fit to be shown: no control or direction characters, a bounded name, and a picture that is a
    /// web address or a path of ours, never a script.
    /// </summary>
    public static Profile Clean(long uid, string name, string avatar)
    {
        var shown = new StringBuilder(Math.Min(name.Length, NameMax));
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || IsDirectionMark(rune))
            {
                continue;
            }

            if (shown.Length + rune.Utf16SequenceLength > NameMax)
            {
                break;
            }

            shown.Append(rune);
        }

        return new Profile { Uid = uid, Name = shown.ToString().Trim(), Avatar = IsPicture(avatar) ? avatar : "" };
    }

    private static bool IsDirectionMark(Rune rune) => rune.Value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static bool IsPicture(string avatar)
    {
        if (avatar.Length is 0 or > AvatarMax || avatar.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '\\' or '"' or '\'' or '<' or '>'))
        {
            return false;
        }

        return avatar[0] == '/'
            ? !avatar.StartsWith("//", StringComparison.Ordinal)
            : Uri.TryCreate(avatar, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp);
    }
}

/// <summary>One profile as files and services write it.</summary>
internal sealed record ProfileItem
{
    public required long Uid { get; init; }
    public string Name { get; init; } = "";
    public string Avatar { get; init; } = "";
}

/// <summary>The profiles of a JSON file: <c>{"profiles": [{"uid": "1001", "name": "Lin", "avatar": ""}]}</c>. The same for every app.</summary>
internal sealed class FileProfiles(OutsidePortOptions options, TimeProvider clock, ILogger log) : IProfiles
{
    private readonly WatchedFile<Dictionary<long, Profile>> _file = new(ProfileRules.Port, options.File, Parse, clock, log);

    private sealed record Document
    {
        public required List<ProfileItem> Profiles { get; init; }
    }

    public Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(ProfileRules.Settle(request) ?? Look(request));
    }

    private ProfilesResponse Look(ProfilesRequest request)
    {
        if (_file.Current() is not { } profiles)
        {
            return new ProfilesResponse { Result = ProfileRules.NoAnswer() };
        }

        var response = new ProfilesResponse();
        foreach (var uid in request.Uids.Distinct())
        {
            if (profiles.TryGetValue(uid, out var profile))
            {
                response.Items.Add(profile with { });
            }
        }

        return response;
    }

    private static Dictionary<long, Profile> Parse(byte[] json)
    {
        var items = JsonSerializer.Deserialize<Document>(json, SignedPort.Json)?.Profiles ?? throw new InvalidDataException("it is empty");
        var profiles = new Dictionary<long, Profile>(items.Count);
        foreach (var item in items)
        {
            if (item is null || !profiles.TryAdd(item.Uid, ProfileRules.Clean(item.Uid, item.Name, item.Avatar)))
            {
                throw new InvalidDataException(item is null ? "a profile is null" : $"uid {item.Uid} is there twice");
            }
        }

        return profiles;
    }
}

/// <summary>The host app's own service, asked by signed HTTP for all that is not known yet in one call.</summary>
internal sealed class HttpProfiles(OutsidePortOptions options, TimeProvider clock, IRandomSource chance, ILogger log) : IProfiles, IDisposable
{
    // A user who has just joined gets his name soon.
    internal static readonly TimeSpan UnknownLifetimeMax = TimeSpan.FromSeconds(10);

    private readonly SignedPort _port = new(ProfileRules.Port, options, clock, chance, log);
    private readonly AnswerCache<Key, Profile?> _cache = new(options.CacheEntries, clock);
    private readonly TimeSpan _lifetime = TimeSpan.FromSeconds(options.CacheSeconds);

    private readonly record struct Key(string App, bool Shadow, long Uid);

    private sealed record Question(List<long> Uids);

    private sealed record Answer
    {
        public required List<ProfileItem> Items { get; init; }
    }

    public async Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken)
    {
        if (ProfileRules.Settle(request) is { } settled)
        {
            return settled;
        }

        if (SignedPort.WaitOf(context, clock) is not { } wait)
        {
            return new ProfilesResponse { Result = ProfileRules.NoAnswer() };
        }

        var keys = request.Uids.Select(uid => new Key(context.App, context.Shadow, uid));
        var answers = await _cache.GetAsync(keys, missing => AskAsync(context, missing), LifetimeOf, wait, cancellationToken).ConfigureAwait(false);
        return new ProfilesResponse
        {
            Result = answers.IsWhole ? Result.Ok() : ProfileRules.NoAnswer(),
            Items = [.. answers.Found.Values.OfType<Profile>().Select(p => p with { })],
        };
    }

    public void Dispose() => _port.Dispose();

    private async Task<IReadOnlyDictionary<Key, Profile?>?> AskAsync(CallContext context, IReadOnlyList<Key> missing)
    {
        var answer = await _port.AskAsync<Question, Answer>(context, new Question([.. missing.Select(k => k.Uid)])).ConfigureAwait(false);
        if (answer is null)
        {
            return null;
        }

        // Every uid gets an entry: also that the host app does not know it is an answer. What was not asked for, the cache does not take.
        var profiles = missing.ToDictionary(k => k, Profile? (_) => null);
        foreach (var item in answer.Items)
        {
            if (item is not null)
            {
                profiles[missing[0] with { Uid = item.Uid }] = ProfileRules.Clean(item.Uid, item.Name, item.Avatar);
            }
        }

        return profiles;
    }

    private TimeSpan LifetimeOf(Profile? profile) => profile is not null || _lifetime < UnknownLifetimeMax ? _lifetime : UnknownLifetimeMax;
}
