using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>When nothing moves any more: every win, subsidy and order has its end, and every fen of the campaigns is where the model says.</summary>
internal sealed class RainJudgement(World world, Tables tables, HashSet<string> couldRefuse, List<RainModel> models)
{
    /// <summary>The modules that send messages here.</summary>
    public static readonly string[] Senders = ["core", "async", "campaign"];

    // What is late calls a person; nothing else may that finance did not do.
    private static readonly string[] HarmlessAlerts =
        ["transfer.overdue", "refund.overdue", "claim.overdue", "funding.overdue", "payout.overdue", "withdrawal.overdue", "budget.overdue", "campaign.not_closed", "outbox.behind"];

    private sealed class OrderRow
    {
        public string App { get; init; } = "";
        public long No { get; init; }
        public long PacketNo { get; init; }
        public long CampaignId { get; init; }
        public long Uid { get; init; }
        public long Amount { get; init; }
        public OrderStatus State { get; init; }
    }

    private sealed class RefundRow
    {
        public string App { get; init; } = "";
        public long RefundNo { get; init; }
        public RefundCause Cause { get; init; }
        public long CauseNo { get; init; }
        public long PacketNo { get; init; }
        public long CampaignId { get; init; }
        public long Amount { get; init; }
        public OrderStatus State { get; init; }
    }

    private sealed class AccountRow
    {
        public string App { get; init; } = "";
        public string Account { get; init; } = "";
        public long Balance { get; init; }
    }

    // Campaigns whose books stay open until a person settles what finance would not take back.
    private readonly HashSet<long> _unsettled = [];

    /// <summary>Nothing is due, nothing is on its way, nothing is open.</summary>
    public async Task<bool> IsQuietAsync()
    {
        foreach (var module in Senders)
        {
            if (await CountAsync(module, "select count(*) from outbox where state = 0") > 0)
            {
                return false;
            }
        }

        var aside = await tables.QueryAsync<long>("async", "select distinct campaign_id from refunds where state = 5");
        var settling = await tables.QueryAsync<long>("campaign", "select no from due");
        return settling.TrueForAll(aside.Contains)
            && await CountAsync("core", "select (select count(*) from due) + (select count(*) from subsidies where state = 2)") == 0
            && await CountAsync("async", "select count(*) from due") == 0
            && await CountAsync("campaign", "select (select count(*) from budget_orders where state = 1) + (select count(*) from campaigns where state not in (1, 5))") == 0
            && await CountAsync("finance", "select (select count(*) from callbacks where state = 0) + (select count(*) from accounts where kind in ('campaign-hold', 'escrow', 'in-transit') and balance <> 0)") == 0
            && await CountAsync("core", "select count(*) from claims") == await CountAsync("query", "select count(*) from received")
            && await CountAsync("core", "select count(*) from claims where state = 4") == await CountAsync("query", "select count(*) from received where failed = 1");
    }

    /// <summary>Compares everything.</summary>
    /// <exception cref="ModelViolation">It is not as it must be.</exception>
    public async Task HoldAsync(RainRun run, CoreSeen core, RainSeen rain)
    {
        JudgeEnds(run, core, rain);
        await JudgeFundingsAsync();
        await JudgeTransfersAsync();
        var aside = await JudgeRefundsAsync(run);
        await JudgePayoutsAsync(run);
        await JudgeMoneyAsync(aside);
        await JudgeBooksAsync(run);
        foreach (var alert in world.Alerts.Raised)
        {
            run.Meet($"alert {alert.Kind}");
        }

        JudgeAlerts();
        await JudgeWorkAsync();
    }

