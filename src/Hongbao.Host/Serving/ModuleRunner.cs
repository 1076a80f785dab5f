using Hongbao.Foundation;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Host.Serving;

/// <summary>Starts the modules in the order of their registration, then their workers; stops them the other way round.</summary>
internal sealed class ModuleRunner(IEnumerable<IModule> modules, ThreadPoolScheduler scheduler, ILogger<ModuleRunner> log)
{
    // With the server's own time to refuse, to cease listening and to finish answers (2.7 s) this stays below the 5 s in which Ctrl-C ends.
    private static readonly TimeSpan WorkersPatience = TimeSpan.FromMilliseconds(1100);
    private static readonly TimeSpan ModulesPatience = TimeSpan.FromMilliseconds(1000);
    private readonly List<IModule> _started = [];

    /// <exception cref="StoreException">A store cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var module in modules)
        {
            await module.StartAsync(cancellationToken);
            _started.Add(module);
        }

        var bus = new MessageBus();
        foreach (var module in _started)
        {
            module.Attach(bus, scheduler);
        }

        scheduler.Start();
    }

    public async Task StopAsync()
    {
        await scheduler.StopAsync(WorkersPatience);
        using var patience = new CancellationTokenSource(ModulesPatience);
        foreach (var module in _started.AsEnumerable().Reverse())
        {
            try
            {
                await module.StopAsync(patience.Token);
            }
            catch (Exception e)
            {
                // What a module could not give back runs out by itself; the others still get their turn.
                log.LogWarning(e is StoreException ? null : e, "Module {Module} did not stop cleanly: {Reason}", module.Name, e.Message);
            }
        }
    }
}
