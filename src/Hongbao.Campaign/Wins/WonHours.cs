using Hongbao.Campaign.Plans;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Campaign.Wins;

/// <summary>What was won in an hour, by the wins' own rows.</summary>
internal sealed class WonHour
{
    /// <summary>The hour's beginning, Unix milliseconds.</summary>
    public long HourMs { get; init; }

    /// <summary>How many.</summary>
    public long Wins { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
}

/// <summary>A campaign's wins by hour.</summary>
internal static class WonHours
{
    private const long HourMs = 3_600_000;
    private const long DayMs = 86_400_000;

    /// <summary>A number below those of all wins of a campaign: it keeps who counts them away from older wins.</summary>
    public static long FirstNo(Plan plan) => Number.LowestAt(plan.StartsAtMs - DayMs);

    /// <summary>In order of time; hours without a win are missing.</summary>
    public static async Task<List<WonHour>> OfAsync(IStore store, Plan plan, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<WonHour>($"""
                select drawn_at / {HourMs} * {HourMs} as hour_ms, count(*) as wins, cast(sum(amount) as bigint) as amount from draws
                where campaign_id = @CampaignId and win_no >= @first group by drawn_at / {HourMs} order by 1
                """, new { plan.CampaignId, first = FirstNo(plan) }, cancellationToken).ConfigureAwait(false);
        }
    }
}
