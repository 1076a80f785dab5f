using Hongbao.Async.Orders;
using Hongbao.Async.Pulls;
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
    private readonly OrderAdvancer _advancer;
    private readonly OrderRequests _requests;
    private readonly RequestPull _pull;
    private readonly AlertSink _alerts;
    private readonly AlertCourier _courier;
    private readonly ILogger _log;

    /// <summary>Composes the module; nothing runs yet.</summary>
    /// <param name="store">Async's own store.</param>
    /// <param name="options">Validated.</param>
    /// <param name="finance">Moves the money.</param>
    /// <param name="core">Asked when its messages stay out. Lazy, for it needs Async in turn.</param>
    /// <param name="callbackKey">What finance signs with.</param>
    /// <param name="clock">Time.</param>
    /// <param name="chance">Leases.</param>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="courier">Stores and sends what was raised; of the same store.</param>
    /// <param name="loggers">Logs.</param>
    public AsyncModule(
        IStore store, AsyncOptions options, IFinance finance, Lazy<IRedPacketCore> core, FinanceCallbackKey callbackKey, TimeProvider clock,
        IRandomSource chance, AlertSink alerts, AlertCourier courier, ILoggerFactory loggers)
    {
        _store = store;
        _options = options;
        _alerts = alerts;
        _courier = courier;
        _log = loggers.CreateLogger("Hongbao.Async");
        _refundNumbers = new NumberMinter("refund", store, clock, chance, _log);
        var due = new DueTable<DueKind>(store);
        var orders = new OrderStore(store, _refundNumbers, due, _outbox, options, alerts);
        _advancer = new OrderAdvancer(
            store, orders, new FinanceCalls(finance, options, clock), due, _outbox, new FinanceCallbackReader(callbackKey, clock), options, alerts);
        _requests = new OrderRequests(store, orders, _advancer);
        _pull = new RequestPull(store, core, orders, _advancer, options, clock);
        Contract = new RedPacketAsync(store, _advancer, _log);
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
        bus.Subscribe(Listener.AskOrders, _advancer.HandleDueAsync);
        new OutboxDispatcher(_store, _outbox, bus, _alerts, _log, TimeSpan.FromSeconds(_options.BehindSeconds)).Attach(scheduler);
        _refundNumbers.Attach(scheduler);
        _advancer.Attach(scheduler);
        _courier.Attach(scheduler);
        var rest = TimeSpan.FromMilliseconds(_options.CheckMs);
        scheduler.AddScan("async.transfers.scan", rest, _advancer.ScanTransfersAsync);
        scheduler.AddScan("async.refunds.scan", rest, _advancer.ScanRefundsAsync);
        scheduler.AddScan("async.transfers.pull", rest, _pull.PullTransfersAsync);
        scheduler.Add("async.refunds.pull", _pull.PullRefundsAsync);
        CallbackNonces.AttachPurge(scheduler, "async.nonces.purge", _store);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => _refundNumbers.StopAsync(cancellationToken);
}
