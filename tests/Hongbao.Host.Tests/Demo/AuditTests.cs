using Hongbao.Contracts;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;
using static Hongbao.Host.Tests.Demo.SampleFacts;

namespace Hongbao.Host.Tests.Demo;

/// <summary>Every kind of error is planted once and found under its name.</summary>
public sealed class AuditTests
{
    private static readonly Dictionary<string, (string Check, Func<DemoFacts, DemoFacts> Plant)> Errors = new()
    {
        ["an acknowledged packet is gone"] = ("acknowledged packet exists", f => f.With(Full, p => p with { Seen = null })),
        ["two requests got one packet"] = ("packet numbers", f => f with { Packets = [.. f.Packets, f.Packets[0]] }),
        ["two claims have one number"] = ("claim numbers", f => f.WithClaim(Full, 2, c => c with { ClaimNo = f.Packets[0].Claims[0].ClaimNo })),
        ["the amount changed"] = ("packet is what was asked for", f => f.WithSeen(Full, s => s with { Amount = s.Amount + 1 })),
        ["the greeting changed"] = ("packet is what was asked for", f => f.WithSeen(Full, s => s with { Greeting = "?" })),
        ["the sender changed"] = ("packet is what was asked for", f => f.WithSeen(Full, s => s with { Sender = 2 })),
        ["the video is missing"] = ("packet has its video", f => f.With(Full, p => p with { ContentId = "video" })),
        ["the commitment changed"] = ("commitment stays", f => f.WithSeen(Full, s => s with { SeedHash = new string('0', 64) })),
        ["a paid packet is not active"] = ("paid packet is open or over", f => f.WithSeen(Expired, s => s with { Status = PacketStatus.PendingPayment })),
        ["an unpaid packet is active"] = ("paid packet is open or over", f => f.WithSeen(Unpaid, s => s with { Status = PacketStatus.Active })),
        ["a user claimed twice"] = ("one claim a user", f => f.WithClaim(Full, 2, c => c with { Uid = f.Packets[0].Claims[0].Uid })),
        ["a seq is missing"] = ("seq is dense", f => f.WithClaim(Full, 3, c => c with { Seq = 4 })),
        ["a seq is given twice"] = ("seq is dense", f => f.WithClaim(Full, 3, c => c with { Seq = 2 })),
        ["a share is empty"] = ("shares are positive", f => f.WithClaim(Full, 3, c => c with { Amount = 0 })),
        ["the claimed amount is off"] = ("claimed amount", f => f.WithSeen(Full, s => s with { ClaimedAmount = s.ClaimedAmount - 1 })),
        ["the claimed count is off"] = ("claimed count", f => f.WithSeen(Full, s => s with { ClaimedCount = s.ClaimedCount - 1 })),
        ["more is claimed than there was"] = ("not more claimed than funded", f => f.WithClaim(Full, 1, c => c with { Amount = c.Amount + 1 })),
        ["a share too many is claimed"] = ("not more claimed than funded", f => f.With(Full, p => p with { Claims = [.. p.Claims, p.Claims[0] with { ClaimNo = 9, Seq = 4, Uid = 9 }] })),
        ["the remaining count is off"] = ("remaining count", f => f.WithSeen(Full, s => s with { RemainingCount = 1 })),
        ["a full packet expired"] = ("exhausted exactly when all is taken", f => f.WithSeen(Full, s => s with { Status = PacketStatus.Refunded })),
        ["a packet with shares left is exhausted"] = ("exhausted exactly when all is taken", f => f.WithSeen(Expired, s => s with { Status = PacketStatus.Exhausted })),
        ["an exhausted packet keeps money"] = ("exhausted means nothing is left", f => f.WithClaim(Full, 1, c => c with { Amount = c.Amount - 1 })),
        ["too much is refunded"] = ("amount = claims + refunded + left", f => f.WithSeen(Expired, s => s with { RefundedAmount = s.RefundedAmount + 1 })),
        ["too little is refunded"] = ("everything came to its end", f => f.WithSeen(Expired, s => s with { RefundedAmount = s.RefundedAmount - 1 })),
        ["a failed share is not refunded"] = ("everything came to its end", f => f.WithSeen(Full, s => s with { RefundedAmount = 0 })),
        ["an unpaid packet is refunded"] = ("amount = claims + refunded + left", f => f.WithSeen(Unpaid, s => s with { RefundedAmount = 77 })),
        ["a refund does not come to its end"] = ("everything came to its end", f => f.WithSeen(Expired, s => s with { Status = PacketStatus.Refunding })),
        ["a claim does not come to its end"] = ("everything came to its end", f => f.WithClaim(Expired, 1, c => c with { Status = ClaimStatus.Transferring })),
        ["the luckiest is another"] = ("luckiest", f => f.With(Full, p => p with { Claims = [.. p.Claims.Select(c => c with { Luckiest = !c.Luckiest })] })),
        ["an unfinished packet has a luckiest"] = ("luckiest", f => f.WithClaim(Expired, 1, c => c with { Luckiest = true })),
        ["an acknowledged claim is gone"] = ("acknowledged claim exists", f => f.With(Expired, p => p with { Claims = [p.Claims[0]] })),
        ["a claim was acknowledged with another amount"] = ("acknowledged claim exists", f => f with { Claims = [.. f.Claims.Skip(1), f.Claims[0] with { Amount = f.Claims[0].Amount + 1 }] }),
        ["a claim was acknowledged with another seq"] = ("acknowledged claim exists", f => f with { Claims = [.. f.Claims.Skip(1), f.Claims[0] with { Seq = 2 }] }),
        ["a repetition gave another claim"] = ("acknowledged claim exists", f => f with { Claims = [.. f.Claims, f.Claims[0] with { ClaimNo = 5 }] }),
        ["a winner was told exhausted"] = ("refusal was true", f => f with { Refusals = [.. f.Refusals, new(Full, 2, "PACKET_EXHAUSTED")] }),
        ["exhausted was said of a packet with shares left"] = ("refusal was true", f => f with { Refusals = [.. f.Refusals, new(Expired, 3, "PACKET_EXHAUSTED")] }),
        ["expired was said of an exhausted packet"] = ("refusal was true", f => f with { Refusals = [.. f.Refusals, new(Full, 1, "PACKET_EXPIRED")] }),
        ["a public packet was not in scope"] = ("refusal was true", f => f with { Refusals = [.. f.Refusals, new(Full, 1, "NOT_IN_SCOPE")] }),
        ["a paid packet was not active"] = ("refusal was true", f => f with { Refusals = [.. f.Refusals, new(Full, 1, "PACKET_NOT_ACTIVE")] }),
        ["an opener got no answer"] = ("everyone is answered", f => f with { Claims = [.. f.Claims.Where(c => c.PacketNo != Expired || c.Uid != 2)] }),
        ["fewer won than there were shares"] = ("exactly as many winners as shares", f => f.With(Full, p => p with { Claims = [.. p.Claims.Take(2)] }) with { Claims = [.. f.Claims.Where(c => c.PacketNo != Full || c.Seq != 3)] }),
        ["more won than there were shares"] = ("exactly as many winners as shares", f => f.With(Full, p => p with { Plan = p.Plan with { Count = 2 } })),
        ["a seed is shown too early"] = ("seed is secret until the end", f => f.WithSeen(Expired, s => s with { Status = PacketStatus.Active })),
        ["a seed is not shown"] = ("draw is shown at the end", f => f.With(Full, p => p with { Draw = p.Draw! with { Seed = null } })),
        ["a draw is not shown"] = ("draw is shown at the end", f => f.With(Full, p => p with { Draw = null })),
        ["another seed is shown"] = ("draw is genuine", f => f.With(Full, p => p with { Draw = p.Draw! with { Seed = new string('0', 64) } })),
        ["the draw's commitment is not the first one"] = ("draw is genuine", f => f.With(Full, p => p with { SeedHash = new string('0', 64) })),
        ["an amount was not drawn"] = ("draw is genuine", f => f.With(Full, p => p with { Draw = p.Draw! with { Draws = [.. p.Draw.Draws.Select(d => d.Seq == 1 ? d with { Amount = d.Amount + 1 } : d)] } })),
        ["the draw lacks a claim"] = ("draw is this packet's", f => f.With(Full, p => p with { Draw = p.Draw! with { Draws = [.. p.Draw.Draws.Take(2)] } })),
        ["a claim is not credited"] = ("claim is credited once", f => f.WithUser(2, u => u with { Entries = [.. u.Entries.Where(e => e.PacketNo != Full)] })),
        ["a claim is credited twice"] = ("claim is credited once", f => f.WithUser(2, u => u with { Entries = [.. u.Entries, u.Entries[0]] })),
        ["a cent less is credited"] = ("claim is credited once", f => f.WithUser(2, u => u with { Entries = [.. u.Entries.Select(e => e.PacketNo == Full ? e with { Amount = e.Amount - 1 } : e)] })),
        ["a failed claim is credited"] = ("claim is credited once", f => f.WithUser(4, u => u with { Entries = [new StatementEntry(1, "transfer", 1, 12_346, Full)] })),
        ["someone is credited without a claim"] = ("credit has a claim", f => f.WithUser(4, u => u with { Entries = [new StatementEntry(1, "transfer", 1, 12_346, Expired)] })),
        ["a refund goes to someone else"] = ("refund goes to the sender", f => f.WithUser(4, u => u with { Entries = [new StatementEntry(1, "refund", 1, 12_346, Expired)] })),
        ["a refund is not credited"] = ("refunds are credited once", f => f.WithUser(1, u => u with { Entries = [.. u.Entries.Where(e => e.Kind != "refund" || e.PacketNo != Expired)] })),
        ["a refund is credited twice"] = ("refunds are credited once", f => f.WithUser(1, u => u with { Entries = [.. u.Entries, u.Entries.First(e => e.Kind == "refund")] })),
        ["the refund shown is not the one credited"] = ("refunded amount", f => f.WithSeen(Expired, s => s with { RefundedAmount = s.RefundedAmount + 1 })),
        ["a packet takes from a balance"] = ("kind of entry", f => f.WithUser(4, u => u with { Entries = [new StatementEntry(1, "fee", -1, 12_344, Full)] })),
        ["a balance is off by a cent"] = ("balance", f => f.WithUser(3, u => u with { After = u.After! with { Change = u.After.Change - 1 } })),
        ["a statement does not run on"] = ("statement runs", f => f.WithUser(2, u => u with { Entries = [.. u.Entries.Select((e, i) => i == 0 ? e with { Balance = e.Balance + 1 } : e)] })),
        ["a received total is off"] = ("received totals", f => f.WithUser(3, u => u with { After = u.After! with { ReceivedAmount = u.After.ReceivedAmount + 1 } })),
        ["a received count is off"] = ("received totals", f => f.WithUser(3, u => u with { After = u.After! with { ReceivedCount = u.After.ReceivedCount + 1 } })),
        ["a sent total is off"] = ("sent totals", f => f.WithUser(1, u => u with { After = u.After! with { SentAmount = u.After.SentAmount - 1 } })),
        ["finance's own check complains"] = ("finance's ledger", f => f with { LedgerFaults = ["trial balance: CNY sums to 1"] }),
        ["a fen stays with a packet in the ledger"] = ("ledger: kept for packets", f => f.WithLedger(l => l with { Escrow = 1 })),
        ["a fen too much came from outside"] = ("ledger: paid from outside", f => f.WithLedger(l => l with { Outside = l.Outside - 1 })),
        ["a fen was set aside"] = ("ledger: set aside", f => f.WithLedger(l => l with { Unclaimed = l.Unclaimed + 1 })),
        ["something was wrong on the way"] = ("busy ends", f => f with { Incidents = [new Finding("busy ends", "x")] }),
        ["money of a kind of packet is gone"] = ("money identity", f => f.WithUser(2, u => u with { Entries = [] })),
    };

