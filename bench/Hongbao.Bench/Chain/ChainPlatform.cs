using System.Security.Cryptography;
using Hongbao.Async;
using Hongbao.Bench.Contenders;
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
using Npgsql;

namespace Hongbao.Bench.Chain;

/// <summary>All modules in one process on PostgreSQL, registered and started as the host does it, without its HTTP.</summary>
internal sealed class ChainPlatform : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly ThreadPoolScheduler _scheduler;
    private readonly IModule[] _modules;

    private ChainPlatform(ServiceProvider services)
    {
        _services = services;
        _scheduler = services.GetRequiredService<ThreadPoolScheduler>();
        _modules = [.. services.GetServices<IModule>()];
        Stores = services.GetRequiredService<StoreCatalog>();
        Module = services.GetRequiredService<CoreModule>();
        Operations = services.GetRequiredService<IFinanceOperations>();
    }

    public StoreCatalog Stores { get; }

    public CoreModule Module { get; }

    public IRedPacketCore Core => Module.Contract;

    public IFinanceOperations Operations { get; }

    /// <summary>Starts everything but the workers.</summary>
    /// <param name="servers">The throw-away servers.</param>
    /// <param name="database">Made if there is none.</param>
    public static async Task<ChainPlatform> StartAsync(BenchServers servers, string database = "chain")
    {
        // No environment and no files: default settings are what is measured.
        var key = RandomNumberGenerator.GetBytes(32);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Store:Kind"] = "postgres",
            ["Store:DataFolder"] = Path.Combine(servers.WorkFolder, database + "-data"),
            ["Store:Postgres"] = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = database }.ToString(),
            ["Finance:CallbackKey"] = Convert.ToBase64String(key),
            ["Subsidies:TokenKeys:0:Id"] = "bench",
            ["Subsidies:TokenKeys:0:Key"] = Convert.ToBase64String(key),
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging(logging => logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IRandomSource, SecureRandomSource>();
        services.AddSingleton(new BusinessCalendar(TimeZoneInfo.Utc));
        services.AddSingleton<ThreadPoolScheduler>();
        services.AddSingleton(new FinanceCallbackKey(new CallbackSignature(key)));
        services.AddSingleton<IRelations>(new NoRelations());
        services.AddSingleton<IProfiles>(new NoProfiles());
        services.AddSingleton<IModeration>(new NoModeration());
        services.AddSingleton<IRisk>(new NoRisk());
        services.AddSingleton<IConditions>(new NoConditions());
        services.AddSingleton<HttpMessageHandler>(provider => new CallbackRoute(
            new Lazy<IRedPacketCore>(provider.GetRequiredService<IRedPacketCore>), new Lazy<IRedPacketAsync>(provider.GetRequiredService<IRedPacketAsync>)));
        services.AddStores().AddAlerts().AddSubsidies();
        services.AddOptions<FinanceOptions>().BindConfiguration(FinanceOptions.Section);
        services.AddFinance();
        services.AddCampaign();
        services.AddCore();
        services.AddAsync();
        services.AddQuery();
        var platform = new ChainPlatform(services.BuildServiceProvider());
        await platform.Stores.PrepareAsync(default);
        foreach (var module in platform._modules)
        {
            await module.StartAsync(default);
        }

        platform._services.GetRequiredService<CallbackTarget>().Url = new Uri("http://platform.invalid/callbacks/finance");
        return platform;
    }

    /// <summary>Starts the workers; before it only the tables are there.</summary>
    /// <param name="works">Says of a worker's name whether it runs; all do when it is not given.</param>
    public void Attach(Func<string, bool>? works = null)
    {
        var bus = new MessageBus();
        foreach (var module in _modules)
        {
            module.Attach(bus, works is null ? _scheduler : new SomeWorkers(_scheduler, works));
        }

        _scheduler.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _scheduler.StopAsync(TimeSpan.FromSeconds(10));
        foreach (var module in _modules.Reverse())
        {
            await module.StopAsync(default);
        }

        await _services.DisposeAsync();
    }

    private sealed class NoProfiles : IProfiles
    {
        public Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken) => Task.FromResult(new ProfilesResponse());
    }
}
