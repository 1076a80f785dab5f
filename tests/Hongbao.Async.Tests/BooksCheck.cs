using Hongbao.Contracts;

namespace Hongbao.Async.Tests;

/// <summary>What holds in Async's store at every commit, and what holds once every order is final.</summary>
internal static class BooksCheck
{
    /// <summary>Nothing is half done, whatever was interrupted.</summary>
    public static async Task AssertWholeAsync(this AsyncHarness harness)
    {
        var transfers = await harness.TransfersAsync();
        var refunds = await harness.RefundsAsync();
        Assert.Equal(
            transfers.Where(t => t.State == OrderStatus.Failed).Select(t => (t.App, t.ClaimNo, t.PacketNo, t.PayOrderNo, Payee: t.SenderUid, t.Amount, t.Currency)),
            refunds.Where(r => r.Cause == RefundCause.FailedClaim).Select(r => (r.App, r.CauseNo, r.PacketNo, r.PayOrderNo, r.Uid, r.Amount, r.Currency)));
        Assert.Equal(
            refunds.Where(r => r.State is OrderStatus.Refused or OrderStatus.SetAside).Select(r => $"refund.refused {r.RefundNo}").Order(),
            (await harness.CasesAsync()).Order());
        Assert.Equal(
            transfers.Where(t => t.State == OrderStatus.Pending).Select(t => (1, t.TransferNo))
                .Concat(refunds.Where(r => r.State is OrderStatus.Pending or OrderStatus.Refused).Select(r => (2, r.RefundNo))).Order(),
            (await harness.DueAsync()).Select(d => (d.Kind, d.No)));
    }

    /// <summary>Every order is final, finance's books agree with ours, money moved once a number, and Core knows.</summary>
    public static async Task AssertEndedAsync(this AsyncHarness harness, IReadOnlyList<TransferWanted> claims, IReadOnlyList<RefundWanted> wanted)
    {
        await harness.AssertWholeAsync();
        var transfers = await harness.TransfersAsync();
        var refunds = await harness.RefundsAsync();
        Assert.Empty(await harness.DueAsync());
        Assert.Equal(claims.Select(c => c.ClaimNo).Order(), transfers.Select(t => t.ClaimNo));
        Assert.Equal(
            wanted.Select(w => (w.Cause, w.CauseNo)).Order(),
            refunds.Where(r => r.Cause != RefundCause.FailedClaim).Select(r => (r.Cause, r.CauseNo)).Order());

        Assert.All(harness.Finance.Moved(), m => Assert.Equal(1, m.Value));
        foreach (var transfer in transfers)
        {
            Assert.Equal(
                transfer.State == OrderStatus.Succeeded ? FinanceStatus.Succeeded : FinanceStatus.Refused,
                harness.Finance.StatusOf("transfer", transfer.App, transfer.TransferNo));
            Assert.Contains(transfer.State, new[] { OrderStatus.Succeeded, OrderStatus.Failed });
        }

        foreach (var refund in refunds)
        {
            Assert.Contains(refund.State, new[] { OrderStatus.Succeeded, OrderStatus.SetAside });
            Assert.Equal(
                refund.State == OrderStatus.Succeeded ? FinanceStatus.Succeeded : FinanceStatus.Refused, harness.Finance.StatusOf("refund", refund.App, refund.RefundNo));
            Assert.Equal(
                refund.State == OrderStatus.SetAside ? FinanceStatus.Succeeded : FinanceStatus.Unknown, harness.Finance.StatusOf("setAside", refund.App, refund.RefundNo));
        }

        // Every fen that was claimed or is to go back went exactly one way.
        Assert.Equal(
            claims.Sum(c => c.Amount) + wanted.Sum(w => w.Amount),
            harness.Finance.SumMoved("transfer") + harness.Finance.SumMoved("refund") + harness.Finance.SumMoved("setAside"));

        var ends = transfers.ToDictionary(t => t.ClaimNo, t => t.State);
        Assert.All(harness.Core.Outcomes, o => Assert.Equal(ends[o.ClaimNo], o.Status));
        Assert.Equal(ends.Keys.Order(), harness.Core.Outcomes.Select(o => o.ClaimNo).Distinct().Order());
        foreach (var refund in refunds)
        {
            // A message may come twice; without its repetitions it is the way that the refund went.
            Assert.Equal(
                refund.State == OrderStatus.SetAside ? [OrderStatus.Pending, OrderStatus.Refused, OrderStatus.SetAside] : [OrderStatus.Pending, OrderStatus.Succeeded],
                harness.Core.ProgressOf(refund.Cause, refund.CauseNo).Distinct().Order());
        }

        Assert.DoesNotContain("order.contradiction", await harness.AlertKindsAsync());
        Assert.DoesNotContain("order.mismatch", await harness.AlertKindsAsync());
        Assert.Empty(await harness.QueryAsync<string>("select topic from outbox where state = 1"));
    }
}
