using Hongbao.Contracts;
using Hongbao.Finance.Callbacks;
using Hongbao.Finance.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Orders;

/// <summary>Takes batches of orders of every kind but payments, answers what can be answered, and decides the rest later.</summary>
internal sealed class OrderDesk(FinanceStore store, CallbackQueue callbacks)
{
    private static readonly TimeSpan IdleRest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakenByOthersRest = TimeSpan.FromMilliseconds(100);
    private static readonly CommitPoints TransferPoints = new("finance.transfer.before_commit", "finance.transfer.after_commit");
    private static readonly CommitPoints RefundPoints = new("finance.refund.before_commit", "finance.refund.after_commit");
    private static readonly CommitPoints SetAsidePoints = new("finance.set_aside.before_commit", "finance.set_aside.after_commit");
    private static readonly CommitPoints HoldPoints = new("finance.hold.before_commit", "finance.hold.after_commit");
    private static readonly CommitPoints ReleasePoints = new("finance.release.before_commit", "finance.release.after_commit");
    private static readonly CommitPoints FundPoints = new("finance.fund.before_commit", "finance.fund.after_commit");
    private static readonly CommitPoints PayoutPoints = new("finance.payout.before_commit", "finance.payout.after_commit");
    private static readonly HashSet<long> NoneFresh = [];
    private IWorker? _worker;

    public void Attach(IScheduler scheduler) => _worker = scheduler.Add("finance.orders", DecideDueAsync);

    /// <summary>Takes a batch; every order stands for itself.</summary>
    public async Task<OrderAnswers> SubmitAsync(string app, string kind, IReadOnlyList<Order> wanted, OperationDice dice, CancellationToken cancellationToken)
    {
        if (wanted.Count is 0 or > FinanceLimits.BatchMax)
        {
            return new OrderAnswers { Result = Result.Invalid("items", $"1 to {FinanceLimits.BatchMax} orders") };
        }

        // Drawn before anything is looked up, so that the same calls meet the same fates.
        var fates = wanted.Select(_ => dice.NextOrder()).ToArray();
        var answers = await store.WriteAsync(PointsOf(kind), async session =>
        {
            var now = await session.NowMsAsync(cancellationToken);
            var batch = new OrderBatch(wanted);
            if (kind == Operations.SetAside)
            {
                var refunds = await OrderTable.FindAsync(session, app, Operations.Refund, batch.OpenNumbers(), cancellationToken);
                batch.AnswerUnlessRefused(refunds);
            }

            var known = await OrderTable.FindAsync(session, app, kind, batch.OpenNumbers(), cancellationToken);
            var taken = batch.Plan(known, fates, now);
            var rows = taken.Where(o => known.ContainsKey(o.OrderNo) && o.IsFinal).ToDictionary(o => o.OrderNo);
            var locked = taken.Where(o => !rows.ContainsKey(o.OrderNo)).ToArray();
            var inserted = (await OrderTable.InsertOrLockAsync(session, app, locked, now, cancellationToken)).ToHashSet();
            // What stood there, or came from elsewhere meanwhile, is read again under the lock; our own fresh rows we know.
            var others = locked.Where(o => !inserted.Contains(o.OrderNo)).Select(o => o.OrderNo).ToArray();
            var current = others.Length == 0 ? [] : await OrderTable.FindAsync(session, app, kind, others, cancellationToken);
            foreach (var order in locked.Where(o => inserted.Contains(o.OrderNo)))
            {
                current.Add(order.OrderNo, order);
            }

            var ended = current.Values.Where(o => !known.ContainsKey(o.OrderNo) && o.IsFinal && o.FinalAt == now).ToList();
            var matching = batch.Matching(current);
            var due = locked.Select(o => current[o.OrderNo]).Where(o => o.IsDue(now) && matching.Contains(o.OrderNo)).ToArray();
            await OrderDecision.DecideAsync(session, app, due, inserted, now, cancellationToken);
            ended.AddRange(due.Where(o => o.IsFinal));
            await CallBackAsync(session, app, kind, ended, now, cancellationToken);
            if (current.Values.Any(o => !o.IsFinal))
            {
                session.AfterCommit(() => _worker?.Wake());
            }

            return batch.Answers(number => current.TryGetValue(number, out var order) ? order : rows[number]);
        }, cancellationToken);
        return new OrderAnswers { Items = answers };
    }

    public async Task<OrderAnswers> QueryAsync(string app, string kind, IReadOnlyList<long> numbers, OperationDice dice, CancellationToken cancellationToken)
    {
        if (numbers.Count is 0 or > FinanceLimits.BatchMax)
        {
            return new OrderAnswers { Result = Result.Invalid("numbers", $"1 to {FinanceLimits.BatchMax} numbers") };
        }

        var hidden = numbers.Where(_ => dice.NextNotFound()).ToHashSet();
        await using var session = await store.ReadAsync(cancellationToken);
        var known = await OrderTable.FindAsync(session, app, kind, numbers, cancellationToken);
        return new OrderAnswers
        {
            Items =
            [
                .. numbers.Distinct().Select(number => known.TryGetValue(number, out var order) && !hidden.Contains(number)
                    ? order.Answer()
                    : new OrderAnswer { Number = number, Status = FinanceStatus.Pending, Reason = "not found" }),
            ],
        };
    }

    /// <summary>One step of the worker: orders accepted before whose time has come.</summary>
    public async Task<NextRun> DecideDueAsync(CancellationToken cancellationToken)
    {
        OrderTable.DueGroup? group;
        long? restMs;
        await using (var session = await store.ReadAsync(cancellationToken))
        {
            group = await OrderTable.FirstDueAsync(session, cancellationToken);
            restMs = await OrderTable.UntilDueAsync(session, cancellationToken);
        }

        if (group is null)
        {
            return NextRun.After(restMs is null ? IdleRest : TimeSpan.FromMilliseconds(Math.Clamp(restMs.Value, 1, (long)IdleRest.TotalMilliseconds)));
        }

        var decided = await store.WriteAsync(PointsOf(group.Kind), async session =>
        {
            var now = await session.NowMsAsync(cancellationToken);
            var due = await OrderTable.LockDueAsync(session, group, now, FinanceLimits.BatchMax, cancellationToken);
            await OrderDecision.DecideAsync(session, group.App, due, NoneFresh, now, cancellationToken);
            await CallBackAsync(session, group.App, group.Kind, due.Where(o => o.IsFinal), now, cancellationToken);
            return due.Count;
        }, cancellationToken);
        return decided > 0 ? NextRun.Now : NextRun.After(TakenByOthersRest);
    }

    private Task CallBackAsync(
        StoreSession session, string app, string kind, IEnumerable<Order> ended, long now, CancellationToken cancellationToken) =>
        Operations.CallsBack(kind)
            ? callbacks.AddAsync(session, app, kind,
                [.. ended.OrderBy(o => o.OrderNo).Select(o => CallbackItem.Of(kind, o.OrderNo, app, o.Status, o.Amount, o.Currency, now))], now, cancellationToken)
            : Task.CompletedTask;

    private static CommitPoints PointsOf(string kind) => kind switch
    {
        Operations.Transfer => TransferPoints,
        Operations.Refund => RefundPoints,
        Operations.Hold => HoldPoints,
        Operations.Release => ReleasePoints,
        Operations.Fund => FundPoints,
        Operations.Payout => PayoutPoints,
        _ => SetAsidePoints,
    };
}
