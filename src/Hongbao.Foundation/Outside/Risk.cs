using System.Globalization;
using System.Text;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Outside;

/// <summary>What holds for risk control wherever it is done.</summary>
internal static class RiskRules
{
    public const string Port = "risk";

    /// <summary>The kind of port that allows everything.</summary>
    public const string Allow = "allow";

    public const int OperationMax = 64;
    public const int ReasonMax = 200;

    public static RiskResponse? Settle(RiskRequest request) => request.Operation.Length is < 1 or > OperationMax
        ? new RiskResponse { Result = Result.Invalid("operation", $"1 to {OperationMax} characters") }
        : null;

    public static RiskResponse NoAnswer() => new() { Result = Result.Of(ResultCode.Degraded, "Risk control gives no answer at the moment.") };

    public static RiskResponse Refused(string reason) => new() { Reason = Clean(reason) };

    // It is shown to the user: bounded, and free of what turns or hides the text around it.
    private static string Clean(string reason)
    {
        var shown = new StringBuilder(Math.Min(reason.Length, ReasonMax));
        foreach (var rune in reason.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                continue;
            }

            if (shown.Length + rune.Utf16SequenceLength > ReasonMax)
            {
                break;
            }

            shown.Append(rune);
        }

        return shown.ToString().Trim();
    }
}

/// <summary>No risk control: everything is allowed, and nobody is asked.</summary>
internal sealed class AllowAllRisk : IRisk
{
    public Task<RiskResponse> CheckAsync(CallContext context, RiskRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(RiskRules.Settle(request) ?? new RiskResponse { Allowed = true });
    }
}

/// <summary>
/// Refuses the users of a JSON file, each with a sentence for him or none: <c>{"refused": {"1009": "Please call us about your account."}}</c>. Whatever the
/// operation and the amount; the same for every app.
/// </summary>
internal sealed class FileRisk(OutsidePortOptions options, TimeProvider clock, ILogger log) : IRisk
{
    private readonly WatchedFile<Dictionary<long, string>> _file = new(RiskRules.Port, options.File, Parse, clock, log);

    private sealed record Document
    {
        public required Dictionary<long, string> Refused { get; init; }
    }

    public Task<RiskResponse> CheckAsync(CallContext context, RiskRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(RiskRules.Settle(request) ?? Look(request));
    }

    private RiskResponse Look(RiskRequest request) => _file.Current() is not { } refused ? RiskRules.NoAnswer()
        : refused.TryGetValue(request.Uid, out var reason) ? RiskRules.Refused(reason)
        : new RiskResponse { Allowed = true };

    private static Dictionary<long, string> Parse(byte[] json)
    {
        var refused = JsonSerializer.Deserialize<Document>(json, SignedPort.Json)?.Refused ?? throw new InvalidDataException("it is empty");
        return refused.Values.Any(r => r is null) ? throw new InvalidDataException("the sentence for a refused user is null") : refused;
    }
}

/// <summary>The host app's own service, asked by signed HTTP.</summary>
internal sealed class HttpRisk(OutsidePortOptions options, TimeProvider clock, IRandomSource chance, ILogger log) : IRisk, IDisposable
{
    private readonly SignedPort _port = new(RiskRules.Port, options, clock, chance, log);
    private readonly AnswerCache<Key, Answer> _cache = new(options.CacheEntries, clock);
    private readonly TimeSpan _lifetime = TimeSpan.FromSeconds(options.CacheSeconds);

    private readonly record struct Key(string App, bool Shadow, string Operation, long Uid, long Amount, string Currency);

    private sealed record Question(string Operation, long Uid, long Amount, string Currency);

    private sealed record Answer
    {
        public required bool Allowed { get; init; }
        public string Reason { get; init; } = "";
    }

    public async Task<RiskResponse> CheckAsync(CallContext context, RiskRequest request, CancellationToken cancellationToken)
    {
        if (RiskRules.Settle(request) is { } settled)
        {
            return settled;
        }

        if (SignedPort.WaitOf(context, clock) is not { } wait)
        {
            return RiskRules.NoAnswer();
        }

        var key = new Key(context.App, context.Shadow, request.Operation, request.Uid, request.Amount, request.Currency);
        var answers = await _cache.GetAsync([key], _ => AskAsync(context, key), _ => _lifetime, wait, cancellationToken).ConfigureAwait(false);
        return !answers.IsWhole ? RiskRules.NoAnswer()
            : answers.Found[key] is { Allowed: false } refused ? RiskRules.Refused(refused.Reason)
            : new RiskResponse { Allowed = true };
    }

    public void Dispose() => _port.Dispose();

    private async Task<IReadOnlyDictionary<Key, Answer>?> AskAsync(CallContext context, Key key)
    {
        var answer = await _port.AskAsync<Question, Answer>(context, new Question(key.Operation, key.Uid, key.Amount, key.Currency)).ConfigureAwait(false);
        return answer is null ? null : new Dictionary<Key, Answer> { [key] = answer };
    }
}
