using Hongbao.Contracts;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Audits;

/// <summary>
/// Compares what was promised with what is there, to the cent and from outside: packets, claims, draws, statements, balances, totals.
/// Pure: the same facts give the same report.
/// </summary>
internal sealed class MoneyAudit
{
    private readonly DemoFacts _facts;
    private readonly Dictionary<long, PacketFacts> _packets;
    private readonly ILookup<(long PacketNo, string Kind), (long Uid, StatementEntry Entry)> _entries;
    private readonly ILookup<long, AcknowledgedClaim> _acknowledged;
    private readonly ILookup<long, RefusedClaim> _refused;
    private readonly Comparisons _comparisons = new();
    private readonly List<string> _notes = [];

    private MoneyAudit(DemoFacts facts)
    {
        _facts = facts;
        _packets = facts.Packets.DistinctBy(p => p.PacketNo).ToDictionary(p => p.PacketNo);
        _entries = facts.Users.SelectMany(u => u.Entries.Select(e => (u.Uid, Entry: e))).ToLookup(e => (e.Entry.PacketNo, e.Entry.Kind));
        _acknowledged = facts.Claims.ToLookup(c => c.PacketNo);
        _refused = facts.Refusals.ToLookup(r => r.PacketNo);
    }

    /// <summary>Audits everything that was seen.</summary>
    public static AuditReport Of(DemoFacts facts)
    {
        var audit = new MoneyAudit(facts);
        audit._comparisons.AddAll(facts.Incidents);
        audit.CheckNumbers();
        var packets = new PacketAudit(audit.Check);
        foreach (var packet in facts.Packets)
        {
            packets.Check(packet, audit._acknowledged[packet.PacketNo].ToList(), audit._refused[packet.PacketNo].ToList());
            audit.CheckStatements(packet);
        }

        foreach (var user in facts.Users)
        {
            audit.CheckUser(user);
        }

        audit.NoteOthers();
        var lines = facts.Packets.GroupBy(p => p.Plan.Scenario).OrderBy(g => g.Key)
            .ToDictionary(g => g.Key, g => g.Aggregate(new MoneyLine(), (sum, p) => sum + audit.LineOf(p)));
        foreach (var (scenario, line) in lines)
        {
            audit.Check("money identity", line.Difference == 0, () => $"{scenario}: {line.Difference} of {line.Funded} fen are unaccounted for");
        }

        audit.CheckLedger(lines.Values.Aggregate(new MoneyLine(), (a, b) => a + b));
        return new AuditReport { Lines = lines, Findings = audit._comparisons.Findings, Checks = audit._comparisons.Count, Notes = audit._notes };
    }

    private void Check(string check, bool holds, Func<string> text) => _comparisons.Add(check, holds, text);

    /// <summary>Numbers of things belong to one thing each.</summary>
    private void CheckNumbers()
    {
        foreach (var twice in _facts.Packets.GroupBy(p => p.PacketNo))
        {
            Check("packet numbers", twice.Count() == 1, () => $"packet {twice.Key} was given to {twice.Count()} requests");
        }

        foreach (var claims in _facts.Packets.SelectMany(p => p.Claims).GroupBy(c => c.ClaimNo))
        {
            Check("claim numbers", claims.Count() == 1, () => $"claim {claims.Key} is listed {claims.Count()} times");
        }
    }

    /// <summary>Each claim and each refund is on exactly one line of one statement.</summary>
    private void CheckStatements(PacketFacts packet)
    {
        var no = packet.PacketNo;
        var transfers = _entries[(no, "transfer")].ToLookup(e => e.Uid, e => e.Entry.Amount);
        foreach (var claim in packet.Claims)
        {
            var credited = transfers[claim.Uid].ToArray();
            Check("claim is credited once", claim.Status switch
            {
                ClaimStatus.Transferred => credited.Length == 1 && credited[0] == claim.Amount,
                ClaimStatus.Failed => credited.Length == 0,
                ClaimStatus.Claimed or ClaimStatus.Transferring => credited.Length == 0 || (credited.Length == 1 && credited[0] == claim.Amount),
            }, () => $"packet {no}: {claim.Uid} has claim {claim.ClaimNo} of {claim.Amount} ({claim.Status}), his statement shows [{string.Join(", ", credited)}]");
        }

        foreach (var stranger in transfers.Where(t => packet.Claims.All(c => c.Uid != t.Key)))
        {
            Check("credit has a claim", false, () => $"packet {no}: {stranger.Key} was credited [{string.Join(", ", stranger)}] without a claim");
        }

        var expected = RefundsOf(packet).Order().ToArray();
        var refunds = _entries[(no, "refund")].ToArray();
        var refunded = refunds.Select(r => r.Entry.Amount).Order().ToArray();
        Check("refund goes to the sender", refunds.All(r => r.Uid == packet.Plan.Sender), () => $"packet {no}: a refund is on the statement of someone else");
        Check("refunds are credited once", IsSettled(packet) ? refunded.SequenceEqual(expected) : IsPartOf(refunded, expected),
            () => $"packet {no}: refunds are due [{string.Join(", ", expected)}], the statement shows [{string.Join(", ", refunded)}]");
        Check("refunded amount", packet.Seen is null || !IsSettled(packet) || packet.Seen.RefundedAmount == refunded.Sum(),
            () => $"packet {no} shows {packet.Seen!.RefundedAmount} refunded, the statement {refunded.Sum()}");
    }

