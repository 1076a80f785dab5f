using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hongbao.Foundation.Stores;

/// <summary>Registers the stores.</summary>
public static class StoreServices
{
    /// <summary>Adds the <see cref="StoreCatalog"/> by the section <c>Store</c>, checked at the host's start. A registered TimeProvider is used.</summary>
    public static IServiceCollection AddStores(this IServiceCollection services)
    {
        services.AddOptions<StoreOptions>().BindConfiguration(StoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StoreOptions>, StoreOptionsValidation>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(static provider =>
            new StoreCatalog(provider.GetRequiredService<IOptions<StoreOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}

/// <summary>What single settings cannot say about themselves.</summary>
internal sealed class StoreOptionsValidation : IValidateOptions<StoreOptions>
{
    public ValidateOptionsResult Validate(string? name, StoreOptions options) => options is { Kind: "postgres", Postgres.Length: 0 }
        ? ValidateOptionsResult.Fail(
            "Store:Postgres must be an Npgsql connection string when Store:Kind is 'postgres', such as Host=127.0.0.1;Username=hongbao;Password=...;Database=hongbao "
            + "(environment: HONGBAO_Store__Postgres).")
        : ValidateOptionsResult.Success;
}
