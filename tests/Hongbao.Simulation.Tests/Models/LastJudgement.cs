using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Core.Splits;
using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>When nothing moves any more: every order has its end, and every fen is where the model says.</summary>
internal sealed class LastJudgement(World world, Tables tables, HashSet<string> couldRefuse, List<Sequence> sequences)
{
    // What is late calls a person, and a refund that finance will not make; nothing else may.
    private static readonly string[] HarmlessAlerts = ["payment.overdue", "transfer.overdue", "refund.overdue", "claim.overdue", "outbox.behind"];
    private const string RefundRefused = "refund.refused";

    private sealed class RequestRow
    {
        public string App { get; init; } = "";
        public long Uid { get; init; }
        public string RequestId { get; init; } = "";
        public long ResultNo { get; init; }
    }

    private sealed class PacketRow
    {
        public string App { get; init; } = "";
        public long PacketNo { get; init; }
        public long PayOrderNo { get; init; }
        public long SenderUid { get; init; }
        public PacketStatus State { get; init; }
        public PaymentStatus Payment { get; init; }
        public byte[] Seed { get; init; } = [];
    }

    private sealed class TransferRow
    {
        public string App { get; init; } = "";
        public long ClaimNo { get; init; }
        public long PacketNo { get; init; }
        public long PayOrderNo { get; init; }
        public long SenderUid { get; init; }
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
        public long PayOrderNo { get; init; }
        public long Uid { get; init; }
        public long Amount { get; init; }
        public OrderStatus State { get; init; }
    }

    private sealed class AccountRow
    {
        public string App { get; init; } = "";
        public string Account { get; init; } = "";
        public long Balance { get; init; }
    }

    private sealed class ReceivedRow
    {
        public string App { get; init; } = "";
        public long ClaimNo { get; init; }
        public long PacketNo { get; init; }
        public long Uid { get; init; }
        public long Amount { get; init; }
        public int Failed { get; init; }
    }

    /// <summary>Nothing is due, nothing is on its way, nothing is open.</summary>
    public async Task<bool> IsQuietAsync()
    {
        foreach (var module in Tables.Senders)
        {
            if ((await tables.QueryAsync<long>(module, "select (select count(*) from due) + (select count(*) from outbox where state = 0)")).Single() > 0)
            {
                return false;
            }
        }

        var open = await tables.QueryAsync<long>("core", "select (select count(*) from claims where state = 1) + (select count(*) from packets where state in (1, 2, 4, 5))");
        var late = await tables.QueryAsync<long>("finance", "select count(*) from callbacks where state = 0");
        var claims = (await tables.QueryAsync<long>("core", "select count(*) from claims")).Single();
        var failed = (await tables.QueryAsync<long>("core", "select count(*) from claims where state = 4")).Single();
        var received = (await tables.QueryAsync<long>("query", "select count(*) from received")).Single();
        var undone = (await tables.QueryAsync<long>("query", "select count(*) from received where failed = 1")).Single();
        return open.Single() == 0 && late.Single() == 0 && claims == received && failed == undone;
    }

    /// <summary>Compares everything.</summary>
    /// <exception cref="ModelViolation">It is not as it must be.</exception>
    public async Task HoldAsync(SimulationRun run)
    {
        var packets = sequences.SelectMany(s => s.Packets).ToList();
        foreach (var packet in packets)
        {
            Require(packet.IsFinal, packet, $"has no end: {packet.Status}, payment {packet.Seen.Payment}");
            foreach (var claim in packet.Claims.Values)
            {
                Require(claim.State is ClaimStatus.Transferred or ClaimStatus.Failed, packet, $"claim {claim.ClaimNo} of {claim.Uid} has no end");
            }

            Require(packet.IsPaid != true || packet.Seen.Payment is PaymentStatus.Succeeded or PaymentStatus.PaidLate, packet, $"its money was taken and its payment is {packet.Seen.Payment}");
            run.Meet($"packet {packet.Status}");
            run.Meet($"payment {packet.Seen.Payment}");
            foreach (var claim in packet.Claims.Values)
            {
                run.Meet($"claim {claim.State}");
            }

            run.Trace.Add(packet.Sequence, world.Clock.GetUtcNow(), $"packet {packet.PacketNo} ends {packet.Status} {packet.Seen.Payment}: {string.Join(" ", packet.Claims.Values.OrderBy(c => c.Seq).Select(c => $"{c.Uid}={c.Amount}{(c.State == ClaimStatus.Failed ? "!" : "")}"))}");
        }

        var byNo = packets.ToDictionary(p => p.PacketNo);
        await JudgeCreationsAsync(byNo);
        await JudgeTransfersAsync(packets);
        var setAside = await JudgeRefundsAsync(packets);
        foreach (var (cause, _) in setAside)
        {
            run.Meet($"set aside for {cause}");
        }

        await JudgeMoneyAsync(packets, setAside);
        await JudgeReceivedAsync(packets);
        foreach (var alert in world.Alerts.Raised)
        {
            run.Meet($"alert {alert.Kind}");
        }

        JudgeAlerts(packets);
        await JudgeWorkAsync();
    }

