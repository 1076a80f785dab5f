using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Foundation;

/// <summary>What the host does with every module, in this order.</summary>
public interface IModule
{
    /// <summary>Lower case, as in the store's name.</summary>
    string Name { get; }

    /// <summary>Brings the schema up to date, takes number leases. After it the module's contract can be called.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Subscribes to messages and adds workers; none runs before all modules have started.</summary>
    void Attach(MessageBus bus, IScheduler scheduler);

    /// <summary>Finishes what is under way and gives leases back; workers have stopped.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}
