using Hongbao.Contracts;
using Hongbao.Host.Demo.Audits;
using static Hongbao.Host.Tests.Demo.RainSample;

namespace Hongbao.Host.Tests.Demo;

/// <summary>Every kind of error is planted once and found under its name.</summary>
public sealed class RainAuditTests
{
    private static readonly Dictionary<string, (string Check, Func<RainFacts, RainFacts> Plant)> Errors = new()
    {
        ["nobody could draw"] = ("the rain took draws", f => f with { Draws = [] }),
        ["a repeated draw gave another amount"] = ("a repeated draw gives the same", f => f with { Draws = [.. f.Draws, f.Draws[0] with { Win = f.Draws[0].Win! with { Amount = 999 } }] }),
        ["a repeated draw gave another token"] = ("a repeated draw gives the same", f => f with { Draws = [.. f.Draws, f.Draws[0] with { Win = f.Draws[0].Win! with { Token = "h1.x" } }] }),
        ["a repeated draw was lost"] = ("a repeated draw gives the same", f => f with { Draws = [.. f.Draws, f.Draws[0] with { Win = null }] }),
        ["a secret was shown too early"] = ("secret is hidden until the round is over", f => f.WithRound(1, r => r with { WasSecret = false })),
        ["a commitment changed"] = ("commitment stays", f => f.WithRound(2, r => r with { HashAfter = new string('0', 64) })),
        ["a secret is not shown"] = ("secret is shown at the end", f => f.WithRound(1, r => r with { Secret = null })),
        ["a secret is another one"] = ("secret is the one committed to", f => f.WithRound(1, r => r with { Secret = Secret2 })),
        ["someone won who is aimed at nothing"] = ("who is aimed at nothing lost", f => f.WithDraw(Dora, 2, d => d with { Win = f.Draws[0].Win! with { Token = "h1.d" } })),
        ["someone won another prize than his"] = ("who wins was aimed at", f => f.WithDraw(Ben, 1, d => d with { Win = d.Win! with { Amount = 1000 } })),
        ["something was won that is no prize"] = ("every win is a prize", f => f.WithDraw(Anna, 1, d => d with { Win = d.Win! with { Amount = 999 } })),
        ["an outcome changed at the end"] = ("an outcome stands when all is over", f => f.WithLate(Anna, 1, d => d with { Win = d.Win! with { Amount = 1001 } })),
        ["an outcome was forgotten"] = ("an outcome stands when all is over", f => f.WithLate(Ben, 1, d => d with { Code = "CAMPAIGN_NOT_OPEN", Win = null })),
        ["someone has an outcome who is aimed at nothing"] = ("an outcome stands when all is over", f => f.WithLate(Dora, 1, d => d with { Code = "" })),
        ["someone could draw when all was over"] = ("an outcome stands when all is over", f => f with { Draws = [.. f.Draws.Where(d => d.Uid != Dora)], LateDraws = [.. f.LateDraws, new(Dora, 1, "", null)] }),
        ["someone won twice"] = ("wins of a user", f => f.WithDraw(Anna, 2, d => d with { Win = f.Draws[0].Win! with { Token = "h1.d" } })),
        ["a prize was given too often"] = ("prizes by quantity", f => f.WithDraw(Ben, 1, d => d with { Win = d.Win! with { Amount = 1000 } })),
        ["more was won by chance than there was"] = ("prizes by probability", f => f with { Plan = f.Plan with { Campaign = f.Plan.Campaign with { Budget = 2999 } } }),
        ["more was issued than the budget"] = ("budget", f => f with { Plan = f.Plan with { Campaign = f.Plan.Campaign with { Budget = 1999 } } }),
        ["two wins have one token"] = ("tokens", f => f.WithDraw(Ben, 1, d => d with { Win = d.Win! with { Token = f.Draws[0].Win!.Token } })),
        ["a win is no subsidy"] = ("win is a subsidy", f => f.WithUser(Cleo, u => u with { Subsidies = [] })),
        ["a subsidy is a cent less"] = ("win is a subsidy", f => f.WithSubsidy(Anna, s => s with { Amount = 999 })),
        ["a subsidy names another packet"] = ("win is a subsidy", f => f.WithSubsidy(Anna, s => s with { PacketNo = LeftOver })),
        ["a used subsidy can be used"] = ("subsidy came to its end", f => f.WithSubsidy(Anna, s => s with { Status = SubsidyStatus.Available })),
        ["an unused subsidy does not expire"] = ("subsidy came to its end", f => f.WithSubsidy(Cleo, s => s with { Status = SubsidyStatus.Available })),
        ["a win was never stored"] = ("subsidy came to its end", f => f.WithSubsidy(Cleo, s => s with { SubsidyNo = 0 })),
        ["someone has a subsidy without a win"] = ("subsidy has a win", f => f.WithUser(Dora, u => u with { Subsidies = [new(CampaignId, 500, SubsidyStatus.Expired) { SubsidyNo = 9 }] })),
        ["two requests got one packet"] = ("packet numbers", f => f with { Packets = [.. f.Packets, f.Packets[0] with { Round = 2 }] }),
        ["one win gave two packets"] = ("a win is one packet", f => f with { Packets = [.. f.Packets, f.Packets[0] with { Packet = f.Packets[0].Packet with { PacketNo = 2009 } }] }),
        ["two claims have one number"] = ("claim numbers", f => f.WithPacket(Sent, p => p with { Claims = [.. p.Claims.Select(c => c with { ClaimNo = 1 })] })),
        ["a packet is of another kind"] = ("packet is the campaign's", f => f with { Packets = [.. f.Packets.Select(p => p with { Kind = PacketKind.C2C })] }),
        ["a packet was sent without a win"] = ("packet is the win's", f => f with { Packets = [.. f.Packets.Select(p => p with { Round = 2 })] }),
        ["a packet is of another amount than the win"] = ("packet is the win's", f => f.WithPacket(Sent, p => p with { Plan = p.Plan with { Amount = 1001 } })),
        ["a claim is missing"] = ("acknowledged claim exists", f => f.WithPacket(LeftOver, p => p with { Claims = [p.Claims[0]] })),
        ["an amount was not drawn"] = ("draw is genuine", f => f.WithPacket(Sent, p => p with { Draw = p.Draw! with { Draws = [.. p.Draw.Draws.Select(d => d.Seq == 1 ? d with { Amount = d.Amount + 1 } : d)] } })),
        ["a packet does not come to its end"] = ("everything came to its end", f => f.WithPacket(LeftOver, p => p with { Seen = p.Seen! with { Status = PacketStatus.Refunding } })),
        ["a claim is not credited"] = ("claim is credited once", f => f.WithUser(Anna, u => u with { Rewards = [] })),
        ["a claim is credited twice"] = ("claim is credited once", f => f.WithUser(Anna, u => u.Then("transfer", u.Rewards[0].Amount, LeftOver))),
        ["a failed claim is credited"] = ("claim is credited once", f => f.WithUser(Dora, u => u.Then("transfer", 1, Sent))),
        ["someone is credited without a claim"] = ("credit has a claim", f => f.WithUser(Dora, u => u.Then("transfer", 1, LeftOver))),
        ["a packet takes from a balance"] = ("credit has a claim", f => f.WithUser(Cleo, u => u.Then("fee", -1, Sent))),
        ["rewards are spendable"] = ("rewards are not spendable", f => f.WithUser(Dora, u => u with { Changes = [new(1, "transfer", 1, 1, Sent)] })),
        ["a balance is off by a cent"] = ("reward balance", f => f.WithUser(Ben, u => u with { After = u.After + 1 })),
        ["a statement does not run on"] = ("statement runs", f => f.WithUser(Ben, u => u with { Rewards = [u.Rewards[0] with { Balance = u.Rewards[0].Balance + 1 }, .. u.Rewards.Skip(1)] })),
        ["a withdrawal was taken twice"] = ("withdrawal is taken once", f => f.WithUser(Cleo, u => u.Then("payout", -100))),
        ["a withdrawal is paid out and not taken"] = ("withdrawal is taken once", f => f.WithUser(Cleo, u => u with { Rewards = [.. u.Rewards.Where(e => e.Kind != "payout")], After = u.After + 100 })),
        ["another amount was taken"] = ("withdrawal is taken once", f => f.WithWithdrawal(901, w => w with { Amount = 99 })),
        ["a refused withdrawal is not given back"] = ("withdrawal is taken once", f => f.WithUser(Ben, u => u with { Rewards = [.. u.Rewards.Where(e => e.Kind != "payoutReturned")], After = u.After - 50 })),
        ["a paid withdrawal is given back"] = ("what is given back was refused", f => f.WithUser(Cleo, u => u.Then("payoutReturned", 100))),
        ["a withdrawal does not come to its end"] = ("withdrawals came to their end", f => f.WithWithdrawal(901, w => w with { Status = WithdrawalStatus.Pending })),
        ["two withdrawals have one number"] = ("withdrawal numbers", f => f with { Withdrawals = [.. f.Withdrawals, f.Withdrawals[0] with { Uid = Dora }] }),
        ["all balances together are off"] = ("rewards are what was claimed and not withdrawn", f => f.WithUser(Anna, u => u.Then("bonus", 1))),
        ["the books are not closed"] = ("the books are closed", f => f.WithReport(r => r with { Closed = false })),
        ["the campaign goes on"] = ("the books are closed", f => f.WithReport(r => r with { Status = CampaignStatus.Running })),
        ["the books have faults"] = ("the books are without faults", f => f.WithReport(r => r with { Faults = ["issued 1, more than the budget of 0"] })),
        ["the budget is another"] = ("the books: budget", f => f.WithReport(r => r with { Budget = r.Budget + 1 })),
        ["issued is off by a cent"] = ("the books: issued", f => f.WithBooks(b => b with { IssuedAmount = b.IssuedAmount + 1 })),
        ["a win too many is issued"] = ("the books: wins", f => f.WithBooks(b => b with { IssuedCount = b.IssuedCount + 1 })),
        ["stored is off"] = ("the books: stored", f => f.WithBooks(b => b with { StoredAmount = b.StoredAmount - 1 })),
        ["a subsidy is not stored"] = ("the books: subsidies", f => f.WithBooks(b => b with { StoredCount = b.StoredCount - 1 })),
        ["used is off"] = ("the books: used", f => f.WithBooks(b => b with { UsedAmount = b.UsedAmount + 1 })),
        ["a packet too many is used"] = ("the books: packets", f => f.WithBooks(b => b with { UsedCount = b.UsedCount + 1 })),
        ["expired is off"] = ("the books: expired", f => f.WithBooks(b => b with { ExpiredAmount = b.ExpiredAmount + 1 })),
        ["claimed is off"] = ("the books: claimed", f => f.WithBooks(b => b with { ClaimedAmount = b.ClaimedAmount - 1 })),
        ["returned is off"] = ("the books: returned", f => f.WithBooks(b => b with { ReturnedAmount = b.ReturnedAmount - 1 })),
        ["claimed and returned are less than used"] = ("claimed and returned are what was used", f => f.WithBooks(b => b with { ClaimedAmount = b.ClaimedAmount - 1 })),
        ["finance held another amount"] = ("the books: held by finance", f => f.WithReport(r => r with { HeldAmount = r.HeldAmount - 1 })),
        ["finance funded another amount"] = ("the books: funded by finance", f => f.WithReport(r => r with { FundedAmount = r.FundedAmount + 1 })),
        ["finance moved back another amount"] = ("the books: returned at finance", f => f.WithReport(r => r with { LedgerReturnedAmount = r.LedgerReturnedAmount + 1 })),
        ["finance released too little"] = ("the books: released by finance", f => f.WithReport(r => r with { ReleasedAmount = r.ReleasedAmount - 1 })),
        ["finance still holds something"] = ("the books: still held", f => f.WithReport(r => r with { HeldNowAmount = 1 })),
        ["an hour is missing"] = ("the hours are the whole", f => f.WithReport(r => r with { Hours = [r.Hours[0]] })),
        ["finance's own check complains"] = ("finance's ledger", f => f with { LedgerFaults = ["trial balance: CNY sums to 1"] }),
        ["a fen stays with the campaign in the ledger"] = ("ledger: held for the campaign", f => f.WithLedger("campaign-hold", l => l with { Balance = 1 })),
        ["a fen stays with a packet in the ledger"] = ("ledger: kept for packets", f => f.WithLedger("escrow", l => l with { Balance = 1 })),
        ["a fen stays in transit"] = ("ledger: in transit", f => f.WithLedger("in-transit", l => l with { Balance = 1 })),
        ["a fen too much is rewarded in the ledger"] = ("ledger: rewards", f => f.WithLedger("reward", l => l with { Balance = l.Balance + 1 })),
        ["a fen too much came from outside"] = ("ledger: from and to the outside", f => f.WithLedger("outside", l => l with { Balance = l.Balance - 1 })),
        ["a fen was set aside"] = ("ledger: set aside", f => f.WithLedger("unclaimed", l => l with { Balance = l.Balance + 1 })),
        ["a fen became spendable"] = ("ledger: spendable", f => f.WithLedger("change", l => l with { Balance = l.Balance + 1 })),
        ["something was wrong on the way"] = ("preview", f => f with { Incidents = [new Finding("preview", "x")] }),
        ["money of a round is gone"] = ("money identity", f => f.WithUser(Anna, u => u with { Rewards = [] })),
    };

