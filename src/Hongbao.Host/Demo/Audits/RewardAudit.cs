using Hongbao.Contracts;

namespace Hongbao.Host.Demo.Audits;

/// <summary>Reward balances: what was claimed came once, what was withdrawn went once, and nothing else happened.</summary>
/// <param name="facts">What was seen.</param>
/// <param name="comparisons">Takes each comparison.</param>
internal sealed class RewardAudit(RainFacts facts, Comparisons comparisons)
{
    private const string Transfer = "transfer";
    private const string Payout = "payout";
    private const string Returned = "payoutReturned";

    private readonly HashSet<long> _packets = [.. facts.Packets.Select(p => p.Packet.PacketNo)];
    private readonly ILookup<(long PacketNo, long Uid), long> _credits = facts.Users.SelectMany(u => u.Rewards.Where(e => e.Kind == Transfer).Select(e => (e.PacketNo, u.Uid, e.Amount)))
        .ToLookup(e => (e.PacketNo, e.Uid), e => e.Amount);
    private readonly ILookup<long, AskedWithdrawal> _withdrawals = facts.Withdrawals.DistinctBy(w => w.WithdrawalNo).ToLookup(w => w.Uid);

    /// <summary>Compares all of it.</summary>
    public void Check()
    {
        foreach (var packet in facts.Packets.Select(p => p.Packet))
        {
            CheckCredits(packet);
        }

        foreach (var twice in facts.Withdrawals.GroupBy(w => w.WithdrawalNo))
        {
            comparisons.Add("withdrawal numbers", twice.Select(w => (w.Uid, w.Amount)).Distinct().Count() == 1, () => $"withdrawal {twice.Key} was given to {twice.Count()} requests that differ");
        }

        foreach (var user in facts.Users)
        {
            CheckEntries(user);
            CheckBalance(user);
            CheckPayouts(user);
        }

        CheckSum();
    }

    private void CheckCredits(PacketFacts packet)
    {
        foreach (var claim in packet.Claims)
        {
            var credited = _credits[(packet.PacketNo, claim.Uid)].ToArray();
            comparisons.Add("claim is credited once", claim.Status switch
            {
                ClaimStatus.Transferred => credited.Length == 1 && credited[0] == claim.Amount,
                ClaimStatus.Failed => credited.Length == 0,
                ClaimStatus.Claimed or ClaimStatus.Transferring => credited.Length == 0 || (credited.Length == 1 && credited[0] == claim.Amount),
            }, () => $"packet {packet.PacketNo}: {claim.Uid} has claim {claim.ClaimNo} of {claim.Amount} ({claim.Status}), his rewards show [{string.Join(", ", credited)}]");
        }
    }

    private void CheckEntries(RainUser user)
    {
        foreach (var entry in user.Rewards.Where(e => _packets.Contains(e.PacketNo)))
        {
            var hasClaim = facts.Packets.Any(p => p.Packet.PacketNo == entry.PacketNo && p.Packet.Claims.Any(c => c.Uid == user.Uid));
            comparisons.Add("credit has a claim", entry.Kind == Transfer && entry.Amount > 0 && hasClaim,
                () => $"{user.Uid}: entry {entry.EntryNo} of packet {entry.PacketNo} is {entry.Kind} {entry.Amount} and he has {(hasClaim ? "a" : "no")} claim");
        }

        comparisons.Add("rewards are not spendable", !user.Changes.Any(e => _packets.Contains(e.PacketNo)), () => $"{user.Uid}: money of the rain is on the spendable balance");
    }

    private void CheckBalance(RainUser user)
    {
        if (user is not { Before: { } before, After: { } after })
        {
            return;
        }

        var sum = user.Rewards.Sum(e => e.Amount);
        comparisons.Add("reward balance", after - before == sum, () => $"{user.Uid}: the reward balance went from {before} to {after}, the statement sums to {sum}");
        var running = before;
        foreach (var entry in user.Rewards.OrderBy(e => e.EntryNo))
        {
            running += entry.Amount;
            var shown = running;
            comparisons.Add("statement runs", entry.Balance == shown && shown >= 0, () => $"{user.Uid}: entry {entry.EntryNo} shows a balance of {entry.Balance}, it must be {shown}");
        }
    }

    /// <summary>What left the balance is what was paid out, and what was refused came back.</summary>
    private void CheckPayouts(RainUser user)
    {
        var open = _withdrawals[user.Uid].Where(w => w.Status == WithdrawalStatus.Pending).ToArray();
        comparisons.Add("withdrawals came to their end", open.Length == 0, () => $"{user.Uid}: withdrawals [{string.Join(", ", open.Select(w => w.WithdrawalNo))}] are still pending");
        var gone = user.Rewards.Where(e => e.Kind == Payout).Select(e => -e.Amount).ToList();
        var back = user.Rewards.Where(e => e.Kind == Returned).Select(e => e.Amount).ToArray();
        var failed = _withdrawals[user.Uid].Where(w => w.Status == WithdrawalStatus.Failed).Select(w => w.Amount).ToList();
        comparisons.Add("what is given back was refused", back.All(failed.Remove), () => $"{user.Uid}: given back were [{string.Join(", ", back)}], which is more than was refused");
        var paid = _withdrawals[user.Uid].Where(w => w.Status == WithdrawalStatus.Succeeded).Select(w => w.Amount).ToArray();
        var holds = back.All(gone.Remove) && paid.All(gone.Remove) && open.Length >= gone.Count;
        comparisons.Add("withdrawal is taken once", holds,
            () => $"{user.Uid}: paid out were [{string.Join(", ", paid)}] and given back [{string.Join(", ", back)}], his statement also shows [{string.Join(", ", gone)}]");
    }

    /// <summary>All reward balances together: claimed, less what was withdrawn and what is on its way.</summary>
    private void CheckSum()
    {
        var users = facts.Users.Where(u => u.Before is not null).ToArray();
        var uids = users.Select(u => u.Uid).ToHashSet();
        var grown = users.Sum(u => u.After!.Value - u.Before!.Value);
        var others = users.Sum(u => u.Rewards.Where(e => e.Kind == Transfer && !_packets.Contains(e.PacketNo)).Sum(e => e.Amount));
        var claimed = facts.Packets.SelectMany(p => p.Packet.Claims).Where(c => uids.Contains(c.Uid) && c.Status == ClaimStatus.Transferred).Sum(c => c.Amount);
        var withdrawn = facts.Withdrawals.DistinctBy(w => w.WithdrawalNo).Where(w => w.Status == WithdrawalStatus.Succeeded).Sum(w => w.Amount);
        var isOpen = facts.Withdrawals.Any(w => w.Status == WithdrawalStatus.Pending) || facts.Packets.Any(p => p.Packet.Claims.Any(c => !c.IsFinal));
        comparisons.Add("rewards are what was claimed and not withdrawn", isOpen || grown == claimed + others - withdrawn,
            () => $"all reward balances grew by {grown}; claimed were {claimed}, withdrawn {withdrawn}" + (others == 0 ? "" : $", others gave {others}"));
    }
}
