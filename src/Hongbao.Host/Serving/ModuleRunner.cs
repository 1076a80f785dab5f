using Hongbao.Contracts;
using Hongbao.Foundation;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Options;

namespace Hongbao.Host.Serving;

/// <summary>Starts the modules in the order of their registration, then their workers; stops them the other way round.</summary>
internal sealed class ModuleRunner(
    IEnumerable<IModule> modules, ThreadPoolScheduler scheduler, MessageBus bus, AlertSink alerts, RpcLinks links, PlatformOptions platform, TimeProvider clock, ILogger<ModuleRunner> log,
    StoreCatalog stores, IOptions<AlertOptions> alertOptions, IRandomSource chance, ILoggerFactory loggers) : IDisposable
{
    private readonly List<IModule> _started = [];
    private AlertForwarding? _forwarding;

    /// <exception cref="StoreException">A store cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var module in modules)
        {
            await module.StartAsync(cancellationToken);
            _started.Add(module);
        }

        foreach (var module in _started)
        {
            module.Attach(bus, scheduler);
        }

        AttachOthers();
        scheduler.Start();
    }

    // Messages and alerts for modules of other processes.
    private void AttachOthers()
    {
        var elsewhere = RpcFaults.Needed(platform.RoleSet);
        // Only these send messages.
        var sends = (platform.RoleSet & (Roles.Core | Roles.Async | Roles.Campaign)) != Roles.None;
        foreach (var (role, name) in RoleNames.All.Where(r => sends && r.Role is Roles.Core or Roles.Async or Roles.Query && elsewhere.HasFlag(r.Role)))
        {
            RemoteHandlers.Subscribe(bus, name, new MessagePostProxy(links.To(role, "MessagePost")), clock, log);
        }

        if (elsewhere.HasFlag(Roles.Async))
        {
            // The last: finance's, which others may run, only when there is no other.
            var own = _started.Count > 0 ? stores.Open(_started[^1].Name) : null;
            _forwarding = new AlertForwarding(alerts, new AlertPostProxy(links.To(Roles.Async, "AlertPost")), own, alertOptions.Value, clock, chance, loggers);
            _forwarding.Attach(scheduler);
        }
    }

    public void Dispose() => _forwarding?.Dispose();

    public async Task StopAsync()
    {
        await scheduler.StopAsync(StopTimes.Workers);
        using var patience = new CancellationTokenSource(StopTimes.Modules);
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
