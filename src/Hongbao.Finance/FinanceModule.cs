using Hongbao.Finance.Callbacks;
using Hongbao.Finance.Faults;
using Hongbao.Finance.Orders;
using Hongbao.Finance.Payments;
using Hongbao.Foundation;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Finance;

/// <summary>The reference finance as a module: its schema, its fault switches, its workers.</summary>
internal sealed class FinanceModule(
    FinanceStore store, FaultSwitches faults, PaymentDesk payments, OrderDesk orders, CallbackQueue callbacks, CallbackSender sender) : IModule
{
    public string Name => "finance";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.MigrateAsync(cancellationToken);
        await faults.LoadAsync(cancellationToken);
    }

    public void Attach(MessageBus bus, IScheduler scheduler) => Attach(scheduler);

    /// <summary>Finance takes no messages: it is a third party that only its contract and its callbacks speak for.</summary>
    internal void Attach(IScheduler scheduler)
    {
        payments.Attach(scheduler);
        orders.Attach(scheduler);
        faults.Attach(scheduler);
        callbacks.Sender = scheduler.Add("finance.callbacks", sender.SendDueAsync);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