    private void CheckUser(UserFacts user)
    {
        foreach (var entry in user.Entries.Where(e => _packets.ContainsKey(e.PacketNo)))
        {
            Check("kind of entry", entry.Kind is "transfer" or "refund" && entry.Amount > 0, () => $"{user.Uid}: entry {entry.EntryNo} of packet {entry.PacketNo} is {entry.Kind} {entry.Amount}");
        }

        if (user is not { Before: { } before, After: { } after })
        {
            return;
        }

        var sum = user.Entries.Sum(e => e.Amount);
        Check("balance", after.Change - before.Change == sum, () => $"{user.Uid}: the balance went from {before.Change} to {after.Change}, the statement sums to {sum}");
        var running = before.Change;
        foreach (var entry in user.Entries.OrderBy(e => e.EntryNo))
        {
            running += entry.Amount;
            var shown = running;
            Check("statement runs", entry.Balance == shown, () => $"{user.Uid}: entry {entry.EntryNo} shows a balance of {entry.Balance}, it must be {shown}");
        }

        var received = _facts.Packets.SelectMany(p => p.Claims).Where(c => c.Uid == user.Uid && c.Status != ClaimStatus.Failed).ToArray();
        CheckTotals("received totals", user.Uid, (after.ReceivedCount - before.ReceivedCount, after.ReceivedAmount - before.ReceivedAmount), (received.Length, received.Sum(c => c.Amount)));
        var sent = _facts.Packets.Where(p => p.Plan.Sender == user.Uid && p.IsPaid).ToArray();
        CheckTotals("sent totals", user.Uid, (after.SentCount - before.SentCount, after.SentAmount - before.SentAmount), (sent.Length, sent.Sum(p => p.Plan.Amount)));
    }

    private void CheckTotals(string check, long uid, (long Count, long Amount) shown, (long Count, long Amount) due) =>
        Check(check, shown == due, () => $"{uid}: {shown.Count} of {shown.Amount} fen are shown, it must be {due.Count} of {due.Amount}");

    /// <summary>Finance's own check, and whether its sums moved as this run's packets say.</summary>
    private void CheckLedger(MoneyLine total)
    {
        Check("finance's ledger", _facts.LedgerFaults.Count == 0, () => string.Join("; ", _facts.LedgerFaults));
        var (before, after) = (_facts.LedgerBefore, _facts.LedgerAfter);
        (string Check, long Moved, long Due)[] sums =
        [
            ("ledger: paid from outside", after.Outside - before.Outside, -total.Funded),
            ("ledger: kept for packets", after.Escrow - before.Escrow, total.Left + total.InFlight),

            // The demo has no refund refused.
            ("ledger: set aside", after.Unclaimed - before.Unclaimed, 0),
        ];

        // Then no other packet can have moved money: none held any before, and none was paid for since.
        var isAlone = before.Escrow == 0 && after.EscrowAccounts - before.EscrowAccounts == _packets.Values.Count(p => p.IsPaid);
        if (!isAlone && Array.Exists(sums, s => s.Moved != s.Due))
        {
            _notes.Add("Finance's ledger moved by others' packets too; its sums were not compared with this run's.");
            return;
        }

        foreach (var (check, moved, due) in sums)
        {
            Check(check, moved == due, () => $"the sum moved by {moved} fen, it must be {due}");
        }
    }

    /// <summary>What others do on the same server at the same time breaks nothing, but is worth knowing.</summary>
    private void NoteOthers()
    {
        var others = _facts.Users.Where(u => u.Before is not null).Select(u => u.Entries.Count(e => !_packets.ContainsKey(e.PacketNo))).Where(n => n > 0).ToArray();
        if (others.Length > 0)
        {
            _notes.Add($"{others.Sum()} new lines on the statements of {others.Length} users are of other packets than this run's.");
        }

        var guests = _facts.Users.Count(u => u.Before is null);
        if (guests > 0)
        {
            _notes.Add($"{guests} users who are not of this run took shares of its packets.");
        }
    }

    private MoneyLine LineOf(PacketFacts packet)
    {
        var funded = packet.IsPaid ? packet.Plan.Amount : 0;
        var transferred = _entries[(packet.PacketNo, "transfer")].Sum(e => e.Entry.Amount);
        var refunded = _entries[(packet.PacketNo, "refund")].Sum(e => e.Entry.Amount);
        var isOpen = packet is { IsPaid: true, Seen.Status: PacketStatus.Active };
        var credited = _entries[(packet.PacketNo, "transfer")].Select(e => e.Uid).ToHashSet();
        return new MoneyLine
        {
            Packets = 1,
            Funded = funded,
            Transferred = transferred,
            Refunded = refunded,
            Left = isOpen ? packet.Plan.Amount - packet.Claims.Sum(c => c.Amount) : 0,
            InFlight = packet.Claims.Where(c => !c.IsFinal && !credited.Contains(c.Uid)).Sum(c => c.Amount)
                + (IsSettled(packet) ? 0 : Math.Max(0, RefundsOf(packet).Sum() - refunded)),
        };
    }

    /// <summary>What has to go back: what was left when its time was over, and every share that finance refused to transfer.</summary>
    internal static IEnumerable<long> RefundsOf(PacketFacts packet)
    {
        var left = packet.Plan.Amount - packet.Claims.Sum(c => c.Amount);
        var isOver = packet.Seen?.Status is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded;
        return packet.Claims.Where(c => c.Status == ClaimStatus.Failed).Select(c => c.Amount).Concat(packet.IsPaid && isOver && left > 0 ? [left] : []);
    }

    /// <summary>Nothing of it is under way: the packet and all its claims are final, and what it shows as refunded is all that is due.</summary>
    internal static bool IsSettled(PacketFacts packet) =>
        packet.Seen is null || !packet.IsPaid || (packet.Seen.IsFinal && packet.Claims.All(c => c.IsFinal) && packet.Seen.RefundedAmount >= RefundsOf(packet).Sum());

    private static bool IsPartOf(long[] some, long[] all)
    {
        var rest = all.ToList();
        return some.All(rest.Remove);
    }
}
