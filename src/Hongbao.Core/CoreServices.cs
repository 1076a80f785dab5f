using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hongbao.Core;

/// <summary>Adds Core to a host.</summary>
public static class CoreServices
{
    /// <summary>
    /// Registers <see cref="IRedPacketCore"/> and the module by the section <c>Core</c>, checked at the host's start. The host provides the
    /// other contracts, <see cref="StoreCatalog"/>, <see cref="FinanceCallbackKey"/>, <see cref="SubsidyTokens"/>, <see cref="BusinessCalendar"/>, time, chance and logging.
    /// </summary>
    public static IServiceCollection AddCore(this IServiceCollection services)
    {
        services.AddCoreOptions();
        services.AddSingleton(static provider => new CoreModule(
            provider.GetRequiredService<StoreCatalog>().Open("core"),
            provider.GetRequiredService<IOptions<CoreOptions>>().Value,
            provider.GetRequiredService<IFinance>(),
            new Lazy<IRedPacketAsync>(provider.GetRequiredService<IRedPacketAsync>),
            provider.GetRequiredService<IRelations>(),
            provider.GetRequiredService<IModeration>(),
            provider.GetRequiredService<IRisk>(),
            provider.GetRequiredService<IConditions>(),
            provider.GetRequiredService<FinanceCallbackKey>(),
            provider.GetRequiredService<SubsidyTokens>(),
            provider.GetRequiredService<BusinessCalendar>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IRandomSource>(),
            provider.GetRequiredService<AlertSink>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<CoreModule>().Contract);
        services.AddSingleton<IModule>(static provider => provider.GetRequiredService<CoreModule>());
        return services;
    }

    /// <summary>Registers the section <c>Core</c> with its checks, for hosts without the module. Call one of the two, once.</summary>
    public static IServiceCollection AddCoreOptions(this IServiceCollection services)
    {
        services.AddOptions<CoreOptions>().BindConfiguration(CoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CoreOptions>, CoreOptionsValidation>());
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class CoreOptionsValidation : IValidateOptions<CoreOptions>
{
    public ValidateOptionsResult Validate(string? name, CoreOptions options)
    {
        var faults = options.CrossFaults().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
