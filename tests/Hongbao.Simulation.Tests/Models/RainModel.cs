using Hongbao.Contracts;
using Hongbao.Foundation.Subsidies;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>A request that makes a packet of a win: one of a device.</summary>
/// <param name="RequestId">The sender's own.</param>
/// <param name="ExternalNo">What it uses.</param>
/// <param name="Sender">Whose it is.</param>
/// <param name="Wish">As it is sent.</param>
/// <param name="ExpiresAtMs">When it can be used no more.</param>
/// <param name="IsForged">No campaign has that win.</param>
internal sealed record Use(string RequestId, string ExternalNo, long Sender, CreatePacketRequest Wish, long ExpiresAtMs, bool IsForged)
{
    /// <summary>0 while no answer named it.</summary>
    public long PacketNo { get; set; }
}

/// <summary>A withdrawal that a user wants.</summary>
/// <param name="RequestId">His own.</param>
/// <param name="Uid">Who.</param>
/// <param name="Amount">Minor units.</param>
internal sealed record Wanted(string RequestId, long Uid, long Amount)
{
    /// <summary>0 while no answer named it.</summary>
    public long WithdrawalNo { get; set; }
}

/// <summary>A packet that was made of a win, as it was last seen.</summary>
internal sealed class WonPacket(Use use)
{
    public Use Use { get; } = use;
    public WonPacketSeen Seen { get; set; } = new() { State = PacketStatus.Active };
    public Dictionary<long, ClaimSeen> Claims { get; set; } = [];

    public bool IsOver => Seen.State is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded;
}

/// <summary>
/// What must be true of one campaign, of what was won in it and of what became of that: written down from the contracts and docs/rain.md, with nothing of the platform's code but the
/// form of tokens. It judges what is seen in the tables and what requests are answered.
/// </summary>
internal sealed class RainModel(int sequence, string app, CampaignPlan plan)
{
    private static readonly Dictionary<PacketStatus, PacketStatus[]> PacketMoves = new()
    {
        [PacketStatus.Active] = [PacketStatus.Active, PacketStatus.Exhausted, PacketStatus.Expired, PacketStatus.Refunding, PacketStatus.Refunded],
        [PacketStatus.Exhausted] = [PacketStatus.Exhausted],
        [PacketStatus.Expired] = [PacketStatus.Expired, PacketStatus.Refunding, PacketStatus.Refunded],
        [PacketStatus.Refunding] = [PacketStatus.Refunding, PacketStatus.Refunded],
        [PacketStatus.Refunded] = [PacketStatus.Refunded],
    };

    private static readonly Dictionary<CampaignStatus, CampaignStatus[]> CampaignMoves = new()
    {
        [CampaignStatus.Draft] = [CampaignStatus.Draft, CampaignStatus.Scheduled, CampaignStatus.Paused, CampaignStatus.Ended],
        [CampaignStatus.Scheduled] = [CampaignStatus.Scheduled, CampaignStatus.Paused, CampaignStatus.Ended],
        [CampaignStatus.Paused] = [CampaignStatus.Paused, CampaignStatus.Scheduled, CampaignStatus.Ended],
        [CampaignStatus.Ended] = [CampaignStatus.Ended],
    };

    private static readonly SubsidyTokens s_tokens = new(new SubsidyOptions { TokenKeys = [new SubsidyKeyOptions { Id = "simulated", Key = Convert.ToBase64String(new byte[32]) }] });
    private readonly Dictionary<int, RoundSeen> _rounds = [];
    private readonly HashSet<(int Round, long Uid)> _asked = [];
    private readonly HashSet<(long PacketNo, long Uid)> _claimers = [];

    public int Sequence { get; } = sequence;
    public string App { get; } = app;
    public CampaignPlan Plan { get; } = plan;

    /// <summary>0 until a creation was answered.</summary>
    public long CampaignId { get; set; }

    public CampaignSeen Seen { get; private set; } = new() { State = CampaignStatus.Draft };

    public CampaignStatus State => Seen.State;

    /// <summary>When an operator last did something, or his request was last on its way.</summary>
    public long ChangedAtMs { get; set; }

    /// <summary>Recorded outcomes, by round and user.</summary>
    public Dictionary<(int Round, long Uid), DrawSeen> Draws { get; private set; } = [];

    /// <summary>Tokens that users were told.</summary>
    public Dictionary<(int Round, long Uid), string> Tokens { get; } = [];

    public Dictionary<string, SubsidySeen> Subsidies { get; private set; } = [];

    public List<Use> Uses { get; } = [];

    public Dictionary<long, WonPacket> Packets { get; } = [];

