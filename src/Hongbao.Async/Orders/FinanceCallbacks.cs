using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Payouts;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>Finance's signed callbacks: the transitions that one brings and its nonce commit together.</summary>
internal sealed class FinanceCallbacks(
    IStore store, FinanceCallbackReader reader, TransferStore transferStore, TransferAdvancer transfers, RefundStore refundStore, RefundAdvancer refunds,
    FundingStore fundingStore, FundingAdvancer fundings, PayoutStore payoutStore, AlertSink alerts)
{
    // Kinds of finance's notices.
    private const string TransferKind = "transfer";
    private const string RefundKind = "refund";
    private const string SetAsideKind = "setAside";
    private const string FundKind = "fund";
    private const string PayoutKind = "payout";

    // What a callback names, as it stands here. Kinds have their numbers apart: only kind and number together name an order.
    private sealed record Known(
        Dictionary<long, TransferRow> Transfers, Dictionary<long, RefundRow> Refunds, Dictionary<long, FundingRow> Fundings, Dictionary<long, PayoutRow> Payouts)
    {
        public (string? App, long Amount, string? Currency) Find(string kind, long number) => kind switch
        {
            TransferKind => Transfers.TryGetValue(number, out var transfer) ? (transfer.App, transfer.Amount, transfer.Currency) : default,
            FundKind => Fundings.TryGetValue(number, out var funding) ? (funding.App, funding.Amount, funding.Currency) : default,
            PayoutKind => Payouts.TryGetValue(number, out var payout) ? (payout.App, payout.Amount, payout.Currency) : default,
            _ => Refunds.TryGetValue(number, out var refund) ? (refund.App, refund.Amount, refund.Currency) : default,
        };

        // A refund's way has several steps: whether a word about it says anything new is seen when it is moved.
        public bool Repeats(string kind, FinalWord word) => kind switch
        {
            TransferKind => NumberedOrders.Repeats(OrderGraphs.Transfer, Transfers[word.Number].State, word.On),
            FundKind => NumberedOrders.Repeats(OrderGraphs.Funding, Fundings[word.Number].State, word.On),
            PayoutKind => NumberedOrders.Repeats(OrderGraphs.Payout, Payouts[word.Number].State, word.On),
            _ => false,
        };
    }

    /// <summary>Takes a callback. A known nonce is Ok without effect, and so is one that only repeats what is known.</summary>
    public async Task<FinanceCallbackResponse> TakeAsync(FinanceCallbackRequest request, CancellationToken cancellationToken)
    {
        var result = reader.Read(request, out var notices);
        if (!result.IsOk())
        {
            return new FinanceCallbackResponse { Result = result };
        }

        if (notices.TrueForAll(n => n.Notice.Kind == TransferKind && transfers.IsBeingWritten(n.Notice, n.Number)))
        {
            // Finance's answer was faster.
            return new FinanceCallbackResponse();
        }

        if (await CallbackNonces.IsKnownAsync(store, request.Nonce, cancellationToken).ConfigureAwait(false))
        {
            return new FinanceCallbackResponse();
        }

        var known = await FindAsync(notices, cancellationToken).ConfigureAwait(false);
        foreach (var (notice, number) in notices)
        {
            if (Refusal(notice, number, known) is { } refusal)
            {
                return new FinanceCallbackResponse { Result = refusal };
            }
        }

        if (notices.TrueForAll(n => known.Repeats(n.Notice.Kind, FinalWord.Of(n.Notice, n.Number))))
        {
            // Finance's answer was faster, as nearly always: there is no transition, and nothing to remember.
            return new FinanceCallbackResponse();
        }

        await MoveAsync(request.Nonce, notices, known, cancellationToken).ConfigureAwait(false);
        return new FinanceCallbackResponse();
    }

    private async Task<Known> FindAsync(List<(FinanceNotice Notice, long Number)> notices, CancellationToken cancellationToken)
    {
        List<long> Numbers(params string[] kinds) => [.. notices.Where(n => kinds.Contains(n.Notice.Kind)).Select(n => n.Number).Distinct()];
        async Task<Dictionary<long, TRow>> Rows<TRow>(List<long> nos, Func<List<long>, Task<List<TRow>>> find, Func<TRow, long> noOf) =>
            nos.Count == 0 ? [] : (await find(nos).ConfigureAwait(false)).ToDictionary(noOf);
        return new Known(
            await Rows(Numbers(TransferKind), nos => transferStore.FindAsync(nos, cancellationToken), r => r.TransferNo).ConfigureAwait(false),
            await Rows(Numbers(RefundKind, SetAsideKind), nos => refundStore.FindAsync(nos, cancellationToken), r => r.RefundNo).ConfigureAwait(false),
            await Rows(Numbers(FundKind), nos => fundingStore.FindAsync(nos, cancellationToken), r => r.PacketNo).ConfigureAwait(false),
            await Rows(Numbers(PayoutKind), nos => payoutStore.FindAsync(nos, cancellationToken), r => r.WithdrawalNo).ConfigureAwait(false));
    }

    // Why a callback with this notice changes nothing; null when nothing is wrong with it.
    private Result? Refusal(FinanceNotice notice, long number, Known known)
    {
        if (notice.Kind is not (TransferKind or RefundKind or SetAsideKind or FundKind or PayoutKind))
        {
            return Result.Invalid("kind", "must be transfer, refund, setAside, fund or payout");
        }

        var (app, amount, currency) = known.Find(notice.Kind, number);
        if (app is null || app != notice.App)
        {
            return Result.Of(ResultCode.NotFound, "No such order.");
        }

        if (amount == notice.Amount && currency == notice.Currency)
        {
            return null;
        }

        alerts.RaiseAbout(
            "order.mismatch", number,
            $"A genuine callback about {notice.Kind} {number} names {notice.Amount} {notice.Currency}, not {amount} {currency}. Nothing was changed; compare with finance.");
        return Result.Invalid("amount", "must be the order's amount and currency");
    }

    private async Task MoveAsync(string nonce, List<(FinanceNotice Notice, long Number)> notices, Known known, CancellationToken cancellationToken)
    {
        var words = notices.ToLookup(n => n.Notice.Kind, n => FinalWord.Of(n.Notice, n.Number));
        var released = new Released([], []);
        List<long> newRefunds;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (!await CallbackNonces.TryAcceptAsync(session, nonce, cancellationToken).ConfigureAwait(false))
            {
                return;
            }

            if (words.Contains(FundKind))
            {
                released = await fundingStore.EndAsync(session, [.. words[FundKind]], cancellationToken).ConfigureAwait(false);
            }

            newRefunds = await transferStore.EndAsync(session, [.. words[TransferKind]], known.Transfers, cancellationToken).ConfigureAwait(false);
            await refundStore.MoveAsync(
                session,
                refunds.WordsOf(notices.Where(n => n.Notice.Kind is RefundKind or SetAsideKind).Select(n => (FinalWord.Of(n.Notice, n.Number), n.Notice.Kind == SetAsideKind))),
                cancellationToken).ConfigureAwait(false);
            if (words.Contains(PayoutKind))
            {
                await payoutStore.EndAsync(session, [.. words[PayoutKind]], cancellationToken).ConfigureAwait(false);
            }

            Failpoint.Hit("async.callback.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.callback.after_commit");
        }

        fundings.SendSoon(released);
        refunds.SendSoon(newRefunds);
    }
}
