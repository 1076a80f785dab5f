using Hongbao.Contracts;

namespace Hongbao.Host.Demo.Audits;

/// <summary>
/// Compares what the rain promised with what is there, to the cent and from outside: draws, wins, packets, claims, reward balances, withdrawals, the campaign's books and finance's ledger.
/// Pure: the same facts give the same verdict.
/// </summary>
internal sealed class RainAudit
{
    private readonly RainFacts _facts;
    private readonly Comparisons _comparisons = new();
    private readonly List<string> _notes = [];
    private readonly Dictionary<(long Uid, int Round), ToldWin> _wins;
    private readonly ILookup<(long Uid, int Round), SpentWin> _spent;
    private readonly Dictionary<(long Uid, int Round), SeenSubsidy> _subsidies = [];

    private RainAudit(RainFacts facts)
    {
        _facts = facts;
        _wins = facts.Draws.Where(d => d.Win is not null).DistinctBy(d => (d.Uid, d.Round)).ToDictionary(d => (d.Uid, d.Round), d => d.Win!);
        _spent = facts.Packets.ToLookup(p => (p.Uid, p.Round));
    }

    /// <summary>Audits everything that was seen.</summary>
    public static RainVerdict Of(RainFacts facts)
    {
        var audit = new RainAudit(facts);
        audit._comparisons.AddAll(facts.Incidents);
        new DrawAudit(facts, audit._comparisons).Check();
        audit.CheckSubsidies();
        audit.CheckPackets();
        new RewardAudit(facts, audit._comparisons).Check();
        audit.NoteOthers();
        var lines = facts.Rounds.ToDictionary(r => r.No, r => audit.LineOf(r.No));
        foreach (var (round, line) in lines)
        {
            audit.Check("money identity", line.Difference == 0, () => $"round {round}: {line.Difference} of {line.Issued} fen are unaccounted for");
        }

        var total = lines.Values.Aggregate(new RainLine(), (a, b) => a + b);
        audit.CheckReport(total);
        audit.CheckLedger();
        return new RainVerdict { Lines = lines, Findings = audit._comparisons.Findings, Checks = audit._comparisons.Count, Notes = audit._notes };
    }

    private void Check(string check, bool holds, Func<string> text) => _comparisons.Add(check, holds, text);

    /// <summary>Every win is one subsidy of its winner, used for its packet or expired, and nobody has one without a win.</summary>
    private void CheckSubsidies()
    {
        var uids = _facts.Users.Where(u => u.Before is not null).ToDictionary(u => u.Uid, u => u.Subsidies.ToList());
        foreach (var ((uid, round), win) in _wins.OrderBy(w => w.Key.Round))
        {
            var packetNo = _spent[(uid, round)].FirstOrDefault()?.Packet.PacketNo ?? 0;
            var rows = uids.GetValueOrDefault(uid, []);
            var row = rows.Find(s => s.CampaignId == _facts.CampaignId && s.Amount == win.Amount && s.PacketNo == packetNo);
            Check("win is a subsidy", row is not null, () => $"{uid} won {win.Amount} in round {round} (packet {packetNo}), his subsidies are [{string.Join(", ", rows.Select(Text))}]");
            if (row is null)
            {
                continue;
            }

            rows.Remove(row);
            _subsidies[(uid, round)] = row;
            Check("subsidy came to its end", row.Status == (packetNo == 0 ? SubsidyStatus.Expired : SubsidyStatus.Used) && row.SubsidyNo != 0,
                () => $"{uid}: the win of {win.Amount} in round {round} is {Text(row)}, it must be {(packetNo == 0 ? "expired" : $"used for packet {packetNo}")} and stored");
        }

        foreach (var (uid, rows) in uids)
        {
            var strangers = rows.Where(s => s.CampaignId == _facts.CampaignId).ToArray();
            Check("subsidy has a win", strangers.Length == 0, () => $"{uid} has subsidies that he was not told of: [{string.Join(", ", strangers.Select(Text))}]");
        }
    }

