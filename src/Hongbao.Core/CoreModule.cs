using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Core.Lanes;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Core.Payments;
using Hongbao.Core.Subsidies;
using Hongbao.Core.Withdrawals;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.Logging;

namespace Hongbao.Core;

/// <summary>Packets, claims, payment orders, subsidies and withdrawals: what decides. Composes its parts by hand; the order below is their order of use.</summary>
public sealed class CoreModule : IModule
{
    private readonly IStore _store;
    private readonly CoreOptions _options;
    private readonly TimeProvider _clock;
    private readonly NumberMinter[] _minters;
    private readonly Outbox _outbox = new();
    private readonly AlertSink _alerts;
    private readonly DueTable<DueKind> _due;
    private readonly DayTally _days;
    private readonly DayTally _withdrawnDays;
    private readonly PaymentAdvancer _payments;
    private readonly RefundTracking _refunds;
    private readonly FundingTracking _fundings;
    private readonly SubsidyExpiry _subsidyExpiry;
    private readonly ClaimSettlement _settlement;
    private readonly ClaimPull _claimPull;
    private readonly WithdrawalSettlement _withdrawals;
    private readonly ILogger _log;

    /// <summary>Composes the module; nothing runs yet.</summary>
    /// <param name="store">Core's own store.</param>
    /// <param name="options">Validated.</param>
    /// <param name="finance">Takes payments, and knows balances.</param>
    /// <param name="async">Makes transfers, refunds and payouts; asked when its messages stay out. Lazy, for it needs Core in turn.</param>
    /// <param name="relations">Decides followers and friends.</param>
    /// <param name="moderation">Decides greetings.</param>
    /// <param name="risk">Decides withdrawals.</param>
    /// <param name="conditions">Decides who has done what a packet asks for.</param>
    /// <param name="callbackKey">What finance signs with.</param>
    /// <param name="tokens">Opens subsidies' tokens.</param>
    /// <param name="calendar">Business days.</param>
    /// <param name="clock">Time.</param>
    /// <param name="chance">Seeds.</param>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="loggers">Logs.</param>
    public CoreModule(
        IStore store, CoreOptions options, IFinance finance, Lazy<IRedPacketAsync> async, IRelations relations, IModeration moderation, IRisk risk, IConditions conditions,
        FinanceCallbackKey callbackKey, SubsidyTokens tokens, BusinessCalendar calendar, TimeProvider clock, IRandomSource chance, AlertSink alerts, ILoggerFactory loggers)
        : this(store, options, finance, async, relations, moderation, risk, conditions, callbackKey, tokens, calendar, clock, chance, alerts, loggers, new MemoryGate(clock))
    {
    }

    /// <summary>The same with another admission gate.</summary>
    internal CoreModule(
        IStore store, CoreOptions options, IFinance finance, Lazy<IRedPacketAsync> async, IRelations relations, IModeration moderation, IRisk risk, IConditions conditions,
        FinanceCallbackKey callbackKey, SubsidyTokens tokens, BusinessCalendar calendar, TimeProvider clock, IRandomSource chance, AlertSink alerts, ILoggerFactory loggers, IAdmissionGate gate)
    {
        _store = store;
        _options = options;
        _clock = clock;
        _alerts = alerts;
        _log = loggers.CreateLogger("Hongbao.Core");
        _due = new DueTable<DueKind>(store);
        Clock = new StoreClock(store, clock, alerts);
        var packetNumbers = new NumberMinter("packet", store, clock, chance, _log);
        var paymentNumbers = new NumberMinter("payment", store, clock, chance, _log);
        var claimNumbers = new NumberMinter("claim", store, clock, chance, _log);
        var subsidyNumbers = new NumberMinter("subsidy", store, clock, chance, _log);
        var withdrawalNumbers = new NumberMinter("withdrawal", store, clock, chance, _log);
        _minters = [packetNumbers, paymentNumbers, claimNumbers, subsidyNumbers, withdrawalNumbers];

        _days = new DayTally(store, DayLimits.Sent(options), calendar);
        _withdrawnDays = new DayTally(store, DayLimits.Withdrawn(options), calendar);
        var laneStore = new LaneStore(store, _outbox, _due);
        Lanes = new LaneSet(laneStore, Clock, clock, options, _log);
        var packets = new NewPackets(packetNumbers, chance, options);
        var answers = new FirstAnswers(store);
        var greetings = new GreetingCheck(moderation);
        var creation = new PacketCreation(store, _due, options, packets, paymentNumbers, answers, greetings, _days, Clock);
        var booking = new SubsidyBooking(store, subsidyNumbers, options, alerts);
        var subsidized = new SubsidizedCreation(store, _due, _outbox, options, tokens, booking, packets, answers, greetings, _days, Clock);
        _subsidyExpiry = new SubsidyExpiry(store, options);
        var claims = new ClaimService(
            Lanes, laneStore, claimNumbers, relations, new ConditionCheck(conditions), new PasswordTries(store, options.PasswordTriesMax), new FailOpenGate(gate, clock, _log), chance, Clock);
        _payments = new PaymentAdvancer(
            store, Lanes, finance, _due, _days, _outbox, Clock, options, alerts, new FinanceCallbackReader(callbackKey, clock), clock);
        _refunds = new RefundTracking(Lanes, async, _due, _outbox, Clock, options, alerts, clock);
        _fundings = new FundingTracking(Lanes, async, _due, _outbox, Clock, options, alerts, clock);
        _settlement = new ClaimSettlement(store, Lanes, alerts);
        _claimPull = new ClaimPull(store, async, _settlement, _due, Clock, options, alerts, clock);
        _withdrawals = new WithdrawalSettlement(store, async, _due, _withdrawnDays, Clock, options, alerts, clock);
        var withdrawals = new WithdrawalCreation(
            store, _due, _outbox, options, withdrawalNumbers, risk, new CreditAdvance(store, async, _settlement, options, clock), finance, _withdrawnDays, clock);
        Backlog = new ClaimBacklog(store);
        Contract = new RedPacketCore(
            creation, subsidized, claims, _payments, booking, new SubsidyBooks(store), new PullSource(store), Lanes, withdrawals, new WithdrawalStore(store), options, _log);
    }

