using Hongbao.Campaign.Plans;
using Hongbao.Contracts;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Campaign.Rain;

/// <summary>
/// Drawing in a round; the numbered path of docs/architecture.md: (1) the campaign, from memory, (2) its condition, which who has an outcome need not meet again, (3) who is aimed at nothing has lost, (4) a known outcome, (5) the lane decides and
/// commits, or looks up what was decided where the round takes no draws, many at a time, (6) answer.
/// </summary>
internal sealed class RainDraw(
    CampaignBoard board, ConditionCheck conditions, Guesses guesses, DrawLane lane, Remembered remembered, SubsidyTokens tokens, StoreClock storeClock)
{
    // Every loser's answer is the same.
    private static readonly Task<RainDrawResponse> s_lost = Task.FromResult(new RainDrawResponse());

    public Task<RainDrawResponse> DrawAsync(CallContext context, RainDrawRequest request, CancellationToken cancellationToken)
    {
        // (1)
        if (board.Find(context.App, request.CampaignId) is not { } plan)
        {
            return Task.FromResult(Refused(Result.Of(ResultCode.NotFound, "There is no such campaign.")));
        }

        var now = storeClock.NowMs();
        if (plan.RoundOf(request.Round) is not { } round)
        {
            return Task.FromResult(NotOpen("There is no such round."));
        }

        if (now < round.StartsAtMs && plan.State != CampaignStatus.Ended)
        {
            return Task.FromResult(NotOpen("The round has not begun."));
        }

        // (2) Of everybody, before anything about him is looked at: a refusal tells nobody whether he could win.
        return plan.Condition is { } condition && plan.Takes(round, now)
            ? MeetAndDrawAsync(context, request, plan, round, condition, cancellationToken)
            : DrawAsync(plan, round, context.Uid, now, cancellationToken);
    }

    private async Task<RainDrawResponse> MeetAndDrawAsync(
        CallContext context, RainDrawRequest request, Plan plan, Round round, KeptCondition condition, CancellationToken cancellationToken)
    {
        var key = new DrawKey(plan.CampaignId, round.No, context.Uid);
        if (remembered.TryGet(key, out var known))
        {
            return AnswerOf(plan, key, known);
        }

        var fault = await conditions.FaultAsync(context, condition, request.Password, cancellationToken).ConfigureAwait(false);
        Guess? guess = fault is null && condition.Password is not null ? guesses.Compare(plan, context.Uid, request.Password) : null;
        if (fault is null && guess is null or Guess.Right)
        {
            return await DrawAsync(plan, round, context.Uid, storeClock.NowMs(), cancellationToken).ConfigureAwait(false);
        }

        // Of everybody whom the condition stops, whatever he is aimed at: how long it takes tells nothing.
        var recorded = await lane.PostAsync(new WaitingDraw(plan.App, key, 0)).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (guess == Guess.Wrong && recorded is not null)
        {
            guesses.Forgive(plan, context.Uid);
        }

        return recorded is { } outcome ? AnswerOf(plan, key, outcome)
            : Refused(fault ?? (guess == Guess.UsedUp ? PasswordTries.UsedUp() : await guesses.CountAsync(plan, context.Uid, cancellationToken).ConfigureAwait(false)));
    }

    private Task<RainDrawResponse> DrawAsync(Plan plan, Round round, long uid, long now, CancellationToken cancellationToken)
    {
        // (3) Without a row and without a question to any database, however large the crowd.
        var prize = plan.Aim.At(round.Secret, plan.CampaignId, round.No, uid);
        if (prize == 0)
        {
            return plan.Takes(round, now) ? s_lost : Task.FromResult(NotOpen(WhyNot(plan, round, now)));
        }

        // (4)
        var key = new DrawKey(plan.CampaignId, round.No, uid);
        return remembered.TryGet(key, out var outcome) ? Task.FromResult(AnswerOf(plan, key, outcome)) : DecideAsync(plan, round, key, prize, cancellationToken);
    }

    // (5) What was posted is finished, even if the caller goes away.
    private async Task<RainDrawResponse> DecideAsync(Plan plan, Round round, DrawKey key, int prize, CancellationToken cancellationToken)
    {
        var outcome = await lane.PostAsync(new WaitingDraw(plan.App, key, prize)).WaitAsync(cancellationToken).ConfigureAwait(false);
        return outcome is { } known ? AnswerOf(plan, key, known) : NotOpen(WhyNot(plan, round, storeClock.NowMs()));
    }

    // (6)
    private RainDrawResponse AnswerOf(Plan plan, DrawKey key, Outcome outcome) => !outcome.IsWin ? new RainDrawResponse() : new RainDrawResponse
    {
        Won = true,
        Amount = outcome.Amount,
        Currency = plan.Currency,
        Token = RewardNumber.Token(tokens, RewardNumber.Issued(key, plan.App, plan.Currency, outcome), outcome.KeyId!),
        ExpiresAtMs = outcome.ExpiresAtMs,
    };

    private static string WhyNot(Plan plan, Round round, long now) => plan.State == CampaignStatus.Paused ? "The campaign pauses."
        : now >= round.EndsAtMs || plan.State == CampaignStatus.Ended ? "The round is over."
        : "The round takes no draws now.";

    private static RainDrawResponse NotOpen(string detail) => Refused(Result.Of(ResultCode.CampaignNotOpen, detail));

    private static RainDrawResponse Refused(Result result) => new() { Result = result };
}
