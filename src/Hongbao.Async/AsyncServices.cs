using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hongbao.Async;

/// <summary>Adds Async to a host.</summary>
public static class AsyncServices
{
    /// <summary>
    /// Registers <see cref="IRedPacketAsync"/> and the module by the section <c>Async</c>, checked at the host's start. The host provides the
    /// other contracts, <see cref="StoreCatalog"/>, <see cref="FinanceCallbackKey"/>, <see cref="AlertOptions"/>, time, chance and logging.
    /// </summary>
    public static IServiceCollection AddAsync(this IServiceCollection services)
    {
        services.AddAsyncOptions();
        services.AddSingleton(static provider => new AlertCourier(
            provider.GetRequiredService<StoreCatalog>().Open("async"),
            provider.GetRequiredService<AlertSink>(),
            provider.GetRequiredService<IOptions<AlertOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IRandomSource>(),
            provider.GetRequiredService<ILogger<AlertCourier>>()));
        services.AddSingleton(static provider => new AsyncModule(
            provider.GetRequiredService<StoreCatalog>().Open("async"),
            provider.GetRequiredService<IOptions<AsyncOptions>>().Value,
            provider.GetRequiredService<IFinance>(),
            new Lazy<IRedPacketCore>(provider.GetRequiredService<IRedPacketCore>),
            new Lazy<ICampaigns>(provider.GetRequiredService<ICampaigns>),
            provider.GetRequiredService<FinanceCallbackKey>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IRandomSource>(),
            provider.GetRequiredService<AlertSink>(),
            provider.GetRequiredService<AlertCourier>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<AsyncModule>().Contract);
        services.AddSingleton<IModule>(static provider => provider.GetRequiredService<AsyncModule>());
        return services;
    }

    /// <summary>Registers the section <c>Async</c> with its checks, for hosts without the module. Call one of the two, once.</summary>
    public static IServiceCollection AddAsyncOptions(this IServiceCollection services)
    {
        services.AddOptions<AsyncOptions>().BindConfiguration(AsyncOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AsyncOptions>, AsyncOptionsValidation>());
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class AsyncOptionsValidation : IValidateOptions<AsyncOptions>
{
    public ValidateOptionsResult Validate(string? name, AsyncOptions options)
    {
        var faults = options.CrossFaults().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
