using System.Net;
using Hongbao.Finance;
using Hongbao.Finance.Callbacks;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Outside;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Foundation.Time;
using Hongbao.Gateway;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Hongbao.Host.Serving;

/// <summary>The running platform, or those roles of it that this process has.</summary>
internal sealed class Server : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ModuleRunner _modules;
    private readonly DataFolderLock _folder;

    private Server(WebApplication app, ModuleRunner modules, DataFolderLock folder)
    {
        _app = app;
        _modules = modules;
        _folder = folder;
    }

    /// <summary>The addresses that it listens on, with their real ports.</summary>
    public IReadOnlyCollection<string> Urls => [.. _app.Urls];

    /// <summary>Starts everything: settings, data folder, stores, modules, workers, and last the listening.</summary>
    /// <exception cref="StartRefusedException">It cannot start, with what to do.</exception>
    public static Task<Server> StartAsync(ServeArguments arguments, CancellationToken cancellationToken) => StartAsync(arguments, ServerGuest.None, cancellationToken);

    /// <summary>The same with somebody else's services and endpoints in it.</summary>
    /// <exception cref="StartRefusedException">It cannot start, with what to do.</exception>
    public static async Task<Server> StartAsync(ServeArguments arguments, ServerGuest guest, CancellationToken cancellationToken)
    {
        WebApplication? app = null;
        ModuleRunner? modules = null;
        DataFolderLock? folder = null;
        try
        {
            var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
            PlatformSettings.Load(builder.Configuration, arguments);
            ConfigureLogging(builder.Logging, builder.Configuration);
            var platform = Check(builder.Configuration);
            var roles = platform.RoleSet;
            var dataFolder = builder.Configuration["Store:DataFolder"] ?? new StoreOptions().DataFolder;
            await StoreCatalog.PrepareFolderAsync(dataFolder, cancellationToken);
            folder = DataFolderLock.Take(dataFolder);
            await AddKeysAsync(builder.Configuration, dataFolder, cancellationToken);
            AddPlatform(builder.Services, platform);
            builder.Services.AddRoles(roles);
            guest.AddServices(builder.Services);
            builder.WebHost.UseUrls([.. platform.UrlList]);
            app = builder.Build();
            // Again, with the keys that were made and with what a guest brings.
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            if (roles.HasFlag(Roles.Gateway))
            {
                app.UseGateway();
                app.MapGateway();
            }
            else
            {
                app.UseProcess();
                app.MapProcess();
            }

            guest.MapEndpoints(app);
            await app.Services.GetRequiredService<StoreCatalog>().PrepareAsync(cancellationToken);
            modules = app.Services.GetRequiredService<ModuleRunner>();
            await modules.StartAsync(cancellationToken);
            app.Services.GetRequiredService<RpcLinks>().Serve(app.Services);
            await app.StartAsync(cancellationToken);
            OpenToItsAddresses(app);
            return new Server(app, modules, folder);
        }
        catch (Exception e)
        {
            if (modules is not null)
            {
                await app!.Services.GetRequiredService<RpcLinks>().StopServingAsync();
                await modules.StopAsync();
            }

            if (app is not null)
            {
                await app.DisposeAsync();
            }

            folder?.Dispose();
            if (StartRefusedException.For(e) is { } refused && refused != e)
            {
                throw refused;
            }

            throw;
        }
    }

    /// <summary>Says where to go.</summary>
    public void Greet(TextWriter output)
    {
        var url = Urls.First();
        var store = _app.Services.GetRequiredService<IOptions<StoreOptions>>().Value;
        var roles = _app.Services.GetRequiredService<PlatformOptions>().RoleSet;
        var kind = RoleServices.StoresOf(roles).Count == 0 ? "none" : store.Kind;
        output.WriteLine($"Hongbao serves {string.Join(" and ", Urls)}  (store: {kind}, data: {Path.GetFullPath(store.DataFolder)})");
        if (_app.Services.GetRequiredService<RpcLinks>().Listens is { Length: > 0 } endpoints)
        {
            output.WriteLine($"  roles {RoleNames.Of(roles)}   TARS RPC at {endpoints}");
        }

        output.WriteLine(roles.HasFlag(Roles.Gateway) ? $"  the page {url}/   the API {url}/docs   readiness {url}/readyz" : $"  readiness {url}/readyz");
        if (_app.Services.GetRequiredService<DevTokenGate>().IsOpen)
        {
            output.WriteLine("  Development tokens are on: whoever reaches this address can act as any user. Behind a proxy set Dev:Tokens=false (docs/operating.md).");
        }

        output.WriteLine("Ctrl-C stops it.");
        output.Flush();
    }

    /// <summary>Returns when Ctrl-C or SIGTERM came, new requests were refused for a moment, and every answer under way went out.</summary>
    public async Task WaitForStopAsync()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (_app.Lifetime.ApplicationStopping.Register(told.SetResult))
        {
            await told.Task;
        }

        var time = _app.Services.GetRequiredService<TimeProvider>();
        await Task.Delay(StopTimes.Refusal, time);
        await _app.Services.GetRequiredService<ListeningSockets>().CloseAsync(time);
        await Task.Delay(StopTimes.LastRefusal, time);
        await CloseDoorsAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // First no more requests, then no more work, then no more stores.
        await CloseDoorsAsync();
        await _modules.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    // Side by side: a request that came by HTTP does not need what others call here.
    private Task CloseDoorsAsync() => Task.WhenAll(_app.StopAsync(), _app.Services.GetRequiredService<RpcLinks>().StopServingAsync());

    // All faults of all settings, told together, before anything is made or opened.
    private static PlatformOptions Check(ConfigurationManager configuration)
    {
        var unreadable = PlatformSettings.Faults(configuration).ToList();
        var readable = PlatformSettings.Without(configuration, unreadable);
        var platform = new PlatformOptions
        {
            Urls = readable["Urls"] ?? PlatformOptions.DefaultUrls,
            BusinessTimeZone = readable["BusinessTimeZone"] ?? new PlatformOptions().BusinessTimeZone,
            Roles = readable["Roles"] ?? RoleNames.Everything,
        };
        var faults = unreadable.Select(static f => f.Text).Concat(platform.Faults()).Concat(SectionFaults(readable, platform)).Concat(SplitFaults(readable, platform.RoleSet)).ToList();
        return faults.Count == 0 ? platform : throw StartRefusedException.ForSettings(faults);
    }

    // What the modules say of their sections, also of those that this process does not run. Keys that are not given are made later, so that these stand for them.
    private static IReadOnlyCollection<string> SectionFaults(IConfiguration readable, PlatformOptions platform)
    {
        var key = Convert.ToBase64String(new byte[GeneratedKeys.KeyBytes]);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddConfiguration(readable).AddInMemoryCollection(Missing(readable, new GeneratedKeys(key, key, key))).Build());
        AddPlatform(services, platform);
        services.AddRoles(platform.RoleSet);
        using var provider = services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (Exception e) when (StartRefusedException.FailuresOf(e) is { } failures)
        {
            return failures;
        }
    }

    // What processes must have in common cannot be made by each for itself.
    private static IEnumerable<string> SplitFaults(IConfiguration configuration, Roles roles)
    {
        if (roles == Roles.None)
        {
            yield break;
        }

        foreach (var fault in RpcFaults.Of(configuration.GetSection(RpcOptions.Section).Get<RpcOptions>() ?? new RpcOptions(), roles))
        {
            yield return fault;
        }

        if (roles == Roles.All)
        {
            yield break;
        }

        if ((configuration.GetSection(MessagingOptions.Section).Get<MessagingOptions>() ?? new MessagingOptions()).Faults.AreOn)
        {
            yield return "Messaging:Faults is for trying the whole out in one process with all roles.";
        }

        if (RoleServices.StoresOf(roles).Count > 0 && (configuration["Store:Kind"] ?? "sqlite") != "postgres")
        {
            yield return "Roles other than all need Store:Kind=postgres: SQLite files belong to one process.";
        }

        if ((roles & (Roles.Core | Roles.Async | Roles.Finance)) != Roles.None && string.IsNullOrEmpty(configuration["Finance:CallbackKey"]))
        {
            yield return "Finance:CallbackKey must be set, the same for core, async and finance (openssl rand -base64 32): each process would make its own.";
        }

        if ((roles & (Roles.Core | Roles.Campaign)) != Roles.None && !configuration.GetSection("Subsidies:TokenKeys").GetChildren().Any())
        {
            yield return "Subsidies:TokenKeys must be set, the same for core and campaign (openssl rand -base64 32): each process would make its own.";
        }

        if (roles.HasFlag(Roles.Gateway) && !configuration.GetSection("Gateway:Keys").GetChildren().Any())
        {
            yield return "Gateway:Keys must be set: users' tokens come from elsewhere, or from \"hongbao token\" with the same key (docs/operating.md).";
        }

        if (roles.HasFlag(Roles.Finance) && !roles.HasFlag(Roles.Gateway) && string.IsNullOrEmpty(configuration["Finance:CallbackUrl"]))
        {
            yield return "Finance:CallbackUrl must name the gateway's address for callbacks, such as http://127.0.0.1:8080/callbacks/finance.";
        }
    }

    /// <summary>Puts generated keys in the place of those that no setting names.</summary>
    public static async Task AddKeysAsync(ConfigurationManager configuration, string dataFolder, CancellationToken cancellationToken) =>
        configuration.AddInMemoryCollection(Missing(configuration, await GeneratedKeys.LoadAsync(dataFolder, new SecureRandomSource(), cancellationToken)));

    // Keys for settings that name none.
    private static Dictionary<string, string?> Missing(IConfiguration configuration, GeneratedKeys keys)
    {
        var generated = new Dictionary<string, string?>();
        if (!configuration.GetSection("Gateway:Keys").GetChildren().Any())
        {
            generated["Gateway:Keys:0:Kid"] = "embedded";
            generated["Gateway:Keys:0:Algorithm"] = "HS256";
            generated["Gateway:Keys:0:Key"] = keys.TokenKey;
        }

        if (string.IsNullOrEmpty(configuration["Finance:CallbackKey"]))
        {
            generated["Finance:CallbackKey"] = keys.CallbackKey;
        }

        if (!configuration.GetSection("Subsidies:TokenKeys").GetChildren().Any())
        {
            generated["Subsidies:TokenKeys:0:Id"] = "embedded";
            generated["Subsidies:TokenKeys:0:Key"] = keys.SubsidyKey;
        }

        return generated;
    }

    /// <summary>The gateway, and what the modules of every role stand on.</summary>
    public static void AddPlatform(IServiceCollection services, PlatformOptions platform)
    {
        services.Configure<HostOptions>(static host => host.ShutdownTimeout = StopTimes.Answers);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IRandomSource, SecureRandomSource>();
        services.AddSingleton(_ => new BusinessCalendar(TimeZoneInfo.FindSystemTimeZoneById(platform.BusinessTimeZone)));
        services.AddSingleton<ListeningSockets>();
        services.AddOptions<SocketTransportOptions>().Configure<ListeningSockets>(static (transport, sockets) => transport.CreateBoundListenSocket = sockets.Bind);
        services.AddSingleton<ThreadPoolScheduler>();
        services.AddSingleton<ModuleRunner>();
        services.AddSingleton(static provider => new FinanceCallbackKey(
            new CallbackSignature(Convert.FromBase64String(provider.GetRequiredService<IOptions<FinanceOptions>>().Value.CallbackKey))));
        services.AddStores(RoleServices.StoresOf(platform.RoleSet)).AddAlerts().AddOutside().AddSubsidies().AddMessaging();

        services.AddSingleton(platform).AddSingleton<AnswerFaults>().AddSingleton<RpcLinks>();
        services.AddOptions<RpcOptions>().BindConfiguration(RpcOptions.Section);
        services.AddOptions<FinanceOptions>().BindConfiguration(FinanceOptions.Section);
        services.AddGateway();
    }

    private static void ConfigureLogging(ILoggingBuilder logging, ConfigurationManager configuration)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        logging.AddFilter<ConsoleLoggerProvider>("Microsoft", LogLevel.Warning);
        // A failed start is told once, in words (StartRefusedException).
        logging.AddFilter<ConsoleLoggerProvider>("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }

    /// <summary>Lets finance know where callbacks go, and opens development tokens if nobody but this machine can reach us.</summary>
    private static void OpenToItsAddresses(WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILogger<Server>>();
        var addresses = app.Urls.Select(static u => BindingAddress.Parse(u)).ToList();
        var first = addresses[0];
        var own = IsEverywhere(first.Host) ? "127.0.0.1" : first.Host;
        // The reference finance, where it is in this process.
        app.Services.GetService<CallbackTarget>()?.Url = new Uri($"http://{own}:{first.Port}/callbacks/finance");

        var roles = app.Services.GetRequiredService<PlatformOptions>().RoleSet;
        if (!roles.HasFlag(Roles.Gateway))
        {
            return;
        }

        var isLoopback = addresses.All(static a => IsLoopback(a.Host));
        app.Services.GetRequiredService<DevTokenGate>().IsOpen = roles == Roles.All && isLoopback && app.Services.GetRequiredService<IOptions<DevOptions>>().Value.Tokens;
        if (isLoopback)
        {
            return;
        }

        log.LogInformation("Development tokens are off: an address is reachable from other machines");
        var outside = app.Services.GetRequiredService<IOptions<OutsideOptions>>().Value;
        if (new[] { outside.Relations, outside.Profiles, outside.Moderation, outside.Risk, outside.Conditions }.Any(static p => p is { Kind: "file", File: "" }))
        {
            log.LogWarning("Relations, profiles, moderation, risk control or conditions answer from the built-in demo data; set the section Outside (docs/outside.md)");
        }
    }

    private static bool IsEverywhere(string host) => host is "*" or "+" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
}
