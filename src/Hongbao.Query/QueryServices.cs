using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hongbao.Query;

/// <summary>Adds Query to a host.</summary>
public static class QueryServices
{
    /// <summary>
    /// Registers <see cref="IRedPacketQuery"/> and the module by the section <c>Query</c>, checked at the host's start. The host provides
    /// <see cref="StoreCatalog"/>, the outside ports, <see cref="BusinessCalendar"/>, time and logging, and registers Core and Async before it.
    /// </summary>
    public static IServiceCollection AddQuery(this IServiceCollection services)
    {
        services.AddQueryOptions();
        services.AddSingleton(static provider => new QueryModule(
            provider.GetRequiredService<StoreCatalog>().Open("query"),
            provider.GetRequiredService<StoreCatalog>().Open("core"),
            provider.GetRequiredService<StoreCatalog>().Open("async"),
            provider.GetRequiredService<IOptions<QueryOptions>>().Value,
            provider.GetRequiredService<IProfiles>(),
            provider.GetRequiredService<IRelations>(),
            provider.GetRequiredService<ICampaigns>(),
            provider.GetRequiredService<BusinessCalendar>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<QueryModule>().Contract);
        services.AddSingleton<IModule>(static provider => provider.GetRequiredService<QueryModule>());
        return services;
    }

    /// <summary>Registers the section <c>Query</c> with its checks, for hosts without the module. Call one of the two, once.</summary>
    public static IServiceCollection AddQueryOptions(this IServiceCollection services)
    {
        services.AddOptions<QueryOptions>().BindConfiguration(QueryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
