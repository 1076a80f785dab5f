using System.Threading.Channels;
using Hongbao.Async.Orders.Refunds;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Async.Subsidies;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders.Fundings;

/// <summary>
/// Brings fundings to their end: first the campaign says that the win is its own, then finance moves the money. No answer of either is an
/// answer. Sent at once; callback, delayed message and timed scan take over. All of them call the same transitions of <see cref="FundingStore"/>.
/// </summary>
internal sealed class FundingAdvancer(
    IStore store, FundingStore fundings, TransferAdvancer transfers, RefundAdvancer refunds, FinanceCalls finance, CampaignCalls campaigns,
    OrderSchedule schedule, AlertSink alerts)
{
    // Only hints of what to do now; what does not fit, or is lost with the process, is found by the scan.
    private readonly Channel<FundingRow> _toSend = OrderBatches.Hints<FundingRow>(100_000);
    private IWorker? _sender;

    public void Attach(IScheduler scheduler) => _sender = scheduler.Add("async.fundings.send", async cancellationToken =>
    {
        var rows = OrderBatches.Drain(_toSend, FinanceCalls.BatchMax);
        await SendFirstAsync(rows, cancellationToken).ConfigureAwait(false);
        return rows.Count > 0 ? NextRun.Now : NextRun.WhenWoken;
    });

    /// <summary>Hints that fundings were written down and committed.</summary>
    public void SendSoon(IEnumerable<FundingRow> rows)
    {
        foreach (var row in rows)
        {
            _toSend.Writer.TryWrite(row);
        }

        _sender?.Wake();
    }

    /// <summary>Sends what waited for money that is there now.</summary>
    public void SendSoon(Released released)
    {
        transfers.SendSoon(released.Transfers);
        refunds.SendSoon(released.RefundNos);
    }

    /// <summary>The timed scan. True when there may be more.</summary>
    public async Task<bool> ScanAsync(CancellationToken cancellationToken)
    {
        var rows = await schedule.TakeAsync(DueKind.Funding, cancellationToken).ConfigureAwait(false);
        await AskAsync(rows.ConvertAll(r => r.No), cancellationToken).ConfigureAwait(false);
        return rows.Count == OrderSchedule.PageSize;
    }

    /// <summary>Asks about those of some fundings that have no end, first their campaigns and then finance, and sends them again.</summary>
    public async Task AskAsync(List<long> packetNos, CancellationToken cancellationToken)
    {
        foreach (var batch in await VerifiedAsync(await OpenAsync(packetNos, cancellationToken).ConfigureAwait(false), Patience.Usual, cancellationToken).ConfigureAwait(false))
        {
            await OrderBatches.AskOrSendAsync(
                batch, r => r.PacketNo, some => finance.QueryFundingsAsync(some[0].App, some, cancellationToken),
                some => SendAsync(some, Patience.Usual, cancellationToken),
                async (_, answers) => SendSoon(await TakeAsync(answers, cancellationToken).ConfigureAwait(false))).ConfigureAwait(false);
        }
    }

    /// <summary>Sends those of some fundings now that have no end, as far as the patience goes. Gives what waited for them, for the caller to send.</summary>
    public async Task<Released> SendNowAsync(List<long> packetNos, Patience patience, CancellationToken cancellationToken)
    {
        var released = new Released([], []);
        foreach (var batch in await VerifiedAsync(await OpenAsync(packetNos, cancellationToken).ConfigureAwait(false), patience, cancellationToken).ConfigureAwait(false))
        {
            var some = await TakeAsync(await SendAsync(batch, patience, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            released.Transfers.AddRange(some.Transfers);
            released.RefundNos.AddRange(some.RefundNos);
        }

        return released;
    }

    private async Task<List<FundingRow>> OpenAsync(List<long> packetNos, CancellationToken cancellationToken) => packetNos.Count == 0
        ? []
        : (await fundings.FindAsync(packetNos, cancellationToken).ConfigureAwait(false)).FindAll(r => r.State == OrderStatus.Pending);

    // What was just written down; it may have ended elsewhere meanwhile, and is then only the same number again.
    private async Task SendFirstAsync(List<FundingRow> rows, CancellationToken cancellationToken)
    {
        var ended = new HashSet<long>();
        foreach (var batch in await VerifiedAsync(rows, Patience.Usual, cancellationToken).ConfigureAwait(false))
        {
            var answers = await SendAsync(batch, Patience.Usual, cancellationToken).ConfigureAwait(false);
            SendSoon(await TakeAsync(answers, cancellationToken).ConfigureAwait(false));
            ended.UnionWith(FinalWord.AllOf(answers).Select(w => w.Number));
        }

        foreach (var unanswered in OrderBatches.Of(rows.FindAll(r => !ended.Contains(r.PacketNo)), r => r.App))
        {
            await schedule.AskLaterAsync(
                unanswered[0].App, unanswered[0].Slot, new OrdersDue { FundingNos = unanswered.ConvertAll(r => r.PacketNo) }, cancellationToken).ConfigureAwait(false);
        }
    }

    // In batches those whose win is the campaign's own, by what it said before or says now. What it does not know ends; without an answer nothing is known.
    private async Task<List<List<FundingRow>>> VerifiedAsync(List<FundingRow> open, Patience patience, CancellationToken cancellationToken)
    {
        var verified = open.FindAll(r => r.VerifiedAt is not null);
        foreach (var batch in OrderBatches.Of(open.FindAll(r => r.VerifiedAt is null), r => r.App))
        {
            if (await campaigns.VerifyAsync(batch[0].App, batch.ConvertAll(r => r.ToWin()), patience, cancellationToken).ConfigureAwait(false) is not { } verdicts)
            {
                continue;
            }

            var isGenuine = batch.Zip(verdicts, (row, verdict) => (Row: row, verdict.Genuine)).ToLookup(v => v.Genuine, v => v.Row);
            var pending = await WriteVerdictsAsync([.. isGenuine[true].Select(r => r.PacketNo)], [.. isGenuine[false].Select(r => r.PacketNo)], cancellationToken)
                .ConfigureAwait(false);
            verified.AddRange(isGenuine[true].Where(r => pending.Contains(r.PacketNo)));
        }

        return [.. OrderBatches.Of(verified, r => r.App)];
    }

    private async Task<HashSet<long>> WriteVerdictsAsync(List<long> genuine, List<long> forged, CancellationToken cancellationToken)
    {
        HashSet<long> pending;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (forged.Count > 0)
            {
                await fundings.EndAsync(session, forged.ConvertAll(no => new FinalWord(no, OrderEvent.Forged, "the campaign does not know the win")), cancellationToken)
                    .ConfigureAwait(false);
            }

            pending = await FundingStore.MarkVerifiedAsync(session, genuine, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.funding_verified.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.funding_verified.after_commit");
        }

        return pending;
    }

    private async Task<List<OrderAnswer>> SendAsync(List<FundingRow> batch, Patience patience, CancellationToken cancellationToken)
    {
        Failpoint.Hit("async.funding.before_call");
        var answers = await finance.FundAsync(batch[0].App, batch, patience, cancellationToken).ConfigureAwait(false);
        Failpoint.Hit("async.funding.after_call");
        return answers;
    }

    private async Task<Released> TakeAsync(List<OrderAnswer> answers, CancellationToken cancellationToken)
    {
        alerts.RaiseMismatches("funding", answers);
        var words = FinalWord.AllOf(answers);
        if (words.Count == 0)
        {
            return new Released([], []);
        }

        Released released;
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            released = await fundings.EndAsync(session, words, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.funding.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.funding.after_commit");
        }

        return released;
    }
}
