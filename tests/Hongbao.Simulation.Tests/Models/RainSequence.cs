using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>One random sequence of operations: a campaign, its operator, and the users who draw in it, send what they won, take of it and withdraw. Its own seed decides everything.</summary>
internal sealed class RainSequence
{
    /// <summary>Withdrawals of a user and day.</summary>
    public const int WithdrawalsPerDayMax = 2;

    // Every process has heard of a change after this.
    private const long HeardMs = 2_000;
    private const long ForgedCampaign = 4711;
    private readonly RainRun _run;
    private readonly SeededRandomSource _dice;
    private readonly long[] _users;
    private readonly string _app;
    private int _operating;

    // Finance may be deciding on a hold still.
    private bool _mayBeHeldLater;

    public RainSequence(RainRun run, int index, long seed, int operationsMax)
    {
        _run = run;
        Index = index;
        _dice = new SeededRandomSource(seed);
        OperationsLeft = Math.Min(25 + _dice.Below(40), operationsMax);
        _app = World.Apps[index % World.Apps.Length];
        // Neighbours have the same users in different apps.
        var first = 5_000_000 + (index / World.Apps.Length * 100);
        _users = [.. Enumerable.Range(1, 4 + _dice.Below(10)).Select(i => (long)(first + i))];
        Model = new RainModel(index, _app, NewPlan());
    }

    public int Index { get; }

    public int OperationsLeft { get; private set; }

    public RainModel Model { get; }

    private World World => _run.World;

    private bool Chance(int percent) => _dice.Below(100) < percent;

    private T Any<T>(IReadOnlyList<T> items) => items[_dice.Below(items.Count)];

    private CampaignPlan NewPlan()
    {
        var now = World.NowMs;
        var rounds = new List<RoundPlan>();
        var at = now + _dice.Below(3_000);
        var startsAt = at;
        for (var i = 1 + _dice.Below(3); i > 0; i--)
        {
            var length = 10_000 + _dice.Below(300_000);
            rounds.Add(new RoundPlan { Round = rounds.Count + 1, StartsAtMs = at, EndsAtMs = at + length });
            at += length + _dice.Below(2_000);
        }

        var prizes = new List<PrizePlan>();
        if (Chance(70))
        {
            prizes.Add(new PrizePlan { Amount = 5 + _dice.Below(60), Quantity = 1 + _dice.Below(12) });
        }

        if (Chance(30))
        {
            prizes.Add(new PrizePlan { Amount = 1 + _dice.Below(30), Quantity = 1 + _dice.Below(30) });
        }

        if (prizes.Count == 0 || Chance(70))
        {
            prizes.Insert(_dice.Below(prizes.Count + 1), new PrizePlan { Amount = 5 + _dice.Below((int)World.ShareMax), ChancePpb = 200_000_000 + _dice.Below(500_000_000) });
        }

        var least = prizes.Sum(static p => p.Quantity * p.Amount) + (prizes.Where(static p => p.ChancePpb > 0).Sum(static p => p.Amount) * rounds.Count);
        return new CampaignPlan
        {
            Name = "rain",
            Currency = "CNY",
            Budget = least + _dice.Below(2_000),
            StartsAtMs = startsAt,
            EndsAtMs = at + _dice.Below(20_000) + 1,
            Rounds = rounds,
            Prizes = prizes,
            PerUserLimit = 1 + _dice.Below(3),
            TokenTtlSeconds = _dice.Below(4) switch { 0 => 1 + _dice.Below(10), < 3 => 20 + _dice.Below(200), _ => 3600 },
            PassPpb = Chance(50) ? 0 : 400_000_000 + _dice.Below(600_000_000),
            PacingFirstPercent = _dice.Below(101),
            PacingFullPercent = 1 + _dice.Below(100),
        };
    }

