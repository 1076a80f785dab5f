using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Outside;

/// <summary>What holds for the text check wherever it is made.</summary>
internal static class ModerationRules
{
    public const string Port = "moderation";
    public const int TextMax = 4_000;

    public static ModerationResponse? Settle(ModerationRequest request)
    {
        if (request.Text.Length > TextMax)
        {
            return new ModerationResponse { Result = Result.Invalid("text", $"at most {TextMax} characters") };
        }

        return string.IsNullOrWhiteSpace(request.Text) ? new ModerationResponse { Allowed = true } : null;
    }

    /// <summary>What the operator wants when there is no verdict.</summary>
    public static ModerationResponse NoAnswer(ModerationPortOptions options) => options.OnFailure == "open"
        ? new ModerationResponse { Allowed = true }
        : new ModerationResponse { Result = Result.Of(ResultCode.Degraded, "Texts cannot be checked at the moment.") };
}

/// <summary>
/// Refuses texts that contain a word of a JSON file: <c>{"forbidden": ["casino"]}</c>. Letter case, spaces, invisible characters and
/// the full-width forms of ASCII make no difference. The same for every app.
/// </summary>
internal sealed class FileModeration(ModerationPortOptions options, TimeProvider clock, ILogger log) : IModeration
{
    private readonly WatchedFile<SearchValues<string>> _file = new(ModerationRules.Port, options.File, Parse, clock, log);

    private sealed record Document
    {
        public required List<string> Forbidden { get; init; }
    }

    public Task<ModerationResponse> CheckAsync(CallContext context, ModerationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(ModerationRules.Settle(request) ?? Look(request));
    }

    /// <summary>The form in which words and texts are compared.</summary>
    internal static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (char.IsWhiteSpace(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.Format or UnicodeCategory.Control)
            {
                continue;
            }

            // Not by normalization: it does nothing where globalization is invariant.
            folded.Append(char.ToUpperInvariant(letter is >= '\uFF01' and <= '\uFF5E' ? (char)(letter - 0xFEE0) : letter));
        }

        return folded.ToString();
    }

    private ModerationResponse Look(ModerationRequest request) => _file.Current() is { } forbidden
        ? new ModerationResponse { Allowed = !Fold(request.Text).AsSpan().ContainsAny(forbidden) }
        : ModerationRules.NoAnswer(options);

    private static SearchValues<string> Parse(byte[] json)
    {
        var words = JsonSerializer.Deserialize<Document>(json, SignedPort.Json)?.Forbidden ?? throw new InvalidDataException("it is empty");
        var folded = words.ConvertAll(w => Fold(w ?? ""));
        // Every text contains the empty word.
        return folded.Contains("") ? throw new InvalidDataException("a forbidden word is empty") : SearchValues.Create([.. folded], StringComparison.Ordinal);
    }
}

/// <summary>The host app's own service, asked by signed HTTP.</summary>
internal sealed class HttpModeration(ModerationPortOptions options, TimeProvider clock, IRandomSource chance, ILogger log) : IModeration, IDisposable
{
    private readonly SignedPort _port = new(ModerationRules.Port, options, clock, chance, log);
    private readonly AnswerCache<Key, bool> _cache = new(options.CacheEntries, clock);
    private readonly TimeSpan _lifetime = TimeSpan.FromSeconds(options.CacheSeconds);

    // By the text's hash: the size of a kept verdict does not depend on the text.
    private readonly record struct Key(string App, bool Shadow, string TextHash);

    private sealed record Question(string Text);

    private sealed record Answer
    {
        public required bool Allowed { get; init; }
    }

    public async Task<ModerationResponse> CheckAsync(CallContext context, ModerationRequest request, CancellationToken cancellationToken)
    {
        if (ModerationRules.Settle(request) is { } settled)
        {
            return settled;
        }

        if (SignedPort.WaitOf(context, clock) is not { } wait)
        {
            return ModerationRules.NoAnswer(options);
        }

        var key = new Key(context.App, context.Shadow, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Text))));
        var answers = await _cache.GetAsync([key], _ => AskAsync(context, key, request.Text), _ => _lifetime, wait, cancellationToken).ConfigureAwait(false);
        return answers.IsWhole ? new ModerationResponse { Allowed = answers.Found[key] } : ModerationRules.NoAnswer(options);
    }

    public void Dispose() => _port.Dispose();

    private async Task<IReadOnlyDictionary<Key, bool>?> AskAsync(CallContext context, Key key, string text)
    {
        var answer = await _port.AskAsync<Question, Answer>(context, new Question(text)).ConfigureAwait(false);
        return answer is null ? null : new Dictionary<Key, bool> { [key] = answer.Allowed };
    }
}
