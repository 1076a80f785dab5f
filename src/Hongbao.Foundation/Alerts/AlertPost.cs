using Hongbao.Contracts;

namespace Hongbao.Foundation.Alerts;

/// <summary>Takes alerts of other processes into this one's sink, which stores and sends them.</summary>
public sealed class AlertPost(AlertSink sink) : IAlertPost
{
    /// <inheritdoc/>
    public Task<RaiseResponse> RaiseAsync(CallContext context, RaiseRequest request, CancellationToken cancellationToken = default)
    {
        foreach (var notice in request.Items)
        {
            sink.Raise(new Alert(notice.Kind, notice.Subject, notice.Text));
        }

        return Task.FromResult(new RaiseResponse());
    }
}
