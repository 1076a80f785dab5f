using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Lanes;

/// <summary>What lanes read and write: packets with their claims in, one transaction a batch out.</summary>
internal sealed class LaneStore(IStore store, Outbox outbox, DueTable<DueKind> due)
{
    private sealed class PacketRow
    {
        public long PacketNo { get; init; }
        public int Slot { get; init; }
        public string App { get; init; } = "";
        public long SenderUid { get; init; }
        public PacketKind Kind { get; init; }
        public PacketStatus State { get; init; }
        public long Version { get; init; }
        public string Currency { get; init; } = "";
        public long Amount { get; init; }
        public int Count { get; init; }
        public SplitKind Split { get; init; }
        public long Cap { get; init; }
        public ScopeKind Scope { get; init; }
        public string? ScopeUids { get; init; }
        public byte[] Seed { get; init; } = [];
        public long PayOrderNo { get; init; }
        public long CampaignId { get; init; }
        public long CreatedAt { get; init; }
        public int TtlSeconds { get; init; }
        public long ClaimedAmount { get; init; }
        public int ClaimedCount { get; init; }
        public long ClosedAmount { get; init; }
        public int ClosedCount { get; init; }
        public string? ContentId { get; init; }
        public long? ActivatedAt { get; init; }
        public long? ExpiresAt { get; init; }
        public long? ClosedAt { get; init; }
        public long? OpensAt { get; init; }
        public ConditionKind ConditionKind { get; init; }
        public long? ConditionUid { get; init; }
        public string? ConditionContent { get; init; }
        public byte[]? PasswordHash { get; init; }
    }

    private sealed class ClaimRow
    {
        public long PacketNo { get; init; }
        public long Uid { get; init; }
        public long ClaimNo { get; init; }
        public int Seq { get; init; }
        public long Amount { get; init; }
        public ClaimStatus State { get; init; }
        public long ClaimedAt { get; init; }
    }

    private sealed class StandingRow
    {
        public PacketStatus PacketState { get; init; }
        public long? ClaimNo { get; init; }
        public int Seq { get; init; }
        public long Amount { get; init; }
        public ClaimStatus State { get; init; }
        public long ClaimedAt { get; init; }
    }

    private readonly record struct NewClaimRow(HeldPacket Packet, NewClaim New);

    private sealed class VersionRow
    {
        public long PacketNo { get; init; }
        public long Version { get; init; }
    }

    // The packet's row may be rewritten only from the version that the lane read, and at the time that the change needs.
    // PostgreSQL locks in order of packet number first, so that two owners wait for each other instead of dying. Counting the locked makes that
    // come first; a join with them would compare every pair, for writers join by key only.
    private static readonly Sql UpdatePackets = new(
        """
        update packets set state = @state, version = version + 1, claimed_amount = @claimed_amount, claimed_count = @claimed_count,
          closed_amount = @closed_amount, closed_count = @closed_count, content_id = @content_id,
          activated_at = @activated_at, expires_at = @expires_at, closed_at = @closed_at
        where packet_no = @packet_no and version = @version
          and (@guard = 0 or (@guard = 1 and expires_at > now_ms()) or (@guard = 2 and expires_at <= now_ms())
            or (@guard = 3 and expires_at > now_ms() and opens_at <= now_ms()))
        """,
        """
        with i as (
          select * from unnest(@packet_no::bigint[], @version::bigint[], @state::int[], @claimed_amount::bigint[], @claimed_count::int[],
            @closed_amount::bigint[], @closed_count::int[], @content_id::text[], @activated_at::bigint[], @expires_at::bigint[],
            @closed_at::bigint[], @guard::int[])
            as t(packet_no, version, state, claimed_amount, claimed_count, closed_amount, closed_count, content_id, activated_at,
              expires_at, closed_at, guard)),
        locked as materialized (
          select p.packet_no from packets p where p.packet_no = any(@packet_no) order by p.packet_no for update),
        changed as (update packets p set state = i.state, version = p.version + 1, claimed_amount = i.claimed_amount, claimed_count = i.claimed_count,
          closed_amount = i.closed_amount, closed_count = i.closed_count, content_id = i.content_id,
          activated_at = i.activated_at, expires_at = i.expires_at, closed_at = i.closed_at
        from i
        where (select count(*) from locked) > 0 and p.packet_no = i.packet_no and p.version = i.version
          and (i.guard = 0 or (i.guard = 1 and p.expires_at > now_ms()) or (i.guard = 2 and p.expires_at <= now_ms())
            or (i.guard = 3 and p.expires_at > now_ms() and p.opens_at <= now_ms()))
          returning 1)
        select require_rows((select count(*) from changed), @must)
        """);

    // Several unnest in the list of columns run side by side without the copy that unnest as a table makes.
    private static readonly Sql InsertClaims = new(
        """
        insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
        values (@claim_no, @slot, @app, @packet_no, @uid, @seq, @amount, 1, @claimed_at)
        """,
        """
        insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
        select unnest(@claim_no::bigint[]), unnest(@slot::int[]), unnest(@app::text[]), unnest(@packet_no::bigint[]), unnest(@uid::bigint[]),
          unnest(@seq::int[]), unnest(@amount::bigint[]), 1, unnest(@claimed_at::bigint[])
        """);

