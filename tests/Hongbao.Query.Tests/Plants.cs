using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Tests;

/// <summary>A packet as a test wants it to stand in Core's table; the rest follows.</summary>
internal sealed record PacketPlan
{
    public long PacketNo { get; set; }
    public string App { get; init; } = CallContext.DefaultApp;
    public long Sender { get; init; } = 1001;
    public PacketStatus State { get; init; } = PacketStatus.Active;
    public long Amount { get; init; } = 1000;
    public int Count { get; init; } = 10;
    public SplitKind Split { get; init; } = SplitKind.Random;
    public ScopeKind Scope { get; init; } = ScopeKind.Public;
    public long[]? ScopeUids { get; init; }
    public string Greeting { get; init; } = "";
    public string? ContentId { get; init; }
    public long AtMs { get; init; } = Plants.NowMs;
    public List<ClaimPlan> Claims { get; init; } = [];

    public byte[] Seed => [.. Enumerable.Range(0, 32).Select(i => (byte)((PacketNo + i) & 255))];
    public long PayOrderNo => PacketNo + 7;
    public long PayUntil => AtMs + 900_000;
    public long ExpiresAt => AtMs + 86_400_000;
}

/// <summary>A claim as a test wants it.</summary>
internal sealed record ClaimPlan(long Uid, long Amount)
{
    public long ClaimNo { get; set; }
    public int Seq { get; set; }
    public ClaimStatus State { get; init; } = ClaimStatus.Claimed;
    public long AtMs { get; init; } = Plants.NowMs;
}

/// <summary>Puts rows into the real tables of Core and Async, as those would have committed them.</summary>
internal sealed class Plants(IStore core, IStore async)
{
    /// <summary>2026-06-15 12:00 in Shanghai.</summary>
    public static readonly long NowMs = new DateTimeOffset(2026, 6, 15, 4, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private int _sequence;

    /// <summary>A number of a moment, later ones of the same second being greater for the same slot.</summary>
    public long NumberAt(long ms, int slot) => Number.LowestAt(ms) | ((long)slot << 23) | (uint)++_sequence;

    public async Task<PacketPlan> PacketAsync(PacketPlan plan)
    {
        await PacketsAsync([plan]);
        return plan;
    }

    public async Task PacketsAsync(IReadOnlyList<PacketPlan> plans)
    {
        await using var session = await core.WriteAsync(default);
        foreach (var plan in plans)
        {
            await InsertAsync(session, plan);
        }

        await session.CommitAsync();
    }

    public Task TransferAsync(ClaimPlan claim, OrderStatus state) => TransferAsync(claim.ClaimNo, claim.Uid, claim.Amount, state);

    public Task RefundAsync(PacketPlan packet, RefundCause cause, long causeNo, long amount, OrderStatus state) =>
        ExecuteAsync(async, """
            insert into refunds (refund_no, slot, app, cause, cause_no, packet_no, pay_order_no, uid, amount, currency, state, created_at, updated_at)
            values (@no, 0, @App, @cause, @causeNo, @PacketNo, @PayOrderNo, @Sender, @amount, 'CNY', @state, 0, 0)
            """, new
        {
            no = NumberAt(NowMs - 120_000, 0),
            packet.App,
            cause = (int)cause,
            causeNo,
            packet.PacketNo,
            packet.PayOrderNo,
            packet.Sender,
            amount,
            state = (int)state,
        });

    /// <summary>What Core and Async commit when finance refuses a claim's transfer for good.</summary>
    public async Task FailAsync(PacketPlan packet, ClaimPlan claim)
    {
        await TransferAsync(claim, OrderStatus.Failed);
        await RefundAsync(packet, RefundCause.FailedClaim, claim.ClaimNo, claim.Amount, OrderStatus.Pending);
        await ExecuteAsync(core, "update claims set state = 4 where claim_no = @ClaimNo", new { claim.ClaimNo });
    }

    public static async Task ExecuteAsync(IStore store, Sql sql, object? arguments = null)
    {
        await using var session = await store.WriteAsync(default);
        await session.ExecuteAsync(sql, arguments);
        await session.CommitAsync();
    }

    private Task TransferAsync(long claimNo, long uid, long amount, OrderStatus state) =>
        ExecuteAsync(async, """
            insert into transfers (transfer_no, slot, app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, currency, kind, state, created_at, updated_at)
            values (@no, 0, 'default', @claimNo, 1, 1, 1, @uid, @amount, 'CNY', 1, @state, 0, 0)
            """, new { no = NumberAt(NowMs, 0), claimNo, uid, amount, state = (int)state });

    private async Task InsertAsync(StoreSession session, PacketPlan plan)
    {
        var slot = Number.SlotOf(plan.Sender);
        plan.PacketNo = plan.PacketNo == 0 ? NumberAt(plan.AtMs, slot) : plan.PacketNo;
        var claimed = plan.Claims.Sum(c => c.Amount);
        var isPaid = plan.State is not (PacketStatus.PendingPayment or PacketStatus.Closed);
        var isEnded = plan.State is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded;
        await session.ExecuteAsync("""
            insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, scope_uids, greeting,
              content_id, ttl_seconds, claimed_amount, claimed_count, closed_amount, closed_count, seed, seed_hash, pay_order_no, created_at, pay_until,
              activated_at, expires_at, closed_at)
            values (@PacketNo, @slot, @App, @Sender, 1, @state, 1, 'CNY', @Amount, @Count, @split, 20000, @scope, @scopeUids, @Greeting,
              @ContentId, 86400, @claimed, @claims, @closedAmount, @closedCount, @Seed, @seedHash, @PayOrderNo, @AtMs, @PayUntil,
              @activatedAt, @expiresAt, @closedAt)
            """, new
        {
            plan.PacketNo,
            slot,
            plan.App,
            plan.Sender,
            state = (int)plan.State,
            plan.Amount,
            plan.Count,
            split = (int)plan.Split,
            scope = (int)plan.Scope,
            scopeUids = plan.ScopeUids is null ? null : JsonSerializer.Serialize(plan.ScopeUids),
            plan.Greeting,
            plan.ContentId,
            claimed,
            claims = plan.Claims.Count,
            closedAmount = isEnded ? plan.Amount - claimed : 0,
            closedCount = isEnded ? plan.Count - plan.Claims.Count : 0,
            plan.Seed,
            seedHash = $"hash{plan.PacketNo}",
            plan.PayOrderNo,
            plan.AtMs,
            plan.PayUntil,
            activatedAt = isPaid ? plan.AtMs : (long?)null,
            expiresAt = isPaid ? plan.ExpiresAt : (long?)null,
            closedAt = isEnded ? plan.ExpiresAt : (long?)null,
        });
        for (var i = 0; i < plan.Claims.Count; i++)
        {
            var claim = plan.Claims[i];
            claim.Seq = i + 1;
            claim.ClaimNo = claim.ClaimNo == 0 ? NumberAt(claim.AtMs, slot) : claim.ClaimNo;
            await session.ExecuteAsync("""
                insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
                values (@ClaimNo, @slot, @App, @PacketNo, @Uid, @Seq, @Amount, @state, @AtMs)
                """, new { claim.ClaimNo, slot, plan.App, plan.PacketNo, claim.Uid, claim.Seq, claim.Amount, state = (int)claim.State, claim.AtMs });
        }
    }
}
