using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Core.Orders;
using Hongbao.Core.Subsidies;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Withdrawals;

/// <summary>
/// Hurries what a user was given and does not have yet, before he withdraws: claims of subsidized packets whose transfer has no end. It only makes more of
/// his money ready; without an answer nothing is lost, and what has no end by then is not ready yet.
/// </summary>
internal sealed class CreditAdvance(IStore store, Lazy<IRedPacketAsync> async, ClaimSettlement settlement, CoreOptions options, TimeProvider clock)
{
    // The oldest of a user's credits; one who has more of them waits for their ordinary way.
    private const int CreditsMax = 200;

    // A claim and the subsidy that funds its packet.
    private sealed class CreditRow : StoredSubsidy
    {
        public long ClaimNo { get; init; }
        public long FundedNo { get; init; }
        public long ClaimerUid { get; init; }
        public int Seq { get; init; }
        public long ClaimedAmount { get; init; }
        public long ClaimedAt { get; init; }
    }

    /// <summary>Has Async advance the caller's unfinished credits of a currency, for a while, and ends the claims that ended.</summary>
    /// <exception cref="StoreException">They cannot be read.</exception>
    public async Task AdvanceAsync(CallContext context, string currency, CancellationToken cancellationToken)
    {
        var credits = await FindAsync(context, currency, cancellationToken).ConfigureAwait(false);
        if (credits.Count == 0)
        {
            return;
        }

        var request = new AdvanceCreditsRequest
        {
            Transfers = credits.ConvertAll(ToTransfer),
            Fundings = [.. credits.DistinctBy(c => c.FundedNo).Select(c => new FundingWanted { PacketNo = c.FundedNo, Subsidy = c.Issued })],
        };
        var answer = await clock.AskWithinAsync(
            context, Patience(context), (own, token) => async.Value.AdvanceCreditsAsync(own with { Uid = 0 }, request, token), cancellationToken).ConfigureAwait(false);
        var asked = credits.Select(c => c.ClaimNo).ToHashSet();
        var ended = answer.Result.IsOk() ? answer.Items.FindAll(o => o.Status is OrderStatus.Succeeded or OrderStatus.Failed && asked.Contains(o.ClaimNo)) : [];
        if (ended.Count == 0)
        {
            return;
        }

        try
        {
            await settlement.SettleAsync(ended, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            // Async's message brings the same ends, and the pull.
        }
    }

    // The balance has to be asked for after this: at most half of the caller's time is spent here.
    private TimeSpan Patience(CallContext context)
    {
        var most = TimeSpan.FromMilliseconds(options.WithdrawAdvanceMs);
        if (context.DeadlineMs == 0)
        {
            return most;
        }

        var half = TimeSpan.FromMilliseconds((context.DeadlineMs - clock.GetUtcNow().ToUnixTimeMilliseconds()) / 2);
        return half < most ? half : most;
    }

    private async Task<List<CreditRow>> FindAsync(CallContext context, string currency, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<CreditRow>("""
                select r.claim_no, r.packet_no as funded_no, r.uid as claimer_uid, r.seq, r.amount as claimed_amount, r.claimed_at,
                  s.subsidy_no, s.app, s.external_no, s.uid, s.campaign_id, s.amount, s.currency, s.issued_at, s.expires_at
                from reward_credits r join packets p on p.packet_no = r.packet_no join subsidies s on s.subsidy_no = p.subsidy_no
                where r.app = @App and r.uid = @Uid and r.currency = @currency order by r.claim_no limit @CreditsMax
                """, new { context.App, context.Uid, currency, CreditsMax }, cancellationToken).ConfigureAwait(false);
        }
    }

    // Its packet is of the subsidy's user, app and currency.
    private static TransferWanted ToTransfer(CreditRow row) => new()
    {
        App = row.App,
        ClaimNo = row.ClaimNo,
        PacketNo = row.FundedNo,
        SenderUid = row.Uid,
        Uid = row.ClaimerUid,
        Seq = row.Seq,
        Amount = row.ClaimedAmount,
        Currency = row.Currency,
        Kind = PacketKind.B2C,
        ClaimedAtMs = row.ClaimedAt,
        CampaignId = row.CampaignId,
    };
}