    private void CheckPackets()
    {
        foreach (var twice in _facts.Packets.GroupBy(p => p.Packet.PacketNo))
        {
            Check("packet numbers", twice.Count() == 1, () => $"packet {twice.Key} was given to {twice.Count()} requests");
        }

        foreach (var twice in _spent)
        {
            Check("a win is one packet", twice.Count() == 1, () => $"{twice.Key.Uid} sent {twice.Count()} packets with the win of round {twice.Key.Round}");
        }

        foreach (var claims in _facts.Packets.SelectMany(p => p.Packet.Claims).GroupBy(c => c.ClaimNo))
        {
            Check("claim numbers", claims.Count() == 1, () => $"claim {claims.Key} is listed {claims.Count()} times");
        }

        var acknowledged = _facts.Claims.ToLookup(c => c.PacketNo);
        var refused = _facts.Refusals.ToLookup(r => r.PacketNo);
        var packets = new PacketAudit(Check);
        foreach (var (uid, round, kind, packet) in _facts.Packets)
        {
            Check("packet is the campaign's", kind == PacketKind.B2C, () => $"packet {packet.PacketNo} of a win is {kind}");
            Check("packet is the win's", _wins.TryGetValue((uid, round), out var win) && packet.Plan.Amount == win.Amount && packet.Plan.Sender == uid,
                () => $"packet {packet.PacketNo} of {packet.Plan.Amount} from {packet.Plan.Sender} was sent with {(win is null ? "no win" : $"a win of {win.Amount} of {uid}")}");
            packets.Check(packet, acknowledged[packet.PacketNo].ToList(), refused[packet.PacketNo].ToList());
        }
    }

    private RainLine LineOf(int round)
    {
        var credits = _facts.Users.SelectMany(u => u.Rewards.Where(e => e.Kind == "transfer").Select(e => (u.Uid, e.PacketNo, e.Amount))).ToLookup(e => e.PacketNo);
        return _wins.Where(w => w.Key.Round == round).Aggregate(new RainLine(), (sum, w) => sum + LineOf(w.Key, w.Value, credits));
    }

    private RainLine LineOf((long Uid, int Round) key, ToldWin win, ILookup<long, (long Uid, long PacketNo, long Amount)> credits)
    {
        var line = new RainLine { Wins = 1, Issued = win.Amount };
        if (_spent[key].FirstOrDefault()?.Packet is not { } packet)
        {
            return _subsidies.GetValueOrDefault(key)?.Status == SubsidyStatus.Expired ? line with { Expired = win.Amount } : line with { Open = win.Amount };
        }

        var credited = credits[packet.PacketNo].Select(c => c.Uid).ToHashSet();
        var returned = packet.Seen?.RefundedAmount ?? 0;
        return line with
        {
            Claimed = credits[packet.PacketNo].Sum(c => c.Amount),
            Returned = returned,
            InFlight = packet.Claims.Where(c => !c.IsFinal && !credited.Contains(c.Uid)).Sum(c => c.Amount)
                + (packet.Seen?.Status == PacketStatus.Active ? packet.Plan.Amount - packet.Claims.Sum(c => c.Amount) : 0)
                + (MoneyAudit.IsSettled(packet) ? 0 : Math.Max(0, MoneyAudit.RefundsOf(packet).Sum() - returned)),
        };
    }

    /// <summary>The campaign's own books say the same, and everything of it is closed.</summary>
    private void CheckReport(RainLine total)
    {
        var (report, books) = (_facts.Report, _facts.Report.Total);
        var packets = _facts.Packets.DistinctBy(p => p.Packet.PacketNo).Select(p => p.Packet).ToArray();
        Check("the books are closed", report is { Closed: true, Status: CampaignStatus.Ended }, () => $"the campaign is {report.Status} and its books are {(report.Closed ? "closed" : "open")}");
        Check("the books are without faults", report.Faults.Count == 0, () => string.Join("; ", report.Faults));
        (string What, long Shown, long Due)[] sums =
        [
            ("budget", report.Budget, _facts.Plan.Campaign.Budget),
            ("issued", books.IssuedAmount, total.Issued), ("wins", books.IssuedCount, total.Wins),
            ("stored", books.StoredAmount, total.Issued), ("subsidies", books.StoredCount, total.Wins),
            ("used", books.UsedAmount, packets.Sum(p => p.Plan.Amount)), ("packets", books.UsedCount, packets.Length),
            ("expired", books.ExpiredAmount, total.Expired), ("expired wins", books.ExpiredCount, total.Wins - packets.Length),
            ("claimed", books.ClaimedAmount, total.Claimed), ("returned", books.ReturnedAmount, total.Returned),
            ("held by finance", report.HeldAmount, _facts.Plan.Campaign.Budget), ("funded by finance", report.FundedAmount, books.UsedAmount),
            ("returned at finance", report.LedgerReturnedAmount, total.Returned), ("released by finance", report.ReleasedAmount, _facts.Plan.Campaign.Budget - total.Claimed),
            ("still held", report.HeldNowAmount, 0),
        ];
        foreach (var (what, shown, due) in sums)
        {
            Check($"the books: {what}", shown == due, () => $"{shown} are shown, it must be {due}");
        }

        Check("claimed and returned are what was used", books.ClaimedAmount + books.ReturnedAmount == books.UsedAmount,
            () => $"used were {books.UsedAmount}, claimed {books.ClaimedAmount} and returned {books.ReturnedAmount}");
        var hours = report.Hours.Aggregate(new SeenBooks(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), (a, b) => a + b);
        Check("the hours are the whole", hours == books, () => $"the hours sum to {hours}, the whole is {books}");
    }

