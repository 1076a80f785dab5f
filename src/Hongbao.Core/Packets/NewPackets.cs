using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Core.Splits;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Packets;

/// <summary>A packet that is not written yet: its number and its draw are fixed.</summary>
internal sealed record NewPacket(CallContext Context, CreatePacketRequest Request, int Slot, long PacketNo, byte[] Seed, string SeedHash, int TtlSeconds);

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
        long? activatedAt = funding.State == PacketStatus.Active ? nowMs : null;
        return session.ExecuteAsync("""
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, scope_uids,
              greeting, content_id, ttl_seconds, seed, seed_hash, pay_order_no, campaign_id, subsidy_no, created_at, pay_until, activated_at, expires_at)
            values (@PacketNo, @Slot, @App, @Uid, @kind, @state, 1, @Currency, @Amount, @Count, @split, @ShareMax, @scope, @scopeUids,
              @Greeting, @contentId, @TtlSeconds, @Seed, @SeedHash, @PayOrderNo, @CampaignId, @SubsidyNo, @nowMs, @payUntilMs, @activatedAt, @expiresAt)
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
            expiresAt = activatedAt + (packet.TtlSeconds * 1000L),
        }, cancellationToken);
    }
}
