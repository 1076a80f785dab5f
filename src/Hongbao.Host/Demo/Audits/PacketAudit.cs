using Hongbao.Contracts;
using Hongbao.Host.Demo.Plans;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Demo.Audits;

/// <summary>What must hold for one packet by itself.</summary>
/// <param name="check">Takes name, outcome and description of each comparison.</param>
internal sealed class PacketAudit(Action<string, bool, Func<string>> check)
{
    /// <summary>Compares one packet with its plan, its acknowledgements and itself.</summary>
    public void Check(PacketFacts packet, IReadOnlyList<AcknowledgedClaim> acknowledged, IReadOnlyList<RefusedClaim> refused)
    {
        var no = packet.PacketNo;
        check("acknowledged packet exists", packet.Seen is not null, () => $"packet {no} was acknowledged and is not there");
        if (packet.Seen is not { } seen)
        {
            return;
        }

        CheckTerms(packet, seen);
        CheckShape(packet, seen);
        CheckAcknowledged(packet, acknowledged);
        CheckRefused(packet, seen, refused);
        CheckOpeners(packet, seen, acknowledged, refused);
        CheckDraw(packet, seen);
    }

    private void CheckTerms(PacketFacts packet, SeenPacket seen)
    {
        var plan = packet.Plan;
        check("packet is what was asked for",
            seen.Sender == plan.Sender && seen.Amount == plan.Amount && seen.Count == plan.Count && seen.Split == plan.Split && seen.Greeting == plan.Greeting,
            () => $"packet {packet.PacketNo} shows {seen.Split} {seen.Amount} in {seen.Count} from {seen.Sender} \"{seen.Greeting}\", "
                + $"asked for was {plan.Split} {plan.Amount} in {plan.Count} from {plan.Sender} \"{plan.Greeting}\"");
        check("packet has its video", seen.ContentId == packet.ContentId, () => $"packet {packet.PacketNo} has video {seen.ContentId ?? "none"}, it must be {packet.ContentId ?? "none"}");
        check("commitment stays", seen.SeedHash == packet.SeedHash, () => $"packet {packet.PacketNo}: the commitment changed since its creation");
        check("paid packet is open or over",
            packet.IsPaid == seen.Status is not (PacketStatus.PendingPayment or PacketStatus.Closed),
            () => $"packet {packet.PacketNo} was {(packet.IsPaid ? "" : "not ")}paid and is {seen.Status}");
    }

    /// <summary>Claims, counters and states agree with each other.</summary>
    private void CheckShape(PacketFacts packet, SeenPacket seen)
    {
        var no = packet.PacketNo;
        var claims = packet.Claims;
        var sum = claims.Sum(c => c.Amount);
        check("one claim a user", claims.DistinctBy(c => c.Uid).Count() == claims.Count, () => $"packet {no}: a user has more than one claim");
        check("seq is dense", claims.Select(c => c.Seq).Order().SequenceEqual(Enumerable.Range(1, claims.Count)), () => $"packet {no}: seqs are {string.Join(", ", claims.Select(c => c.Seq).Order())}");
        check("shares are positive", claims.All(c => c.Amount >= 1), () => $"packet {no}: a share is below 1 fen");
        check("claimed amount", sum == seen.ClaimedAmount, () => $"packet {no}: claims sum to {sum}, it shows {seen.ClaimedAmount}");
        check("claimed count", claims.Count == seen.ClaimedCount, () => $"packet {no}: {claims.Count} claims are listed, it shows {seen.ClaimedCount}");
        check("not more claimed than funded", sum <= packet.Plan.Amount && claims.Count <= packet.Plan.Count, () => $"packet {no}: {claims.Count} claims of {sum} in a packet of {packet.Plan.Count} and {packet.Plan.Amount}");
        var remaining = seen.Status is PacketStatus.Active or PacketStatus.PendingPayment ? packet.Plan.Count - claims.Count : 0;
        check("remaining count", seen.RemainingCount == remaining || (seen.Status == PacketStatus.PendingPayment && seen.RemainingCount == 0),
            () => $"packet {no} ({seen.Status}) shows {seen.RemainingCount} shares left, it must be {remaining}");
        check("exhausted exactly when all is taken", !packet.IsPaid || (seen.Status == PacketStatus.Exhausted) == (claims.Count == packet.Plan.Count),
            () => $"packet {no} is {seen.Status} with {claims.Count} of {packet.Plan.Count} shares taken");
        check("exhausted means nothing is left", seen.Status != PacketStatus.Exhausted || sum == packet.Plan.Amount, () => $"packet {no} is exhausted, but {packet.Plan.Amount - sum} fen were never drawn");

        var failed = claims.Where(c => c.Status == ClaimStatus.Failed).Sum(c => c.Amount);
        var left = seen.IsOver || !packet.IsPaid ? 0 : packet.Plan.Amount - sum;
        var isSettled = MoneyAudit.IsSettled(packet);
        check("amount = claims + refunded + left", !packet.IsPaid ? seen.RefundedAmount == 0
            : isSettled ? packet.Plan.Amount == sum - failed + seen.RefundedAmount + left
            : packet.Plan.Amount >= sum - failed + seen.RefundedAmount + left,
            () => $"packet {no} ({seen.Status}): amount {packet.Plan.Amount}, claims {sum - failed}, refunded {seen.RefundedAmount}, left {left}");
        check("everything came to its end", !packet.IsPaid || isSettled,
            () => $"packet {no} is {seen.Status}, {claims.Count(c => !c.IsFinal)} claims are not final, {seen.RefundedAmount} fen are refunded");

        var luckiest = claims.Where(c => c.Luckiest).ToArray();
        var best = seen.Status == PacketStatus.Exhausted ? claims.OrderByDescending(c => c.Amount).ThenBy(c => c.Seq).FirstOrDefault() : null;
        check("luckiest", best is null ? luckiest.Length == 0 : luckiest.Length == 1 && luckiest[0].ClaimNo == best.ClaimNo,
            () => $"packet {no}: luckiest is seq {string.Join(", ", luckiest.Select(l => l.Seq))}, it must be {best?.Seq.ToString(null, null) ?? "nobody"}");
    }