    /// <summary>Finance's own check, and whether its sums moved as this rain says.</summary>
    private void CheckLedger()
    {
        Check("finance's ledger", _facts.LedgerFaults.Count == 0, () => string.Join("; ", _facts.LedgerFaults));
        var claimed = _facts.Packets.DistinctBy(p => p.Packet.PacketNo).SelectMany(p => p.Packet.Claims).Where(c => c.Status == ClaimStatus.Transferred).Sum(c => c.Amount);
        var withdrawn = _facts.Withdrawals.DistinctBy(w => w.WithdrawalNo).Where(w => w.Status == WithdrawalStatus.Succeeded).Sum(w => w.Amount);
        (string Check, long Moved, long Due)[] sums =
        [
            ("ledger: held for the campaign", Moved("campaign-hold"), 0), ("ledger: kept for packets", Moved("escrow"), 0), ("ledger: in transit", Moved("in-transit"), 0),
            ("ledger: rewards", Moved("reward"), claimed - withdrawn), ("ledger: from and to the outside", Moved("outside"), withdrawn - claimed),
            ("ledger: set aside", Moved("unclaimed"), 0), ("ledger: spendable", Moved("change"), 0),
        ];

        // Then nothing else can have moved money of these kinds: none was there before, and nothing but this rain's was opened since.
        var isAlone = Before("escrow") == 0 && Before("campaign-hold") == 0 && Before("in-transit") == 0 && Opened("campaign-hold") == 1
            && Opened("escrow") == _facts.Packets.DistinctBy(p => p.Packet.PacketNo).Count();
        if (!isAlone && Array.Exists(sums, s => s.Moved != s.Due))
        {
            _notes.Add("Finance's ledger moved by others' money too; its sums were not compared with this rain's.");
            return;
        }

        foreach (var (check, moved, due) in sums)
        {
            Check(check, moved == due, () => $"the sum moved by {moved} fen, it must be {due}");
        }

        long Before(string kind) => _facts.LedgerBefore.GetValueOrDefault(kind)?.Balance ?? 0;
        long Moved(string kind) => (_facts.LedgerAfter.GetValueOrDefault(kind)?.Balance ?? 0) - Before(kind);
        long Opened(string kind) => (_facts.LedgerAfter.GetValueOrDefault(kind)?.Accounts ?? 0) - (_facts.LedgerBefore.GetValueOrDefault(kind)?.Accounts ?? 0);
    }

    /// <summary>What breaks nothing, but is worth knowing.</summary>
    private void NoteOthers()
    {
        var told = _facts.Draws.Select(d => (d.Uid, d.Round)).ToHashSet();
        var late = _facts.Rounds.Sum(r => _facts.Plan.Uids.Count(u => !told.Contains((u, r.No))));
        if (late > 0)
        {
            _notes.Add($"{late} draws came too late for their round.");
        }

        if (_facts.Packets.Count < _facts.Plan.Packets)
        {
            _notes.Add($"{_facts.Packets.Count} packets were sent of {_facts.Plan.Packets} planned: there were {_wins.Count} wins.");
        }

        var ours = _facts.Packets.Select(p => p.Packet.PacketNo).ToHashSet();
        var others = _facts.Users.Where(u => u.Before is not null).Select(u => u.Rewards.Concat(u.Changes).Count(e => e.PacketNo != 0 && !ours.Contains(e.PacketNo))).Where(n => n > 0).ToArray();
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

    private static string Text(SeenSubsidy s) => $"{s.SubsidyNo} of {s.Amount} ({s.Status}, packet {s.PacketNo})";
}
