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
        var fundings = (await harness.FundingsAsync()).ToDictionary(f => f.PacketNo);
        var payouts = await harness.PayoutsAsync();
        // Of a packet that was never funded nothing goes back.
        bool IsUnfunded(long packetNo) => fundings.GetValueOrDefault(packetNo)?.State == OrderStatus.Failed;
        Assert.Equal(
            transfers.Where(t => t.State == OrderStatus.Failed && !IsUnfunded(t.PacketNo)).Select(t => (t.App, t.ClaimNo, t.PacketNo, t.PayOrderNo, Payee: t.SenderUid, t.Amount, t.Currency)),
            refunds.Where(r => r.Cause == RefundCause.FailedClaim).Select(r => (r.App, r.CauseNo, r.PacketNo, r.PayOrderNo, r.Uid, r.Amount, r.Currency)));
        Assert.Equal(
            refunds.Where(r => r.State is OrderStatus.Refused or OrderStatus.SetAside).Select(r => $"refund.refused {r.RefundNo}")
                .Concat(fundings.Values.Where(f => f.State == OrderStatus.Failed && f.VerifiedAt is not null).Select(f => $"funding.refused {f.PacketNo}")).Order(),
            (await harness.CasesAsync()).Order());
        Assert.Equal(
            transfers.Where(t => t.State == OrderStatus.Pending).Select(t => (1, t.TransferNo))
                .Concat(refunds.Where(r => r.State is OrderStatus.Pending or OrderStatus.Refused).Select(r => (2, r.RefundNo)))
                .Concat(fundings.Values.Where(f => f.State == OrderStatus.Pending).Select(f => (3, f.PacketNo)))
                .Concat(payouts.Where(p => p.State == OrderStatus.Pending).Select(p => (4, p.WithdrawalNo))).Order(),
            (await harness.DueAsync()).Select(d => (d.Kind, d.No)));

        // What waits for money waits only while the money may come, and nothing else does.
        Assert.Equal(
            transfers.Where(t => t.NeedsFunding && fundings.GetValueOrDefault(t.PacketNo)?.State is null or OrderStatus.Pending).Select(t => t.TransferNo).Order(),
            await harness.AwaitingAsync());
        Assert.All(
            transfers.Where(t => t.NeedsFunding), t => Assert.True(t.State == OrderStatus.Pending || fundings[t.PacketNo].State != OrderStatus.Pending));
        Assert.All(transfers.Where(t => IsUnfunded(t.PacketNo)), t => Assert.Equal(OrderStatus.Failed, t.State));
        Assert.All(refunds.Where(r => IsUnfunded(r.PacketNo)), r => Assert.Equal(OrderStatus.Void, r.State));
        Assert.Empty(harness.Finance.TooEarly);
    }

    /// <summary>Every order is final, finance's books agree with ours, money moved once a number, and Core knows.</summary>
    public static async Task AssertEndedAsync(
        this AsyncHarness harness, IReadOnlyList<TransferWanted> claims, IReadOnlyList<RefundWanted> wanted, IReadOnlyList<FundingWanted>? funded = null)
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
        var unfunded = (await harness.FundingsAsync()).Where(f => f.State == OrderStatus.Failed).Select(f => f.PacketNo).ToHashSet();
        foreach (var transfer in transfers.Where(t => !unfunded.Contains(t.PacketNo)))
        {
            Assert.Equal(
                transfer.State == OrderStatus.Succeeded ? FinanceStatus.Succeeded : FinanceStatus.Refused,
                harness.Finance.StatusOf("transfer", transfer.App, transfer.TransferNo));
            Assert.Contains(transfer.State, new[] { OrderStatus.Succeeded, OrderStatus.Failed });
        }

        foreach (var refund in refunds.Where(r => !unfunded.Contains(r.PacketNo)))
        {
            Assert.Contains(refund.State, new[] { OrderStatus.Succeeded, OrderStatus.SetAside });
            Assert.Equal(
                refund.State == OrderStatus.Succeeded ? FinanceStatus.Succeeded : FinanceStatus.Refused, harness.Finance.StatusOf("refund", refund.App, refund.RefundNo));
            Assert.Equal(
                refund.State == OrderStatus.SetAside ? FinanceStatus.Succeeded : FinanceStatus.Unknown, harness.Finance.StatusOf("setAside", refund.App, refund.RefundNo));
        }

        // Every fen that was claimed or is to go back went exactly one way; of packets without money none went any way.
        Assert.Equal(
            claims.Where(c => !unfunded.Contains(c.PacketNo)).Sum(c => c.Amount) + wanted.Where(w => !unfunded.Contains(w.PacketNo)).Sum(w => w.Amount),
            harness.Finance.SumMoved("transfer") + harness.Finance.SumMoved("refund") + harness.Finance.SumMoved("setAside"));

        var ends = transfers.ToDictionary(t => t.ClaimNo, t => t.State);
        Assert.All(harness.Core.Outcomes, o => Assert.Equal(ends[o.ClaimNo], o.Status));
        Assert.Equal(ends.Keys.Order(), harness.Core.Outcomes.Select(o => o.ClaimNo).Distinct().Order());
        foreach (var refund in refunds)
        {
            // A message may come twice; without its repetitions it is the way that the refund went.
            Assert.Equal(
                refund.State switch
                {
                    OrderStatus.SetAside => [OrderStatus.Pending, OrderStatus.Refused, OrderStatus.SetAside],
                    OrderStatus.Void => [OrderStatus.Pending, OrderStatus.Void],
                    _ => [OrderStatus.Pending, OrderStatus.Succeeded],
                },
                harness.Core.ProgressOf(refund.Cause, refund.CauseNo).Distinct().Order());
        }

        await harness.AssertFundedAsync(funded ?? [], unfunded);
        Assert.DoesNotContain("order.contradiction", await harness.AlertKindsAsync());
        Assert.DoesNotContain("order.mismatch", await harness.AlertKindsAsync());
        Assert.Empty(await harness.QueryAsync<string>("select topic from outbox where state = 1"));
    }

    // Money of campaigns: what was moved to a packet went on to users or back, to the last fen when the packet is used up; for a win that no campaign has none moved.
    private static async Task AssertFundedAsync(this AsyncHarness harness, IReadOnlyList<FundingWanted> funded, HashSet<long> unfunded)
    {
        var fundings = await harness.FundingsAsync();
        Assert.Equal(funded.Select(f => f.PacketNo).Order(), fundings.Select(f => f.PacketNo));
        Assert.Empty(await harness.AwaitingAsync());
        var transfers = await harness.TransfersAsync();
        var refunds = await harness.RefundsAsync();
        foreach (var funding in fundings)
        {
            Assert.Contains(funding.State, new[] { OrderStatus.Succeeded, OrderStatus.Failed });
            Assert.Equal(
                funding.State == OrderStatus.Succeeded ? FinanceStatus.Succeeded : funding.VerifiedAt is null ? FinanceStatus.Unknown : FinanceStatus.Refused,
                harness.Finance.StatusOf("fund", funding.App, funding.PacketNo));
            var moved = transfers.Where(t => t.PacketNo == funding.PacketNo && t.State == OrderStatus.Succeeded).Sum(t => t.Amount)
                + refunds.Where(r => r.PacketNo == funding.PacketNo && r.State is OrderStatus.Succeeded or OrderStatus.SetAside).Sum(r => r.Amount);
            Assert.Equal(unfunded.Contains(funding.PacketNo) ? 0 : funding.Amount, moved);
        }
    }
}
