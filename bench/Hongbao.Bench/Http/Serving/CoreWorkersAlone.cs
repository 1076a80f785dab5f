using Hongbao.Core;
using Hongbao.Foundation;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace Hongbao.Bench.Http.Serving;

/// <summary>
/// Lets only Core work by itself: credit requests wait in the outbox as those of the peers do, for nobody in this process listens to them. All other
/// modules start and can be asked. It is what a process of a gateway and a Core has, whose Async is another process.
/// </summary>
internal static class CoreWorkersAlone
{
    public static void Register(IServiceCollection services)
    {
        var modules = services.Where(s => s.ServiceType == typeof(IModule)).ToList();
        foreach (var module in modules)
        {
            services.Remove(module);
            services.AddSingleton<IModule>(provider =>
            {
                var real = (IModule)module.ImplementationFactory!(provider);
                return real is CoreModule ? real : new WithoutWorkers(real);
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