    private async Task JudgeCreationsAsync(Dictionary<long, PacketModel> byNo)
    {
        var requests = await tables.QueryAsync<RequestRow>("core", "select app, uid, request_id, result_no from requests");
        var rows = await tables.QueryAsync<PacketRow>(
            "core", "select p.app, p.packet_no, p.pay_order_no, p.sender_uid, p.state, p.seed, y.state as payment from packets p join payments y on y.packet_no = p.packet_no");
        var bySender = sequences.ToDictionary(s => (s.App, s.Sender));
        var made = new HashSet<long>();
        foreach (var request in requests)
        {
            var sequence = bySender.GetValueOrDefault((request.App, request.Uid)) ?? throw new ModelViolation(null, $"a request of {request.Uid} who sent none");
            var model = sequence.Creates.FirstOrDefault(c => c.RequestId == request.RequestId && c.Sent > 0)
                ?? throw new ModelViolation(sequence.Index, $"request {request.RequestId} was never sent, or refused");
            Require(model.PacketNo == 0 || model.PacketNo == request.ResultNo, sequence.Index, $"request {request.RequestId} made {request.ResultNo} and was answered {model.PacketNo}");
            Require(made.Add(request.ResultNo), sequence.Index, "two requests made one packet");
        }

        foreach (var row in rows)
        {
            var sequence = bySender[(row.App, row.SenderUid)];
            Require(made.Remove(row.PacketNo), sequence.Index, $"packet {row.PacketNo} belongs to no request");
            if (!byNo.TryGetValue(row.PacketNo, out var packet))
            {
                // Its answer was lost with a node, so nobody could pay.
                Require(row.State == PacketStatus.Closed && row.Payment == PaymentStatus.Closed, sequence.Index, $"packet {row.PacketNo}, never paid, ends {row.State} {row.Payment}");
                continue;
            }

            var wish = packet.Wish;
            Require(SeedDraw.Commitment(row.PacketNo, row.Seed, wish.Amount, wish.Count, wish.Split, World.ShareMax) == packet.SeedHash, packet, "its seed is not the promised one");
            var draws = Split.All(wish.Split, row.Seed, row.PacketNo, wish.Amount, wish.Count, World.ShareMax);
            Require(draws.Sum() == wish.Amount && packet.Claims.Values.All(c => c.Amount == draws[c.Seq - 1]), packet, $"its shares are not the drawn ones, {string.Join(" ", draws)}");
        }

        Require(made.Count == 0, (int?)null, $"requests without packets: {string.Join(" ", made)}");
    }

    private async Task JudgeTransfersAsync(List<PacketModel> packets)
    {
        var rows = await tables.QueryAsync<TransferRow>("async", "select app, claim_no, packet_no, pay_order_no, sender_uid, uid, amount, state from transfers");
        var byClaim = rows.GroupBy(r => r.ClaimNo).ToDictionary(g => g.Key, g => g.ToArray());
        foreach (var packet in packets)
        {
            foreach (var claim in packet.Claims.Values)
            {
                Require(byClaim.Remove(claim.ClaimNo, out var found) && found.Length == 1, packet, $"claim {claim.ClaimNo} has {found?.Length ?? 0} transfers");
                var row = found![0];
                Require(row.App == packet.App && row.PacketNo == packet.PacketNo && row.PayOrderNo == packet.PayOrderNo && row.SenderUid == packet.Sender
                    && row.Uid == claim.Uid && row.Amount == claim.Amount, packet, $"the transfer of claim {claim.ClaimNo} is another than the claim");
                Require((claim.State, row.State) is (ClaimStatus.Transferred, OrderStatus.Succeeded) or (ClaimStatus.Failed, OrderStatus.Failed), packet,
                    $"claim {claim.ClaimNo} is {claim.State} and its transfer {row.State}");
                Require(row.State != OrderStatus.Failed || couldRefuse.Contains(packet.App), packet, $"the transfer of claim {claim.ClaimNo} failed and finance never refused any");
            }
        }

        Require(byClaim.Count == 0, (int?)null, $"transfers without claims: {string.Join(" ", byClaim.Keys)}");
    }

