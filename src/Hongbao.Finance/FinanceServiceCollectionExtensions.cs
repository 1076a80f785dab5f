using Hongbao.Contracts;
using Hongbao.Finance.Callbacks;
using Hongbao.Finance.Campaigns;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Ledger;
using Hongbao.Finance.Orders;
using Hongbao.Finance.Payments;
using Hongbao.Finance.Wallets;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hongbao.Finance;

/// <summary>Adds the reference finance to a host.</summary>
public static class FinanceServiceCollectionExtensions
{
    /// <summary>
    /// Registers <see cref="IFinance"/>, <see cref="IFinanceOperations"/>, <see cref="CallbackTarget"/> and the module. The host
    /// registers <see cref="StoreCatalog"/> and logging, and binds section <see cref="FinanceOptions.Section"/> to
    /// <see cref="FinanceOptions"/>, which are checked at the start. Repeating it changes nothing.
    /// </summary>
    public static IServiceCollection AddFinance(this IServiceCollection services)
    {
        services.AddFinanceOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRandomSource, SecureRandomSource>();
        services.TryAddSingleton<AlertSink>();
        services.TryAddSingleton<CallbackTarget>();
        services.TryAddSingleton(provider => new FinanceStore(provider.GetRequiredService<StoreCatalog>().Open("finance")));
        services.TryAddSingleton<FaultSwitches>();
        services.TryAddSingleton<CallbackQueue>();
        services.TryAddSingleton<CallbackSender>();
        services.TryAddSingleton<PaymentDesk>();
        services.TryAddSingleton<OrderDesk>();
        services.TryAddSingleton<WalletDesk>();
        services.TryAddSingleton<CampaignDesk>();
        services.TryAddSingleton<LedgerCheck>();
        services.TryAddSingleton<FinanceModule>();
        services.TryAddSingleton<IFinance, FinanceService>();
        services.TryAddSingleton<IFinanceOperations, FinanceOperations>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModule, FinanceModule>(provider => provider.GetRequiredService<FinanceModule>()));
        return services;
    }

    /// <summary>Registers the checks of <see cref="FinanceOptions"/> alone, for hosts that talk with a finance elsewhere. Repeating it changes nothing.</summary>
    public static IServiceCollection AddFinanceOptions(this IServiceCollection services)
    {
        services.AddOptions<FinanceOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FinanceOptions>, FinanceOptionsValidation>());
        return services;
    }
}
