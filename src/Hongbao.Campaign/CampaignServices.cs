using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hongbao.Campaign;

/// <summary>Adds Campaign to a host.</summary>
public static class CampaignServices
{
    /// <summary>
    /// Registers <see cref="ICampaigns"/>, <see cref="ICampaignOperations"/> and the module by the section <c>Campaign</c>, checked at the host's start. The host provides the other contracts,
    /// <see cref="StoreCatalog"/>, <see cref="SubsidyTokens"/>, time, chance and logging.
    /// </summary>
    public static IServiceCollection AddCampaign(this IServiceCollection services)
    {
        services.AddCampaignOptions();
        services.AddSingleton(static provider => new CampaignModule(
            provider.GetRequiredService<StoreCatalog>().Open("campaign"),
            provider.GetRequiredService<IOptions<CampaignOptions>>().Value,
            provider.GetRequiredService<IFinance>(),
            new Lazy<IRedPacketCore>(provider.GetRequiredService<IRedPacketCore>),
            provider.GetRequiredService<IConditions>(),
            provider.GetRequiredService<SubsidyTokens>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IRandomSource>(),
            provider.GetRequiredService<AlertSink>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<CampaignModule>().Contract);
        services.AddSingleton(static provider => provider.GetRequiredService<CampaignModule>().Operations);
        services.AddSingleton<IModule>(static provider => provider.GetRequiredService<CampaignModule>());
        return services;
    }

    /// <summary>Registers the section <c>Campaign</c> with its checks, for hosts without the module. Call one of the two, once.</summary>
    public static IServiceCollection AddCampaignOptions(this IServiceCollection services)
    {
        services.AddOptions<CampaignOptions>().BindConfiguration(CampaignOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CampaignOptions>, CampaignOptionsValidation>());
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class CampaignOptionsValidation : IValidateOptions<CampaignOptions>
{
    public ValidateOptionsResult Validate(string? name, CampaignOptions options)
    {
        var faults = options.CrossFaults().ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