    private void CheckAcknowledged(PacketFacts packet, IReadOnlyList<AcknowledgedClaim> acknowledged)
    {
        var listed = packet.Claims.DistinctBy(c => c.ClaimNo).ToDictionary(c => c.ClaimNo);
        foreach (var claim in acknowledged)
        {
            check("acknowledged claim exists",
                listed.TryGetValue(claim.ClaimNo, out var there) && there.Uid == claim.Uid && there.Seq == claim.Seq && there.Amount == claim.Amount,
                () => $"packet {packet.PacketNo}: {claim.Uid} was told claim {claim.ClaimNo}, seq {claim.Seq}, {claim.Amount} fen; "
                    + (there is null ? "it is not listed" : $"listed is {there.Uid}, seq {there.Seq}, {there.Amount} fen"));
        }
    }

    /// <summary>Nobody was sent away with a reason that was not true.</summary>
    private void CheckRefused(PacketFacts packet, SeenPacket seen, IReadOnlyList<RefusedClaim> refused)
    {
        var claimers = packet.Claims.Select(c => c.Uid).ToHashSet();
        foreach (var refusal in refused)
        {
            var isTrue = refusal.Code switch
            {
                "PACKET_EXHAUSTED" => seen.Status == PacketStatus.Exhausted && !claimers.Contains(refusal.Uid),
                "PACKET_EXPIRED" => seen.Status is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded && !claimers.Contains(refusal.Uid),
                "NOT_IN_SCOPE" => packet.Plan.Scenario == Scenario.Exclusive && packet.Plan.Openers.All(o => o.Uid != refusal.Uid) && !claimers.Contains(refusal.Uid),
                "PACKET_NOT_ACTIVE" => !packet.IsPaid,
                _ => false,
            };
            check("refusal was true", isTrue, () => $"packet {packet.PacketNo} ({seen.Status}, {packet.Claims.Count} of {packet.Plan.Count} taken): {refusal.Uid} was told {refusal.Code}");
        }
    }

    /// <summary>Everyone who opened it got an answer, and as many as there were shares got one.</summary>
    private void CheckOpeners(PacketFacts packet, SeenPacket seen, IReadOnlyList<AcknowledgedClaim> acknowledged, IReadOnlyList<RefusedClaim> refused)
    {
        var told = acknowledged.Select(c => c.Uid).Concat(refused.Select(r => r.Uid)).ToHashSet();
        foreach (var uid in packet.Plan.Openers.Select(o => o.Uid).Concat(packet.Plan.Strangers).Where(u => !told.Contains(u)))
        {
            check("everyone is answered", false, () => $"packet {packet.PacketNo}: {uid} got no final answer");
        }

        if (packet is { IsPaid: true, Plan.ExpiresSoon: false })
        {
            var due = Math.Min(packet.Plan.Count, packet.Plan.Openers.Count);
            var openers = packet.Plan.Openers.Select(o => o.Uid).ToHashSet();
            var winners = acknowledged.Select(c => c.Uid).Distinct().Count(openers.Contains);
            var others = packet.Claims.Count(c => !openers.Contains(c.Uid));
            check("exactly as many winners as shares", winners + others >= due && winners <= due && packet.Claims.Count <= packet.Plan.Count,
                () => $"packet {packet.PacketNo}: {winners} won, it must be {due} ({packet.Plan.Openers.Count} wanted {packet.Plan.Count} shares)");
        }
    }

    private void CheckDraw(PacketFacts packet, SeenPacket seen)
    {
        var no = packet.PacketNo;
        var isShown = seen.Seed is not null || packet.Draw?.Seed is not null;
        check("seed is secret until the end", seen.IsOver || !isShown, () => $"packet {no} is {seen.Status} and shows its seed");
        if (!seen.IsOver)
        {
            return;
        }

        check("draw is shown at the end", packet.Draw?.Seed is not null && seen.Seed == packet.Draw.Seed, () => $"packet {no} is {seen.Status}, its seed is not shown, or not the same everywhere");
        if (packet.Draw is not { } draw)
        {
            return;
        }

        var result = DrawCheck.Of(draw, packet.SeedHash);
        check("draw is genuine", result.Verdict == DrawVerdict.Genuine, () => $"packet {no}: {result.Verdict} {string.Join(" ", result.Reasons)}");
        check("draw is this packet's",
            draw.PacketNo == no && draw.Amount == packet.Plan.Amount && draw.Count == packet.Plan.Count
                && string.Equals(draw.Split, packet.Plan.Split.ToString(), StringComparison.OrdinalIgnoreCase)
                && draw.Draws.Select(d => (d.Seq, d.Amount)).SequenceEqual(packet.Claims.OrderBy(c => c.Seq).Select(c => (c.Seq, c.Amount))),
            () => $"packet {no}: the draw shown is of other terms or other claims");
    }
}
