using Hongbao.Contracts;

namespace Hongbao.Core.Packets;

/// <summary>Asks the host app's moderation about greetings. No answer is a refusal.</summary>
internal sealed class GreetingCheck(IModeration moderation)
{
    /// <summary>Why a greeting cannot be used, or null; an empty one always can.</summary>
    public async Task<Result?> FaultAsync(CallContext context, string greeting, CancellationToken cancellationToken)
    {
        if (greeting.Length == 0)
        {
            return null;
        }

        var verdict = await moderation.CheckAsync(context, new ModerationRequest { Text = greeting }, cancellationToken).ConfigureAwait(false);
        return !verdict.Result.IsOk() ? Result.Of(ResultCode.Degraded, "Greetings cannot be checked just now; please try again soon, or send without one.")
            : verdict.Allowed ? null
            : Result.Of(ResultCode.ContentRejected, "This greeting cannot be used.");
    }
}