    public static TheoryData<string> Names => [.. Errors.Keys];

    [Fact]
    public void Facts_in_which_all_is_well_are_exact()
    {
        var report = MoneyAudit.Of(Create());

        Assert.Empty(report.Findings);
        Assert.True(report.IsExact);
        Assert.True(report.Checks > 60);
        var failed = Create().Packets[0].Claims.Single(c => c.Status == ClaimStatus.Failed).Amount;
        var left = Create().Packets[1].Seen!.RefundedAmount;
        Assert.Equal(new MoneyLine { Packets = 3, Funded = 1500, Transferred = 1500 - failed - left, Refunded = failed + left }, report.Total);
        Assert.Equal(0, report.Lines[Scenario.Unpaid].Funded);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_error_is_found_under_its_name(string name)
    {
        var (check, plant) = Errors[name];

        var report = MoneyAudit.Of(plant(Create()));

        Assert.False(report.IsExact);
        Assert.Contains(report.Findings, f => f.Check == check);
        Assert.All(report.Findings, f => Assert.NotEmpty(f.Text));
    }

    [Fact]
    public void Money_that_is_still_under_way_is_in_flight_and_not_lost()
    {
        var facts = Create();
        var claim = facts.Packets[1].Claims[0];
        var late = facts.WithClaim(Expired, claim.Seq, c => c with { Status = ClaimStatus.Transferring })
            .WithSeen(Expired, s => s with { Status = PacketStatus.Refunding, RefundedAmount = 0 })
            .WithUser(1, u => u with
            {
                // Neither the claim nor the refund of the expired packet is on the sender's statement yet.
                Entries = [.. u.Entries.Where(e => e.PacketNo != Expired).Select(e => e with { Balance = 12_345 + e.Amount })],
                After = u.After! with { Change = 12_345 + u.Entries.Where(e => e.PacketNo != Expired).Sum(e => e.Amount) },
            });

        var flying = claim.Amount + facts.Packets[1].Seen!.RefundedAmount;
        Assert.Contains(MoneyAudit.Of(late).Findings, f => f.Check == "ledger: kept for packets");

        var report = MoneyAudit.Of(late.WithLedger(l => l with { Escrow = flying }));

        Assert.Equal(0, report.Total.Difference);
        Assert.Equal(flying, report.Total.InFlight);
        Assert.Equal(["everything came to its end"], report.Findings.Select(f => f.Check));
    }

    [Fact]
    public void An_open_packet_holds_what_is_left_of_it()
    {
        var facts = Create();
        var refunded = facts.Packets[1].Seen!.RefundedAmount;
        var open = facts.With(Expired, p => p with { Draw = p.Draw! with { Seed = null } })
            .WithSeen(Expired, s => s with { Status = PacketStatus.Active, RefundedAmount = 0, RemainingCount = 2, Seed = null })
            .WithUser(1, u => u with
            {
                Entries = [.. u.Entries.Where(e => e.PacketNo != Expired || e.Kind != "refund")],
                After = u.After! with { Change = u.After.Change - refunded },
            }) with
        { Refusals = [] };
        Assert.Contains(MoneyAudit.Of(open).Findings, f => f.Check == "ledger: kept for packets");

        var report = MoneyAudit.Of(open.WithLedger(l => l with { Escrow = refunded }));

        Assert.Equal((refunded, 0L), (report.Total.Left, report.Total.Difference));
        Assert.DoesNotContain(report.Findings, f => f.Check is not ("everything came to its end" or "everyone is answered" or "statement runs"));
    }

    [Fact]
    public void What_others_do_on_the_same_server_is_noted_and_breaks_nothing()
    {
        var facts = Create();
        var busy = facts.WithUser(3, u => u with
        {
            Entries = [new StatementEntry(900, "transfer", 55, u.After!.Change + 55, 4711), .. u.Entries],
            After = u.After with { Change = u.After.Change + 55 },
        });

        var report = MoneyAudit.Of(busy);

        Assert.True(report.IsExact);
        Assert.Single(report.Notes);
    }

    [Fact]
    public void A_ledger_that_others_move_too_is_not_compared_and_that_is_noted()
    {
        var facts = Create();

        // Somebody else's packet of 40 was paid for meanwhile; or one that held 40 was emptied.
        var paid = MoneyAudit.Of(facts.WithLedger(l => l with { Outside = l.Outside - 40, Escrow = 40, EscrowAccounts = l.EscrowAccounts + 1 }));
        var emptied = MoneyAudit.Of(facts with { LedgerBefore = facts.LedgerBefore with { Escrow = 40 } });

        // One that rested all the time changes nothing.
        var rested = MoneyAudit.Of(facts with { LedgerBefore = facts.LedgerBefore with { Escrow = 40 }, LedgerAfter = facts.LedgerAfter with { Escrow = 40 } });

        Assert.All([paid, emptied], r => Assert.True(r.IsExact));
        Assert.All([paid, emptied], r => Assert.Contains("ledger", Assert.Single(r.Notes), StringComparison.Ordinal));
        Assert.Empty(rested.Notes);
        Assert.Equal(MoneyAudit.Of(facts).Checks, rested.Checks);
    }

    [Fact]
    public void A_guest_who_took_a_share_is_audited_by_his_statement()
    {
        // User 3 is not of the demo any more: only his statement is known, and nobody counted on him.
        var facts = Create().With(Full, p => p with { Plan = p.Plan with { Openers = [.. p.Plan.Openers.Where(o => o.Uid != 3)] } });
        var guest = facts.WithUser(3, u => u with { Before = null, After = null }) with { Claims = [.. facts.Claims.Where(c => c.Uid != 3)] };

        Assert.Empty(MoneyAudit.Of(guest).Findings);
        Assert.Single(MoneyAudit.Of(guest).Notes);
        Assert.Contains(MoneyAudit.Of(guest.WithUser(3, u => u with { Entries = [] })).Findings, f => f.Check == "claim is credited once");
    }
}
