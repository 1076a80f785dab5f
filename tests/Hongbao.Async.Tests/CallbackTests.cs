using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;

namespace Hongbao.Async.Tests;

/// <summary>Finance's signed callbacks: only a genuine one that fits its order changes anything, once.</summary>
public sealed class CallbackTests
{
    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_genuine_callback_ends_transfers_and_refunds_and_Core_hears_of_it(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var good = await harness.PendingTransferAsync();
        var bad = await harness.PendingTransferAsync();
        var refund = await harness.PendingRefundAsync();
        harness.Finance.End("transfer", bad.App, bad.TransferNo, FinanceStatus.Refused);

        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(
            AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED"), AsyncHarness.Notice(refund)));
        await harness.RunAsync();

        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], (await harness.TransfersAsync()).ConvertAll(t => t.State));
        Assert.Equal(OrderStatus.Succeeded, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        // The refund of the refused one is sent at once.
        Assert.Equal(OrderStatus.Succeeded, (await harness.RefundOfAsync(RefundCause.FailedClaim, bad.ClaimNo)).State);
        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Failed], harness.Core.Outcomes.OrderBy(o => o.ClaimNo).Select(o => o.Status));
        Assert.Empty(await harness.DueAsync());
        Assert.Empty(await harness.AlertsAsync());
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_refund_and_its_set_aside_end_by_callbacks_also_in_one(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var apart = await harness.PendingRefundAsync();
        var together = await harness.PendingRefundAsync();
        harness.Finance.Say("setAside", FinanceStatus.Pending);

        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(apart, "REFUSED")));
        Assert.Equal(OrderStatus.Refused, (await harness.RefundOfAsync(apart.Cause, apart.CauseNo)).State);
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(apart, kind: "setAside")));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(together, "REFUSED"), AsyncHarness.Notice(together, kind: "setAside")));
        await harness.RunAsync();

        foreach (var refund in new[] { apart, together })
        {
            Assert.Equal(OrderStatus.SetAside, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
            Assert.Equal([OrderStatus.Pending, OrderStatus.Refused, OrderStatus.SetAside], harness.Core.ProgressOf(refund.Cause, refund.CauseNo));
        }

        Assert.Equal(2, (await harness.CasesAsync()).Count);
        Assert.Equal(["refund.refused"], await harness.AlertKindsAsync());
        Assert.Empty(await harness.DueAsync());
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_refused_set_aside_changes_nothing_and_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Say("setAside", FinanceStatus.Pending);
        var refund = await harness.PendingRefundAsync();
        await harness.CallBackAsync(AsyncHarness.Notice(refund, "REFUSED"));

        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(refund, "REFUSED", "setAside")));
        await harness.RunAsync();

        Assert.Equal(OrderStatus.Refused, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        Assert.Equal(["refund.not_set_aside", "refund.refused"], await harness.AlertKindsAsync());
        Assert.Single(await harness.DueAsync());
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Forged_altered_and_stale_callbacks_change_nothing(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var row = await harness.PendingTransferAsync();
        var genuine = harness.Signed(AsyncHarness.Notice(row));
        var tooOld = (harness.NowMs - (long)CallbackSignature.Tolerance.TotalMilliseconds - 1000) / 1000;
        var old = tooOld.ToString(CultureInfo.InvariantCulture);

        foreach (var request in new[]
                 {
                     genuine with { Signature = "" },
                     genuine with { Signature = new string('0', 64) },
                     genuine with { Body = genuine.Body.Replace("SUCCEEDED", "REFUSED", StringComparison.Ordinal) },
                     genuine with { Nonce = Guid.NewGuid().ToString("N") },
                     genuine with { Timestamp = "1" + genuine.Timestamp },
                     genuine with { Timestamp = old, Signature = AsyncHarness.Signature.Sign(old, genuine.Nonce, genuine.Body) },
                     genuine with { Signature = new CallbackSignature(new byte[32]).Sign(genuine.Timestamp, genuine.Nonce, genuine.Body) },
                 })
        {
            Assert.Equal(ResultCode.Unauthenticated, await harness.CallBackAsync(request));
        }

        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Empty(await harness.QueryAsync<string>("select nonce from callback_nonces"));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(genuine));
        Assert.Equal(OrderStatus.Succeeded, Assert.Single(await harness.TransfersAsync()).State);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_callback_that_only_repeats_the_answer_writes_nothing(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        await harness.SendAsync([.. harness.NewClaims(3)]);
        await harness.RunAsync();
        var rows = await harness.TransfersAsync();
        Assert.All(rows, r => Assert.Equal(OrderStatus.Succeeded, r.State));
        var writes = harness.Store.Writes;

        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync([.. rows.Select(r => AsyncHarness.Notice(r))]));
        Assert.Equal(writes, harness.Store.Writes);

        // With one word against it everything is looked at as ever.
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(rows[0]), AsyncHarness.Notice(rows[1], "REFUSED")));
        await harness.RunAsync();
        Assert.Equal(["order.contradiction"], await harness.AlertKindsAsync());
        Assert.All(await harness.TransfersAsync(), r => Assert.Equal(OrderStatus.Succeeded, r.State));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_replayed_nonce_is_Ok_without_effect(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var first = await harness.PendingTransferAsync();
        var second = await harness.PendingTransferAsync();
        var request = harness.Signed(AsyncHarness.Notice(first));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(request));

        // The same again, and, as only the key's holder could, the same nonce about another order.
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(request));
        var reused = harness.Signed(AsyncHarness.Notice(second)) with { Nonce = request.Nonce };
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(reused with { Signature = AsyncHarness.Signature.Sign(reused.Timestamp, reused.Nonce, reused.Body) }));
        await harness.RunAsync();

        Assert.Equal([OrderStatus.Succeeded, OrderStatus.Pending], (await harness.TransfersAsync()).ConvertAll(t => t.State));
        Assert.Single(harness.Core.Outcomes);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_callback_about_an_unknown_order_is_not_found_and_none_of_it_happens(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var row = await harness.PendingTransferAsync();
        var refund = await harness.PendingRefundAsync();

        foreach (var stranger in new[]
                 {
                     AsyncHarness.Notice("transfer", harness.NewNumber(), row.App, "SUCCEEDED", 100),
                     AsyncHarness.Notice("refund", harness.NewNumber(), row.App, "SUCCEEDED", 100),
                     // Another app's callback about our order.
                     AsyncHarness.Notice(row) with { App = "other" },
                     AsyncHarness.Notice(refund) with { App = "other" },
                     AsyncHarness.Notice(refund, kind: "setAside") with { App = "" },
                     // Kind and number together name an order.
                     AsyncHarness.Notice(row) with { Kind = "refund" },
                     AsyncHarness.Notice(refund) with { Kind = "transfer" },
                     AsyncHarness.Notice(refund) with { Kind = "fund" },
                     AsyncHarness.Notice(row) with { Kind = "payout" },
                 })
        {
            Assert.Equal(ResultCode.NotFound, await harness.CallBackAsync(AsyncHarness.Notice(row), stranger));
        }

        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.RefundsAsync()).State);
        Assert.Empty(await harness.QueryAsync<string>("select nonce from callback_nonces"));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Another_amount_or_currency_is_refused_with_an_alert_and_none_of_it_happens(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var row = await harness.PendingTransferAsync();
        var refund = await harness.PendingRefundAsync();
        var raised = 0;

        foreach (var other in new[]
                 {
                     AsyncHarness.Notice(row) with { Amount = row.Amount + 1 }, AsyncHarness.Notice(row) with { Currency = "USD" },
                     AsyncHarness.Notice(refund) with { Amount = refund.Amount - 1 }, AsyncHarness.Notice(refund) with { Currency = "cny" },
                     AsyncHarness.Notice(refund, kind: "setAside") with { Amount = 1 },
                 })
        {
            Assert.Equal(ResultCode.ValidationFailed, await harness.CallBackAsync(AsyncHarness.Notice(row), AsyncHarness.Notice(refund), other));
            await harness.RunAsync();
            Assert.Equal(++raised, (await harness.AlertsAsync()).Where(a => a.Kind == "order.mismatch").Sum(a => a.Count));
        }

        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.TransfersAsync()).State);
        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.RefundsAsync()).State);
        Assert.Empty(await harness.QueryAsync<string>("select nonce from callback_nonces"));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_kind_that_Async_does_not_own_is_refused_whatever_stands_beside_it(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var refund = await harness.PendingRefundAsync();

        foreach (var kind in new[] { "payment", "hold", "", "Refund" })
        {
            Assert.Equal(ResultCode.ValidationFailed, await harness.CallBackAsync(AsyncHarness.Notice(refund) with { Kind = kind }));
            // Beside a genuine kind of the same number.
            Assert.Equal(ResultCode.ValidationFailed, await harness.CallBackAsync(AsyncHarness.Notice(refund), AsyncHarness.Notice(refund) with { Kind = kind }));
        }

        Assert.Equal(OrderStatus.Pending, Assert.Single(await harness.RefundsAsync()).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"items\":null}")]
    [InlineData("{\"items\":[]}")]
    [InlineData("{\"items\":[null]}")]
    [InlineData("{\"items\":[{\"kind\":\"transfer\",\"number\":\"1\",\"app\":\"shop\",\"status\":\"MAYBE\",\"amount\":1}]}")]
    [InlineData("{\"items\":[{\"kind\":\"transfer\",\"number\":\"1\",\"app\":\"shop\",\"status\":\"SUCCEEDED\",\"amount\":1.5}]}")]
    [InlineData("{\"items\":[{\"kind\":\"transfer\",\"number\":\"-1\",\"app\":\"shop\",\"status\":\"SUCCEEDED\",\"amount\":1}]}")]
    [InlineData("{\"items\":[{\"kind\":\"transfer\",\"number\":\"1\",\"app\":\"shop\",\"status\":\"SUCCEEDED\",\"amount\":0}]}")]
    public async Task A_signed_body_that_says_nothing_readable_is_refused(string body)
    {
        await using var harness = await AsyncHarness.StartAsync(SqlDialect.Sqlite);

        Assert.Equal(ResultCode.ValidationFailed, await harness.CallBackAsync(harness.SignedBody(body)));
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task The_same_word_again_is_Ok_and_silent_the_other_word_is_Ok_and_alerts_and_neither_changes_anything(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        harness.Finance.Decide = (kind, _) => kind == "setAside" ? FinanceStatus.Pending : FinanceStatus.Succeeded;
        var good = await harness.PendingTransferAsync();
        var bad = await harness.PendingTransferAsync();
        var paid = await harness.PendingRefundAsync();
        var refused = await harness.PendingRefundAsync();
        var aside = await harness.PendingRefundAsync();
        FinanceNotice[] words =
        [
            AsyncHarness.Notice(good), AsyncHarness.Notice(bad, "REFUSED"), AsyncHarness.Notice(paid), AsyncHarness.Notice(refused, "REFUSED"),
            AsyncHarness.Notice(aside, "REFUSED"), AsyncHarness.Notice(aside, kind: "setAside"),
        ];
        await harness.CallBackAsync(words);
        await harness.RunAsync();
        var before = await StatesAsync(harness);
        var told = (harness.Core.Outcomes.Count, harness.Core.Progress.Count);
        Assert.Equal(["refund.refused"], await harness.AlertKindsAsync());

        foreach (var word in words)
        {
            Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(word));
        }

        await harness.RunAsync();
        Assert.Equal(["refund.refused"], await harness.AlertKindsAsync());

        var contradictions = 0;
        foreach (var other in new[]
                 {
                     AsyncHarness.Notice(good, "REFUSED"), AsyncHarness.Notice(bad), AsyncHarness.Notice(paid, "REFUSED"), AsyncHarness.Notice(paid, kind: "setAside"),
                     AsyncHarness.Notice(refused), AsyncHarness.Notice(aside),
                 })
        {
            Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(other));
            await harness.RunAsync();
            Assert.Equal(++contradictions, (await harness.AlertsAsync()).Where(a => a.Kind == "order.contradiction").Sum(a => a.Count));
        }

        Assert.Equal(before, await StatesAsync(harness));
        Assert.Equal(told, (harness.Core.Outcomes.Count, harness.Core.Progress.Count));
        Assert.Equal(2, (await harness.CasesAsync()).Count);
        // No further refund came of the late refusal.
        Assert.Equal(4, (await harness.RefundsAsync()).Count);
        harness.AssertNothingFailed();
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_set_aside_of_a_refund_that_was_not_refused_changes_nothing_and_alerts(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var refund = await harness.PendingRefundAsync();

        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(AsyncHarness.Notice(refund, kind: "setAside")));
        await harness.RunAsync();

        Assert.Equal(OrderStatus.Pending, (await harness.RefundOfAsync(refund.Cause, refund.CauseNo)).State);
        Assert.Equal(["order.contradiction"], await harness.AlertKindsAsync());
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task A_nonce_is_remembered_only_with_the_transition_that_it_brought(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var row = await harness.PendingTransferAsync();
        var request = harness.Signed(AsyncHarness.Notice(row, "REFUSED"));

        var next = harness.Store.Writes + 1;
        harness.Store.Fate = n => n == next ? CommitFault.Fails : CommitFault.None;
        await Assert.ThrowsAsync<StoreException>(() => harness.CallBackAsync(request));
        Assert.Equal(OrderStatus.Pending, (await harness.TransferOfAsync(new TransferWanted { ClaimNo = row.ClaimNo })).State);
        Assert.Empty(await harness.QueryAsync<string>("select nonce from callback_nonces"));
        Assert.Empty(await harness.RefundsAsync());

        // Committed, but finance hears a fault and repeats it: known now.
        next = harness.Store.Writes + 1;
        harness.Store.Fate = n => n == next ? CommitFault.AnswerLost : CommitFault.None;
        Assert.Equal(ResultCode.Overloaded, await harness.CallBackAsync(request));
        Assert.Equal(ResultCode.Ok, await harness.CallBackAsync(request));
        await harness.AdvanceAsync(TimeSpan.FromSeconds(3));

        Assert.Equal(OrderStatus.Failed, (await harness.TransferOfAsync(new TransferWanted { ClaimNo = row.ClaimNo })).State);
        Assert.Equal([request.Nonce], await harness.QueryAsync<string>("select nonce from callback_nonces"));
        Assert.Equal(OrderStatus.Succeeded, Assert.Single(await harness.RefundsAsync()).State);
        Assert.Single(harness.Core.Outcomes);
    }

    [Theory, InlineData(SqlDialect.Sqlite), InlineData(SqlDialect.Postgres)]
    public async Task Nonces_are_kept_as_long_as_their_signature_is_genuine_and_then_forgotten(SqlDialect dialect)
    {
        await using var harness = await AsyncHarness.StartAsync(dialect);
        var request = harness.Signed(AsyncHarness.Notice(await harness.PendingTransferAsync()));
        await harness.CallBackAsync(request);

        await harness.AdvanceAsync(2 * CallbackSignature.Tolerance, TimeSpan.FromSeconds(60));
        Assert.Single(await harness.QueryAsync<string>("select nonce from callback_nonces"));
        await harness.AdvanceAsync(3 * CallbackSignature.Tolerance, TimeSpan.FromSeconds(60));
        Assert.Empty(await harness.QueryAsync<string>("select nonce from callback_nonces"));
    }

    private static async Task<List<(long, OrderStatus)>> StatesAsync(AsyncHarness harness) =>
        [.. (await harness.TransfersAsync()).Select(t => (t.TransferNo, t.State)), .. (await harness.RefundsAsync()).Select(r => (r.RefundNo, r.State))];
}
