namespace Hongbao.Crash.Tests;

/// <summary>The numbered steps of send, pay, claim, transfer and refund at which the process is killed.</summary>
internal static class KillPoints
{
    public static readonly string[] All =
    [
        // Send and pay.
        .. Around("core.create"), .. Around("finance.pay"), .. Around("core.pay"), .. Around("core.close"), "core.payment.after_take", .. Around("core.payment_end"), .. Around("core.content"),

        // Claim, and the list of what was received.
        .. Around("core.claim"), .. Around("core.settle"), .. Around("query.received_written"),

        // Transfer.
        .. Around("async.transfers_written"), "async.transfer.before_call", .. Around("finance.transfer"), "async.transfer.after_call", .. Around("async.transfer"),

        // Expiry and refund.
        .. Around("core.expire"), .. Around("async.refunds_written"), "async.refund.before_call", .. Around("finance.refund"), "async.refund.after_call",
        .. Around("async.refund"), .. Around("finance.set_aside"), .. Around("core.refund"),

        // Messages and callbacks.
        "outbox.after_lease", "outbox.before_delete", "finance.callback.before_send", "finance.callback.after_send", .. Around("async.callback"),
    ];

    private static string[] Around(string step) => [step + ".before_commit", step + ".after_commit"];
}
