using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;

namespace Hongbao.Async.Orders;

/// <summary>When orders without an end are looked at again: by their due rows, with back-off, and by one delayed message for a batch.</summary>
internal sealed class OrderSchedule(IStore store, DueTable<DueKind> due, Outbox outbox, AsyncOptions options, AlertSink alerts)
{
    /// <summary>Orders that one look takes at most.</summary>
    public const int PageSize = FinanceCalls.BatchMax;

    private TimeSpan FirstRest => TimeSpan.FromMilliseconds(options.CheckMs);

    /// <summary>Orders that were just written down: sent at once by whoever did it; the scan comes when that did not end them.</summary>
    public Task PutAsync(StoreSession session, DueKind kind, List<long> nos, CancellationToken cancellationToken) => nos.Count == 0
        ? Task.CompletedTask
        : due.PutAllAsync(session, kind, nos, FirstRest, TimeSpan.FromSeconds(options.DeadlineSeconds), cancellationToken);

    /// <summary>Orders that are sent now at last: the scan comes when that did not end them, however rarely it looked before.</summary>
    public Task BringForwardAsync(StoreSession session, DueKind kind, List<long> nos, CancellationToken cancellationToken) => nos.Count == 0
        ? Task.CompletedTask
        : due.RestAllAsync(session, kind, nos.ConvertAll(no => (no, FirstRest)), cancellationToken);

    /// <summary>A new round with a new deadline, from now.</summary>
    public async Task RestartAsync(StoreSession session, DueKind kind, long no, CancellationToken cancellationToken)
    {
        var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
        await due.RestartAsync(session, kind, no, now, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Orders that have their end.</summary>
    public Task RemoveAsync(StoreSession session, DueKind kind, IEnumerable<long> nos, CancellationToken cancellationToken) =>
        due.RemoveAllAsync(session, kind, nos.Order(), cancellationToken);

    /// <summary>
    /// What is to be looked at now, at most <see cref="PageSize"/>. It comes again by attempts, and calls a person past its deadline; that is written before anybody is
    /// asked, so that no fault stops the asking.
    /// </summary>
    public async Task<List<DueRow>> TakeAsync(DueKind kind, CancellationToken cancellationToken)
    {
        var rows = await due.TakeAsync(kind, PageSize, FirstRest, cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0)
        {
            return rows;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            await due.RestAllAsync(session, kind, rows.ConvertAll(r => (r.No, RestOf(r, now))), cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            alerts.RaiseOverdue($"{kind.ToString().ToLowerInvariant()}.overdue", $"{kind}s without a final answer of finance", AdviceOn(kind), rows, now);
        }

        return rows;
    }

    /// <summary>One delayed message for a batch, only for orders that are still unanswered.</summary>
    public async Task AskLaterAsync(string app, int slot, OrdersDue unanswered, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await outbox.AddAsync(session, slot, Topics.OrdersDue, CallContext.ForSystem(app), unanswered, FirstRest, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private TimeSpan RestOf(DueRow row, long now)
    {
        var longest = TimeSpan.FromMilliseconds(options.CheckMsMax);
        return now > row.DeadlineAt ? longest : BackOff.Doubling(FirstRest, row.Attempts, longest);
    }

    private static string AdviceOn(DueKind kind) => kind switch
    {
        DueKind.Transfer or DueKind.Refund => "They go on being asked about; check finance, and the fundings of packets that campaigns pay for.",
        DueKind.Funding => "They go on being asked about; check whether Campaign answers, whether the campaigns' holds suffice, and finance.",
        DueKind.Payout => "They go on being asked about; check finance.",
    };
}
