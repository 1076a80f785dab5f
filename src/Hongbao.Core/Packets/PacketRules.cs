using System.Globalization;
using System.Text;
using Hongbao.Contracts;
using Hongbao.Foundation.Opening;

namespace Hongbao.Core.Packets;

/// <summary>What a packet may be; every fault names its field as in the HTTP contract and what is accepted.</summary>
internal static class PacketRules
{
    /// <summary>Smallest share, minor units.</summary>
    public const long ShareMin = 1;

    private const int RequestIdMax = 64;
    private const int ContentIdMax = 64;
    private const int ScopeUidsMax = 100;

    /// <summary>Finds all faults.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="options">Limits.</param>
    /// <param name="nowMs">The store's time as far as known. Later the same request is as acceptable: it can be repeated.</param>
    public static List<FieldFault> Check(CreatePacketRequest request, CoreOptions options, long nowMs)
    {
        var faults = new List<FieldFault>();
        void Fault(string field, string message) => faults.Add(new FieldFault { Field = field, Message = message });

        if (TextFault(request.RequestId, 1, RequestIdMax) is { } requestId)
        {
            Fault("requestId", requestId);
        }

        if (request.Count < 1 || request.Count > options.CountMax)
        {
            Fault("count", $"must be between 1 and {options.CountMax}");
        }

        if (!Enum.IsDefined(request.Split))
        {
            Fault("split", "must be 'random', 'fair' or 'equal'");
        }

        if (request.Amount < 1)
        {
            Fault("amount", "must be at least 1 minor unit");
        }
        else if (request.Count >= 1 && request.Count <= options.CountMax)
        {
            if (request.Amount < request.Count || request.Amount > request.Count * options.ShareMax)
            {
                Fault("amount", $"must be between {request.Count} and {request.Count * options.ShareMax} for {request.Count} shares of 1 to {options.ShareMax}");
            }
            else if (request.Split == SplitKind.Equal && request.Amount % request.Count != 0)
            {
                Fault("amount", $"must divide by {request.Count} for an equal split");
            }
        }

        if (!options.CurrenciesAccepted.Contains(request.Currency))
        {
            Fault("currency", $"must be one of: {string.Join(", ", options.CurrenciesAccepted)}");
        }

        CheckScope(request, Fault);
        if (request.Greeting.Length > 0 && TextFault(request.Greeting, 1, options.GreetingMax) is { } greeting)
        {
            Fault("greeting", greeting);
        }

        if (request.ContentId.Length > 0 && TextFault(request.ContentId, 1, ContentIdMax) is { } contentId)
        {
            Fault("contentId", contentId);
        }

        if (request.TtlSeconds != 0 && (request.TtlSeconds < options.TtlSecondsMin || request.TtlSeconds > options.TtlSecondsMax))
        {
            Fault("ttlSeconds", $"must be between {options.TtlSecondsMin} and {options.TtlSecondsMax}");
        }

        if (request.OpensAtMs < 0 || request.OpensAtMs > nowMs + (options.OpensAheadSecondsMax * 1000L))
        {
            Fault("opensAt", $"must be a time after 1970 and at most {options.OpensAheadSecondsMax} seconds from now");
        }

        faults.AddRange(ConditionRules.Faults(request.Condition, hasSender: true));

        return faults;
    }

    /// <summary>Why a text is not acceptable, or null. Length counts Unicode characters, not UTF-16 units.</summary>
    public static string? TextFault(string text, int min, int max)
    {
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            length++;
            // Control characters and lone surrogates; emoji and their joiners are fine.
            if (rune == Rune.ReplacementChar || TurnsDirection(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return $"must be {min} to {max} characters without control characters";
            }
        }

        return length < min || length > max ? $"must be {min} to {max} characters, not {length}" : null;
    }

    // Overrides and isolates of the bidirectional algorithm: a greeting could turn the text around it.
    private static bool TurnsDirection(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    private static void CheckScope(CreatePacketRequest request, Action<string, string> fault)
    {
        if (!Enum.IsDefined(request.Scope))
        {
            fault("scope.kind", "must be 'public', 'followers', 'friends' or 'exclusive'");
        }
        else if (request.Scope == ScopeKind.Exclusive)
        {
            if (request.ScopeUids.Count is < 1 or > ScopeUidsMax)
            {
                fault("scope.uids", $"must name 1 to {ScopeUidsMax} users");
            }
            else if (request.ScopeUids.Distinct().Count() != request.ScopeUids.Count)
            {
                fault("scope.uids", "must name each user once");
            }
            else if (request.ScopeUids.Any(u => u < 1))
            {
                fault("scope.uids", "must be positive user ids");
            }
        }
        else if (request.ScopeUids.Count > 0)
        {
            fault("scope.uids", "is only for scope kind 'exclusive'");
        }
    }
}
