using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Models;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>What Core's tables say of campaigns' money.</summary>
internal sealed record CoreSeen(List<SubsidySeen> Subsidies, List<WonPacketSeen> Packets, ILookup<long, ClaimSeen> Claims, List<WithdrawalSeen> Withdrawals);

/// <summary>What Campaign's tables say.</summary>
internal sealed record RainSeen(List<CampaignSeen> Campaigns, List<RoundSeen> Rounds, List<DrawSeen> Draws, List<PoolSeen> Pools);

/// <summary>Looks at what the modules' tables say of campaigns, from outside.</summary>
internal sealed class RainTables(Tables tables)
{
    /// <summary>All of Core's, at the same moment.</summary>
    public async Task<CoreSeen> LookAtCoreAsync()
    {
        await using var session = await tables.SnapshotAsync("core");
        return new CoreSeen(
            await session.QueryAsync<SubsidySeen>("select subsidy_no, external_no, uid, campaign_id, amount, state, expires_at, packet_no from subsidies"),
            await session.QueryAsync<WonPacketSeen>("""
                select packet_no, sender_uid, campaign_id, subsidy_no, state, version, amount, count, claimed_amount, claimed_count, closed_amount, activated_at, expires_at from packets where kind = 2
                """),
            (await session.QueryAsync<ClaimSeen>("select claim_no, packet_no, uid, seq, amount, state, claimed_at from claims order by claim_no")).ToLookup(static c => c.PacketNo),
            await session.QueryAsync<WithdrawalSeen>("""
                select w.withdrawal_no, r.request_id, w.uid, w.amount, w.state, w.created_at
                from withdrawals w join requests r on r.result_no = w.withdrawal_no and r.operation = 'withdrawal.create'
                """));
    }

    /// <summary>All of Campaign's, at the same moment.</summary>
    public async Task<RainSeen> LookAtCampaignsAsync()
    {
        await using var session = await tables.SnapshotAsync("campaign");
        return new RainSeen(
            await session.QueryAsync<CampaignSeen>("select campaign_id, state, budget, starts_at, ends_at from campaigns"),
            await session.QueryAsync<RoundSeen>("select campaign_id, round, starts_at, ends_at, secret from rounds"),
            await session.QueryAsync<DrawSeen>("select campaign_id, round, uid, amount, prize, drawn_at, expires_at from draws"),
            await session.QueryAsync<PoolSeen>("""
                select p.campaign_id, p.round, p.prize, p.planned, p.allocated, cast(coalesce(sum(c.size), 0) as bigint) as sized, cast(coalesce(sum(c.issued), 0) as bigint) as issued
                from pools p left join chunks c on c.campaign_id = p.campaign_id and c.round = p.round and c.prize = p.prize
                group by p.campaign_id, p.round, p.prize, p.planned, p.allocated
                """));
    }
}