    // I25, I26, I28: each win is one subsidy, each subsidy at most one packet, and all have their end.
    private void JudgeEnds(RainRun run, CoreSeen core, RainSeen rain)
    {
        var known = models.SelectMany(static m => m.Subsidies.Values).Select(static s => s.SubsidyNo).ToHashSet();
        Require(core.Subsidies.TrueForAll(s => known.Contains(s.SubsidyNo)), null, "subsidies of nobody");
        Require(core.Packets.Count == models.Sum(static m => m.Packets.Count), null, "packets of nobody");
        Require(core.Withdrawals.Count == models.Sum(static m => m.Withdrawals.Count), null, "withdrawals of nobody");
        var campaigns = models.Select(static m => m.CampaignId).ToHashSet();
        Require(rain.Draws.TrueForAll(d => campaigns.Contains(d.CampaignId)), null, "draws of a forgotten draft");
        foreach (var model in models)
        {
            model.Require(model.CampaignId == 0 || model.State is CampaignStatus.Draft or CampaignStatus.Ended, $"the campaign is {model.State}");
            run.Meet($"campaign {model.State}");
            foreach (var win in model.Draws.Values.Where(static d => d.Amount > 0))
            {
                model.Require(model.Subsidies.ContainsKey(win.ExternalNo), $"win {win.ExternalNo} was never booked");
            }

            foreach (var draw in model.Draws.Values.Where(static d => d.Amount == 0))
            {
                run.Meet("loss recorded");
            }

            foreach (var subsidy in model.Subsidies.Values)
            {
                model.Require(subsidy.State is SubsidyStatus.Used or SubsidyStatus.Expired, $"subsidy {subsidy.ExternalNo} is {subsidy.State}");
                run.Meet($"subsidy {subsidy.State}");
            }

            foreach (var packet in model.Packets.Values)
            {
                model.Require(packet.Seen.State is PacketStatus.Exhausted or PacketStatus.Refunded, $"packet {packet.Seen.PacketNo} ends {packet.Seen.State}");
                run.Meet($"packet {packet.Seen.State}{(packet.Use.IsForged ? " of a forged win" : "")}");
                foreach (var claim in packet.Claims.Values)
                {
                    model.Require(claim.State == ClaimStatus.Failed ? packet.Use.IsForged || couldRefuse.Contains(model.App) : claim.State == ClaimStatus.Transferred && !packet.Use.IsForged,
                        $"claim {claim.ClaimNo} of a {(packet.Use.IsForged ? "forged" : "genuine")} win ends {claim.State}");
                    run.Meet($"claim ends {claim.State}{(packet.Use.IsForged ? " of a forged win" : "")}");
                }
            }
        }
    }

    private async Task JudgeFundingsAsync()
    {
        var rows = (await tables.QueryAsync<OrderRow>("async", "select app, packet_no as no, packet_no, campaign_id, uid, amount, state from fundings")).ToDictionary(static r => r.No);
        foreach (var (model, packet) in Packets())
        {
            var seen = packet.Seen;
            model.Require(rows.Remove(seen.PacketNo, out var row) && (row.App, row.CampaignId, row.Uid, row.Amount) == (model.App, seen.CampaignId, seen.SenderUid, seen.Amount),
                $"packet {seen.PacketNo} has no funding of its own");
            model.Require(row!.State == (packet.Use.IsForged ? OrderStatus.Failed : OrderStatus.Succeeded), $"the funding of packet {seen.PacketNo} ends {row.State}");
        }

        Require(rows.Count == 0, null, $"fundings without packets: {string.Join(" ", rows.Keys)}");
    }

    private async Task JudgeTransfersAsync()
    {
        var rows = (await tables.QueryAsync<OrderRow>("async", "select app, claim_no as no, packet_no, campaign_id, uid, amount, state from transfers")).ToDictionary(static r => r.No);
        foreach (var (model, packet) in Packets())
        {
            foreach (var claim in packet.Claims.Values)
            {
                model.Require(rows.Remove(claim.ClaimNo, out var row) && (row.App, row.PacketNo, row.CampaignId, row.Uid, row.Amount)
                    == (model.App, packet.Seen.PacketNo, packet.Seen.CampaignId, claim.Uid, claim.Amount), $"claim {claim.ClaimNo} has no transfer of its own");
                model.Require((claim.State, row!.State) is (ClaimStatus.Transferred, OrderStatus.Succeeded) or (ClaimStatus.Failed, OrderStatus.Failed), $"claim {claim.ClaimNo} is {claim.State} and its transfer {row.State}");
            }
        }

        Require(rows.Count == 0, null, $"transfers without claims: {string.Join(" ", rows.Keys)}");
    }

    // What finance would not take back, by app.
    private async Task<Dictionary<string, long>> JudgeRefundsAsync(RainRun run)
    {
        var rows = (await tables.QueryAsync<RefundRow>("async", "select app, refund_no, cause, cause_no, packet_no, campaign_id, amount, state from refunds")).ToDictionary(static r => (r.Cause, r.CauseNo));
        var cases = (await tables.QueryAsync<long>("async", "select no from cases")).ToHashSet();
        var aside = new Dictionary<string, long>();
        foreach (var (model, packet) in Packets())
        {
            foreach (var (cause, causeNo, amount) in RefundsOf(packet))
            {
                model.Require(rows.Remove((cause, causeNo), out var row) && (row.App, row.PacketNo, row.CampaignId, row.Amount) == (model.App, packet.Seen.PacketNo, packet.Seen.CampaignId, amount),
                    $"{cause} {causeNo} of {amount} has no refund of its own");
                model.Require(packet.Use.IsForged ? row!.State == OrderStatus.Void : row!.State == OrderStatus.Succeeded || (row.State == OrderStatus.SetAside && couldRefuse.Contains(model.App)),
                    $"the refund for {cause} {causeNo} ends {row.State}");
                model.Require(cases.Remove(row.RefundNo) == (row.State == OrderStatus.SetAside), $"the refund for {cause} {causeNo} is {row.State}: its case is wrong");
                run.Meet($"refund for {cause} ends {row.State}");
                if (row.State == OrderStatus.SetAside)
                {
                    aside[model.App] = aside.GetValueOrDefault(model.App) + amount;
                    _unsettled.Add(row.CampaignId);
                }
            }
        }

        Require(rows.Count == 0, null, $"refunds without cause: {string.Join(" ", rows.Keys)}");
        Require(cases.Count == 0, null, $"cases without refund: {string.Join(" ", cases)}");
        return aside;
    }