    public static TheoryData<string> Names => [.. Errors.Keys];

    [Fact]
    public void Facts_in_which_all_is_well_are_exact()
    {
        var verdict = RainAudit.Of(Create());

        Assert.Empty(verdict.Findings);
        Assert.True(verdict.IsExact);
        Assert.Empty(verdict.Notes);
        Assert.True(verdict.Checks > 100);
        var failed = Create().Packets[0].Packet.Claims.Single(c => c.Status == ClaimStatus.Failed).Amount;
        var left = Create().Packets[1].Packet.Seen!.RefundedAmount;
        Assert.Equal(new RainLine { Wins = 3, Issued = 2000, Expired = 500, Claimed = 1500 - failed - left, Returned = failed + left }, verdict.Total);
        Assert.Equal(new RainLine { Wins = 1, Issued = 500, Expired = 500 }, verdict.Lines[2]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_error_is_found_under_its_name(string name)
    {
        var (check, plant) = Errors[name];

        var verdict = RainAudit.Of(plant(Create()));

        Assert.False(verdict.IsExact);
        Assert.Contains(verdict.Findings, f => f.Check == check);
        Assert.All(verdict.Findings, f => Assert.NotEmpty(f.Text));
    }

    [Fact]
    public void Money_that_is_still_under_way_is_in_flight_and_not_lost()
    {
        var credit = Create().Users.Single(u => u.Uid == Anna).Rewards[0].Amount;
        var late = Create().WithPacket(LeftOver, p => p with { Claims = [.. p.Claims.Select(c => c.Uid == Anna ? c with { Status = ClaimStatus.Transferring } : c)] })
            .WithUser(Anna, u => u with { Rewards = [], After = u.Before })
            .WithSubsidy(Cleo, s => s with { Status = SubsidyStatus.Available });

        var verdict = RainAudit.Of(late);

        Assert.Equal((0, credit, 500), (verdict.Difference, verdict.Total.InFlight, verdict.Total.Open));
        Assert.Contains(verdict.Findings, f => f.Check == "everything came to its end");
        Assert.DoesNotContain(verdict.Findings, f => f.Check is "money identity" or "claim is credited once");
    }

    [Fact]
    public void What_others_do_on_the_same_server_is_noted_and_breaks_nothing()
    {
        // Cleo takes a share of somebody else's packet, and a stranger one of Ben's.
        var facts = Create().WithUser(Cleo, u => u.Then("transfer", 55, 4711));
        var guest = new RainUser { Uid = 999, Rewards = [] };

        var verdict = RainAudit.Of(facts with { Users = [.. facts.Users, guest] });

        Assert.True(verdict.IsExact);
        Assert.Equal(2, verdict.Notes.Count);
    }

    [Fact]
    public void A_ledger_that_others_move_too_is_not_compared_and_that_is_noted()
    {
        // Somebody else's campaign was given 40 meanwhile.
        var others = Create().WithLedger("outside", l => l with { Balance = l.Balance - 40 }).WithLedger("campaign-hold", l => new LedgerSum(l.Accounts + 1, 40));

        var verdict = RainAudit.Of(others);

        Assert.True(verdict.IsExact);
        Assert.Contains(verdict.Notes, n => n.Contains("ledger", StringComparison.Ordinal));
    }

    [Fact]
    public void Draws_that_came_too_late_are_noted()
    {
        var facts = Create();
        var late = facts.WithLate(Dora, 2, d => d with { Code = "CAMPAIGN_NOT_OPEN", Win = null }) with { Draws = [.. facts.Draws.Where(d => d.Uid != Dora || d.Round != 2)] };

        var verdict = RainAudit.Of(late);

        Assert.True(verdict.IsExact);
        Assert.Contains("1 draws came too late for their round.", verdict.Notes);
    }
}
