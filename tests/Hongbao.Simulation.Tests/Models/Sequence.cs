using System.Globalization;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Signing;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>One random sequence of operations: a sender, his packets, and the users around them. Its own seed decides everything.</summary>
internal sealed class Sequence
{
    private const int PacketsMax = 3;
    private readonly SimulationRun _run;
    private readonly SeededRandomSource _dice;
    private readonly long[] _users;
    private readonly string _app;
    private readonly long _sender;
    private readonly Dictionary<string, CreateModel> _creates = [];
    private readonly List<CreateModel> _wishes = [];
    private readonly List<PacketModel> _packets = [];

    public Sequence(SimulationRun run, int index, long seed, int operationsMax)
    {
        _run = run;
        Index = index;
        _dice = new SeededRandomSource(seed);
        OperationsLeft = Math.Min(5 + _dice.Below(8) + (_dice.Below(6) == 0 ? _dice.Below(28) : 0), operationsMax);
        // Neighbours have the same users in different apps.
        _app = World.Apps[index % World.Apps.Length];
        _sender = 1_000_000 + (index / World.Apps.Length * 100);
        _users = [.. Enumerable.Range(1, 3 + _dice.Below(9)).Select(i => _sender + i)];
    }

    public int Index { get; }

    public int OperationsLeft { get; private set; }

    public IReadOnlyList<PacketModel> Packets => _packets;

    /// <summary>What became of the requests to create, by request id.</summary>
    public IEnumerable<CreateModel> Creates => _creates.Values;

    public string App => _app;

    public long Sender => _sender;

    private bool Chance(int percent) => _dice.Below(100) < percent;

    private T Any<T>(IReadOnlyList<T> items) => items[_dice.Below(items.Count)];

    /// <summary>The next operation: sends its requests and does not wait for them.</summary>
    public void Act(bool isMute)
    {
        OperationsLeft--;
        if (isMute)
        {
            return;
        }

        var unpaid = _packets.FindAll(p => p.IsUnpaid);
        var dice = _dice.Below(100);
        if (_packets.Count == 0 || (dice < 9 && _packets.Count < PacketsMax))
        {
            Create(NewWish());
        }
        else if (dice < 12)
        {
            CreateBadly();
        }
        else if (dice < 18)
        {
            Repeat();
        }
        else if (unpaid.Count > 0 && dice < 60)
        {
            Pay(Any(unpaid));
        }
        else if (dice < 22)
        {
            Pay(Any(_packets));
        }
        else if (dice < 86)
        {
            Claim(Any(_packets));
        }
        else if (dice < 91)
        {
            SetContent(Any(_packets));
        }
        else
        {
            CallBack();
        }
    }

    /// <summary>A created packet is known from now on.</summary>
    public void Add(PacketModel packet) => _packets.Add(packet);

    private CreateModel NewWish()
    {
        var count = 1 + _dice.Below(Chance(70) ? 4 : 10);
        var split = (SplitKind)(1 + _dice.Below(3));
        var share = _dice.Below(5) switch { 0 => 1, 1 => World.ShareMax, _ => 1 + _dice.Below((int)World.ShareMax) };
        var amount = split == SplitKind.Equal ? count * share : Math.Clamp((count * share) + _dice.Below(7) - 3, count, count * World.ShareMax);
        var scope = Chance(60) ? ScopeKind.Public : (ScopeKind)(2 + _dice.Below(3));
        var wish = new CreateModel($"r{_creates.Count}", new CreatePacketRequest
        {
            RequestId = $"r{_creates.Count}",
            Amount = amount,
            Count = count,
            Currency = "CNY",
            Split = split,
            Scope = scope,
            ScopeUids = scope == ScopeKind.Exclusive ? [.. _users.Where(_ => Chance(60)).Append(_users[0]).Distinct()] : [],
            Greeting = Chance(30) ? "恭喜发财 🧧" : "",
            ContentId = Chance(20) ? "first" : "",
            TtlSeconds = _dice.Below(10) switch { < 3 => 1 + _dice.Below(5), < 8 => 10 + _dice.Below(50), _ => 600 },
        });
        _creates.Add(wish.RequestId, wish);
        _wishes.Add(wish);
        return wish;
    }

    private void Create(CreateModel model)
    {
        Send(model);
        if (Chance(15))
        {
            Send(model);
        }
    }

    private void Send(CreateModel model)
    {
        var node = _run.World.AnyNode();
        var answer = node.Core.CreatePacketAsync(Context(_sender), model.Wish with { }, CancellationToken.None);
        var sentAt = _run.World.NowMs;
        model.Sent++;
        _run.Send(Request(node, $"create {model.RequestId}: {model.Wish.Amount} in {model.Wish.Count} {model.Wish.Split} {model.Wish.Scope} ttl {model.Wish.TtlSeconds}", answer, null, request =>
        {
            if (model.Judge(this, request, answer.Result, sentAt, _run.World.NowMs) is { } packet)
            {
                Add(packet);
            }
        }));
    }

