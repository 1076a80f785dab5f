using Hongbao.Contracts;
using Hongbao.Core.Payments;
using Hongbao.Core.Subsidies;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Orders;

/// <summary>What Async pulls from Core: everything that Core asked for and has no end for, so that no lost message loses money.</summary>
internal sealed class PullSource(IStore store)
{
    private const int LimitMax = 4000;

    private sealed class ClaimRow
    {
        public string App { get; init; } = "";
        public long ClaimNo { get; init; }
        public int Slot { get; init; }
        public long PacketNo { get; init; }
        public long Uid { get; init; }
        public int Seq { get; init; }
        public long Amount { get; init; }
        public long ClaimedAt { get; init; }
        public long PayOrderNo { get; init; }
        public long SenderUid { get; init; }
        public string Currency { get; init; } = "";
        public PacketKind Kind { get; init; }
        public long CampaignId { get; init; }
    }

    private sealed class FundingRow : StoredSubsidy
    {
        public long FundedNo { get; init; }
    }

    private sealed class PageRow
    {
        public long Size { get; init; }
        public long LastNo { get; init; }
    }

    private sealed class ExpiredRow
    {
        public string App { get; init; } = "";
        public long PacketNo { get; init; }
        public long PayOrderNo { get; init; }
        public long SenderUid { get; init; }
        public long ClosedAmount { get; init; }
        public string Currency { get; init; } = "";
        public long CampaignId { get; init; }
    }

    public async Task<PullTransfersResponse> TransfersAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(request.Limit, 1, LimitMax);
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // Nearly all claims of a page have their end: they are counted, not read.
            var page = (await session.FirstAsync<PageRow>("""
                select count(*) as size, coalesce(max(claim_no), 0) as last_no
                from (select claim_no from claims where claim_no > @AfterNo and claim_no < @below order by claim_no limit @limit) as page
                """, new { request.AfterNo, below = Number.LowestAt(request.OlderThanMs), limit }, cancellationToken).ConfigureAwait(false))!;
            if (page.Size == 0)
            {
                return new PullTransfersResponse { NextAfterNo = request.AfterNo, Finished = true };
            }

            var rows = await session.QueryAsync<ClaimRow>($"""
                select c.app, c.claim_no, c.slot, c.packet_no, c.uid, c.seq, c.amount, c.claimed_at, p.pay_order_no, p.sender_uid, p.currency, p.kind, p.campaign_id
                from claims c join packets p on p.packet_no = c.packet_no
                where c.claim_no > @AfterNo and c.claim_no <= @LastNo and c.state = {(int)ClaimStatus.Claimed} and c.slot between @SlotFrom and @SlotTo
                order by c.claim_no
                """, new { request.AfterNo, page.LastNo, request.SlotFrom, request.SlotTo }, cancellationToken).ConfigureAwait(false);
            return new PullTransfersResponse { Items = rows.ConvertAll(ToWanted), NextAfterNo = page.LastNo, Finished = page.Size < limit };
        }
    }

    public async Task<PullRefundsResponse> RefundsAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var limit = Math.Clamp(request.Limit, 1, LimitMax);
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // The due table holds what has no final refund, and nothing else.
            var expired = await session.QueryAsync<ExpiredRow>("""
                select p.app, p.packet_no, p.pay_order_no, p.sender_uid, p.closed_amount, p.currency, p.campaign_id
                from due d join packets p on p.packet_no = d.no
                where d.kind = 5 and d.no > @AfterNo and d.slot between @SlotFrom and @SlotTo
                  and p.state in (4, 5) and p.closed_at < @OlderThanMs
                order by d.no limit @limit
                """, new { request.AfterNo, request.SlotFrom, request.SlotTo, request.OlderThanMs, limit }, cancellationToken).ConfigureAwait(false);
            var late = await session.QueryAsync<PaymentRow>("""
                select y.pay_order_no, y.slot, y.app, y.uid, y.packet_no, y.amount, y.currency, y.state, y.pay_until
                from due d join payments y on y.pay_order_no = d.no
                where d.kind = 3 and d.no > @AfterNo and d.slot between @SlotFrom and @SlotTo and y.state = 5 and y.updated_at < @OlderThanMs
                order by d.no limit @limit
                """, new { request.AfterNo, request.SlotFrom, request.SlotTo, request.OlderThanMs, limit }, cancellationToken).ConfigureAwait(false);
            return new PullRefundsResponse { Items = [.. expired.Select(ToWanted).Concat(late.Select(PaymentAdvancer.LateRefund)).OrderBy(r => r.CauseNo).Take(limit)] };
        }
    }

    public async Task<PullFundingsResponse> FundingsAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<FundingRow>("""
                select p.packet_no as funded_no, s.subsidy_no, s.app, s.external_no, s.uid, s.campaign_id, s.amount, s.currency, s.issued_at, s.expires_at
                from due d join packets p on p.packet_no = d.no join subsidies s on s.subsidy_no = p.subsidy_no
                where d.kind = 6 and d.no > @AfterNo and d.slot between @SlotFrom and @SlotTo and p.activated_at < @OlderThanMs
                order by d.no limit @limit
                """, new { request.AfterNo, request.SlotFrom, request.SlotTo, request.OlderThanMs, limit = Math.Clamp(request.Limit, 1, LimitMax) }, cancellationToken)
                .ConfigureAwait(false);
            return new PullFundingsResponse { Items = rows.ConvertAll(static r => new FundingWanted { PacketNo = r.FundedNo, Subsidy = r.Issued }) };
        }
    }

    private static TransferWanted ToWanted(ClaimRow row) => new()
    {
        App = row.App,
        ClaimNo = row.ClaimNo,
        PacketNo = row.PacketNo,
        PayOrderNo = row.PayOrderNo,
        SenderUid = row.SenderUid,
        Uid = row.Uid,
        Seq = row.Seq,
        Amount = row.Amount,
        Currency = row.Currency,
        Kind = row.Kind,
        ClaimedAtMs = row.ClaimedAt,
        CampaignId = row.CampaignId,
    };

    private static RefundWanted ToWanted(ExpiredRow row) => new()
    {
        App = row.App,
        Cause = RefundCause.Expiry,
        CauseNo = row.PacketNo,
        PacketNo = row.PacketNo,
        PayOrderNo = row.PayOrderNo,
        Uid = row.SenderUid,
        Amount = row.ClosedAmount,
        Currency = row.Currency,
        CampaignId = row.CampaignId,
    };
}
