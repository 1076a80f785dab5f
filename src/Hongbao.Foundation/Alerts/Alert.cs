using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Alerts;

/// <summary>Something that a person has to look at.</summary>
/// <param name="Kind">What it is, such as <c>order.mismatch</c>.</param>
/// <param name="Key">What it is about, such as an order number; alerts of the same kind and key are merged.</param>
/// <param name="Text">What happened and what to do next; no secrets, no full uids.</param>
public sealed record Alert(string Kind, string Key, string Text);

/// <summary>
/// Takes alerts from everywhere without waiting and logs them; Async stores and sends them on. What is raised while the
/// process dies is only in its log. A condition that lasts is raised again by the scan that finds it; what happens once is not.
/// </summary>
public sealed class AlertSink(ILogger<AlertSink> log)
{
    private readonly Channel<Alert> _raised = Channel.CreateBounded<Alert>(new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropOldest });
    private Action? _wake;

    /// <summary>Logs the alert and passes it on.</summary>
    public void Raise(Alert alert)
    {
        log.LogWarning("ALERT {Kind} {Key}: {Text}", alert.Kind, alert.Key, alert.Text);
        _raised.Writer.TryWrite(alert);
        _wake?.Invoke();
    }

    /// <summary>Takes what was raised since the last call, oldest first.</summary>
    public List<Alert> Drain()
    {
        var taken = new List<Alert>();
        while (taken.Count < 1000 && _raised.Reader.TryRead(out var alert))
        {
            taken.Add(alert);
        }

        return taken;
    }

    /// <summary>Calls back when something is raised; one listener.</summary>
    public void OnRaised(Action wake) => _wake = wake;
}
