using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Core.Splits;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Packets;

/// <summary>A packet that is not written yet: its number and its draw are fixed.</summary>
internal sealed record NewPacket(CallContext Context, CreatePacketRequest Request, int Slot, long PacketNo, byte[] Seed, string SeedHash, int TtlSeconds)
{
    /// <summary>The end of claiming, if it is activated at that time; Unix milliseconds.</summary>
    public long EndIfActivatedAt(long ms) => PacketTime.End(ms, Request.OpensAtMs, TtlSeconds);
}

/// <summary>How long a packet can be claimed.</summary>
internal static class PacketTime
{
    /// <summary>The end of claiming: the time to claim begins with the activation, or when the packet opens if that is later. Unix milliseconds.</summary>
    /// <param name="activatedAtMs">When its money was there.</param>
    /// <param name="opensAtMs">0 for at once.</param>
    /// <param name="ttlSeconds">The time to claim.</param>
    public static long End(long activatedAtMs, long opensAtMs, int ttlSeconds) => Math.Max(activatedAtMs, opensAtMs) + (ttlSeconds * 1000L);
}

/// <summary>Where a new packet's money comes from, and the state that it begins in.</summary>
/// <param name="Kind">Who funds it.</param>
/// <param name="State">Waits for its payment, or is active at once.</param>
/// <param name="PayOrderNo">Its payment order; 0 when a campaign pays.</param>
/// <param name="CampaignId">The campaign; 0 when the sender pays.</param>
/// <param name="SubsidyNo">The subsidy; null when the sender pays.</param>
internal sealed record PacketFunding(PacketKind Kind, PacketStatus State, long PayOrderNo, long CampaignId, long? SubsidyNo);

/// <summary>Makes packets of requests that keep the rules, and writes their rows.</summary>
internal sealed class NewPackets(NumberMinter numbers, IRandomSource chance, CoreOptions options)
{
    /// <summary>A packet with a fresh number, seed and commitment.</summary>
    public NewPacket Make(CallContext context, CreatePacketRequest request)
    {
        var slot = Number.SlotOf(context.Uid);
        var packetNo = numbers.Mint(slot);
        var seed = new byte[SeedDraw.SeedLength];
        chance.Fill(seed);
        return new NewPacket(
            context, request, slot, packetNo, seed, SeedDraw.Commitment(packetNo, seed, request.Amount, request.Count, request.Split, options.ShareMax),
            request.TtlSeconds == 0 ? options.TtlSecondsDefault : request.TtlSeconds);
    }

    /// <summary>Writes its row; one that is active at once can be claimed from now on.</summary>
    public Task InsertAsync(StoreSession session, NewPacket packet, PacketFunding funding, long nowMs, long payUntilMs, CancellationToken cancellationToken)
    {
        var (context, request) = (packet.Context, packet.Request);
        var condition = request.Condition;
        long? activatedAt = funding.State == PacketStatus.Active ? nowMs : null;
        return session.ExecuteAsync("""
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, scope_uids,
              greeting, content_id, ttl_seconds, seed, seed_hash, pay_order_no, campaign_id, subsidy_no, created_at, pay_until, activated_at, expires_at,
              opens_at, condition_kind, condition_uid, condition_content, password_hash)
            values (@PacketNo, @Slot, @App, @Uid, @kind, @state, 1, @Currency, @Amount, @Count, @split, @ShareMax, @scope, @scopeUids,
              @Greeting, @contentId, @TtlSeconds, @Seed, @SeedHash, @PayOrderNo, @CampaignId, @SubsidyNo, @nowMs, @payUntilMs, @activatedAt, @expiresAt,
              @opensAt, @conditionKind, @conditionUid, @conditionContent, @passwordHash)
            """, new
        {
            packet.PacketNo,
            packet.Slot,
            context.App,
            context.Uid,
            kind = (int)funding.Kind,
            state = (int)funding.State,
            request.Currency,
            request.Amount,
            request.Count,
            split = (int)request.Split,
            options.ShareMax,
            scope = (int)request.Scope,
            scopeUids = request.Scope == ScopeKind.Exclusive ? JsonSerializer.Serialize(request.ScopeUids.Order()) : null,
            request.Greeting,
            contentId = request.ContentId.Length == 0 ? null : request.ContentId,
            packet.TtlSeconds,
            packet.Seed,
            packet.SeedHash,
            funding.PayOrderNo,
            funding.CampaignId,
            funding.SubsidyNo,
            nowMs,
            payUntilMs,
            activatedAt,
            expiresAt = activatedAt is null ? (long?)null : packet.EndIfActivatedAt(nowMs),
            opensAt = request.OpensAtMs == 0 ? (long?)null : request.OpensAtMs,
            conditionKind = (int)condition.Kind,
            conditionUid = condition.Kind != ConditionKind.Follow ? (long?)null : condition.Uid == 0 ? context.Uid : condition.Uid,
            conditionContent = condition.Kind == ConditionKind.Share ? condition.ContentId : null,
            passwordHash = condition.Kind == ConditionKind.Password ? OpeningPassword.Hash(condition.Password, packet.PacketNo) : null,
        }, cancellationToken);
    }
}
