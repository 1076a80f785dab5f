using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Withdrawals;

/// <summary>
/// Asking for a payout of reward money; path 3 of docs/architecture.md: (1) the form, (2) the first answer to a repeated request, (3) the limits of
/// one withdrawal, (4) gradual release, (5) risk control, (6) the user's unfinished credits are advanced, (7) the balance is looked at, (8) request id, day's
/// limits, withdrawal and the message that asks for the payout in one transaction. The look at the balance is early kindness alone: two withdrawals at
/// once may both pass it, and finance, which takes the money, refuses what is not there.
/// </summary>
internal sealed class WithdrawalCreation(
    IStore store, DueTable<DueKind> due, Outbox outbox, CoreOptions options, NumberMinter numbers, IRisk risk, CreditAdvance credits, IFinance finance, DayTally days,
    TimeProvider clock)
{
    private const string Operation = "withdrawal.create";
    private const string RiskOperation = "withdrawal";
    private const int RequestIdMax = 64;

    // For a question to risk control or finance.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Callers who wait for others now. While those hang they would hold all places that this process has for calls, and claims would wait behind them.
    private int _waiting;

    private sealed class KnownRequest
    {
        public string Fingerprint { get; init; } = "";
        public long ResultNo { get; init; }
    }

    /// <summary>The withdrawal, or why there is none.</summary>
    /// <exception cref="StoreException">Trouble of the store; the same request may be sent again.</exception>
    public async Task<WithdrawalResponse> CreateAsync(CallContext context, CreateWithdrawalRequest request, CancellationToken cancellationToken)
    {
        // (1)
        if (context.Uid < 1)
        {
            return Refused(Result.Of(ResultCode.Unauthenticated));
        }

        var currency = request.Currency.Length == 0 ? options.CurrenciesAccepted[0] : request.Currency;
        var faults = Faults(request, currency);
        if (faults.Count > 0)
        {
            return Refused(new Result { Code = ResultCode.ValidationFailed, Faults = faults });
        }

        // (2) Before all that can change, so that neither settings nor others' verdicts nor the balance change the answer to a repetition.
        var fingerprint = string.Create(CultureInfo.InvariantCulture, $"{request.Amount} {currency}");
        if (await RepeatAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false) is { } repeated)
        {
            return repeated;
        }

        // (3) and (4)
        if ((OutOfBounds(request.Amount) ?? NotOpen(context.Uid)) is { } refused)
        {
            return Refused(refused);
        }

        // (5) to (7)
        if (await HinderedAsync(context, request.Amount, currency, cancellationToken).ConfigureAwait(false) is { } hindered)
        {
            // Perhaps by the money that the same request has taken meanwhile, asked a moment before this one: then it is a repetition.
            return await RepeatAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false) ?? Refused(hindered);
        }

        try
        {
            // (8)
            return await WriteAsync(context, request, currency, fingerprint, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Fault is StoreFault.UniqueViolation or StoreFault.UnknownOutcome)
        {
            // The same request at the same moment was faster, or the commit's answer was lost: what stands is the answer.
            return await RepeatAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false)
                ?? Refused(Result.Of(ResultCode.Overloaded, "Please send the same request again."));
        }
    }

    private List<FieldFault> Faults(CreateWithdrawalRequest request, string currency)
    {
        var faults = new List<FieldFault>();
        if (PacketRules.TextFault(request.RequestId, 1, RequestIdMax) is { } requestId)
        {
            faults.Add(new FieldFault { Field = "requestId", Message = requestId });
        }

        if (request.Amount < 1)
        {
            faults.Add(new FieldFault { Field = "amount", Message = AmountMin() });
        }

        if (!options.CurrenciesAccepted.Contains(currency))
        {
            faults.Add(new FieldFault { Field = "currency", Message = $"must be empty or one of: {string.Join(", ", options.CurrenciesAccepted)}" });
        }

        return faults;
    }

    private Result? OutOfBounds(long amount) => amount < options.WithdrawAmountMin ? Result.Invalid("amount", AmountMin())
        : amount > options.WithdrawAmountMax ? Result.Of(ResultCode.LimitExceeded, $"At most {options.WithdrawAmountMax} minor units at once.")
        : null;

    private string AmountMin() => $"must be at least {options.WithdrawAmountMin} minor units";

    private Result? NotOpen(long uid) => WithdrawalRelease.IsOpenFor(uid, options.WithdrawOpenPercent)
        ? null
        : Result.Of(ResultCode.Degraded, "Withdrawals are not open for you yet; please come back another day.");

    // What others say against it.
    private async Task<Result?> HinderedAsync(CallContext context, long amount, string currency, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > options.WithdrawWaitingMax)
            {
                return Result.Of(ResultCode.Overloaded, "Please send the same request again.");
            }

            if (await RiskyAsync(context, amount, currency, cancellationToken).ConfigureAwait(false) is { } risky)
            {
                return risky;
            }

            await credits.AdvanceAsync(context, currency, cancellationToken).ConfigureAwait(false);
            return await ShortAsync(context, amount, currency, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task<Result?> RiskyAsync(CallContext context, long amount, string currency, CancellationToken cancellationToken)
    {
        var question = new RiskRequest { Operation = RiskOperation, Uid = context.Uid, Amount = amount, Currency = currency };
        var verdict = await clock.AskWithinAsync(context, Patience, (own, token) => risk.CheckAsync(own, question, token), cancellationToken).ConfigureAwait(false);
        return !verdict.Result.IsOk() ? Result.Of(ResultCode.Degraded, "Withdrawals cannot be checked just now; please try again soon.")
            : verdict.Allowed ? null
            : Result.Of(ResultCode.RiskRefused, verdict.Reason.Length == 0 ? "This withdrawal cannot be made." : verdict.Reason);
    }

    private async Task<Result?> ShortAsync(CallContext context, long amount, string currency, CancellationToken cancellationToken)
    {
        var wallet = await clock.AskWithinAsync(
            context, Patience, (own, token) => finance.GetWalletAsync(own, new WalletRequest { Currency = currency }, token), cancellationToken).ConfigureAwait(false);
        return !wallet.Result.IsOk() || wallet.Currency != currency ? Result.Of(ResultCode.Degraded, "Your balance cannot be read just now; please try again soon.")
            : wallet.Reward < amount ? Result.Of(ResultCode.InsufficientFunds, $"At most {Math.Max(0, wallet.Reward)} minor units can be withdrawn now.")
            : null;
    }

    private async Task<WithdrawalResponse> WriteAsync(
        CallContext context, CreateWithdrawalRequest request, string currency, string fingerprint, CancellationToken cancellationToken)
    {
        var slot = Number.SlotOf(context.Uid);
        var withdrawalNo = numbers.Mint(slot);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            // Before the limits: the repetition of a request that was the day's last is a repetition, not one too many.
            await session.ExecuteAsync("""
                insert into requests (app, uid, operation, request_id, slot, fingerprint, result_no, created_at)
                values (@App, @Uid, @Operation, @RequestId, @slot, @fingerprint, @withdrawalNo, @now)
                """, new { context.App, context.Uid, Operation, request.RequestId, slot, fingerprint, withdrawalNo, now }, cancellationToken).ConfigureAwait(false);
            if (await days.AddAsync(session, context, currency, request.Amount, now, cancellationToken).ConfigureAwait(false) is { } overLimit)
            {
                return Refused(overLimit);
            }

            await session.ExecuteAsync("""
                insert into withdrawals (withdrawal_no, slot, app, uid, amount, currency, state, created_at, updated_at)
                values (@withdrawalNo, @slot, @App, @Uid, @Amount, @currency, 1, @now, @now)
                """, new { withdrawalNo, slot, context.App, context.Uid, request.Amount, currency, now }, cancellationToken).ConfigureAwait(false);
            var row = new WithdrawalRow
            {
                WithdrawalNo = withdrawalNo,
                App = context.App,
                Uid = context.Uid,
                Amount = request.Amount,
                Currency = currency,
                State = WithdrawalStatus.Pending,
                CreatedAt = now,
            };
            await outbox.AddAsync(
                session, slot, Topics.PayoutsRequested, context, new PayoutsRequested { Items = [WithdrawalStore.ToWanted(row)] }, TimeSpan.Zero, cancellationToken)
                .ConfigureAwait(false);
            await due.PutAsync(
                session, DueKind.Payout, withdrawalNo, now + options.PullAfterMs, now + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.withdrawal.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.withdrawal.after_commit");
            return row.ToResponse();
        }
    }

    private async Task<WithdrawalResponse?> RepeatAsync(CallContext context, string requestId, string fingerprint, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = await session.FirstAsync<KnownRequest>("""
                select fingerprint, result_no from requests where app = @App and uid = @Uid and operation = @Operation and request_id = @requestId
                """, new { context.App, context.Uid, Operation, requestId }, cancellationToken).ConfigureAwait(false);
            return known is null ? null
                : known.Fingerprint != fingerprint ? Refused(Result.Of(ResultCode.IdempotencyMismatch, "This requestId came before with other content."))
                : (await WithdrawalStore.FindAsync(session, known.ResultNo, cancellationToken).ConfigureAwait(false))!.ToResponse();
        }
    }

    private static WithdrawalResponse Refused(Result result) => new() { Result = result };
}