    public List<Wanted> Wanted { get; } = [];

    public Dictionary<(long Uid, string RequestId), WithdrawalSeen> Withdrawals { get; private set; } = [];

    public RoundSeen? RoundOf(int no) => _rounds.GetValueOrDefault(no);

    public void AskDraw(int round, long uid) => _asked.Add((round, uid));

    public void AskClaim(long packetNo, long uid) => _claimers.Add((packetNo, uid));

    /// <summary>A token like the campaign's own, made with its key.</summary>
    public static string Forge(SubsidyIssued win) => s_tokens.Make(win, s_tokens.CurrentKey);

    /// <summary>Compares the tables with what was seen before and with what may be. Core was looked at first: what it has of a campaign is in the campaign's own tables.</summary>
    public void Look(CoreSeen core, RainSeen rain, long nowMs)
    {
        if (CampaignId != 0)
        {
            LookAtCampaign(rain, nowMs);
        }

        LookAtSubsidies(core, nowMs);
        LookAtPackets(core, nowMs);
        LookAtWithdrawals(core);
    }

    private void LookAtCampaign(RainSeen rain, long nowMs)
    {
        var now = rain.Campaigns.Find(c => c.CampaignId == CampaignId);
        Require(now is not null, "the campaign is gone");
        Require(CampaignMoves[Seen.State].Contains(now!.State), $"moved {Seen.State} -> {now.State}");
        Seen = now;
        foreach (var round in rain.Rounds.Where(r => r.CampaignId == CampaignId))
        {
            Require(!_rounds.TryGetValue(round.Round, out var known) || known.Secret.SequenceEqual(round.Secret), $"round {round.Round} has another secret");
            _rounds[round.Round] = round;
        }

        var draws = rain.Draws.Where(d => d.CampaignId == CampaignId).ToDictionary(static d => (d.Round, d.Uid));
        foreach (var old in Draws)
        {
            Require(draws.GetValueOrDefault(old.Key) == old.Value, $"the outcome of {old.Key} was lost or changed");
        }

        foreach (var (key, draw) in draws.Where(d => !Draws.ContainsKey(d.Key)))
        {
            var aim = Aim(key.Round, key.Uid);
            Require(_asked.Contains(key) && aim != 0, $"{key} has an outcome and never asked, or was aimed at nothing");
            Require(draw.DrawnAt >= _rounds[key.Round].StartsAt && draw.DrawnAt < _rounds[key.Round].EndsAt, $"{key} was drawn outside of its round");
            Require(draw.Amount == 0 || IsPrizeFor(aim, draw), $"{key} is aimed at prize {aim} and won {draw.Amount} of pool {draw.Prize}");
            Require(draw.ExpiresAt is null ? draw.Amount == 0 : draw.ExpiresAt == draw.DrawnAt + (Plan.TokenTtlSeconds * 1000L), $"{key} can be used until {draw.ExpiresAt}");
        }

        foreach (var wins in draws.Values.Where(static d => d.Amount > 0).GroupBy(static d => d.Uid))
        {
            Require(wins.Count() <= Plan.PerUserLimit, $"{wins.Key} won {wins.Count()} times");
        }

        // I25: what is won is what chunks count, of what pools gave, of what is planned, of the budget.
        var won = draws.Values.GroupBy(static d => (d.Round, d.Prize)).ToDictionary(static g => g.Key, static g => g.Sum(static d => d.Amount));
        var pools = rain.Pools.FindAll(p => p.CampaignId == CampaignId);
        foreach (var pool in pools)
        {
            Require(won.GetValueOrDefault((pool.Round, pool.Prize)) == pool.Issued, $"pool {pool.Round}.{pool.Prize} issued {pool.Issued}, {won.GetValueOrDefault((pool.Round, pool.Prize))} was won");
            Require(pool.Issued <= pool.Sized && pool.Sized == pool.Allocated && pool.Allocated <= pool.Planned, $"pool {pool.Round}.{pool.Prize}: {pool.Issued} {pool.Sized} {pool.Allocated} {pool.Planned}");
        }

        Require(pools.Sum(static p => p.Planned) <= now.Budget, $"pools plan {pools.Sum(static p => p.Planned)} of {now.Budget}");
        Require(draws.Values.Where(static d => d.Amount > 0).All(d => pools.Exists(p => p.Round == d.Round && p.Prize == d.Prize)), "a win of no pool");
        Require(State != CampaignStatus.Draft || draws.Count == 0, "was drawn in before its budget was held");
        Require(draws.Count == Draws.Count || nowMs >= Plan.StartsAtMs, "was drawn in before its time");
        Draws = draws;
    }

