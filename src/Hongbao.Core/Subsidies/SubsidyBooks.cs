using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Subsidies;

/// <summary>
/// What became of a campaign's subsidies, by hour of the win. Each hour is read in one statement, so that its figures fit each other; a heavy one, for
/// after the campaign.
/// </summary>
internal sealed class SubsidyBooks(IStore store)
{
    private const long HourMs = 3_600_000;

    // A packet whose shares are all taken is open as long as a transfer of it can fail: that money would come back to the campaign.
    // A campaign's number is its own among all apps: what is asked for the platform, whose context may be any app's, is never counted too low.
    private const string HourSql = """
        select @hourMs as hour_ms, count(*) as stored_count, coalesce(cast(sum(amount) as bigint), 0) as stored_amount,
          count(case state when 3 then 1 end) as used_count, coalesce(cast(sum(case state when 3 then amount end) as bigint), 0) as used_amount,
          count(case state when 4 then 1 end) as expired_count, coalesce(cast(sum(case state when 4 then amount end) as bigint), 0) as expired_amount,
          coalesce(cast(sum(claimed_amount - failed_amount) as bigint), 0) as claimed_amount,
          coalesce(cast(sum(closed_amount + failed_amount) as bigint), 0) as returned_amount,
          count(case when packet_state in (2, 4, 5) or open_claims > 0 then 1 end) as open_packets
        from (
          select s.amount, s.state, p.claimed_amount, p.closed_amount, p.state as packet_state,
            coalesce((select cast(sum(c.amount) as bigint) from claims c where c.packet_no = p.packet_no and c.state = 4), 0) as failed_amount,
            (select count(*) from claims c where c.packet_no = p.packet_no and c.state = 1) as open_claims
          from subsidies s left join packets p on p.packet_no = s.packet_no
          where s.campaign_id = @CampaignId and s.issued_at >= @hourMs and s.issued_at < @hourMs + 3600000) as subsidy
        """;

    private sealed class Row
    {
        public long HourMs { get; init; }
        public long StoredCount { get; init; }
        public long StoredAmount { get; init; }
        public long UsedCount { get; init; }
        public long UsedAmount { get; init; }
        public long ExpiredCount { get; init; }
        public long ExpiredAmount { get; init; }
        public long ClaimedAmount { get; init; }
        public long ReturnedAmount { get; init; }
        public long OpenPackets { get; init; }
    }

    public async Task<SubsidyBooksResponse> ReadAsync(SubsidyBooksRequest request, CancellationToken cancellationToken)
    {
        var hours = new List<SubsidyBooksHour>();
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            for (var from = 0L; ;)
            {
                var next = await session.FirstAsync<long?>(
                    "select min(issued_at) from subsidies where campaign_id = @CampaignId and issued_at >= @from", new { request.CampaignId, from }, cancellationToken)
                    .ConfigureAwait(false);
                if (next is null)
                {
                    return new SubsidyBooksResponse { Hours = hours };
                }

                var hourMs = next.Value - (next.Value % HourMs);
                hours.Add(ToHour((await session.FirstAsync<Row>(HourSql, new { request.CampaignId, hourMs }, cancellationToken).ConfigureAwait(false))!));
                from = hourMs + HourMs;
            }
        }
    }

    private static SubsidyBooksHour ToHour(Row row) => new()
    {
        HourMs = row.HourMs,
        StoredCount = row.StoredCount,
        StoredAmount = row.StoredAmount,
        UsedCount = row.UsedCount,
        UsedAmount = row.UsedAmount,
        ExpiredCount = row.ExpiredCount,
        ExpiredAmount = row.ExpiredAmount,
        ClaimedAmount = row.ClaimedAmount,
        ReturnedAmount = row.ReturnedAmount,
        OpenPackets = row.OpenPackets,
    };
}