    /// <summary>The next operation: sends its requests and does not wait for them.</summary>
    public void Act(bool isMute)
    {
        OperationsLeft--;
        if (isMute)
        {
            return;
        }

        if (Model.CampaignId == 0)
        {
            Create();
            return;
        }

        var dice = _dice.Below(100);
        if (Model.State == CampaignStatus.Draft && World.NowMs < Model.Plan.EndsAtMs && dice < 85)
        {
            Operate("schedule", static (operations, context, request) => operations.ScheduleAsync(context, request, CancellationToken.None));
            return;
        }

        if (dice < 30)
        {
            Draw();
        }
        else if (dice < 52)
        {
            Use();
        }
        else if (dice < 55)
        {
            UseWrongly();
        }
        else if (dice < 75)
        {
            Claim();
        }
        else if (dice < 91)
        {
            Withdraw();
        }
        else if (dice < 94)
        {
            List();
        }
        else
        {
            Operate();
        }
    }

    private void Create()
    {
        var node = World.AnyNode();
        var model = Model;
        var answer = node.CampaignOperations.CreateAsync(Context(1), new CreateCampaignRequest { Plan = Model.Plan with { }, Reason = "rain" }, CancellationToken.None);
        _run.Send(Request(node, $"plan a campaign of {Model.Plan.Budget} with {Model.Plan.Prizes.Count} prizes in {Model.Plan.Rounds.Count} rounds", answer, null, request =>
        {
            var code = answer.Result.Result.Code;
            // Two answers are two drafts; the first one that is told counts.
            if (code == ResultCode.Ok && model.CampaignId == 0)
            {
                model.CampaignId = answer.Result.CampaignId;
                model.ChangedAtMs = World.NowMs;
            }

            Model.Require(code == ResultCode.Ok || (code == ResultCode.ValidationFailed && World.NowMs >= Model.Plan.EndsAtMs) || (code == ResultCode.Overloaded && request.MayBeShed),
                $"planning was answered {code} {string.Join(", ", answer.Result.Result.Faults.Select(static f => f.Field + " " + f.Message))}");
        }));
    }

    private void Operate()
    {
        switch (_dice.Below(8))
        {
            case 0:
                Operate("pause", static (operations, context, request) => operations.PauseAsync(context, request, CancellationToken.None));
                break;
            case < 4:
                Operate("resume", static (operations, context, request) => operations.ResumeAsync(context, request, CancellationToken.None));
                break;
            case 4 when Chance(30):
                Operate("end", static (operations, context, request) => operations.EndAsync(context, request, CancellationToken.None));
                break;
            case 5:
                Operate("schedule", static (operations, context, request) => operations.ScheduleAsync(context, request, CancellationToken.None));
                break;
            default:
                var budget = Math.Max(1, Model.Seen.Budget + _dice.Below(1_000) - 500);
                Operate($"budget {budget}", (operations, context, request) =>
                    operations.ChangeBudgetAsync(context, new ChangeBudgetRequest { CampaignId = request.CampaignId, Budget = budget, Reason = request.Reason }, CancellationToken.None));
                break;
        }
    }

    private void Operate(string what, Func<ICampaignOperations, CallContext, CampaignRequest, Task<CampaignResponse>> ask)
    {
        var node = World.AnyNode();
        var answer = ask(node.CampaignOperations, Context(1), new CampaignRequest { CampaignId = Model.CampaignId, Reason = "rain" });
        Model.ChangedAtMs = World.NowMs;
        _operating++;
        _run.Send(Request(node, what, answer, null, request =>
        {
            _operating--;
            Model.ChangedAtMs = World.NowMs;
            _mayBeHeldLater |= request.WasFaulty;
            var code = answer.Result.Result.Code;
            var isHold = what == "schedule" || what.StartsWith("budget", StringComparison.Ordinal);
            Model.Require(code switch
            {
                ResultCode.Ok => true,
                ResultCode.CampaignNotOpen => true,
                ResultCode.InsufficientFunds => isHold && _run.CouldRefuse.Contains(_app),
                ResultCode.ValidationFailed => what.StartsWith("budget", StringComparison.Ordinal),
                ResultCode.Overloaded => (isHold && (request.WasFaulty || _mayBeHeldLater)) || request.MayBeShed || node.WasBesideAnother,
                _ => false,
            }, $"{what} was answered {code} {answer.Result.Result.Detail}");
        }));
    }

