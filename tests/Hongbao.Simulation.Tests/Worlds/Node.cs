using Hongbao.Async;
using Hongbao.Campaign;
using Hongbao.Contracts;
using Hongbao.Core;
using Hongbao.Finance;
using Hongbao.Finance.Callbacks;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Foundation.Time;
using Hongbao.Query;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>One process: all modules on the world's files, stepped by a scheduler of its own. It is never stopped, only killed.</summary>
internal sealed class Node
{
    private readonly StoreCatalog _stores;

    private Node(int id, StoreCatalog stores, SimulatedScheduler scheduler, IServiceProvider services)
    {
        Id = id;
        _stores = stores;
        Scheduler = scheduler;
        Core = services.GetRequiredService<IRedPacketCore>();
        Async = services.GetRequiredService<IRedPacketAsync>();
        Finance = services.GetRequiredService<IFinance>();
        Operations = services.GetRequiredService<IFinanceOperations>();
        Query = services.GetRequiredService<IRedPacketQuery>();
        Campaigns = services.GetRequiredService<CampaignModule>().Contract;
        CampaignOperations = services.GetRequiredService<ICampaignOperations>();
    }

    public int Id { get; }

    /// <summary>Another process ran beside it: what it holds in memory may be older than the tables.</summary>
    public bool WasBesideAnother { get; set; }

    public SimulatedScheduler Scheduler { get; }

    public IRedPacketCore Core { get; }

    public IRedPacketAsync Async { get; }

    public IFinance Finance { get; }

    public IFinanceOperations Operations { get; }

    public IRedPacketQuery Query { get; }

    /// <summary>As users reach it, who are not kept from it when other modules are.</summary>
    public ICampaigns Campaigns { get; }

    public ICampaignOperations CampaignOperations { get; }

    /// <summary>How the host does it: migrations first, then the workers.</summary>
    public static async Task<Node> StartAsync(int id, World world, CancellationToken cancellationToken)
    {
        var stores = new StoreCatalog(world.StoreOptions, world.Clock);
        var scheduler = new SimulatedScheduler(world.Clock, world.Chance, world.SettleAsync);
        var services = new ServiceCollection();
        services.AddSingleton(world.Configuration);
        services.AddLogging();
        services.AddSingleton<ILogger<AlertSink>>(world.Alerts);
        services.AddSingleton(stores);
        services.AddSingleton<TimeProvider>(world.Clock);
        services.AddSingleton<IRandomSource>(world.Chance);
        services.AddSingleton(new BusinessCalendar(TimeZoneInfo.Utc));
        services.AddSingleton(new FinanceCallbackKey(World.Signature));
        services.AddSingleton<IRelations>(world.Relations);
        services.AddSingleton<IProfiles>(new Profiles());
        services.AddSingleton<IModeration>(new Moderation());
        services.AddSingleton<IRisk>(new Risk());
        services.AddSingleton<IConditions>(new Conditions());
        services.AddSingleton<HttpMessageHandler>(world.Callbacks);
        services.AddAlerts().AddSubsidies();
        services.AddOptions<FinanceOptions>().BindConfiguration(FinanceOptions.Section);
        services.AddFinance();
        services.AddCampaign();
        // Registered later, so that other modules get this one.
        services.AddSingleton<ICampaigns>(static provider => new MutedCampaigns(
            provider.GetRequiredService<CampaignModule>().Contract, provider.GetRequiredService<Muting>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(world.CampaignMuting);
        services.AddCore();
        services.AddAsync();
        services.AddQuery();

        var provider = services.BuildServiceProvider();
        var modules = provider.GetServices<IModule>().ToArray();
        foreach (var module in modules)
        {
            await module.StartAsync(cancellationToken);
        }

        var bus = new MessageBus();
        foreach (var module in modules)
        {
            module.Attach(bus, scheduler);
        }

        provider.GetRequiredService<CallbackTarget>().Url = new Uri("http://platform.invalid/callbacks/finance");
        return new Node(id, stores, scheduler, provider);
    }

    /// <summary>Nothing is told that it ends: only the files close, as they do when a process dies.</summary>
    public async Task KillAsync() => await _stores.DisposeAsync();
}