    private void Repeat()
    {
        var model = Any(_wishes);
        if (Chance(60) || model.PacketNo == 0)
        {
            Send(model);
            return;
        }

        var other = model.Wish with { };
        _ = _dice.Below(3) switch
        {
            0 => other.Amount = other.Amount == other.Count ? other.Count * World.ShareMax : other.Count,
            1 => other.TtlSeconds++,
            _ => (other.Greeting = other.Greeting.Length == 0 ? "x" : "").Length,
        };
        var node = _run.World.AnyNode();
        var answer = node.Core.CreatePacketAsync(Context(_sender), other, CancellationToken.None);
        _run.Send(Request(node, $"create {model.RequestId} again with other content", answer, null, request =>
            Require(answer.Result.Result.Code == ResultCode.IdempotencyMismatch || (request.MayBeShed && answer.Result.Result.Code == ResultCode.Overloaded),
                $"other content under {model.RequestId} was answered {answer.Result.Result.Code}")));
    }

    private void CreateBadly()
    {
        var wish = new CreatePacketRequest { RequestId = "bad", Amount = 10, Count = 2, Currency = "CNY", Split = SplitKind.Random, Scope = ScopeKind.Public, TtlSeconds = 10 };
        var field = _dice.Below(8) switch
        {
            0 => (wish.Amount = 1, "amount").Item2,
            1 => (wish.Amount = (2 * World.ShareMax) + 1, "amount").Item2,
            2 => (wish.Count = 0, "count").Item2,
            3 => (wish.Currency = "USD", "currency").Item2,
            4 => (wish.TtlSeconds = -1, "ttlSeconds").Item2,
            5 => (wish.Scope = ScopeKind.Exclusive, "scope.uids").Item2,
            6 => (wish.RequestId = "", "requestId").Item2,
            _ => (wish.Greeting = Moderation.Rejected, "").Item2,
        };
        var node = _run.World.AnyNode();
        var answer = node.Core.CreatePacketAsync(Context(_sender), wish, CancellationToken.None);
        _run.Send(Request(node, $"create badly: {field}", answer, null, _ =>
        {
            var result = answer.Result.Result;
            Require(field.Length == 0 ? result.Code == ResultCode.ContentRejected : result.Code == ResultCode.ValidationFailed && result.Faults.Select(f => f.Field).SequenceEqual([field]),
                $"a bad {field} was answered {result.Code} {string.Join(",", result.Faults.Select(f => f.Field))}");
        }));
    }

    private void Pay(PacketModel packet)
    {
        PressAt(packet, Chance(92) ? _sender : _users[0], Chance(12) ? 1 : Chance(8) ? 2 : 3);
        if (Chance(15))
        {
            PressAt(packet, _sender, 3);
        }
    }

    // 1: only looks; 2: leaves after the button; 3: waits for the answer.
    private void PressAt(PacketModel packet, long uid, int depth)
    {
        var node = _run.World.AnyNode();
        packet.MayBeDelayed |= _run.World.MayBeFaulty(_app);
        if (depth > 1 && uid == _sender && packet.IsPaid == false)
        {
            packet.IsPaid = null;
        }

        var outcome = PayAsync();
        _run.Send(Request(node, $"pay {packet.PacketNo} by {uid}, depth {depth}", outcome, packet, request => packet.JudgePayment(request, uid, outcome.Result, _run.World.NowMs)));

        async Task<PayOutcome> PayAsync()
        {
            var order = new PaymentRequest { PayOrderNo = packet.PayOrderNo };
            var prepared = await node.Core.PreparePaymentAsync(Context(uid), order, CancellationToken.None);
            if (depth == 1)
            {
                return new PayOutcome(prepared, null, null);
            }

            var pressed = await node.Finance.PayAsync(Context(uid), new FinanceNumber { Number = packet.PayOrderNo }, CancellationToken.None);
            return depth == 2
                ? new PayOutcome(prepared, pressed, null)
                : new PayOutcome(prepared, pressed, await node.Core.CheckPaymentAsync(Context(uid), order, CancellationToken.None));
        }
    }

    private void Claim(PacketModel packet)
    {
        switch (_dice.Below(20))
        {
            case < 4:
                // Everybody at once.
                foreach (var uid in _users.Where(_ => Chance(80)))
                {
                    ClaimBy(packet, _app, uid);
                }

                return;
            case 4:
                ClaimBy(packet, _app, _sender);
                return;
            case 5:
                ClaimBy(packet, _app == World.Apps[0] ? World.Apps[1] : World.Apps[0], Any(_users));
                return;
            case 6:
                // The same user from two places.
                var twice = Any(_users);
                ClaimBy(packet, _app, twice);
                ClaimBy(packet, _app, twice);
                return;
            case 7 when packet.Claims.Count > 0:
                ClaimBy(packet, _app, Any([.. packet.Claims.Keys.Order()]));
                return;
            default:
                ClaimBy(packet, _app, Any(_users));
                return;
        }
    }