    private static IEnumerable<(RefundCause Cause, long CauseNo, long Amount)> RefundsOf(WonPacket packet)
    {
        if (packet.Seen.State == PacketStatus.Refunded)
        {
            yield return (RefundCause.Expiry, packet.Seen.PacketNo, packet.Seen.ClosedAmount);
        }

        // Where no money ever came there is none to give back.
        foreach (var claim in packet.Claims.Values.Where(c => c.State == ClaimStatus.Failed && !packet.Use.IsForged))
        {
            yield return (RefundCause.FailedClaim, claim.ClaimNo, claim.Amount);
        }
    }

    private async Task JudgePayoutsAsync(RainRun run)
    {
        var rows = (await tables.QueryAsync<OrderRow>("async", "select app, withdrawal_no as no, 0 as packet_no, 0 as campaign_id, uid, amount, state from payouts")).ToDictionary(static r => r.No);
        foreach (var model in models)
        {
            foreach (var seen in model.Withdrawals.Values)
            {
                model.Require(rows.Remove(seen.WithdrawalNo, out var row) && (row.App, row.Uid, row.Amount) == (model.App, seen.Uid, seen.Amount), $"withdrawal {seen.WithdrawalNo} has no payout of its own");
                model.Require((seen.State, row!.State) is (WithdrawalStatus.Succeeded, OrderStatus.Succeeded) or (WithdrawalStatus.Failed, OrderStatus.Failed), $"withdrawal {seen.WithdrawalNo} is {seen.State} and its payout {row.State}");
                run.Meet($"withdrawal {seen.State}");
            }
        }

        Require(rows.Count == 0, null, $"payouts without withdrawals: {string.Join(" ", rows.Keys)}");
    }

    private async Task JudgeMoneyAsync(Dictionary<string, long> aside)
    {
        var wanted = new Dictionary<(string App, string Account), long>();
        void Credit(string app, string account, long amount)
        {
            wanted[(app, account)] = wanted.GetValueOrDefault((app, account)) + amount;
            wanted[(app, "outside")] = wanted.GetValueOrDefault((app, "outside")) - amount;
        }

        foreach (var (model, packet) in Packets())
        {
            foreach (var claim in packet.Claims.Values.Where(static c => c.State == ClaimStatus.Transferred))
            {
                Credit(model.App, $"reward:{claim.Uid}", claim.Amount);
            }
        }

        foreach (var model in models)
        {
            foreach (var withdrawal in model.Withdrawals.Values.Where(static w => w.State == WithdrawalStatus.Succeeded))
            {
                Credit(model.App, $"reward:{withdrawal.Uid}", -withdrawal.Amount);
            }
        }

        foreach (var (app, amount) in aside)
        {
            Credit(app, "unclaimed", amount);
        }

        // All other accounts are empty: no escrow, no hold, nothing in transit.
        var accounts = await tables.QueryAsync<AccountRow>("finance", "select app, account, balance from accounts");
        foreach (var group in accounts.GroupBy(static a => (a.App, Name: a.Account.StartsWith("outside", StringComparison.Ordinal) ? "outside" : a.Account)))
        {
            var balance = group.Sum(static a => a.Balance);
            wanted.Remove(group.Key, out var should);
            Require(balance == should, SequenceOf(group.Key.App, group.Key.Name), $"{group.Key.Name} of {group.Key.App} holds {balance} and should hold {should}");
        }

        Require(wanted.Values.All(static v => v == 0), null, $"accounts are missing: {string.Join(" ", wanted.Where(static w => w.Value != 0))}");
        foreach (var app in World.Apps)
        {
            var check = await world.AnyNode().Operations.CheckLedgerAsync(CallContext.ForSystem(app), CancellationToken.None);
            Require(check.Result.IsOk() && check.Faults.Count == 0, null, $"the ledger of {app}: {string.Join("; ", check.Faults)}");
        }
    }