    // A prize by quantity stands in for another one; a prize by chance for none.
    private bool IsPrizeFor(int aim, DrawSeen draw) => Plan.Prizes[aim - 1].ChancePpb > 0
        ? draw.Prize == 0 && draw.Amount == Plan.Prizes[aim - 1].Amount
        : draw.Prize > 0 && Plan.Prizes[draw.Prize - 1].Quantity > 0 && draw.Amount == Plan.Prizes[draw.Prize - 1].Amount;

    /// <summary>What a user is aimed at.</summary>
    public int Aim(int round, long uid) => AimModel.At(Plan, _rounds[round].Secret, CampaignId, round, uid);

    private void LookAtSubsidies(CoreSeen core, long nowMs)
    {
        var forged = Uses.Where(static u => u.IsForged).ToDictionary(static u => u.ExternalNo);
        var subsidies = core.Subsidies.Where(s => s.CampaignId == CampaignId || forged.ContainsKey(s.ExternalNo)).ToDictionary(static s => s.ExternalNo);
        foreach (var subsidy in subsidies.Values)
        {
            // I26: one win is one subsidy with the same content.
            var win = Draws.Values.FirstOrDefault(d => d.ExternalNo == subsidy.ExternalNo);
            var use = forged.GetValueOrDefault(subsidy.ExternalNo);
            Require(win is { Amount: > 0 } ? (win.Uid, win.Amount, win.ExpiresAt) == (subsidy.Uid, subsidy.Amount, subsidy.ExpiresAt)
                : use is not null && (use.Sender, use.Wish.Amount, use.ExpiresAtMs) == (subsidy.Uid, subsidy.Amount, subsidy.ExpiresAt), $"subsidy {subsidy.ExternalNo} is not what was won");
            Require((subsidy.State == SubsidyStatus.Used) == subsidy.PacketNo.HasValue, $"subsidy {subsidy.ExternalNo} is {subsidy.State} with packet {subsidy.PacketNo}");
            Require(subsidy.State != SubsidyStatus.Expired || nowMs >= subsidy.ExpiresAt, $"subsidy {subsidy.ExternalNo} expired before its time");
        }

        foreach (var old in Subsidies.Values)
        {
            Require(subsidies.TryGetValue(old.ExternalNo, out var same) && same.SubsidyNo == old.SubsidyNo, $"subsidy {old.ExternalNo} was lost or booked again");
            Require((same!.State == old.State && same.PacketNo == old.PacketNo) || old.State == SubsidyStatus.Available, $"subsidy {old.ExternalNo} moved {old.State} -> {same.State}");
        }

        Subsidies = subsidies;
    }

    private void LookAtPackets(CoreSeen core, long nowMs)
    {
        var used = Subsidies.Values.Where(static s => s.PacketNo is not null).ToDictionary(static s => s.SubsidyNo);
        foreach (var row in core.Packets.Where(p => p.CampaignId == CampaignId || used.ContainsKey(p.SubsidyNo)))
        {
            Require(used.TryGetValue(row.SubsidyNo, out var subsidy) && subsidy.PacketNo == row.PacketNo && subsidy.Amount == row.Amount && subsidy.Uid == row.SenderUid,
                $"packet {row.PacketNo} is not its subsidy's");
            Require(row.ActivatedAt < subsidy!.ExpiresAt, $"packet {row.PacketNo} was made of {subsidy.ExternalNo} after its time");
            if (!Packets.TryGetValue(row.PacketNo, out var packet))
            {
                // Which device's it is is known by the answer, or by its content.
                var use = Uses.Find(u => u.PacketNo == row.PacketNo) ?? Uses.Find(u => u.ExternalNo == subsidy.ExternalNo && u.Wish.Count == row.Count);
                Require(use is not null, $"packet {row.PacketNo} of {subsidy.ExternalNo} was never asked for");
                Packets.Add(row.PacketNo, packet = new WonPacket(use!));
            }

            Look(packet, row, [.. core.Claims[row.PacketNo]], nowMs);
        }

        Require(used.Values.All(s => Packets.TryGetValue(s.PacketNo!.Value, out var packet) && packet.Seen.SubsidyNo == s.SubsidyNo), "a subsidy was used for no packet");
    }