    /// <inheritdoc/>
    public string Name => "core";

    /// <summary>The module's contract; callable after <see cref="StartAsync"/>.</summary>
    public IRedPacketCore Contract { get; }

    /// <summary>How far this process is from its database's clock; for readiness.</summary>
    public StoreClock Clock { get; }

    /// <summary>How far the settling of claims is behind; for monitoring.</summary>
    public ClaimBacklog Backlog { get; }

    /// <summary>Where packets are decided on.</summary>
    internal LaneSet Lanes { get; }

    /// <summary>Packets and claims in this process's memory; bounded by time and by <see cref="CoreOptions.HeldMax"/> for each lane.</summary>
    public int HeldInMemory => Lanes.Held;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.MigrateAsync(MigrationSet.FromAssembly(typeof(CoreModule).Assembly), cancellationToken).ConfigureAwait(false);
        await Clock.RefreshAsync(cancellationToken).ConfigureAwait(false);
        foreach (var minter in _minters)
        {
            await minter.StartAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Attach(MessageBus bus, IScheduler scheduler)
    {
        bus.Subscribe(Listener.SettleClaims, _settlement.HandleAsync);
        bus.Subscribe(Listener.TrackRefunds, _refunds.HandleAsync);
        bus.Subscribe(Listener.SettleWithdrawals, _withdrawals.HandleAsync);
        new OutboxDispatcher(_store, _outbox, bus, _alerts, _log, TimeSpan.FromSeconds(_options.BehindSeconds)).Attach(scheduler);
        foreach (var minter in _minters)
        {
            minter.Attach(scheduler);
        }

        Clock.Attach(scheduler);
        Lanes.Attach(scheduler);
        var rest = TimeSpan.FromMilliseconds(_options.PullAfterMs);
        scheduler.AddScan("core.payments.scan", rest, _payments.ScanAsync);
        scheduler.AddScan("core.packets.scan", rest, _refunds.ScanPacketsAsync);
        scheduler.AddScan("core.refunds.scan", rest, _refunds.ScanRefundsAsync);
        scheduler.AddScan("core.late_payments.scan", rest, _refunds.ScanLatePaymentsAsync);
        scheduler.AddScan("core.fundings.scan", rest, _fundings.ScanAsync);
        scheduler.AddScan("core.subsidies.expire", rest, _subsidyExpiry.SweepAsync);
        scheduler.AddScan("core.claims.pull", rest, _claimPull.SweepAsync);
        scheduler.AddScan("core.claims.scan", rest, _claimPull.ScanAsync);
        scheduler.AddScan("core.withdrawals.scan", rest, _withdrawals.ScanAsync);
        _days.Attach(scheduler, "core.days.purge");
        _withdrawnDays.Attach(scheduler, "core.withdrawn_days.purge");
        CallbackNonces.AttachPurge(scheduler, "core.nonces.purge", _store);
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Lanes.StopAsync(cancellationToken).ConfigureAwait(false);
        foreach (var minter in _minters)
        {
            await minter.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
