using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Alerts;

/// <summary>Registers alerts.</summary>
public static class AlertServices
{
    /// <summary>Adds the <see cref="AlertSink"/> and <see cref="AlertOptions"/> by the section <c>Alerts</c>, checked at the host's start.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AlertOptions>, AlertOptionsValidation>());
        services.TryAddSingleton<AlertSink>();
        return services;
    }
}
