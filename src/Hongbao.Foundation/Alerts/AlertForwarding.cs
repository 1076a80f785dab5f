using Hongbao.Contracts;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Foundation.Alerts;

/// <summary>Sends a process's alerts to the one that stores them. Until it answers they wait in memory, bounded by the sink; what is lost is found again by the scan that found it.</summary>
public sealed class AlertForwarding(AlertSink sink, IAlertPost post, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(30);
    private List<Alert> _waiting = [];

    /// <summary>Adds the worker; this is the sink's listener.</summary>
    public void Attach(IScheduler scheduler) => sink.OnRaised(scheduler.Add("alerts.forward", ForwardAsync).Wake);

    private async Task<NextRun> ForwardAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0)
        {
            _waiting = sink.Drain();
        }

        if (_waiting.Count == 0)
        {
            return NextRun.After(PollInterval);
        }

        var context = CallContext.ForSystem(CallContext.DefaultApp);
        context.DeadlineMs = (clock.GetUtcNow() + Patience).ToUnixTimeMilliseconds();
        var response = await post.RaiseAsync(context, new RaiseRequest
        {
            Items = _waiting.ConvertAll(static a => new AlertNotice { Kind = a.Kind, Subject = a.Key, Text = a.Text }),
        }, cancellationToken).ConfigureAwait(false);
        if (!response.Result.IsOk())
        {
            return NextRun.After(Rest);
        }

        _waiting = [];
        return NextRun.Now;
    }
}
