using Hongbao.Async.Orders;
using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Payouts;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Async.Pulls;
using Hongbao.Async.Subsidies;
using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.Logging;

namespace Hongbao.Async;

/// <summary>The orders that move money at finance, and what brings them to their end. Composes its parts by hand.</summary>
public sealed class AsyncModule : IModule
{
    private readonly IStore _store;
    private readonly AsyncOptions _options;
    private readonly NumberMinter _refundNumbers;
    private readonly Outbox _outbox = new();
    private readonly TransferAdvancer _transfers;
    private readonly RefundAdvancer _refunds;
    private readonly FundingAdvancer _fundings;
    private readonly PayoutAdvancer _payouts;
    private readonly OrderRequests _requests;
    private readonly SubsidyBooking _booking;
    private readonly RequestPull _pull;
    private readonly WinPull _winPull;
    private readonly AlertSink _alerts;
    private readonly AlertCourier _courier;
    private readonly ILogger _log;

    /// <summary>Composes the module; nothing runs yet.</summary>
    /// <param name="store">Async's own store.</param>
    /// <param name="options">Validated.</param>
    /// <param name="finance">Moves the money.</param>
    /// <param name="core">Asked when its messages stay out. Lazy, for it needs Async in turn.</param>
    /// <param name="campaigns">Asked whether wins are theirs, and for wins whose messages stay out. Lazy, for who it needs may need Async.</param>
    /// <param name="callbackKey">What finance signs with.</param>
    /// <param name="clock">Time.</param>
    /// <param name="chance">Leases.</param>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="courier">Stores and sends what was raised; of the same store.</param>
    /// <param name="loggers">Logs.</param>
    public AsyncModule(
        IStore store, AsyncOptions options, IFinance finance, Lazy<IRedPacketCore> core, Lazy<ICampaigns> campaigns, FinanceCallbackKey callbackKey,
        TimeProvider clock, IRandomSource chance, AlertSink alerts, AlertCourier courier, ILoggerFactory loggers)
    {
        _store = store;
        _options = options;
        _alerts = alerts;
        _courier = courier;
        _log = loggers.CreateLogger("Hongbao.Async");
        _refundNumbers = new NumberMinter("refund", store, clock, chance, _log);
        var schedule = new OrderSchedule(store, new DueTable<DueKind>(store), _outbox, options, alerts);
        var financeCalls = new FinanceCalls(finance, options, clock);
        var campaignCalls = new CampaignCalls(campaigns, options, clock);
        var refunds = new RefundStore(store, _refundNumbers, schedule, _outbox, alerts);
        var transfers = new TransferStore(store, refunds, schedule, _outbox, alerts);
        var fundings = new FundingStore(store, transfers, refunds, schedule, alerts);
        var payouts = new PayoutStore(store, schedule, _outbox, alerts);
        _refunds = new RefundAdvancer(store, refunds, financeCalls, schedule, alerts);
        _transfers = new TransferAdvancer(store, transfers, _refunds, financeCalls, schedule, alerts);
        _fundings = new FundingAdvancer(store, fundings, _transfers, _refunds, financeCalls, campaignCalls, schedule, alerts);
        _payouts = new PayoutAdvancer(store, payouts, financeCalls, schedule, alerts);
        _requests = new OrderRequests(store, transfers, _transfers, refunds, _refunds, fundings, _fundings, payouts, _payouts);
        _booking = new SubsidyBooking(core, campaignCalls, alerts, clock);
        _pull = new RequestPull(store, core, transfers, _transfers, refunds, _refunds, fundings, _fundings, payouts, _payouts, options, clock);
        _winPull = new WinPull(store, campaigns, core, _booking, options, clock);
        var callbacks = new FinanceCallbacks(
            store, new FinanceCallbackReader(callbackKey, clock), transfers, _transfers, refunds, _refunds, fundings, _fundings, payouts, alerts);
        Contract = new RedPacketAsync(store, callbacks, new CreditAdvance(store, transfers, _transfers, fundings, _fundings, options, clock), _log);
    }

    /// <inheritdoc/>
    public string Name => "async";

    /// <summary>The module's contract; callable after <see cref="StartAsync"/>.</summary>
    public IRedPacketAsync Contract { get; }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.MigrateAsync(MigrationSet.FromAssembly(typeof(AsyncModule).Assembly), cancellationToken).ConfigureAwait(false);
        await _refundNumbers.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Attach(MessageBus bus, IScheduler scheduler)
    {
        bus.Subscribe(Listener.WriteTransfers, _requests.HandleClaimsAsync);
        bus.Subscribe(Listener.WriteRefunds, _requests.HandleRefundsAsync);
        bus.Subscribe(Listener.WriteFundings, _requests.HandleFundingsAsync);
        bus.Subscribe(Listener.WritePayouts, _requests.HandlePayoutsAsync);
        bus.Subscribe(Listener.AskOrders, _requests.HandleDueAsync);
        bus.Subscribe(Listener.BookSubsidies, _booking.HandleAsync);
        new OutboxDispatcher(_store, _outbox, bus, _alerts, _log, TimeSpan.FromSeconds(_options.BehindSeconds)).Attach(scheduler);
        _refundNumbers.Attach(scheduler);
        _transfers.Attach(scheduler);
        _refunds.Attach(scheduler);
        _fundings.Attach(scheduler);
        _payouts.Attach(scheduler);
        _courier.Attach(scheduler);
        var rest = TimeSpan.FromMilliseconds(_options.CheckMs);
        scheduler.AddScan("async.transfers.scan", rest, _transfers.ScanAsync);
        scheduler.AddScan("async.refunds.scan", rest, _refunds.ScanAsync);
        scheduler.AddScan("async.fundings.scan", rest, _fundings.ScanAsync);
        scheduler.AddScan("async.payouts.scan", rest, _payouts.ScanAsync);
        scheduler.AddScan("async.transfers.pull", rest, _pull.PullTransfersAsync);
        scheduler.Add("async.refunds.pull", _pull.PullRefundsAsync);
        scheduler.Add("async.fundings.pull", _pull.PullFundingsAsync);
        scheduler.Add("async.payouts.pull", _pull.PullPayoutsAsync);
        scheduler.AddScan("async.wins.pull", rest, _winPull.PullAsync);
        CallbackNonces.AttachPurge(scheduler, "async.nonces.purge", _store);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _refundNumbers.StopAsync(cancellationToken);
}
