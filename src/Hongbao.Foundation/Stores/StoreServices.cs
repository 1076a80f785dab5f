using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Stores;

/// <summary>Registers the stores.</summary>
public static class StoreServices
{
    /// <summary>Adds the <see cref="StoreCatalog"/> by the section <c>Store</c>, checked at the host's start. A registered TimeProvider is used.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="modules">Whose stores this host opens: no setting and no database is needed for the others. Null for all.</param>
    public static IServiceCollection AddStores(this IServiceCollection services, IReadOnlyList<string>? modules = null)
    {
        services.AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StoreOptions>>(new StoreOptionsValidation(modules)));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider =>
            new StoreCatalog(provider.GetRequiredService<IOptions<StoreOptions>>().Value, provider.GetRequiredService<TimeProvider>(), modules));
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class StoreOptionsValidation(IReadOnlyList<string>? modules) : IValidateOptions<StoreOptions>
{
    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        if (options is not { Kind: "postgres", Postgres.Length: 0 } || !StoreCatalog.NeedsPlatform(modules, options))
        {
            return ValidateOptionsResult.Success;
        }

        return ValidateOptionsResult.Fail(
            "Store:Postgres must be an Npgsql connection string when Store:Kind is 'postgres', such as Host=127.0.0.1;Username=hongbao;Password=...;Database=hongbao "
            + "(environment: HONGBAO_Store__Postgres)." + (StoreCatalog.NeedsOnlyFinance(modules) ? " Finance alone can have Store:PostgresFinance instead." : ""));
    }
}
