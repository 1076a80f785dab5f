using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;

namespace Hongbao.Bench.Chain;

/// <summary>What must hold when nothing is under way any more.</summary>
internal static class ChainAudit
{
    // Each of them counts rows that must not be.
    private static readonly (string Module, string What, string Count)[] Rules =
    [
        ("core", "claims that are not TRANSFERRED", "select count(*) from claims where state <> 3"),
        ("core", "packets whose claims are not what they gave", """
            select count(*) from packets p left join (select packet_no, count(*) as claims, sum(amount) as amount from claims group by packet_no) c on c.packet_no = p.packet_no
            where p.claimed_count <> coalesce(c.claims, 0) or p.claimed_amount <> coalesce(c.amount, 0)
            """),
        ("async", "transfers that did not succeed", "select count(*) from transfers where state <> 2"),
        ("async", "refunds", "select count(*) from refunds"),
        ("async", "orders still due", "select count(*) from due"),
        ("core", "claims still due", "select count(*) from due where kind = 4"),
        ("finance", "orders that did not succeed", "select count(*) from orders where status <> 2"),
        ("query", "received shares that failed", "select count(*) from received where failed <> 0"),
    ];

    private sealed class Sum
    {
        public long Count { get; init; }
        public long Amount { get; init; }
    }

    /// <summary>What does not add up; nothing when all is well.</summary>
    /// <param name="platform">At rest.</param>
    /// <param name="taken">Claims that were answered with a share.</param>
    public static async Task<List<string>> RunAsync(ChainPlatform platform, long taken)
    {
        var faults = new List<string>();
        foreach (var (module, what, count) in Rules)
        {
            if (await OneAsync<long>(platform, module, count) is var found && found > 0)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{module}: {found} {what}"));
            }
        }

        var given = await OneAsync<Sum>(platform, "core", "select count(*) as count, coalesce(sum(amount), 0)::bigint as amount from claims");
        if (given!.Count != taken)
        {
            faults.Add($"{taken} claims were answered, {given.Count} stand in the table");
        }

        foreach (var (module, what, sum) in new[]
        {
            ("async", "transfers", "select count(*) as count, coalesce(sum(amount), 0)::bigint as amount from transfers"),
            ("finance", "orders", "select count(*) as count, coalesce(sum(amount), 0)::bigint as amount from orders"),
            ("finance", "entries on change", "select count(*) as count, coalesce(sum(amount), 0)::bigint as amount from entries where account like 'change:%'"),
            ("query", "received shares", "select count(*) as count, coalesce(sum(amount), 0)::bigint as amount from received"),
        })
        {
            var other = (await OneAsync<Sum>(platform, module, sum))!;
            if ((other.Count, other.Amount) != (given.Count, given.Amount))
            {
                faults.Add($"{module}: {other.Count} {what} of {other.Amount}, but {given.Count} claims of {given.Amount}");
            }
        }

        var left = await OneAsync<long>(platform, "core", "select (sum(amount) - sum(claimed_amount))::bigint from packets");
        var escrow = await OneAsync<long>(platform, "finance", "select sum(balance)::bigint from accounts where kind = 'escrow'");
        if (left != escrow)
        {
            faults.Add($"the packets have {left} left, their escrow accounts {escrow}");
        }

        var ledger = await platform.Operations.CheckLedgerAsync(CallContext.ForSystem(CallContext.DefaultApp), default);
        faults.AddRange(ledger.Faults);
        if (!ledger.Result.IsOk())
        {
            faults.Add($"the ledger could not be checked: {ledger.Result.Detail}");
        }

        foreach (var module in new[] { "core", "async" })
        {
            faults.AddRange((await OutboxBacklog.ReadAsync(platform.Stores.Open(module), default)).Select(t => $"{module}'s outbox has {t.Waiting} waiting and {t.Dead} dead of {t.Topic}"));
        }

        return faults;
    }

    private static async Task<T?> OneAsync<T>(ChainPlatform platform, string module, string sql)
    {
        await using var session = await platform.Stores.Open(module).ReadAsync(default);
        return await session.FirstAsync<T>(sql);
    }
}