    // The refunds whose money was set aside.
    private async Task<HashSet<(RefundCause Cause, long CauseNo)>> JudgeRefundsAsync(List<PacketModel> packets)
    {
        var rows = await tables.QueryAsync<RefundRow>("async", "select app, refund_no, cause, cause_no, packet_no, pay_order_no, uid, amount, state from refunds");
        var cases = (await tables.QueryAsync<long>("async", "select no from cases")).ToHashSet();
        var byCause = rows.GroupBy(r => (r.Cause, r.CauseNo)).ToDictionary(g => g.Key, g => g.ToArray());
        var setAside = new HashSet<(RefundCause, long)>();
        foreach (var packet in packets)
        {
            foreach (var (cause, causeNo, amount) in RefundsOf(packet))
            {
                Require(byCause.Remove((cause, causeNo), out var found) && found.Length == 1, packet, $"{cause} {causeNo} has {found?.Length ?? 0} refunds");
                var row = found![0];
                Require(row.App == packet.App && row.PacketNo == packet.PacketNo && row.PayOrderNo == packet.PayOrderNo && row.Uid == packet.Sender && row.Amount == amount, packet,
                    $"the refund for {cause} {causeNo} is {row.Amount} to {row.Uid}, not {amount} to {packet.Sender}");
                Require(row.State == OrderStatus.Succeeded || (row.State == OrderStatus.SetAside && couldRefuse.Contains(packet.App)), packet, $"the refund for {cause} {causeNo} ends {row.State}");
                Require(cases.Remove(row.RefundNo) == (row.State == OrderStatus.SetAside), packet, $"the refund for {cause} {causeNo} is {row.State}: its case is wrong");
                if (row.State == OrderStatus.SetAside)
                {
                    setAside.Add((cause, causeNo));
                }
            }
        }

        Require(byCause.Count == 0, (int?)null, $"refunds without cause: {string.Join(" ", byCause.Keys)}");
        Require(cases.Count == 0, (int?)null, $"cases without refund: {string.Join(" ", cases)}");
        return setAside;
    }

    private static IEnumerable<(RefundCause Cause, long CauseNo, long Amount)> RefundsOf(PacketModel packet)
    {
        if (packet.Status == PacketStatus.Refunded)
        {
            yield return (RefundCause.Expiry, packet.PacketNo, packet.Wish.Amount - packet.Claims.Values.Sum(c => c.Amount));
        }

        if (packet.Seen.Payment == PaymentStatus.PaidLate)
        {
            yield return (RefundCause.LatePayment, packet.PayOrderNo, packet.Wish.Amount);
        }

        foreach (var claim in packet.Claims.Values.Where(c => c.State == ClaimStatus.Failed))
        {
            yield return (RefundCause.FailedClaim, claim.ClaimNo, claim.Amount);
        }
    }

