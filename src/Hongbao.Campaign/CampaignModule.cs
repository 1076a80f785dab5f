using Hongbao.Campaign.Budgets;
using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Rain;
using Hongbao.Campaign.Reports;
using Hongbao.Campaign.Wins;
using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Microsoft.Extensions.Logging;

namespace Hongbao.Campaign;

/// <summary>The reward issuing end: campaigns, their budgets and rains, and the record of wins. Composes its parts by hand; the order below is their order of use.</summary>
public sealed class CampaignModule : IModule, IDisposable
{
    private readonly IStore _store;
    private readonly CampaignOptions _options;
    private readonly NumberMinter[] _minters;
    private readonly Outbox _outbox = new();
    private readonly AlertSink _alerts;
    private readonly CampaignBoard _board;
    private readonly ChunkStore _chunks;
    private readonly DrawLane _lane;
    private readonly Remembered _remembered;
    private readonly Guesses _guesses;
    private readonly BudgetOrders _orders;
    private readonly Settlement _settlement;
    private readonly CampaignOperations _operations;
    private readonly ILogger _log;

    /// <summary>Composes the module; nothing runs yet.</summary>
    /// <param name="store">Campaign's own store.</param>
    /// <param name="options">Validated.</param>
    /// <param name="finance">Puts budgets aside and gives them back.</param>
    /// <param name="core">Says what became of subsidies. Lazy: it may start later.</param>
    /// <param name="conditions">Says who has done what a campaign asks for.</param>
    /// <param name="tokens">Makes tokens of wins.</param>
    /// <param name="clock">Time.</param>
    /// <param name="chance">Secrets of rounds.</param>
    /// <param name="alerts">Where people are called.</param>
    /// <param name="loggers">Logs.</param>
    public CampaignModule(
        IStore store, CampaignOptions options, IFinance finance, Lazy<IRedPacketCore> core, IConditions conditions, SubsidyTokens tokens, TimeProvider clock, IRandomSource chance,
        AlertSink alerts, ILoggerFactory loggers)
    {
        _store = store;
        _options = options;
        _alerts = alerts;
        _log = loggers.CreateLogger("Hongbao.Campaign");
        Clock = new StoreClock(store, clock, alerts);
        var campaignNumbers = new NumberMinter("campaign", store, clock, chance, _log);
        var winNumbers = new NumberMinter("win", store, clock, chance, _log);
        var orderNumbers = new NumberMinter("budget", store, clock, chance, _log);
        _minters = [campaignNumbers, winNumbers, orderNumbers];

        var plans = new PlanStore(store);
        var draws = new DrawStore(store, _outbox);
        var due = new DueTable<DueKind>(store);
        _board = new CampaignBoard(plans, options);
        _chunks = new ChunkStore(store, options);
        _remembered = new Remembered(options.RememberedMax);
        _lane = new DrawLane(chance.Hex(8), _board, _chunks, draws, winNumbers, tokens, _remembered, Clock, clock, options, _log);
        _orders = new BudgetOrders(store, finance, due, orderNumbers, Clock, options, alerts, clock);
        _settlement = new Settlement(store, plans, _orders, due, finance, core, Clock, options, alerts, clock);
        var report = new CampaignReport(store, plans, _settlement, Clock);
        _operations = new CampaignOperations(store, plans, _board, _orders, _settlement, report, due, campaignNumbers, Clock, chance, options, _log);
        _guesses = new Guesses(_board, new PasswordTries(store, options.PasswordTriesMax), Clock, options);
        Contract = new Campaigns(_board, new RainDraw(_board, new ConditionCheck(conditions), _guesses, _lane, _remembered, tokens, Clock), new WinBook(store, draws, tokens), Clock, _log);
    }

    /// <inheritdoc/>
    public string Name => "campaign";

    /// <summary>The module's contract for users and other modules; callable after <see cref="StartAsync"/>.</summary>
    public ICampaigns Contract { get; }

    /// <summary>The module's contract for operators; callable after <see cref="StartAsync"/>.</summary>
    public ICampaignOperations Operations => _operations;

    /// <summary>How far this process is from its database's clock; for readiness.</summary>
    public StoreClock Clock { get; }

    /// <summary>Transactions that recorded outcomes of draws, since the start; for monitoring.</summary>
    public long DrawBatches => _lane.Batches;

    /// <summary>Outcomes in memory; at most <see cref="CampaignOptions.RememberedMax"/>.</summary>
    public int RememberedOutcomes => _remembered.Count;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.MigrateAsync(MigrationSet.FromAssembly(typeof(CampaignModule).Assembly), cancellationToken).ConfigureAwait(false);
        await Clock.RefreshAsync(cancellationToken).ConfigureAwait(false);
        foreach (var minter in _minters)
        {
            await minter.StartAsync(cancellationToken).ConfigureAwait(false);
        }

        await _board.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await _guesses.RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Attach(MessageBus bus, IScheduler scheduler)
    {
        new OutboxDispatcher(_store, _outbox, bus, _alerts, _log, TimeSpan.FromSeconds(_options.BehindSeconds)).Attach(scheduler);
        foreach (var minter in _minters)
        {
            minter.Attach(scheduler);
        }

        Clock.Attach(scheduler);
        _board.Attach(scheduler);
        _guesses.Attach(scheduler);
        _lane.Attach(scheduler);
        var rest = TimeSpan.FromMilliseconds(_options.CheckMs);
        scheduler.AddScan("campaign.ends", rest, _operations.EndOverAsync);
        scheduler.AddScan("campaign.budget.scan", rest, _orders.ScanAsync);
        scheduler.AddScan("campaign.settlement.scan", rest, _settlement.ScanAsync);
        scheduler.Add("campaign.chunks.close", async cancellationToken =>
            await _chunks.CloseLeftAsync(cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(TimeSpan.FromSeconds(_options.LeaseSeconds) / 6));
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _lane.StopAsync(cancellationToken).ConfigureAwait(false);
        foreach (var minter in _minters)
        {
            await minter.StopAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _board.Dispose();
}
