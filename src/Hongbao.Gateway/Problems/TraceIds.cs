using System.Diagnostics;

namespace Hongbao.Gateway.Problems;

/// <summary>The W3C trace id of a request; made up once for a request that nobody traces.</summary>
internal static class TraceIds
{
    /// <summary>Digits of a trace id.</summary>
    public const int Length = 32;

    /// <summary>True for an id as W3C writes it: digits in lower case, not all zero.</summary>
    public static bool IsOne(string text) => text.Length == Length && text.AsSpan().ContainsAnyExcept('0') && text.All(char.IsAsciiHexDigitLower);

    private sealed record MadeUp(string TraceId);

    public static string Of(HttpContext http)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            return activity.TraceId.ToHexString();
        }

        var madeUp = http.Features.Get<MadeUp>();
        if (madeUp is null)
        {
            madeUp = new MadeUp(ActivityTraceId.CreateRandom().ToHexString());
            http.Features.Set(madeUp);
        }

        return madeUp.TraceId;
    }
}