    private async Task JudgeMoneyAsync(List<PacketModel> packets, HashSet<(RefundCause Cause, long CauseNo)> setAside)
    {
        var wanted = new Dictionary<(string App, string Account), long>();
        void Credit(string app, string account, long amount) => wanted[(app, account)] = wanted.GetValueOrDefault((app, account)) + amount;

        foreach (var packet in packets)
        {
            if (packet.IsPaid == true)
            {
                Credit(packet.App, "outside", -packet.Wish.Amount);
            }

            foreach (var claim in packet.Claims.Values.Where(c => c.State == ClaimStatus.Transferred))
            {
                Credit(packet.App, $"change:{claim.Uid}", claim.Amount);
            }

            foreach (var (cause, causeNo, amount) in RefundsOf(packet))
            {
                Credit(packet.App, setAside.Contains((cause, causeNo)) ? "unclaimed" : $"change:{packet.Sender}", amount);
            }
        }

        var accounts = await tables.QueryAsync<AccountRow>("finance", "select app, account, balance from accounts");
        foreach (var group in accounts.GroupBy(a => (a.App, Name: a.Account.StartsWith("outside", StringComparison.Ordinal) ? "outside" : a.Account)))
        {
            var balance = group.Sum(a => a.Balance);
            wanted.Remove(group.Key, out var should);
            Require(balance == should, SequenceOf(group.Key.App, group.Key.Name, packets), $"{group.Key.Name} of {group.Key.App} holds {balance} and should hold {should}");
        }

        Require(wanted.Values.All(v => v == 0), (int?)null, $"accounts are missing: {string.Join(" ", wanted.Where(w => w.Value != 0))}");
        foreach (var app in World.Apps)
        {
            var check = await world.AnyNode().Operations.CheckLedgerAsync(CallContext.ForSystem(app), CancellationToken.None);
            Require(check.Result.IsOk() && check.Faults.Count == 0, (int?)null, $"the ledger of {app}: {string.Join("; ", check.Faults)}");
        }

        foreach (var account in accounts.Where(a => a.Account.StartsWith("change:", StringComparison.Ordinal)).Take(5))
        {
            var uid = long.Parse(account.Account["change:".Length..], CultureInfo.InvariantCulture);
            var wallet = await world.AnyNode().Finance.GetWalletAsync(new CallContext { App = account.App, Uid = uid }, new WalletRequest { Currency = "CNY" }, CancellationToken.None);
            Require(wallet.Change == account.Balance && wallet.Reward == 0, (int?)null, $"the wallet of {uid} shows {wallet.Change}, not {account.Balance}");
        }
    }

    private async Task JudgeReceivedAsync(List<PacketModel> packets)
    {
        var rows = (await tables.QueryAsync<ReceivedRow>("query", "select app, claim_no, packet_no, uid, amount, failed from received")).ToDictionary(r => r.ClaimNo);
        foreach (var packet in packets)
        {
            foreach (var claim in packet.Claims.Values)
            {
                Require(rows.Remove(claim.ClaimNo, out var row) && row.App == packet.App && row.PacketNo == packet.PacketNo && row.Uid == claim.Uid && row.Amount == claim.Amount
                    && row.Failed == (claim.State == ClaimStatus.Failed ? 1 : 0), packet, $"claim {claim.ClaimNo} of {claim.Uid} is not rightly among what he received");
            }
        }

        Require(rows.Count == 0, (int?)null, $"received without claim: {string.Join(" ", rows.Keys)}");
    }

    private void JudgeAlerts(List<PacketModel> packets)
    {
        foreach (var alert in world.Alerts.Raised.Where(a => !HarmlessAlerts.Contains(a.Kind) && !world.ExpectedAlerts.Contains((a.Kind, a.Key))))
        {
            if (alert.Kind != RefundRefused || couldRefuse.Count == 0)
            {
                var about = packets.FirstOrDefault(p => alert.Key == $"{p.PacketNo}" || alert.Key == $"{p.PayOrderNo}" || p.Claims.Values.Any(c => alert.Key == $"{c.ClaimNo}"));
                throw new ModelViolation(about?.Sequence, $"alert {alert.Kind} {alert.Key}: {alert.Text}");
            }
        }
    }

    private async Task JudgeWorkAsync()
    {
        foreach (var module in Tables.Senders)
        {
            Require((await tables.QueryAsync<long>(module, "select count(*) from outbox")).Single() == 0, (int?)null, $"messages of {module} are left");
            Require((await tables.QueryAsync<long>(module, "select count(*) from due")).Single() == 0, (int?)null, $"{module} has something due for ever");
        }

        // A step may only fail because it was kept from running until its instance ids were gone.
        var unexplained = world.Failures.Concat(world.Nodes.SelectMany(n => n.Scheduler.Failures))
            .FirstOrDefault(f => f is not StoreException { Fault: StoreFault.Unavailable } e || !e.Message.Contains("instance id", StringComparison.Ordinal));
        Require(unexplained is null, (int?)null, $"a step failed: {unexplained}");
    }

    private static int? SequenceOf(string app, string account, List<PacketModel> packets) => packets.FirstOrDefault(p => p.App == app
        && (account == $"escrow:{p.PacketNo}" || account == $"change:{p.Sender}" || p.Claims.Keys.Any(u => account == $"change:{u}")))?.Sequence;

    private static void Require(bool holds, PacketModel packet, string otherwise) => Require(holds, (int?)packet.Sequence, $"packet {packet.PacketNo}: {otherwise}");

    private static void Require(bool holds, int? sequence, string otherwise)
    {
        if (!holds)
        {
            throw new ModelViolation(sequence, otherwise);
        }
    }
}
