using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Lists;

namespace Hongbao.Query.Sources;

/// <summary>A packet as Core has committed it.</summary>
internal sealed class PacketRow
{
    public long PacketNo { get; init; }
    public long SenderUid { get; init; }
    public PacketKind Kind { get; init; }
    public PacketStatus State { get; init; }
    public string Currency { get; init; } = "";
    public long Amount { get; init; }
    public int Count { get; init; }
    public SplitKind Split { get; init; }
    public long Cap { get; init; }
    public ScopeKind Scope { get; init; }
    public string? ScopeUids { get; init; }
    public string Greeting { get; init; } = "";
    public string? ContentId { get; init; }
    public long ClaimedAmount { get; init; }
    public int ClaimedCount { get; init; }
    public byte[] Seed { get; init; } = [];
    public string SeedHash { get; init; } = "";
    public long PayOrderNo { get; init; }
    public long CreatedAt { get; init; }
    public long PayUntil { get; init; }
    public long? ExpiresAt { get; init; }
    public long? OpensAt { get; init; }
    public ConditionKind ConditionKind { get; init; }
    public long? ConditionUid { get; init; }
    public string? ConditionContent { get; init; }

    /// <summary>While it opens later: Core's time as of this row.</summary>
    public long? SeenAt { get; init; }
}

/// <summary>What Query reads of Core's packets. Every statement names the app.</summary>
internal sealed class CorePackets(IReadStore core)
{
    // Numbers begin with the second of their minting, which comes before the second of the row by a request's duration and the
    // difference of two clocks. A day is far more, and costs little: it only bounds the piece of the index to look at.
    private const long DayMs = 86_400_000;

    private const string Columns = """
        packet_no, sender_uid, kind, state, currency, amount, count, split, cap, scope, scope_uids, greeting, content_id, claimed_amount,
        claimed_count, seed, seed_hash, pay_order_no, created_at, pay_until, expires_at,
        opens_at, condition_kind, condition_uid, condition_content, case when opens_at > now_ms() then now_ms() end as seen_at
        """;

    /// <summary>One packet, or null.</summary>
    public async Task<PacketRow?> FindAsync(string app, long packetNo, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.FirstAsync<PacketRow>(
                $"select {Columns} from packets where packet_no = @packetNo and app = @app", new { packetNo, app }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Packets of a video in any scope, newest first: those that were paid for, and of the others the caller's own. Nobody else's unpaid packet is
    /// even read: they cost nothing to make, so that any number of them could stand in the way.
    /// </summary>
    public async Task<List<PacketRow>> OfContentAsync(string app, string contentId, long uid, long before, int limit, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<PacketRow>($"""
                select {Columns} from (
                  select * from (
                    select {Columns} from packets
                    where app = @app and content_id = @contentId and state not in (1, 7) and packet_no < @before order by packet_no desc limit @limit) paid
                  union all
                  select * from (
                    select {Columns} from packets
                    where app = @app and sender_uid = @uid and content_id = @contentId and state in (1, 7) and packet_no < @before
                    order by packet_no desc limit @limit) own) both_kinds
                order by packet_no desc limit @limit
                """, new { app, contentId, uid, before, limit }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Public packets that were paid for, newest first.</summary>
    public async Task<List<PacketRow>> PublicAsync(string app, long before, int limit, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<PacketRow>($"""
                select {Columns} from packets
                where app = @app and scope = 1 and state not in (1, 7) and packet_no < @before order by packet_no desc limit @limit
                """, new { app, before, limit }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A user's packets of a year in any state, newest first.</summary>
    public async Task<List<PacketRow>> SentAsync(string app, long uid, YearRange year, long before, int limit, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<PacketRow>($"""
                select {Columns} from packets
                where app = @app and sender_uid = @uid and packet_no >= @from and packet_no < @before and created_at >= @FromMs and created_at < @ToMs
                order by packet_no desc limit @limit
                """, new
            {
                app,
                uid,
                from = Number.LowestAt(year.FromMs - DayMs),
                before = Math.Min(before, Number.LowestAt(year.ToMs + DayMs)),
                year.FromMs,
                year.ToMs,
                limit,
            }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many packets of a year a user paid for, and how much.</summary>
    public async Task<TotalsRow> SentTotalsAsync(string app, long uid, YearRange year, CancellationToken cancellationToken)
    {
        var session = await core.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return (await session.FirstAsync<TotalsRow>("""
                select count(*) as count, cast(coalesce(sum(amount), 0) as bigint) as amount from packets
                where app = @app and sender_uid = @uid and packet_no >= @from and packet_no < @below and created_at >= @FromMs and created_at < @ToMs
                  and state not in (1, 7)
                """, new
            {
                app,
                uid,
                from = Number.LowestAt(year.FromMs - DayMs),
                below = Number.LowestAt(year.ToMs + DayMs),
                year.FromMs,
                year.ToMs,
            }, cancellationToken).ConfigureAwait(false))!;
        }
    }
}