    private void Draw()
    {
        var now = World.NowMs;
        var open = Model.Plan.Rounds.Find(r => now >= r.StartsAtMs && now < r.EndsAtMs);
        if ((open is null || Model.State != CampaignStatus.Scheduled) && !Chance(25))
        {
            // Mostly later.
            return;
        }

        // Mostly where it rains.
        var round = open is not null && Chance(85) ? open.Round : 1 + _dice.Below(Model.Plan.Rounds.Count + (Chance(5) ? 1 : 0));
        switch (_dice.Below(10))
        {
            case < 2:
                foreach (var uid in _users)
                {
                    DrawBy(round, uid);
                }

                break;
            case 2:
                // The same user from two places.
                var twice = Any(_users);
                DrawBy(round, twice);
                DrawBy(round, twice);
                break;
            default:
                DrawBy(round, Any(_users));
                break;
        }
    }

    private void DrawBy(int round, long uid)
    {
        var node = World.AnyNode();
        Model.AskDraw(round, uid);
        var sentAt = World.NowMs;
        var plan = Model.Plan.Rounds.Find(r => r.Round == round);
        // Every process knows of the campaign: some time passed since anything was changed, and all workers had their turn since.
        var wasSteady = Model.State == CampaignStatus.Scheduled && _operating == 0 && World.LastIdleAt.ToUnixTimeMilliseconds() >= Model.ChangedAtMs + HeardMs && plan is not null && sentAt >= plan.StartsAtMs;
        var answer = node.Campaigns.DrawAsync(Context(uid), new RainDrawRequest { CampaignId = Model.CampaignId, Round = round }, CancellationToken.None);
        _run.Send(Request(node, $"draw {round} by {uid}", answer, null, request =>
        {
            var isSteady = wasSteady && Model.State == CampaignStatus.Scheduled && Model.ChangedAtMs < sentAt && World.NowMs < plan!.EndsAtMs;
            Model.JudgeDraw(request, round, uid, answer.Result, !isSteady);
        }));
    }

    private void Use()
    {
        if (Model.Uses.Count > 0 && Chance(25))
        {
            // What was sent before, also long ago.
            Send(Any(Model.Uses));
            return;
        }

        var hand = Model.Tokens.OrderBy(static t => t.Key).ToList();
        if (hand.Count == 0)
        {
            return;
        }

        var (key, token) = Any(hand);
        var row = Model.Draws[key];
        if (Model.Uses.Exists(u => u.ExternalNo == row.ExternalNo) && !Chance(20))
        {
            return;
        }

        var use = NewUse(row, token);
        Send(use);
        if (Chance(15))
        {
            // A second device at the same moment, or the same one again.
            Send(Chance(50) ? use : NewUse(row, token));
        }
    }

    private Use NewUse(DrawSeen row, string token)
    {
        // Once it is stored it has a number as well.
        var stored = Model.Subsidies.GetValueOrDefault(row.ExternalNo);
        var wish = Wish(row.Amount);
        if (stored is not null && Chance(50))
        {
            wish.SubsidyNo = stored.SubsidyNo;
        }
        else
        {
            wish.Token = token;
        }

        var use = new Use(wish.RequestId, row.ExternalNo, row.Uid, wish, row.ExpiresAt!.Value, IsForged: false);
        Model.Uses.Add(use);
        return use;
    }

    private CreatePacketRequest Wish(long amount) => new()
    {
        RequestId = $"u{Index}.{Model.Uses.Count}",
        Amount = amount,
        Count = 1 + _dice.Below((int)Math.Min(4, amount)) + (amount > World.ShareMax ? 1 : 0),
        Currency = "CNY",
        Split = SplitKind.Random,
        Scope = ScopeKind.Public,
        TtlSeconds = _dice.Below(3) switch { 0 => 1 + _dice.Below(5), 1 => 10 + _dice.Below(60), _ => 600 },
    };

