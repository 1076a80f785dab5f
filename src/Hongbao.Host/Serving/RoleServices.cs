using Hongbao.Async;
using Hongbao.Campaign;
using Hongbao.Contracts;
using Hongbao.Core;
using Hongbao.Finance;
using Hongbao.Foundation.Health;
using Hongbao.Foundation.Stores;
using Hongbao.Jce.Rpc;
using Hongbao.Query;

namespace Hongbao.Host.Serving;

/// <summary>
/// Registers each module where this process has its role, and a proxy of its contract where it has not. The settings of all modules are checked by every process: they
/// are given the same ones, and whichever starts first tells what is wrong.
/// </summary>
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
            services.AddFinanceOptions();
            services.AddSingleton<IFinance>(static p => new FinanceProxy(p.To(Roles.Finance, "Finance")));
            services.AddSingleton<IFinanceOperations>(static p => new FinanceOperationsProxy(p.To(Roles.Finance, "FinanceOperations")));
        }

        if (roles.HasFlag(Roles.Campaign))
        {
            services.AddCampaign();
            // As it is read: what is wrong with Core's section is told where that is checked.
            services.AddOptions<CampaignOptions>().PostConfigure<IConfiguration>(static (campaign, configuration) =>
            {
                var core = configuration.GetSection(CoreOptions.Section).Get<CoreOptions>() ?? new CoreOptions();
                campaign.PrizeMax = Math.Min(campaign.PrizeMax, core.CountMax * core.ShareMax);
            });
            services.AddSingleton<IReadinessCheck>(static provider => new ClockReadiness("clock.campaign", provider.GetRequiredService<CampaignModule>().Clock));
        }
        else
        {
            services.AddCampaignOptions();
            services.AddSingleton<ICampaigns>(static p => new CampaignsProxy(p.To(Roles.Campaign, "Campaigns")));
            services.AddSingleton<ICampaignOperations>(static p => new CampaignOperationsProxy(p.To(Roles.Campaign, "CampaignOperations")));
        }

        if (roles.HasFlag(Roles.Core))
        {
            services.AddCore();
            services.AddSingleton<IReadinessCheck>(static provider => new ClockReadiness("clock", provider.GetRequiredService<CoreModule>().Clock));
        }
        else
        {
            services.AddCoreOptions();
            services.AddSingleton<IRedPacketCore>(static p => new RedPacketCoreProxy(p.To(Roles.Core, "RedPacketCore")));
        }

        if (roles.HasFlag(Roles.Async))
        {
            services.AddAsync();
        }
        else
        {
            services.AddAsyncOptions();
            services.AddSingleton<IRedPacketAsync>(static p => new RedPacketAsyncProxy(p.To(Roles.Async, "RedPacketAsync")));
        }

        if (roles.HasFlag(Roles.Query))
        {
            services.AddQuery();
        }
        else
        {
            services.AddQueryOptions();
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
                // Without Core nothing that matters goes on; a restart of another role must not take the gateway away from those who claim.
                services.AddSingleton<IReadinessCheck>(provider => new RoleReadiness(name, role == Roles.Core, provider.To(role, ContractOf(role))));
            }
        }
    }

    // One that the role has, to see whether it answers.
    private static string ContractOf(Roles role) => role switch
    {
        Roles.Finance => "Finance",
        Roles.Campaign => "Campaigns",
        _ => "MessagePost",
    };

    private static RpcChannel To(this IServiceProvider services, Roles role, string contract) => services.GetRequiredService<RpcLinks>().To(role, contract);

    /// <summary>The modules whose tables some roles open. Query reads Core's and Async's.</summary>
    public static IReadOnlyList<string> StoresOf(Roles roles) =>
    [
        .. new[] { ("core", Roles.Core | Roles.Query), ("async", Roles.Async | Roles.Query), ("query", Roles.Query), ("campaign", Roles.Campaign), ("finance", Roles.Finance) }
            .Where(s => (roles & s.Item2) != Roles.None).Select(static s => s.Item1),
    ];
}
