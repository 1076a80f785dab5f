using Hongbao.Foundation;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace Hongbao.Bench.Http.Serving;

/// <summary>
/// Lets only one module work by itself: what it tells others waits in its outbox, as what the peers of a claim write does, for nobody in this process listens to it. All
/// other modules start and can be asked. It is what a process of a gateway and that module has, whose Async is another process.
/// </summary>
internal static class OneModulesWorkers
{
    public static void Register(IServiceCollection services, string name)
    {
        var modules = services.Where(s => s.ServiceType == typeof(IModule)).ToList();
        foreach (var module in modules)
        {
            services.Remove(module);
            services.AddSingleton<IModule>(provider =>
            {
                var real = (IModule)module.ImplementationFactory!(provider);
                return real.Name == name ? real : new WithoutWorkers(real);
            });
        }
    }

    private sealed class WithoutWorkers(IModule module) : IModule
    {
        public string Name => module.Name;

        public Task StartAsync(CancellationToken cancellationToken) => module.StartAsync(cancellationToken);

        public void Attach(MessageBus bus, IScheduler scheduler)
        {
        }

        public Task StopAsync(CancellationToken cancellationToken) => module.StopAsync(cancellationToken);
    }
}
