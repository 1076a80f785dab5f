using System.Globalization;
using Hongbao.Contracts;

namespace Hongbao.Foundation.Opening;

/// <summary>Whether a user has met a condition, as far as that needs no row: passwords are compared by who counts the tries.</summary>
public sealed class ConditionCheck(IConditions conditions)
{
    /// <summary>Why the context's user may not go on, or null. No answer is a refusal: it decides who may take money.</summary>
    /// <param name="context">The user.</param>
    /// <param name="condition">What has to be met.</param>
    /// <param name="password">What he said; of a password only whether it can be one is looked at.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<Result?> FaultAsync(CallContext context, KeptCondition condition, string password, CancellationToken cancellationToken) =>
        condition.Kind == ConditionKind.Password ? Task.FromResult(FormFault(password)) : AskAsync(context, condition, cancellationToken);

    // What cannot be right costs no try.
    private static Result? FormFault(string password) => password.Length == 0 ? Result.Invalid("password", "is required: this opens with a password")
        : OpeningPassword.FaultOf(password) is { } accepted ? Result.Invalid("password", accepted)
        : null;

    private async Task<Result?> AskAsync(CallContext context, KeptCondition condition, CancellationToken cancellationToken)
    {
        var answer = await conditions.MetAsync(
            context,
            new ConditionRequest { Kind = condition.Kind, Uid = context.Uid, SubjectUid = condition.Uid, ContentId = condition.ContentId },
            cancellationToken).ConfigureAwait(false);
        return !answer.Result.IsOk() ? Result.Of(ResultCode.Degraded, "Whether you may take part cannot be checked just now; please try again soon.")
            : answer.Met ? null
            : Result.Of(ResultCode.NotInScope, condition.Kind == ConditionKind.Follow
                ? string.Create(CultureInfo.InvariantCulture, $"This is for those who follow user {condition.Uid}.")
                : "This is for those who have shared what it names.");
    }
}
