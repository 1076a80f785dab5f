using Hongbao.Async;
using Hongbao.Contracts;
using Hongbao.Core;
using Hongbao.Finance;
using Hongbao.Foundation.Health;
using Hongbao.Foundation.Stores;
using Hongbao.Jce.Rpc;
using Hongbao.Query;

namespace Hongbao.Host.Serving;

/// <summary>Registers each module where this process has its role, and a proxy of its contract where it has not.</summary>
internal static class RoleServices
{
    public static void AddRoles(this IServiceCollection services, Roles roles)
    {
        // In the order of their start: who is asked comes before who asks.
        if (roles.HasFlag(Roles.Finance))
        {
            services.AddFinance();
        }
        else
        {
            services.AddSingleton<IFinance>(static p => new FinanceProxy(p.To(Roles.Finance, "Finance")));
            services.AddSingleton<IFinanceOperations>(static p => new FinanceOperationsProxy(p.To(Roles.Finance, "FinanceOperations")));
        }

        if (roles.HasFlag(Roles.Core))
        {
            services.AddCore();
            services.AddSingleton<IReadinessCheck, ClockReadiness>();
        }
        else
        {
            // The gateway shows Core's limits: every process of an installation is given the same settings.
            services.AddOptions<CoreOptions>().BindConfiguration(CoreOptions.Section).ValidateDataAnnotations().ValidateOnStart();
            services.AddSingleton<IRedPacketCore>(static p => new RedPacketCoreProxy(p.To(Roles.Core, "RedPacketCore")));
        }

        if (roles.HasFlag(Roles.Async))
        {
            services.AddAsync();
        }
        else
        {
            services.AddSingleton<IRedPacketAsync>(static p => new RedPacketAsyncProxy(p.To(Roles.Async, "RedPacketAsync")));
        }

        if (roles.HasFlag(Roles.Query))
        {
            services.AddQuery();
        }
        else
        {
            services.AddSingleton<IRedPacketQuery>(static p => new RedPacketQueryProxy(p.To(Roles.Query, "RedPacketQuery")));
        }

        foreach (var module in StoresOf(roles))
        {
            services.AddSingleton<IReadinessCheck>(provider => new StoreReadiness(provider.GetRequiredService<StoreCatalog>().Open(module)));
        }

        if (roles.HasFlag(Roles.Gateway))
        {
            foreach (var (role, name) in RoleNames.All.Where(r => r.Role != Roles.Gateway && !roles.HasFlag(r.Role)))
            {
                services.AddSingleton<IReadinessCheck>(provider => new RoleReadiness(name, provider.To(role, role == Roles.Finance ? "Finance" : "MessagePost")));
            }
        }
    }

    private static RpcChannel To(this IServiceProvider services, Roles role, string contract) => services.GetRequiredService<RpcLinks>().To(role, contract);

    // Query reads Core's and Async's tables.
    private static IEnumerable<string> StoresOf(Roles roles) => new[]
    {
        ("core", Roles.Core | Roles.Query), ("async", Roles.Async | Roles.Query), ("query", Roles.Query), ("finance", Roles.Finance),
    }.Where(s => (roles & s.Item2) != Roles.None).Select(static s => s.Item1);
}