    private static readonly Sql InsertCredits = new(
        """
        insert into reward_credits (claim_no, slot, app, uid, packet_no, seq, amount, currency, claimed_at)
        values (@claim_no, @slot, @app, @uid, @packet_no, @seq, @amount, @currency, @claimed_at)
        """,
        """
        insert into reward_credits (claim_no, slot, app, uid, packet_no, seq, amount, currency, claimed_at)
        select unnest(@claim_no::bigint[]), unnest(@slot::int[]), unnest(@app::text[]), unnest(@uid::bigint[]), unnest(@packet_no::bigint[]),
          unnest(@seq::int[]), unnest(@amount::bigint[]), unnest(@currency::text[]), unnest(@claimed_at::bigint[])
        """);

    /// <summary>Packets with all their claims; those that do not exist are missing from the answer.</summary>
    public async Task<List<HeldPacket>> LoadAsync(IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var arguments = new { nos = session.Longs(packetNos) };
            var any = Sql.AnyOf(session.Dialect, "@nos");
            // Packets before claims: a claim that another owner commits in between is then known although the row is old,
            // and the fence refuses the old row. The other order could hold a new row whose newest claimer is unknown.
            var packets = await session.QueryAsync<PacketRow>($"""
                select packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, scope_uids, seed, pay_order_no, campaign_id,
                  created_at, ttl_seconds, claimed_amount, claimed_count, closed_amount, closed_count, content_id, activated_at, expires_at, closed_at,
                  opens_at, condition_kind, condition_uid, condition_content, password_hash
                from packets where packet_no {any}
                """, arguments, cancellationToken).ConfigureAwait(false);
            var claims = (await session.QueryAsync<ClaimRow>(
                $"select packet_no, uid, claim_no, seq, amount, state, claimed_at from claims where packet_no {any}", arguments, cancellationToken)
                .ConfigureAwait(false)).ToLookup(c => c.PacketNo);
            return packets.ConvertAll(p => ToHeld(p, claims[p.PacketNo]));
        }
    }

    /// <summary>How a packet that exists stands now, and one user's claim of it, or null.</summary>
    public async Task<(PacketStatus Status, HeldClaim? Claim)> StandingAsync(long packetNo, long uid, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var row = await session.FirstAsync<StandingRow>("""
                select p.state as packet_state, c.claim_no, coalesce(c.seq, 0) as seq, coalesce(c.amount, 0) as amount,
                    coalesce(c.state, 0) as state, coalesce(c.claimed_at, 0) as claimed_at
                from packets p left join claims c on c.packet_no = p.packet_no and c.uid = @uid
                where p.packet_no = @packetNo
                """, new { packetNo, uid }, cancellationToken).ConfigureAwait(false);
            return (row!.PacketState, row.ClaimNo is { } claimNo ? new HeldClaim(claimNo, row.Seq, row.Amount, row.ClaimedAt, row.State) : null);
        }
    }

    /// <summary>The versions that the store has now.</summary>
    public async Task<Dictionary<long, long>> VersionsAsync(IReadOnlyCollection<long> packetNos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var rows = await session.QueryAsync<VersionRow>(
                $"select packet_no, version from packets where packet_no {Sql.AnyOf(session.Dialect, "@nos")}",
                new { nos = session.Longs(packetNos) }, cancellationToken).ConfigureAwait(false);
            return rows.ToDictionary(r => r.PacketNo, r => r.Version);
        }
    }

    /// <summary>What a batch writes to packets and claims, and the message about it; nothing is sent yet.</summary>
    public List<BatchStatement> Statements(IReadOnlyCollection<PacketDraft> drafts)
    {
        var changed = drafts.Where(d => d.IsChanged).OrderBy(d => d.Held.PacketNo).ToArray();
        var claims = new List<NewClaimRow>();
        List<NewClaimRow>? credits = null;
        foreach (var draft in changed)
        {
            claims.AddRange(draft.NewClaims.Select(c => new NewClaimRow(draft.Held, c)));
            if (draft.Held.Kind == PacketKind.B2C)
            {
                (credits ??= []).AddRange(draft.NewClaims.Select(c => new NewClaimRow(draft.Held, c)));
            }
        }

        var statements = new List<BatchStatement>
        {
            new(UpdatePackets, PacketColumns(changed), "packets at the version and time that the lane counts on"),
            new(InsertClaims, ClaimColumns(claims)),
        };
        if (credits is not null)
        {
            statements.Add(new BatchStatement(InsertCredits, ClaimColumns(credits).Add("currency", credits, c => c.Packet.Currency)));
        }

        foreach (var requests in claims.GroupBy(c => c.New.Context.Shadow))
        {
            var first = requests.First();
            statements.Add(Outbox.Insert(first.Packet.Slot, Topics.ClaimsAccepted, first.New.Context, Accepted(requests)));
        }

        var exhausted = changed.Where(d => d.Now.Status == PacketStatus.Exhausted && d.Before.Status == PacketStatus.Active).Select(d => d.Held.PacketNo).ToArray();
        statements.Add(due.Removal(DueKind.Packet, exhausted));
        return statements;
    }

    /// <summary>Writes a batch in one transaction, or nothing of it.</summary>
    /// <exception cref="StoreException">Fenced when any packet's version or time is not as drafted; UnknownOutcome when the commit's answer was lost.</exception>
    public async Task CommitAsync(IReadOnlyList<BatchStatement> statements, LaneWrites writes, Action beforeCommit, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            session.AfterCommit(outbox.Wake);
            if (writes.Extras.Count == 0)
            {
                // Claims alone, the busiest case: one round trip.
                beforeCommit();
                await session.CommitAsync(statements, cancellationToken).ConfigureAwait(false);
                return;
            }

            await session.RunAsync(statements, cancellationToken).ConfigureAwait(false);
            foreach (var extra in writes.Extras)
            {
                await extra(session, cancellationToken).ConfigureAwait(false);
            }

            beforeCommit();
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static ColumnBatch PacketColumns(IReadOnlyList<PacketDraft> drafts) => new ColumnBatch()
        .Add("packet_no", drafts, d => d.Held.PacketNo)
        .Add("version", drafts, d => d.Before.Version)
        .Add("state", drafts, d => (int)d.Now.Status)
        .Add("claimed_amount", drafts, d => d.Now.ClaimedAmount)
        .Add("claimed_count", drafts, d => d.Now.ClaimedCount)
        .Add("closed_amount", drafts, d => d.Now.ClosedAmount)
        .Add("closed_count", drafts, d => d.Now.ClosedCount)
        .Add("content_id", drafts, d => d.Now.ContentId)
        .Add("activated_at", drafts, d => d.Now.ActivatedAtMs)
        .Add("expires_at", drafts, d => d.Now.ExpiresAtMs)
        .Add("closed_at", drafts, d => d.Now.ClosedAtMs)
        .Add("guard", drafts, d => (int)d.Guard);

    private static ColumnBatch ClaimColumns(List<NewClaimRow> claims) => new ColumnBatch()
        .Add("claim_no", claims, c => c.New.Claim.ClaimNo)
        .Add("slot", claims, c => c.Packet.Slot)
        .Add("app", claims, c => c.Packet.App)
        .Add("packet_no", claims, c => c.Packet.PacketNo)
        .Add("uid", claims, c => c.New.Context.Uid)
        .Add("seq", claims, c => c.New.Claim.Seq)
        .Add("amount", claims, c => c.New.Claim.Amount)
        .Add("claimed_at", claims, c => c.New.Claim.ClaimedAtMs);

    // A packet's claims of one batch stand together and have the batch's time.
    private static ClaimsAccepted Accepted(IEnumerable<NewClaimRow> claims)
    {
        var accepted = new ClaimsAccepted();
        foreach (var (packet, (context, claim)) in claims)
        {
            if (accepted.Packets.Count == 0 || accepted.Packets[^1].PacketNo != packet.PacketNo)
            {
                accepted.Packets.Add(new PacketClaims
                {
                    App = packet.App,
                    PacketNo = packet.PacketNo,
                    PayOrderNo = packet.PayOrderNo,
                    SenderUid = packet.SenderUid,
                    Currency = packet.Currency,
                    Kind = packet.Kind,
                    ClaimedAtMs = claim.ClaimedAtMs,
                    CampaignId = packet.CampaignId,
                });
            }

            accepted.Packets[^1].Claims.Add(new AcceptedClaim { ClaimNo = claim.ClaimNo, Uid = context.Uid, Seq = claim.Seq, Amount = claim.Amount });
        }

        return accepted;
    }

    private static HeldPacket ToHeld(PacketRow row, IEnumerable<ClaimRow> claims) => new()
    {
        PacketNo = row.PacketNo,
        Slot = row.Slot,
        App = row.App,
        SenderUid = row.SenderUid,
        Kind = row.Kind,
        Currency = row.Currency,
        Amount = row.Amount,
        Count = row.Count,
        SplitKind = row.Split,
        Cap = row.Cap,
        Scope = row.Scope,
        ScopeUids = row.ScopeUids is null ? new HashSet<long>() : JsonSerializer.Deserialize<HashSet<long>>(row.ScopeUids)!,
        Seed = row.Seed,
        PayOrderNo = row.PayOrderNo,
        CampaignId = row.CampaignId,
        CreatedAtMs = row.CreatedAt,
        TtlSeconds = row.TtlSeconds,
        OpensAtMs = row.OpensAt ?? 0,
        Condition = KeptCondition.Read(row.ConditionKind, row.ConditionUid, row.ConditionContent, row.PasswordHash, row.PacketNo),
        Claims = new ClaimBook([.. claims.Select(c => KeyValuePair.Create(c.Uid, new HeldClaim(c.ClaimNo, c.Seq, c.Amount, c.ClaimedAt, c.State)))]),
        Now = new PacketNow(
            row.State, row.Version, row.ClaimedAmount, row.ClaimedCount, row.ClosedAmount, row.ClosedCount,
            row.ContentId, row.ActivatedAt, row.ExpiresAt, row.ClosedAt),
    };
}
