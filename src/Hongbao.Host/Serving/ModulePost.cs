using Hongbao.Contracts;

namespace Hongbao.Host.Serving;

/// <summary>
/// Takes messages for one module of this process, and for no other: handlers that are elsewhere are on this process's bus too, and two processes that name each other by
/// mistake would hand a message back and forth.
/// </summary>
/// <param name="module">Lower case.</param>
/// <param name="post">Hands them to this process's handlers.</param>
internal sealed class ModulePost(string module, IMessagePost post) : IMessagePost
{
    public Task<DeliverResponse> DeliverAsync(CallContext context, DeliverRequest request, CancellationToken cancellationToken = default) =>
        Listener.All.Any(l => l.Module == module && l.Topic == request.Topic && l.Handler == request.Handler)
            ? post.DeliverAsync(context, request, cancellationToken)
            : Task.FromResult(new DeliverResponse
            {
                // As of a handler that comes with the next release: only its topic waits.
                Result = Result.Of(ResultCode.Overloaded, $"{module} has no handler {request.Handler} of {request.Topic}"),
                Unknown = true,
            });
}
