using Hongbao.Contracts;
using Hongbao.Foundation.Chance;

namespace Hongbao.Core.Claims;

/// <summary>
/// When those who were turned away come again. Each waits a uniform time between <see cref="ShortestMs"/> and an end that moves away by a
/// millisecond for each refusal of that packet in the last moments: about a thousand polls a second come back to a packet, however many
/// wait, until the longest wait that people bear is reached. What a busy packet serves has no part in it: its places are free
/// again with the next commit, in milliseconds; the polls of those who wait are the load that has to be spread.
/// </summary>
internal static class Polls
{
    /// <summary>How often a client may come again.</summary>
    public const int Max = 10;

    /// <summary>Nobody is sent away for less.</summary>
    public const int ShortestMs = 200;

    /// <summary>Nobody is sent away for longer.</summary>
    public const int LongestMs = 5000;

    private const int NarrowestMs = 300;

    /// <summary>The answer to one who was turned away.</summary>
    /// <param name="refusals">How many the packet turned away in the last moments.</param>
    /// <param name="chance">Spreads them.</param>
    public static Result Busy(int refusals, IRandomSource chance) => new()
    {
        Code = ResultCode.ClaimBusy,
        Detail = "Many are at this packet; please ask again.",
        RetryAfterMs = ShortestMs + chance.Below(Math.Min(NarrowestMs + Math.Min(refusals, LongestMs), LongestMs - ShortestMs) + 1),
        MaxPolls = Max,
    };
}
