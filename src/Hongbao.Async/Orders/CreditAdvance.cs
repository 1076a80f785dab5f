using Hongbao.Async.Orders.Fundings;
using Hongbao.Async.Orders.Transfers;
using Hongbao.Contracts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Orders;

/// <summary>
/// Advances a user's credits while he waits for them: writes what is missing of their transfers and fundings, and takes each as far as the
/// time goes. What has no end by then goes its usual ways.
/// </summary>
internal sealed class CreditAdvance(
    IStore store, TransferStore transferStore, TransferAdvancer transfers, FundingStore fundingStore, FundingAdvancer fundings, AsyncOptions options, TimeProvider clock)
{
    private const int CreditsMax = 200;

    /// <summary>Why a request is not acceptable; null when it is.</summary>
    public static Result? Refusal(AdvanceCreditsRequest request) =>
        request.Transfers.Count > CreditsMax ? Result.Invalid("transfers", $"at most {CreditsMax}")
        : request.Fundings.Count > CreditsMax ? Result.Invalid("fundings", $"at most {CreditsMax}")
        : null;

    /// <summary>Advances them, until the context's deadline, or for as long as one answer of finance may take when it has none.</summary>
    public async Task AdvanceAsync(CallContext context, AdvanceCreditsRequest request, CancellationToken cancellationToken)
    {
        var patience = new Patience(context.DeadlineMs == 0
            ? clock.GetUtcNow() + TimeSpan.FromMilliseconds(options.FinanceTimeoutMs)
            : DateTimeOffset.FromUnixTimeMilliseconds(context.DeadlineMs));
        var (newTransfers, newFundings) = await WriteMissingAsync(request, cancellationToken).ConfigureAwait(false);
        if (patience.IsOver(clock))
        {
            fundings.SendSoon(newFundings);
            transfers.SendSoon(newTransfers);
            return;
        }

        var wanted = request.Transfers.Select(t => t.ClaimNo).ToHashSet();
        var packetNos = request.Fundings.Select(f => f.PacketNo).Concat(request.Transfers.Where(t => t.Kind == PacketKind.B2C).Select(t => t.PacketNo));
        var released = await fundings.SendNowAsync([.. packetNos.Distinct()], patience, cancellationToken).ConfigureAwait(false);
        // Other users' transfers of the same packets are not waited for.
        fundings.SendSoon(released with { Transfers = released.Transfers.FindAll(t => !wanted.Contains(t.TransferNo)) });
        await transfers.SendNowAsync([.. wanted], patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(List<TransferRow> Transfers, List<FundingRow> Fundings)> WriteMissingAsync(AdvanceCreditsRequest request, CancellationToken cancellationToken)
    {
        var missingFundings = await fundingStore.MissingAsync(request.Fundings, cancellationToken).ConfigureAwait(false);
        var missingTransfers = await transferStore.MissingAsync(request.Transfers, cancellationToken).ConfigureAwait(false);
        if (missingFundings.Count + missingTransfers.Count == 0)
        {
            return ([], []);
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var newFundings = await fundingStore.AddAsync(session, missingFundings, cancellationToken).ConfigureAwait(false);
            var newTransfers = await transferStore.AddAsync(session, missingTransfers, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.credits_written.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("async.credits_written.after_commit");
            return (newTransfers, newFundings);
        }
    }
}