    private void Send(Use use)
    {
        var node = World.AnyNode();
        var answer = node.Core.CreatePacketAsync(Context(use.Sender), use.Wish with { }, CancellationToken.None);
        _run.Send(Request(node, $"use {use.ExternalNo} by {use.RequestId}, {use.Wish.Amount} in {use.Wish.Count} for {use.Wish.TtlSeconds} s", answer, null,
            request => Model.JudgeUse(request, use, answer.Result, World.NowMs)));
    }

    // What somebody could try who has seen another's token, changed one, or stolen the key.
    private void UseWrongly()
    {
        var dice = _dice.Below(4);
        if (dice == 0)
        {
            Forge();
            return;
        }

        if (Model.Tokens.Count == 0)
        {
            return;
        }

        var (key, token) = Any(Model.Tokens.OrderBy(static t => t.Key).ToList());
        var row = Model.Draws[key];
        var wish = Wish(row.Amount);
        wish.RequestId = $"bad{_dice.Below(1_000_000)}";
        var sender = row.Uid;
        wish.Token = token;
        switch (dice)
        {
            case 1:
                sender = _users.First(u => u != row.Uid);
                break;
            case 2:
                var at = 10 + _dice.Below(token.Length - 10);
                wish.Token = token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..];
                break;
            default:
                wish.Amount++;
                break;
        }