    private void ClaimBy(PacketModel packet, string app, long uid)
    {
        var node = _run.World.AnyNode();
        if (app == _app)
        {
            packet.Ask(uid);
        }

        var isSilent = packet.Wish.Scope is ScopeKind.Followers or ScopeKind.Friends && _run.World.Relations.Silent.Contains(_sender);
        var answer = node.Core.ClaimAsync(new CallContext { App = app, Uid = uid }, new ClaimRequest { PacketNo = packet.PacketNo }, CancellationToken.None);
        _run.SendClaim(Request(node, $"claim {packet.PacketNo} by {uid}{(app == _app ? "" : " of another app")}", answer, packet,
            request => packet.JudgeClaim(request, app, uid, answer.Result, _run.World.NowMs),
            wasKnown: app == _app && packet.Claims.ContainsKey(uid), isSilent));
    }

    private void SetContent(PacketModel packet)
    {
        var node = _run.World.AnyNode();
        var uid = Chance(80) ? _sender : Any(_users);
        var app = Chance(95) ? _app : World.Apps[_app == World.Apps[0] ? 1 : 0];
        var content = Chance(70) ? "first" : "second";
        var answer = node.Core.SetContentAsync(new CallContext { App = app, Uid = uid }, new SetContentRequest { PacketNo = packet.PacketNo, ContentId = content }, CancellationToken.None);
        _run.Send(Request(node, $"bind {packet.PacketNo} to {content} by {uid} of {app}", answer, packet, request => packet.JudgeContent(request, app, uid, content, answer.Result)));
    }

    // What somebody on the network could send, and what finance could send by mistake.
    private void CallBack()
    {
        var packet = Any(_packets);
        var world = _run.World;
        var callback = Genuine(packet.PayOrderNo, "payment", packet.Wish.Amount);
        var kept = world.Callbacks.Kept.Count > 0 ? Any(world.Callbacks.Kept) : null;
        switch (_dice.Below(6))
        {
            case 0:
                callback.Signature = new CallbackSignature([.. Enumerable.Repeat((byte)1, 32)]).Sign(callback.Timestamp, callback.Nonce, callback.Body);
                Deliver("forged by another key", callback, ResultCode.Unauthenticated);
                break;
            case 1:
                callback.Timestamp = (world.Clock.GetUtcNow().ToUnixTimeSeconds() - 301).ToString(CultureInfo.InvariantCulture);
                callback.Signature = World.Signature.Sign(callback.Timestamp, callback.Nonce, callback.Body);
                Deliver("too old", callback, ResultCode.Unauthenticated);
                break;
            case 2 when kept is not null:
                Deliver("genuine with another nonce", kept with { Nonce = kept.Nonce + "0" }, ResultCode.Unauthenticated);
                break;
            case 3 when kept is not null:
                // Once accepted it has no effect; too old it is refused; never accepted it is what finance would send again.
                Deliver("replayed", kept with { }, ResultCode.Ok, ResultCode.Unauthenticated);
                break;
            case 4:
                // Genuine, and wrong: nothing changes, and somebody is called.
                world.ExpectedAlerts.Add(("payment.mismatch", packet.PayOrderNo.ToString(CultureInfo.InvariantCulture)));
                Deliver("of another amount", Genuine(packet.PayOrderNo, "payment", packet.Wish.Amount + 1), ResultCode.ValidationFailed);
                break;
            default:
                Deliver("of an unknown order", Genuine(long.MaxValue - _dice.Below(1000), Any(new[] { "payment", "transfer", "refund", "setAside" }), packet.Wish.Amount), ResultCode.NotFound);
                break;
        }
    }

    private FinanceCallbackRequest Genuine(long number, string kind, long amount)
    {
        var callback = new FinanceCallbackRequest
        {
            Timestamp = _run.World.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            Nonce = _dice.Hex(16),
            Body = JsonSerializer.Serialize(new
            {
                items = new[] { new { kind, number = number.ToString(CultureInfo.InvariantCulture), app = _app, status = "SUCCEEDED", amount, currency = "CNY", occurredAt = "2026-03-01T00:00:00.000Z" } },
            }),
        };
        callback.Signature = World.Signature.Sign(callback.Timestamp, callback.Nonce, callback.Body);
        return callback;
    }

    private void Deliver(string what, FinanceCallbackRequest callback, params ResultCode[] allowed)
    {
        var node = _run.World.AnyNode();
        var answer = _run.World.CallBackAsync(node, callback);
        _run.Send(Request(node, $"callback {what}: {callback.Body}", answer, null, request => Require(
            allowed.Contains(answer.Result.Result.Code) || (request.MayBeShed && answer.Result.Result.Code == ResultCode.Overloaded),
            $"a callback {what} was answered {answer.Result.Result.Code}")));
    }

    private Request Request(Node node, string text, Task task, PacketModel? packet, Action<Request> judge, bool wasKnown = false, bool isSilent = false) => new(text, task, judge)
    {
        Node = node,
        Sequence = Index,
        Subject = packet,
        From = packet?.Status ?? default,
        FromPayment = packet?.Seen.Payment ?? default,
        WasKnown = wasKnown,
        IsScopeSilent = isSilent,
        IdleBefore = _run.World.LastIdleAt,
        WasFaulty = _run.World.MayBeFaulty(_app),
    };

    private CallContext Context(long uid) => new() { App = _app, Uid = uid };

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ModelViolation(Index, otherwise);
        }
    }
}
