using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;

namespace Hongbao.Core.Packets;

/// <summary>What of one kind a user may do on a business day, per currency.</summary>
/// <param name="Table">Where it is counted.</param>
/// <param name="Things">What is counted, for users, and the column that counts it.</param>
/// <param name="CountMax">How many.</param>
/// <param name="AmountMax">Minor units in all.</param>
internal sealed record DayLimits(string Table, string Things, int CountMax, long AmountMax)
{
    /// <summary>Packets that a user sends.</summary>
    public static DayLimits Sent(CoreOptions options) => new("sent_days", "packets", options.PacketsPerDayMax, options.AmountPerDayMax);

    /// <summary>Withdrawals that a user asks for.</summary>
    public static DayLimits Withdrawn(CoreOptions options) => new("withdrawn_days", "withdrawals", options.WithdrawalsPerDayMax, options.WithdrawAmountPerDayMax);
}

/// <summary>
/// What a user sent or withdrew on a business day, per currency: one row that every packet or withdrawal counts up in its own transaction, so that those of
/// one user wait for each other and checking the limit costs the same for the first of them and the ten thousandth.
/// </summary>
internal sealed class DayTally(IStore store, DayLimits limits, BusinessCalendar calendar)
{
    // A day may still be given back to while a payment or a payout is open.
    private static readonly TimeSpan Retention = TimeSpan.FromDays(8);
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private readonly string _addSql = $"""
        insert into {limits.Table} (app, uid, currency, day_from, slot, {limits.Things}, amount) values (@App, @Uid, @currency, @day, @slot, 1, @amount)
        on conflict (app, uid, currency, day_from) do update
        set {limits.Things} = {limits.Table}.{limits.Things} + 1, amount = {limits.Table}.amount + excluded.amount
        returning {limits.Things} as things, amount
        """;

    private readonly string _giveBackSql =
        $"update {limits.Table} set amount = amount - @amount where app = @app and uid = @uid and currency = @currency and day_from = @day";

    private readonly string _purgeSql = $"""
        delete from {limits.Table} where (app, uid, currency, day_from) in
          (select app, uid, currency, day_from from {limits.Table} where day_from < (select now_ms()) - @age order by day_from limit 1000)
        """;

    private sealed class Row
    {
        public long Things { get; init; }
        public long Amount { get; init; }
    }

    /// <summary>Counts one in. A fault means that it is one too many: the caller does not commit.</summary>
    public async Task<Result?> AddAsync(StoreSession session, CallContext context, string currency, long amount, long nowMs, CancellationToken cancellationToken)
    {
        var all = await session.FirstAsync<Row>(
            _addSql, new { context.App, context.Uid, currency, day = calendar.Day(nowMs).FromMs, slot = Number.SlotOf(context.Uid), amount }, cancellationToken).ConfigureAwait(false);
        return all!.Things > limits.CountMax ? Result.Of(ResultCode.LimitExceeded, $"At most {limits.CountMax} {limits.Things} a day.")
            : all.Amount > limits.AmountMax ? Result.Of(ResultCode.LimitExceeded, $"At most {limits.AmountMax} minor units a day.")
            : null;
    }

    /// <summary>A packet was never paid, a withdrawal refused: its amount counts no more. That it was made does, so that making them has an end.</summary>
    public Task GiveBackAsync(StoreSession session, string app, long uid, string currency, long amount, long createdAtMs, CancellationToken cancellationToken) =>
        session.ExecuteAsync(_giveBackSql, new { app, uid, currency, amount, day = calendar.Day(createdAtMs).FromMs }, cancellationToken);

    /// <summary>Adds the worker that forgets days long gone, a bounded piece at a time.</summary>
    /// <param name="scheduler">Runs it.</param>
    /// <param name="name">For logs, such as <c>core.days.purge</c>.</param>
    public void Attach(IScheduler scheduler, string name) => scheduler.Add(name, async cancellationToken =>
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var gone = await session.ExecuteAsync(_purgeSql, new { age = (long)Retention.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return gone == 1000 ? NextRun.Now : NextRun.After(PurgeInterval);
        }
    });
}