        var node = World.AnyNode();
        var answer = node.Core.CreatePacketAsync(Context(sender), wish, CancellationToken.None);
        _run.Send(Request(node, $"use {row.ExternalNo} wrongly: {dice}", answer, null, request =>
        {
            var result = answer.Result.Result;
            Model.Require(result.Code == (dice == 3 ? ResultCode.ValidationFailed : ResultCode.SubsidyNotUsable) && (dice != 3 || result.Faults.Select(static f => f.Field).SequenceEqual(["amount"])),
                $"a wrong use ({dice}) was answered {result.Code} {string.Join(",", result.Faults.Select(static f => f.Field))}");
        }));
    }

    private void Forge()
    {
        var wish = Wish(1 + _dice.Below(100));
        var uid = Any(_users);
        var win = new SubsidyIssued
        {
            App = _app,
            ExternalNo = $"{ForgedCampaign}.{1 + Model.Uses.Count}.{uid}",
            Uid = uid,
            CampaignId = ForgedCampaign,
            Amount = wish.Amount,
            Currency = "CNY",
            IssuedAtMs = World.NowMs,
            ExpiresAtMs = World.NowMs + 60_000,
        };
        wish.Token = RainModel.Forge(win);
        var use = new Use(wish.RequestId, win.ExternalNo, uid, wish, win.ExpiresAtMs, IsForged: true);
        Model.Uses.Add(use);
        Send(use);
    }

    private void Claim()
    {
        if (Model.Packets.Count == 0)
        {
            return;
        }

        var packet = Any(Model.Packets.Values.OrderBy(static p => p.Seen.PacketNo).ToList());
        switch (_dice.Below(8))
        {
            case < 2:
                foreach (var uid in _users.Where(_ => Chance(70)))
                {
                    ClaimBy(packet, uid);
                }

                break;
            case 2 when packet.Claims.Count > 0:
                ClaimBy(packet, Any([.. packet.Claims.Keys.Order()]));
                break;
            default:
                ClaimBy(packet, Any(_users));
                break;
        }
    }

    private void ClaimBy(WonPacket packet, long uid)
    {
        var node = World.AnyNode();
        var packetNo = packet.Seen.PacketNo;
        Model.AskClaim(packetNo, uid);
        var answer = node.Core.ClaimAsync(Context(uid), new ClaimRequest { PacketNo = packetNo }, CancellationToken.None);
        _run.SendClaim(Request(node, $"claim {packetNo} by {uid}", answer, packet, request => Model.JudgeClaim(request, packet, uid, answer.Result, World.NowMs), packet.Claims.ContainsKey(uid)));
    }

    private void Withdraw()
    {
        if (Model.Wanted.Count > 0 && Chance(25))
        {
            Send(Any(Model.Wanted));
            return;
        }

        var claimers = Model.Packets.Values.SelectMany(static p => p.Claims.Keys).Distinct().Order().ToList();
        var uid = claimers.Count > 0 && Chance(85) ? Any(claimers) : Any(_users);
        var got = Model.Packets.Values.Where(static p => !p.Use.IsForged).Sum(p => p.Claims.TryGetValue(uid, out var claim) ? claim.Amount : 0);
        var left = got - Model.Withdrawals.Values.Where(w => w.Uid == uid && w.State != WithdrawalStatus.Failed).Sum(static w => w.Amount);
        // What is there, a part of it, or more.
        var wanted = new Wanted($"w{Index}.{Model.Wanted.Count}", uid, left > 0 && Chance(85) ? Chance(40) ? left : 1 + _dice.Below((int)left) : 1 + Math.Max(0, left) + _dice.Below(20));
        Model.Wanted.Add(wanted);
        Send(wanted);
        if (Chance(15))
        {
            Send(wanted);
        }
    }

    private void Send(Wanted wanted)
    {
        var node = World.AnyNode();
        var answer = node.Core.CreateWithdrawalAsync(
            Context(wanted.Uid), new CreateWithdrawalRequest { RequestId = wanted.RequestId, Amount = wanted.Amount }, CancellationToken.None);
        _run.Send(Request(node, $"withdraw {wanted.Amount} by {wanted.Uid} as {wanted.RequestId}", answer, null,
            request => Model.JudgeWithdrawal(request, wanted, answer.Result, MayBeOverLimit)));
    }

    private bool MayBeOverLimit(long uid) => Model.Withdrawals.Values.Where(w => w.Uid == uid)
        .GroupBy(static w => w.CreatedAt / 86_400_000).Any(static day => day.Count() >= WithdrawalsPerDayMax);

    // What a user sees is what he won, whatever is stored of it and whether campaigns answer or not; without them only what is stored.
    private void List()
    {
        var uid = Any(_users);
        var node = World.AnyNode();
        var answer = node.Query.ListSubsidiesAsync(Context(uid), CancellationToken.None);
        var told = Model.Tokens.Where(t => t.Key.Uid == uid).Select(t => Model.Draws[t.Key].ExternalNo).ToList();
        _run.Send(Request(node, $"subsidies of {uid}", answer, null, request =>
        {
            var response = answer.Result;
            var shown = response.Items.FindAll(i => i.CampaignId == Model.CampaignId);
            Model.Require(response.Result.IsOk() || request.MayBeShed, $"the list of {uid} was answered {response.Result.Code}");
            var won = Model.Draws.Values.Where(d => d.Uid == uid && d.Amount > 0).ToList();
            Model.Require(shown.TrueForAll(i => won.Exists(w => (w.Amount, w.ExpiresAt) == (i.Amount, i.ExpiresAtMs))), $"{uid} sees what he did not win");
            Model.Require(!response.Result.IsOk() || response.Degraded.Count > 0 || shown.Count >= told.Count || World.NowMs > Model.Plan.EndsAtMs + (Model.Plan.TokenTtlSeconds * 1000L) + 80_000_000,
                $"{uid} was told {told.Count} wins and sees {shown.Count}");
        }));
    }

    private Request Request(Node node, string text, Task task, object? subject, Action<Request> judge, bool wasKnown = false) => new(text, task, judge)
    {
        Node = node,
        Sequence = Index,
        Subject = subject,
        WasKnown = wasKnown,
        IdleBefore = World.LastIdleAt,
        WasFaulty = World.MayBeFaulty(_app),
    };

    private CallContext Context(long uid) => new() { App = _app, Uid = uid };
}
