using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Lists;
using Hongbao.Query.Sources;

namespace Hongbao.Query.Received;

/// <summary>A received share in the read model.</summary>
internal sealed class ReceivedRow
{
    public long ClaimNo { get; init; }
    public string App { get; init; } = "";
    public long Uid { get; init; }
    public long PacketNo { get; init; }
    public int Seq { get; init; }
    public long SenderUid { get; init; }
    public long Amount { get; init; }
    public long ClaimedAt { get; init; }

    /// <summary>1 when its transfer was refused for good.</summary>
    public int Failed { get; init; }

    public static ReceivedRow Of(TransferWanted wanted) => new()
    {
        ClaimNo = wanted.ClaimNo,
        App = wanted.App,
        Uid = wanted.Uid,
        PacketNo = wanted.PacketNo,
        Seq = wanted.Seq,
        SenderUid = wanted.SenderUid,
        Amount = wanted.Amount,
        ClaimedAt = wanted.ClaimedAtMs,
    };

    public static ReceivedRow Of(ClaimRow claim, bool failed) => new()
    {
        ClaimNo = claim.ClaimNo,
        App = claim.App,
        Uid = claim.Uid,
        PacketNo = claim.PacketNo,
        Seq = claim.Seq,
        SenderUid = claim.SenderUid,
        Amount = claim.Amount,
        ClaimedAt = claim.ClaimedAt,
        Failed = failed ? 1 : 0,
    };
}

/// <summary>The read model of received shares, Query's one store of its own.</summary>
internal sealed class ReceivedStore(IStore own)
{
    // Only failing changes a row that is there: repeated, late and out-of-order news all end in the same row.
    private static readonly Sql Put = new(
        """
        insert into received (claim_no, slot, app, uid, packet_no, seq, sender_uid, amount, claimed_at, failed)
        values (@claim_no, @slot, @app, @uid, @packet_no, @seq, @sender_uid, @amount, @claimed_at, @failed)
        on conflict (claim_no) do update set failed = 1 where excluded.failed = 1 and received.failed = 0
        """,
        """
        insert into received (claim_no, slot, app, uid, packet_no, seq, sender_uid, amount, claimed_at, failed)
        select * from unnest(@claim_no::bigint[], @slot::int[], @app::text[], @uid::bigint[], @packet_no::bigint[], @seq::int[], @sender_uid::bigint[],
          @amount::bigint[], @claimed_at::bigint[], @failed::int[])
        on conflict (claim_no) do update set failed = 1 where excluded.failed = 1 and received.failed = 0
        """);

    /// <summary>Opens the transaction in which rows are put.</summary>
    public ValueTask<StoreSession> WriteAsync(CancellationToken cancellationToken) => own.WriteAsync(cancellationToken);

    /// <summary>Adds what is missing and marks what failed, in the caller's transaction. Returns how many rows changed.</summary>
    public static Task<int> PutAsync(StoreSession session, IEnumerable<ReceivedRow> news, CancellationToken cancellationToken)
    {
        // In order of number, so that the message and the repair that write the same rows wait for each other instead of dying.
        var rows = news.DistinctBy(r => r.ClaimNo).OrderBy(r => r.ClaimNo).ToList();
        return session.ExecuteRowsAsync(
            Put,
            new ColumnBatch()
                .Add("claim_no", rows, r => r.ClaimNo)
                .Add("slot", rows, r => Number.SlotOf(r.Uid))
                .Add("app", rows, r => r.App)
                .Add("uid", rows, r => r.Uid)
                .Add("packet_no", rows, r => r.PacketNo)
                .Add("seq", rows, r => r.Seq)
                .Add("sender_uid", rows, r => r.SenderUid)
                .Add("amount", rows, r => r.Amount)
                .Add("claimed_at", rows, r => r.ClaimedAt)
                .Add("failed", rows, r => r.Failed),
            cancellationToken);
    }

    /// <summary>Those of some claims that the read model does not have, or with <paramref name="asFailed"/> not as failed.</summary>
    public async Task<List<long>> MissingAsync(IReadOnlyCollection<long> claimNos, bool asFailed, CancellationToken cancellationToken)
    {
        var session = await own.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var there = (await session.QueryAsync<long>(
                $"select claim_no from received where claim_no {Sql.AnyOf(session.Dialect, "@nos")} and failed >= @least",
                new { nos = session.Longs(claimNos), least = asFailed ? 1 : 0 }, cancellationToken).ConfigureAwait(false)).ToHashSet();
            return [.. claimNos.Where(no => !there.Contains(no))];
        }
    }

    /// <summary>A user's received shares of a year before a place, newest first.</summary>
    public async Task<List<ReceivedRow>> ListAsync(
        string app, long uid, YearRange year, long beforeMs, long beforeNo, int limit, CancellationToken cancellationToken)
    {
        var session = await own.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<ReceivedRow>("""
                select claim_no, app, uid, packet_no, seq, sender_uid, amount, claimed_at, failed from received
                where app = @app and uid = @uid and claimed_at >= @FromMs and claimed_at <= @lastMs and (claimed_at, claim_no) < (@beforeMs, @beforeNo)
                order by claimed_at desc, claim_no desc limit @limit
                """, new
            {
                app,
                uid,
                year.FromMs,
                // SQLite looks up the plain bound only, so that this one carries the place too.
                lastMs = Math.Min(year.ToMs - 1, beforeMs),
                beforeMs,
                beforeNo,
                limit,
            }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many shares of a year a user received, and how much, without those that failed.</summary>
    public async Task<TotalsRow> TotalsAsync(string app, long uid, YearRange year, CancellationToken cancellationToken)
    {
        var session = await own.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return (await session.FirstAsync<TotalsRow>("""
                select count(*) as count, cast(coalesce(sum(amount), 0) as bigint) as amount from received
                where app = @app and uid = @uid and claimed_at >= @FromMs and claimed_at < @ToMs and failed = 0
                """, new { app, uid, year.FromMs, year.ToMs }, cancellationToken).ConfigureAwait(false))!;
        }
    }

    /// <summary>How far a repair has come; 0 at first.</summary>
    public async Task<(long AfterNo, long NowMs)> CursorAsync(string name, CancellationToken cancellationToken)
    {
        var session = await own.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return (
                await session.FirstAsync<long>("select after_no from repair_cursors where name = @name", new { name }, cancellationToken).ConfigureAwait(false),
                await session.NowMsAsync(cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Moves a repair forward, never back, in the caller's transaction.</summary>
    public static Task MoveCursorAsync(StoreSession session, string name, long last, CancellationToken cancellationToken) =>
        session.ExecuteAsync("""
            insert into repair_cursors (name, after_no) values (@name, @last)
            on conflict (name) do update set after_no = excluded.after_no where excluded.after_no > repair_cursors.after_no
            """, new { name, last }, cancellationToken);
}
