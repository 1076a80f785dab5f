using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Hongbao.Query.Claims;
using Hongbao.Query.Lists;
using Hongbao.Query.Packets;
using Hongbao.Query.Received;
using Hongbao.Query.Sources;
using Hongbao.Query.Subsidies;
using Microsoft.Extensions.Logging;

namespace Hongbao.Query;

/// <summary>
/// Reading: details, status, lists. It reads Core's and Async's tables and can write none of them; its own store is the list
/// of what users received. Composes its parts by hand.
/// </summary>
public sealed class QueryModule : IModule
{
    private static readonly TimeSpan SweepIntervalMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PurgeInterval = TimeSpan.FromMinutes(10);
    private readonly IStore _own;
    private readonly QueryOptions _options;
    private readonly ReceivedFeed _feed;
    private readonly ReceivedRepair _repair;

    /// <summary>Composes the module; nothing runs yet.</summary>
    /// <param name="own">Query's own store.</param>
    /// <param name="core">Core's tables, for reading. Core brings their schema up to date before Query is asked.</param>
    /// <param name="async">Async's tables, for reading, likewise.</param>
    /// <param name="options">Validated.</param>
    /// <param name="profiles">Names and pictures; without an answer they stay empty.</param>
    /// <param name="relations">Decides who sees packets for followers and friends.</param>
    /// <param name="campaigns">A user's wins that are not stored yet.</param>
    /// <param name="calendar">Business years.</param>
    /// <param name="clock">Time: the present year.</param>
    /// <param name="loggers">Logs.</param>
    public QueryModule(
        IStore own, IReadStore core, IReadStore async, QueryOptions options, IProfiles profiles, IRelations relations, ICampaigns campaigns,
        BusinessCalendar calendar, TimeProvider clock, ILoggerFactory loggers)
    {
        _own = own;
        _options = options;
        var packets = new CorePackets(core);
        var claims = new CoreClaims(core);
        var orders = new AsyncOrders(async);
        var received = new ReceivedStore(own);
        var paging = new Paging(calendar, clock);

        var claimViews = new ClaimViews(orders);
        var packetViews = new PacketViews(claimViews, orders, profiles);
        var details = new PacketDetails(packets, claims, packetViews, relations);
        _feed = new ReceivedFeed(received, claims);
        _repair = new ReceivedRepair(received, claims, orders, options, loggers.CreateLogger("Hongbao.Query"));
        Contract = new RedPacketQuery(
            details,
            new PacketLists(packets, claims, packetViews, relations, paging),
            new ClaimLists(details, claims, claimViews, profiles),
            new ReceivedList(received, claims, claimViews, profiles, paging),
            new SubsidyList(new CoreSubsidies(core), campaigns, options, clock),
            loggers.CreateLogger("Hongbao.Query"));
    }

    /// <inheritdoc/>
    public string Name => "query";

    /// <summary>The module's contract; callable after <see cref="StartAsync"/>, and after Core's and Async's.</summary>
    public IRedPacketQuery Contract { get; }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) =>
        _own.MigrateAsync(MigrationSet.FromAssembly(typeof(QueryModule).Assembly), cancellationToken);

    /// <inheritdoc/>
    public void Attach(MessageBus bus, IScheduler scheduler)
    {
        bus.Subscribe(Listener.WriteReceived, _feed.HandleClaimsAsync);
        bus.Subscribe(Listener.FailReceived, _feed.HandleOutcomesAsync);
        AddSweep(scheduler, "query.received.claims", _repair.SweepClaimsAsync);
        AddSweep(scheduler, "query.received.failures", _repair.SweepFailuresAsync);
        // Query sends nothing, so no dispatcher purges its inbox.
        scheduler.Add("query.inbox.purge", async cancellationToken =>
            await Inbox.PurgeAsync(_own, cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(PurgeInterval));
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void AddSweep(IScheduler scheduler, string name, Func<CancellationToken, Task<bool>> sweep)
    {
        var interval = BackOff.Doubling(TimeSpan.FromMilliseconds(_options.RepairAfterMs), 1, SweepIntervalMax);
        scheduler.Add(name, async cancellationToken => await sweep(cancellationToken).ConfigureAwait(false) ? NextRun.Now : NextRun.After(interval));
    }
}