    private void Look(WonPacket packet, WonPacketSeen now, List<ClaimSeen> claims, long nowMs)
    {
        var no = now.PacketNo;
        var sum = claims.Sum(static c => c.Amount);
        Require(PacketMoves[packet.Seen.State].Contains(now.State), $"packet {no} moved {packet.Seen.State} -> {now.State}");
        Require(now.Version >= packet.Seen.Version, $"packet {no} went back to version {now.Version}");
        Require(now.ClaimedAmount == sum && now.ClaimedCount == claims.Count, $"packet {no}: claims {claims.Count}/{sum}, row {now.ClaimedCount}/{now.ClaimedAmount}");
        Require((now.State == PacketStatus.Exhausted) == (claims.Count == now.Count) || (now.State != PacketStatus.Active && claims.Count == now.Count), $"packet {no} is {now.State} with {claims.Count} of {now.Count}");
        Require(now.ClosedAmount == (now.State is PacketStatus.Expired or PacketStatus.Refunding or PacketStatus.Refunded ? now.Amount - sum : 0), $"packet {no}: closing took {now.ClosedAmount}");
        // One whose funding failed closes at once.
        Require(now.State is PacketStatus.Active or PacketStatus.Exhausted || packet.Use.IsForged || nowMs >= now.ExpiresAt, $"packet {no} expired before its time");
        Require(claims.DistinctBy(static c => c.Uid).Count() == claims.Count && claims.Select(static c => c.Seq).Order().SequenceEqual(Enumerable.Range(1, claims.Count)), $"packet {no} has two claims of one user, or gaps");
        var byUid = claims.ToDictionary(static c => c.Uid);
        foreach (var claim in claims)
        {
            Require(_claimers.Contains((no, claim.Uid)) && claim.Amount is >= 1 and <= World.ShareMax && claim.ClaimedAt < now.ExpiresAt, $"claim {claim.ClaimNo} of {claim.Uid} of {claim.Amount} cannot be");
        }

        foreach (var old in packet.Claims.Values)
        {
            Require(byUid.TryGetValue(old.Uid, out var same) && (same.ClaimNo, same.Seq, same.Amount) == (old.ClaimNo, old.Seq, old.Amount) && (same.State == old.State || old.State == ClaimStatus.Claimed),
                $"the claim of {old.Uid} of packet {no} was lost or changed");
        }

        packet.Seen = now;
        packet.Claims = byUid;
    }

    private void LookAtWithdrawals(CoreSeen core)
    {
        var wanted = Wanted.ToDictionary(static w => (w.Uid, w.RequestId));
        var rows = core.Withdrawals.Where(w => wanted.ContainsKey((w.Uid, w.RequestId))).ToDictionary(static w => (w.Uid, w.RequestId));
        foreach (var row in rows.Values)
        {
            Require(wanted[(row.Uid, row.RequestId)].Amount == row.Amount, $"withdrawal {row.WithdrawalNo} is of {row.Amount}");
        }

        foreach (var old in Withdrawals)
        {
            Require(rows.TryGetValue(old.Key, out var same) && same.WithdrawalNo == old.Value.WithdrawalNo && (same.State == old.Value.State || old.Value.State == WithdrawalStatus.Pending),
                $"withdrawal {old.Value.WithdrawalNo} was lost or moved {old.Value.State} -> {same?.State}");
        }

        Withdrawals = rows;
    }

    /// <summary>The outcome that a user is told.</summary>
    /// <param name="request">His request.</param>
    /// <param name="round">Where he drew; also a round that there is not.</param>
    /// <param name="uid">Who.</param>
    /// <param name="answer">What he was told.</param>
    /// <param name="mayBeClosed">False when the round took draws all the time that the request was under way, as every process had to know.</param>
    public void JudgeDraw(Request request, int round, long uid, RainDrawResponse answer, bool mayBeClosed)
    {
        var row = Draws.GetValueOrDefault((round, uid));
        switch (answer.Result.Code)
        {
            case ResultCode.Ok when answer.Won:
                Require(row is { Amount: > 0 } && (row.Amount, row.ExpiresAt) == (answer.Amount, answer.ExpiresAtMs) && answer.Currency == Plan.Currency, $"{uid} was told a win of {answer.Amount} in round {round}");
                Require(s_tokens.TryRead(answer.Token, out var said) && (said.App, said.ExternalNo, said.Uid, said.CampaignId, said.Amount, said.ExpiresAtMs)
                    == (App, row!.ExternalNo, uid, CampaignId, row.Amount, row.ExpiresAt!.Value), $"the token of {uid} in round {round} says something else");
                Require(Tokens.TryAdd((round, uid), answer.Token) || Tokens[(round, uid)] == answer.Token, $"{uid} got two tokens for round {round}");
                break;
            case ResultCode.Ok:
                Require(row is null ? Aim(round, uid) == 0 : row.Amount == 0, $"{uid} was told a loss in round {round} and {(row is null ? "it is not recorded" : "won")}");
                break;
            case ResultCode.CampaignNotOpen:
                Require(mayBeClosed && row is null, $"{uid} was told that round {round} is closed and {(row is null ? "it was open" : "has an outcome")}: {answer.Result.Detail}");
                break;
            case ResultCode.NotFound:
                Require(mayBeClosed, $"{uid} was told that there is no campaign");
                break;
            default:
                Require(answer.Result.Code == ResultCode.Overloaded && request.MayBeShed, $"{uid} drew and was answered {answer.Result.Code}");
                break;
        }
    }

