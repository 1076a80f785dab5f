using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Outside;

/// <summary>Registers the outside ports.</summary>
public static class OutsideServices
{
    /// <summary>
    /// Adds <see cref="IRelations"/>, <see cref="IProfiles"/>, <see cref="IModeration"/>, <see cref="IRisk"/> and <see cref="IConditions"/> by the section <c>Outside</c>, checked
    /// at the host's start. Needs an IConfiguration and logging in the container; a registered TimeProvider and IRandomSource are used.
    /// </summary>
    public static IServiceCollection AddOutside(this IServiceCollection services)
    {
        services.AddOptions<OutsideOptions>().BindConfiguration(OutsideOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OutsideOptions>, OutsideOptionsValidation>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRandomSource, SecureRandomSource>();
        services.TryAddSingleton(s => Make<OutsidePortOptions, IRelations>(s, o => o.Relations,
            (o, clock, log) => new FileRelations(o, clock, log), (o, clock, chance, log) => new HttpRelations(o, clock, chance, log)));
        services.TryAddSingleton(s => Make<OutsidePortOptions, IProfiles>(s, o => o.Profiles,
            (o, clock, log) => new FileProfiles(o, clock, log), (o, clock, chance, log) => new HttpProfiles(o, clock, chance, log)));
        services.TryAddSingleton(s => Make<ModerationPortOptions, IModeration>(s, o => o.Moderation,
            (o, clock, log) => new FileModeration(o, clock, log), (o, clock, chance, log) => new HttpModeration(o, clock, chance, log)));
        services.TryAddSingleton(s => Make<OutsidePortOptions, IRisk>(s, o => o.Risk,
            (o, clock, log) => o.Kind == RiskRules.Allow ? new AllowAllRisk() : new FileRisk(o, clock, log), (o, clock, chance, log) => new HttpRisk(o, clock, chance, log)));
        services.TryAddSingleton<IConditions>(s => new OutsideConditions(s.GetRequiredService<IRelations>(), Make<OutsidePortOptions, IConditions>(s, o => o.Conditions,
            (o, clock, log) => o.Kind == ShareRules.Allow ? new AllowAllShares() : new FileShares(o, clock, log), (o, clock, chance, log) => new HttpShares(o, clock, chance, log))));
        return services;
    }

    private static TPort Make<TOptions, TPort>(
        IServiceProvider services,
        Func<OutsideOptions, TOptions> part,
        Func<TOptions, TimeProvider, ILogger, TPort> file,
        Func<TOptions, TimeProvider, IRandomSource, ILogger, TPort> http)
        where TOptions : OutsidePortOptions
    {
        var options = part(services.GetRequiredService<IOptions<OutsideOptions>>().Value);
        var clock = services.GetRequiredService<TimeProvider>();
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Hongbao.Outside");
        return options.Kind == "http" ? http(options, clock, services.GetRequiredService<IRandomSource>(), log) : file(options, clock, log);
    }
}
