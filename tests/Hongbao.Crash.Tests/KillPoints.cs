namespace Hongbao.Crash.Tests;

/// <summary>The numbered steps of send, pay, claim, transfer and refund at which the process is killed.</summary>
internal static class KillPoints
{
    /// <summary>Of packets that their senders pay for, and what all packets have in common.</summary>
    public static readonly string[] Paid =
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

    /// <summary>Of campaigns, of packets that they pay for, and of withdrawals.</summary>
    public static readonly string[] Rain =
    [
        // A campaign's money, and draws.
        "campaign.budget.before_call", .. Around("finance.hold"), "campaign.budget.after_call", .. Around("campaign.budget"), .. Around("campaign.lease"), .. Around("campaign.draw"),
        .. Around("campaign.close"), .. Around("campaign.release"), .. Around("finance.release"),

        // A win's way to a packet.
        .. Around("core.subsidy_book"), .. Around("core.subsidy_use"), .. Around("core.subsidy_expire"), .. Around("async.fundings_written"), .. Around("async.funding_verified"),
        "async.funding.before_call", .. Around("finance.fund"), "async.funding.after_call", .. Around("async.funding"), .. Around("core.unfunded"),

        // Withdrawal.
        .. Around("async.credits_written"), .. Around("core.withdrawal"), .. Around("async.payouts_written"), "async.payout.before_call", .. Around("finance.payout"),
        "async.payout.after_call", .. Around("async.payout"), .. Around("core.withdrawal_end"),
    ];

    public static readonly string[] All = [.. Paid, .. Rain];

    private static string[] Around(string step) => [step + ".before_commit", step + ".after_commit"];
}