    /// <summary>What became of a use.</summary>
    public void JudgeUse(Request request, Use use, CreatePacketResponse answer, long nowMs)
    {
        var subsidy = Subsidies.GetValueOrDefault(use.ExternalNo);
        switch (answer.Result.Code)
        {
            case ResultCode.Ok:
                Require(subsidy is not null && subsidy.PacketNo == answer.PacketNo && answer is { Kind: PacketKind.B2C, PayOrderNo: 0 } && answer.PacketNo > 0, $"{use.RequestId} was answered packet {answer.PacketNo}, the subsidy has {subsidy?.PacketNo}");
                Require(use.PacketNo == 0 || use.PacketNo == answer.PacketNo, $"{use.RequestId} made {use.PacketNo} and then {answer.PacketNo}");
                use.PacketNo = answer.PacketNo;
                Require(!Uses.Exists(u => u != use && u.ExternalNo == use.ExternalNo && u.PacketNo != 0), $"{use.ExternalNo} made two packets");
                break;
            case ResultCode.SubsidyNotUsable:
                Require(use.PacketNo == 0 && (nowMs >= use.ExpiresAtMs || (subsidy?.PacketNo is not null && Uses.Exists(u => u != use && u.ExternalNo == use.ExternalNo))), $"{use.RequestId} could not use a good win");
                break;
            default:
                Require(answer.Result.Code == ResultCode.Overloaded && request.MayBeShed, $"{use.RequestId} was answered {answer.Result.Code} {answer.Result.Detail} {string.Join(",", answer.Result.Faults.Select(static f => f.Field))}");
                break;
        }
    }

    /// <summary>A claim's answer.</summary>
    public void JudgeClaim(Request request, WonPacket packet, long uid, ClaimResponse answer, long nowMs)
    {
        var known = packet.Claims.GetValueOrDefault(uid);
        Require(answer.Result.Code switch
        {
            ResultCode.Ok => known is not null && (answer.Claim.ClaimNo, answer.Claim.Amount, answer.Claim.Seq) == (known.ClaimNo, known.Amount, known.Seq),
            ResultCode.PacketExhausted => packet.Seen.ClaimedCount == packet.Seen.Count && !request.WasKnown,
            ResultCode.PacketExpired => (packet.IsOver || nowMs >= packet.Seen.ExpiresAt) && !request.WasKnown,
            ResultCode.ClaimBusy => request.Others >= 2 && (!request.WasKnown || request.Node.WasBesideAnother),
            ResultCode.Overloaded => request.MayBeShed,
            _ => false,
        }, $"{uid} was answered {answer.Result.Code} by packet {packet.Seen.PacketNo} in {packet.Seen.State}");
    }

    /// <summary>A withdrawal's answer.</summary>
    public void JudgeWithdrawal(Request request, Wanted wanted, WithdrawalResponse answer, Func<long, bool> mayBeOverLimit)
    {
        var row = Withdrawals.GetValueOrDefault((wanted.Uid, wanted.RequestId));
        var code = answer.Result.Code;
        Require(code switch
        {
            ResultCode.Ok => row is not null && (answer.WithdrawalNo, answer.Amount) == (row.WithdrawalNo, row.Amount) && (wanted.WithdrawalNo == 0 || wanted.WithdrawalNo == row.WithdrawalNo),
            ResultCode.InsufficientFunds => row is null,
            ResultCode.LimitExceeded => row is null && mayBeOverLimit(wanted.Uid),
            ResultCode.Degraded => row is null && (request.WasFaulty || request.MayBeShed),
            ResultCode.Overloaded => request.MayBeShed,
            _ => false,
        }, $"{wanted.RequestId} of {wanted.Uid} was answered {code} {answer.Result.Detail}, the table has {row?.WithdrawalNo}");
        if (code == ResultCode.Ok)
        {
            wanted.WithdrawalNo = answer.WithdrawalNo;
        }
    }

    public void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ModelViolation(Sequence, $"campaign {CampaignId}: {otherwise}");
        }
    }
}