    private async Task JudgeBooksAsync(RainRun run)
    {
        foreach (var model in models.Where(static m => m.CampaignId != 0))
        {
            var context = new CallContext { App = model.App, Uid = 1 };
            var asked = world.AnyNode().CampaignOperations.ReportAsync(context, new CampaignRequest { CampaignId = model.CampaignId }, CancellationToken.None);
            model.Require(await world.AnswerAsync([asked]), "its report is never answered");
            var report = await asked;
            var total = report.Total;
            var won = model.Draws.Values.Where(static d => d.Amount > 0).ToList();
            var packets = model.Packets.Values.Where(static p => !p.Use.IsForged).ToList();
            var used = packets.Sum(static p => p.Seen.Amount);
            var claimed = packets.Sum(static p => p.Claims.Values.Where(static c => c.State == ClaimStatus.Transferred).Sum(static c => c.Amount));
            model.Require(report.Result.IsOk() && report.Faults.Count == 0, $"its books: {report.Result.Code} {string.Join("; ", report.Faults)}");
            model.Require((total.IssuedCount, total.IssuedAmount, total.StoredCount, total.StoredAmount) == (won.Count, won.Sum(static w => w.Amount), won.Count, won.Sum(static w => w.Amount)), $"won and stored: {total}");
            model.Require((total.UsedCount, total.UsedAmount, total.ClaimedAmount, total.ReturnedAmount) == (packets.Count, used, claimed, used - claimed), $"used, claimed and returned: {total}");
            model.Require(total.UsedAmount + total.ExpiredAmount == total.StoredAmount && total.IssuedAmount <= report.Budget, $"expired: {total}");
            model.Require(report.FundedAmount == used && report.HeldNowAmount == 0 && report.HeldAmount == report.ReleasedAmount + report.FundedAmount - report.LedgerReturnedAmount, $"finance: {report}");
            var isClosed = model.State == CampaignStatus.Ended && !_unsettled.Contains(model.CampaignId);
            model.Require(report.Closed == isClosed, $"its books are {(report.Closed ? "closed" : "open")}: {report}");
            run.Meet($"books {(report.Closed ? "closed" : "open")}");
        }
    }

    private void JudgeAlerts()
    {
        var forged = Packets().Where(static p => p.Packet.Use.IsForged).Select(static p => p.Packet.Seen.PacketNo.ToString(CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var alert in world.Alerts.Raised.Where(static a => !HarmlessAlerts.Contains(a.Kind)))
        {
            var may = alert.Kind switch
            {
                "refund.refused" => couldRefuse.Count > 0,
                "funding.forged" => forged.Contains(alert.Key),
                _ => false,
            };
            Require(may, models.Find(m => alert.Key == $"{m.CampaignId}" || m.Packets.Values.Any(p => alert.Key == $"{p.Seen.PacketNo}"))?.Sequence, $"alert {alert.Kind} {alert.Key}: {alert.Text}");
        }
    }

    private async Task JudgeWorkAsync()
    {
        foreach (var module in Senders)
        {
            Require(await CountAsync(module, "select count(*) from outbox") == 0, null, $"messages of {module} are left");
        }

        Require(await CountAsync("core", "select (select count(*) from due) + (select count(*) from reward_credits)") == 0, null, "core has something due for ever");
        Require(await CountAsync("async", "select (select count(*) from due) + (select count(*) from awaiting_funding)") == 0, null, "async has something due for ever");
        Require((await tables.QueryAsync<long>("campaign", "select no from due")).TrueForAll(_unsettled.Contains), null, "campaign has something due for ever");
        Require(await CountAsync("campaign", "select count(*) from chunks where state = 1") == 0, null, "chunks are open for ever");

        // A step may only fail because it was kept from running until its instance ids were gone, or because campaigns gave no answer.
        var unexplained = world.Failures.Concat(world.Nodes.SelectMany(static n => n.Scheduler.Failures)).FirstOrDefault(static f =>
            f is not TimeoutException && (f is not StoreException { Fault: StoreFault.Unavailable } e || !e.Message.Contains("instance id", StringComparison.Ordinal)));
        Require(unexplained is null, null, $"a step failed: {unexplained}");
    }

    private IEnumerable<(RainModel Model, WonPacket Packet)> Packets() => models.SelectMany(static m => m.Packets.Values, static (m, p) => (m, p));

    private int? SequenceOf(string app, string account) => models.Find(m => m.App == app
        && (account == $"campaign-hold:{m.CampaignId}" || m.Packets.Values.Any(p => account == $"escrow:{p.Seen.PacketNo}" || p.Claims.Keys.Any(u => account == $"reward:{u}"))))?.Sequence;

    private async Task<long> CountAsync(string module, string sql) => (await tables.QueryAsync<long>(module, sql)).Single();

    private static void Require(bool holds, int? sequence, string otherwise)
    {
        if (!holds)
        {
            throw new ModelViolation(sequence, otherwise);
        }
    }
}
