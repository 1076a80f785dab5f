using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;

namespace Hongbao.Core.Packets;

/// <summary>
/// What a user sent on a business day, per currency: one row that every send counts up in its own transaction, so that sends of
/// one user wait for each other and checking the limit costs the same for the first packet and the ten thousandth.
/// </summary>
internal sealed class DayTally(IStore store, CoreOptions options, BusinessCalendar calendar)
{
    // A day may still be given back to while a payment is open.
    private static readonly TimeSpan Retention = TimeSpan.FromDays(8);
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private sealed class Row
    {
        public long Packets { get; init; }
        public long Amount { get; init; }
    }

    /// <summary>Counts a packet in. A fault means that it is one too many: the caller does not commit.</summary>
    public async Task<Result?> AddAsync(StoreSession session, CallContext context, string currency, long amount, long nowMs, CancellationToken cancellationToken)
    {
        var sent = await session.FirstAsync<Row>("""
            insert into sent_days (app, uid, currency, day_from, slot, packets, amount) values (@App, @Uid, @currency, @day, @slot, 1, @amount)
            on conflict (app, uid, currency, day_from) do update set packets = sent_days.packets + 1, amount = sent_days.amount + excluded.amount
            returning packets, amount
            """, new { context.App, context.Uid, currency, day = calendar.Day(nowMs).FromMs, slot = Number.SlotOf(context.Uid), amount }, cancellationToken).ConfigureAwait(false);
        return sent!.Packets > options.PacketsPerDayMax ? Result.Of(ResultCode.LimitExceeded, $"At most {options.PacketsPerDayMax} packets a day.")
            : sent.Amount > options.AmountPerDayMax ? Result.Of(ResultCode.LimitExceeded, $"At most {options.AmountPerDayMax} minor units a day.")
            : null;
    }

    /// <summary>A packet was never paid: its amount counts no more. That it was created does, so that creating has an end.</summary>
    public Task GiveBackAsync(StoreSession session, string app, long uid, string currency, long amount, long createdAtMs, CancellationToken cancellationToken) =>
        session.ExecuteAsync(
            "update sent_days set amount = amount - @amount where app = @app and uid = @uid and currency = @currency and day_from = @day",
            new { app, uid, currency, amount, day = calendar.Day(createdAtMs).FromMs }, cancellationToken);

    /// <summary>Adds the worker that forgets days long gone, a bounded piece at a time.</summary>
    public void Attach(IScheduler scheduler) => scheduler.Add("core.days.purge", async cancellationToken =>
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var gone = await session.ExecuteAsync("""
                delete from sent_days where (app, uid, currency, day_from) in
                  (select app, uid, currency, day_from from sent_days where day_from < (select now_ms()) - @age order by day_from limit 1000)
                """, new { age = (long)Retention.TotalMilliseconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return gone == 1000 ? NextRun.Now : NextRun.After(PurgeInterval);
        }
    });
}
