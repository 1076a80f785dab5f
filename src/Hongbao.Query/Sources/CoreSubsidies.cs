using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Sources;

/// <summary>A subsidy as Core has stored it.</summary>
internal sealed class SubsidyRow
{
    public long SubsidyNo { get; init; }
    public string ExternalNo { get; init; } = "";
    public long CampaignId { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public SubsidyStatus State { get; init; }
    public long ExpiresAt { get; init; }
    public long? PacketNo { get; init; }
}

/// <summary>What Query reads of Core's subsidies.</summary>
internal sealed class CoreSubsidies(IReadStore core)
{
    /// <summary>A user's newest subsidies, and Core's time, Unix milliseconds.</summary>
    public async Task<(List<SubsidyRow> Rows, long NowMs)> OfUserAsync(string app, long uid, int limit, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<SubsidyRow>("""
                select subsidy_no, external_no, campaign_id, amount, currency, state, expires_at, packet_no from subsidies
                where app = @app and uid = @uid order by subsidy_no desc limit @limit
                """, new { app, uid, limit }, cancellationToken).ConfigureAwait(false);
            return (rows, await session.NowMsAsync(cancellationToken).ConfigureAwait(false));
        }
    }
}
