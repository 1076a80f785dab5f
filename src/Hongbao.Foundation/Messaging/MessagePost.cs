using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Messaging;

/// <summary>Hands messages of other processes to this one's handlers.</summary>
public sealed class MessagePost(MessageBus bus, ILogger<MessagePost> log) : IMessagePost
{
    /// <inheritdoc/>
    public async Task<DeliverResponse> DeliverAsync(CallContext context, DeliverRequest request, CancellationToken cancellationToken = default)
    {
        if (bus.Find(request.Topic, request.Handler) is not { } handle)
        {
            // It may have it soon, or another process does: the messages wait.
            var unknown = Answer(ResultCode.Overloaded, $"nobody here handles {request.Topic} as {request.Handler}");
            unknown.Unknown = true;
            return unknown;
        }

        try
        {
            await handle(request.Items.ConvertAll(p => new Delivery(p.MessageId, request.Topic, p.Context, p.Payload, p.Attempt)), cancellationToken).ConfigureAwait(false);
            return Answer(ResultCode.Ok, "");
        }
        catch (StoreException e) when (OutboxDispatcher.IsOfTheStore(e))
        {
            var trouble = Answer(ResultCode.Overloaded, e.Message);
            trouble.Late = e.Fault == StoreFault.Transient;
            return trouble;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var late = Answer(ResultCode.Overloaded, "it took too long");
            late.Late = true;
            return late;
        }
        catch (Exception e)
        {
            log.LogWarning(e, "{Count} messages of {Topic} failed in {Handler}", request.Items.Count, request.Topic, request.Handler);
            var refused = Answer(ResultCode.Internal, e.Message);
            refused.Refused = true;
            return refused;
        }
    }

    private static DeliverResponse Answer(ResultCode code, string detail) => new() { Result = Result.Of(code, detail) };
}
