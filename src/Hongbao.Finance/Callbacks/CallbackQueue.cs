using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Finance.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;

namespace Hongbao.Finance.Callbacks;

/// <summary>The end of one order, as the receiver reads it.</summary>
/// <param name="Kind"><c>payment</c>, <c>transfer</c>, <c>refund</c>, <c>setAside</c>, <c>fund</c> or <c>payout</c>.</param>
/// <param name="Number">The caller's number, decimal.</param>
/// <param name="App">The tenant.</param>
/// <param name="Status"><c>SUCCEEDED</c> or <c>REFUSED</c>.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="OccurredAt">RFC 3339, UTC.</param>
internal sealed record CallbackItem(string Kind, string Number, string App, string Status, long Amount, string Currency, string OccurredAt)
{
    public static CallbackItem Of(string kind, long number, string app, FinanceStatus status, long amount, string currency, long atMs) => new(
        kind, number.ToString(null, null), app, status == FinanceStatus.Succeeded ? "SUCCEEDED" : "REFUSED", amount, currency,
        DateTimeOffset.FromUnixTimeMilliseconds(atMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null));
}

/// <summary>Callbacks that are to be sent; written with the transition that they tell of, one per transaction.</summary>
internal sealed class CallbackQueue(FaultSwitches faults)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The worker that sends; woken when there is something new.</summary>
    public IWorker? Sender { get; set; }

    /// <summary>Adds one callback for all orders that ended in this transaction.</summary>
    public async Task AddAsync(
        StoreSession session, string app, string operation, IReadOnlyCollection<CallbackItem> items, long nowMs, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
        {
            return;
        }

        var fate = faults.For(app, operation).NextCallback();
        await session.ExecuteAsync(
            """
            insert into callbacks (app, operation, body, state, sends_left, attempts, next_at, created_at)
            values (@app, @operation, @body, @state, @sendsLeft, 0, @nextAt, @nowMs)
            """,
            new
            {
                app,
                operation,
                body = JsonSerializer.Serialize(new { items }, Json),
                state = (int)(fate.Lost ? CallbackState.Lost : CallbackState.Waiting),
                sendsLeft = fate.Repeated ? 2 : 1,
                nextAt = nowMs + fate.LateMs,
                nowMs,
            }, cancellationToken);
        session.AfterCommit(() => Sender?.Wake());
    }
}

/// <summary>Where a callback is.</summary>
internal enum CallbackState
{
    /// <summary>To be sent.</summary>
    Waiting = 0,
    /// <summary>Never sent, by a fault switch.</summary>
    Lost = 1,
    /// <summary>Given up after a day.</summary>
    Dead = 2,
}
