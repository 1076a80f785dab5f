using Hongbao.Contracts;

namespace Hongbao.Gateway.Endpoints;

/// <summary>
/// The limits of packets as clients are told them: Core's, which are what counts. They are asked for again after a while, and shown as they were last while Core gives
/// no answer. Thread safe.
/// </summary>
internal sealed class PacketLimits(IRedPacketCore core, Calls calls, TimeProvider clock)
{
    /// <summary>How long an answer, or that there was none, counts: limits change with a restart of Core only.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(5);

    private volatile Asked? _last;

    private sealed record Asked(LimitsResponse Answer, long At);

    /// <summary>The limits; a refusal that may be asked again when Core has never answered yet.</summary>
    public async Task<LimitsResponse> GetAsync(CallOrigin origin)
    {
        var last = _last;
        if (last is not null && clock.GetElapsedTime(last.At) < Freshness)
        {
            return last.Answer;
        }

        // Half of what a call may take: what is asked next needs time too.
        var answer = await calls.TryAskAsync(origin, core.GetLimitsAsync, calls.Budget().Left / 2);
        if (answer is null || !answer.Result.IsOk())
        {
            if (last is null)
            {
                return answer ?? new LimitsResponse { Result = Result.Of(ResultCode.Overloaded) };
            }

            // Whoever comes soon does not wait for Core again.
            answer = last.Answer;
        }

        _last = new Asked(answer, clock.GetTimestamp());
        return answer;
    }
}
