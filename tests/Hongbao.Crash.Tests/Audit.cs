using System.Text.Json;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>Counts every cent after the last restart, from outside and then in the tables of the stopped server.</summary>
internal sealed class Audit(World world, Api api, TestDatabase database)
{
    private static readonly string[] FinalStates = ["EXHAUSTED", "REFUNDED", "CLOSED"];

    private const string OpenPayments = "select pay_order_no from payments where state in (1, 3)";

    // Accounts that money only passes.
    private static readonly string[] Passages = ["escrow", "campaign-hold", "in-transit"];
    private readonly RainAudit? _rain = world.Rain is null ? null : new RainAudit(world, world.Rain, api, new RainClient(world, world.Rain, api, new Random(0)));
    private readonly List<string> _faults = [];
    private long _toChange;
    private long _toReward;
    private long _refunded;

    /// <summary>What the last look found that still moves.</summary>
    public string Waiting { get; private set; } = "";

    /// <summary>True once nothing moves any more.</summary>
    public async Task<bool> IsQuietAsync()
    {
        Waiting = await WaitsForAsync() ?? "";
        return Waiting.Length == 0;
    }

    private async Task<string?> WaitsForAsync()
    {
        foreach (var packet in world.Packets)
        {
            if (packet.PacketNo is null)
            {
                return $"request {packet.RequestId}";
            }

            var status = (await DetailAsync(packet)).GetProperty("status").GetString();
            if (!FinalStates.Contains(status))
            {
                return $"packet {packet.PacketNo} in {status}";
            }

            // Its escrow stays empty, whatever its claims wait for.
            if (packet.Win is { IsForged: true })
            {
                foreach (var claim in await ClaimsAsync(packet))
                {
                    if ((await OwnAsync(claim)).GetProperty("status").GetString() is not ("FAILED" or "TRANSFERRED"))
                    {
                        return $"claim {claim} of the forged packet {packet.PacketNo}";
                    }
                }
            }
        }

        if (_rain is not null && await _rain.WaitsForAsync() is { } rain)
        {
            return rain;
        }

        // An unpaid packet is closed before finance has closed its payment, which may have to be asked again when a killed process no longer can. Nobody outside sees that.
        if (await NumbersAsync(database.Open("core"), OpenPayments) is { Length: > 0 } payments)
        {
            return $"payments {string.Join(", ", payments)}";
        }

        // Every packet's money has left its escrow: claims are transferred, what was refused is refunded or set aside.
        return (await LedgerAsync()).Find(static l => Passages.Contains(l.GetProperty("kind").GetString()) && l.GetProperty("balance").GetInt64() != 0) is { ValueKind: JsonValueKind.Object } line
            ? line.ToString()
            : null;
    }

    /// <summary>Everything that is wrong as a client sees it.</summary>
    public async Task<List<string>> FromOutsideAsync()
    {
        foreach (var packet in world.Packets)
        {
            await CheckPacketAsync(packet);
        }

        if (_rain is not null)
        {
            _faults.AddRange(await _rain.FromOutsideAsync());
        }

        var change = 0L;
        var reward = 0L;
        var receivedByUsers = 0L;
        for (var uid = World.FirstUid; uid < World.FirstUid + world.Users; uid++)
        {
            var entries = await PagesAsync("/api/v1/me/wallet/entries?limit=100", uid);
            var wallet = (await api.SendAsync(HttpMethod.Get, "/api/v1/me/wallet", uid)).Body;
            foreach (var account in new[] { "change", "reward" })
            {
                var balance = wallet.GetProperty(account).GetInt64();
                Require(balance == entries.Where(e => e.GetProperty("account").GetString() == account).Sum(e => e.GetProperty("amount").GetInt64()),
                    $"user {uid} has {balance} on {account}, which is not the sum of his entries");
            }

            change += wallet.GetProperty("change").GetInt64();
            reward += wallet.GetProperty("reward").GetInt64();
            receivedByUsers += entries.Where(e => e.GetProperty("kind").GetString() == "transfer").Sum(e => e.GetProperty("amount").GetInt64());

            var received = await PagesAsync("/api/v1/me/packets/received?limit=100", uid);
            var told = world.Packets.Where(p => p.Claims.ContainsKey(uid)).Select(p => p.Claims[uid].ClaimNo);
            Require(!told.Except(received.Select(r => r.GetProperty("claimNo").GetString()!)).Any(), $"user {uid} misses shares in his list");
        }

        var transferred = _toChange + _toReward;
        var withdrawn = _rain?.Withdrawn ?? 0;
        Require(receivedByUsers == transferred, $"claims say {transferred} transferred, wallets {receivedByUsers}");
        var ledger = await LedgerAsync();
        var unclaimed = ledger.Where(l => l.GetProperty("kind").GetString() == "unclaimed").Sum(l => l.GetProperty("balance").GetInt64());
        var inside = -ledger.Where(l => l.GetProperty("kind").GetString() == "outside").Sum(l => l.GetProperty("balance").GetInt64());
        // What senders paid is with users or set aside; what campaigns gave is with users or withdrawn.
        Require(change + unclaimed == _toChange + _refunded, $"on change {change}, set aside {unclaimed}; transferred {_toChange}, refunded {_refunded}");
        Require(reward == _toReward - withdrawn, $"on reward {reward}; transferred {_toReward}, withdrawn {withdrawn}");
        Require(_toReward == (_rain?.Claimed ?? 0), $"{_toReward} transferred of campaigns' money, their books say {_rain?.Claimed}");
        Require(inside == change + unclaimed + reward, $"inside {inside}, on change {change}, set aside {unclaimed}, on reward {reward}: {inside - change - unclaimed - reward} off");
        Summary = $"{world.Packets.Count} packets, {world.Packets.Sum(p => p.Claims.Count)} claims told; paid {inside - reward} = transferred {_toChange} + refunded {_refunded - unclaimed} + set aside {unclaimed}"
            + (_rain is null ? "" : $"; {_rain.Summary}");
        return _faults;
    }

    /// <summary>The figures, for people.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Everything that is wrong in the tables of the stopped server.</summary>
    public static async Task<List<string>> InTablesAsync(TestDatabase database)
    {
        var faults = new List<string>();
        var core = database.Open("core");
        var async = database.Open("async");
        var claims = await NumbersAsync(core, "select claim_no from claims where state <> 4");
        var failed = await NumbersAsync(core, "select claim_no from claims where state = 4");
        Same("claims that did not fail and transfers that succeeded", claims, await NumbersAsync(async, "select claim_no from transfers where state = 2"));
        Same("failed claims and failed transfers", failed, await NumbersAsync(async, "select claim_no from transfers where state = 3"));
        // Where no money ever came there is nothing to give back.
        var funded = await NumbersAsync(async, "select claim_no from transfers where state = 3 and packet_no not in (select packet_no from fundings where state = 3)");
        Same("failed transfers and their refunds", funded, await NumbersAsync(async, "select cause_no from refunds where cause = 2"));
        Same("expired packets and their refunds",
            await NumbersAsync(core, "select packet_no from packets where state in (4, 5, 6)"), await NumbersAsync(async, "select cause_no from refunds where cause = 1"));
        Same("late payments and their refunds",
            await NumbersAsync(core, "select pay_order_no from payments where state = 5"), await NumbersAsync(async, "select cause_no from refunds where cause = 3"));
        None("transfers without an end", await NumbersAsync(async, "select transfer_no from transfers where state = 1"));
        None("refunds without an end", await NumbersAsync(async, "select refund_no from refunds where state not in (2, 5, 6)"));
        Same("refunds that are void and packets that expired without money",
            await NumbersAsync(async, "select packet_no from refunds where state = 6"),
            (await NumbersAsync(async, "select r.packet_no from refunds r join fundings f on f.packet_no = r.packet_no where f.state = 3")));
        None("payments without an end", await NumbersAsync(core, OpenPayments));
        None("packets whose figures are not their claims", await NumbersAsync(core, """
            select p.packet_no from packets p left join claims c on c.packet_no = p.packet_no group by p.packet_no, p.claimed_amount, p.claimed_count, p.amount, p.closed_amount, p.state
            having p.claimed_amount <> coalesce(sum(c.amount), 0) or p.claimed_count <> count(c.claim_no) or max(c.seq) <> count(c.claim_no)
              or (p.state in (3, 6) and p.claimed_amount + p.closed_amount <> p.amount)
            """));
        foreach (var store in new[] { core, async })
        {
            None($"dead messages of {store.Module}", await NumbersAsync(store, "select id from outbox where state = 1"));
        }

        faults.AddRange(await RainAudit.InTablesAsync(database));
        return faults;

        void None(string what, long[] numbers)
        {
            if (numbers.Length > 0)
            {
                faults.Add($"{what}: {string.Join(", ", numbers)}");
            }
        }

        void Same(string what, long[] one, long[] other)
        {
            if (!one.Order().SequenceEqual(other.Order()))
            {
                faults.Add($"{what} differ: {string.Join(", ", one.Except(other))} against {string.Join(", ", other.Except(one))}");
            }
        }
    }

    /// <summary>What has no end yet, for people.</summary>
    public static async Task<string> OpenAsync(TestDatabase database)
    {
        var lines = new List<string>();
        foreach (var (module, sql) in new[]
        {
            ("core", "select 'packet ' || packet_no || ' in ' || state from packets where state not in (3, 6, 7)"),
            ("core", "select 'payment ' || pay_order_no || ' in ' || state from payments where state in (1, 3)"),
            ("async", "select 'transfer ' || transfer_no || ' in ' || state from transfers where state = 1"),
            ("async", "select 'refund ' || refund_no || ' in ' || state from refunds where state not in (2, 5, 6)"),
            ("async", "select 'funding ' || packet_no || ' in ' || state from fundings where state = 1"),
            ("async", "select 'payout ' || withdrawal_no || ' in ' || state from payouts where state = 1"),
            ("core", "select 'subsidy ' || subsidy_no || ' in ' || state from subsidies where state = 2"),
            ("campaign", "select 'budget order ' || order_no || ' in ' || state from budget_orders where state = 1"),
            ("campaign", "select 'campaign outbox ' || topic || ': ' || count(*) || ', attempts ' || max(attempts) || ', due in ' || (min(visible_at) - now_ms()) from outbox group by topic"),
            ("campaign", "select 'campaign due ' || kind || ': ' || count(*) || ', in ' || (min(next_check_at) - now_ms()) from due group by kind"),
            ("core", "select 'core outbox ' || topic || ': ' || count(*) || ', attempts ' || max(attempts) || ', due in ' || (min(visible_at) - now_ms()) from outbox group by topic"),
            ("async", "select 'async outbox ' || topic || ': ' || count(*) || ', attempts ' || max(attempts) || ', due in ' || (min(visible_at) - now_ms()) from outbox group by topic"),
            ("core", "select 'core due ' || kind || ': ' || count(*) || ', in ' || (min(next_check_at) - now_ms()) from due group by kind"),
            ("async", "select 'async due ' || kind || ': ' || count(*) || ', in ' || (min(next_check_at) - now_ms()) from due group by kind"),
        })
        {
            await using var session = await database.Open(module).ReadAsync(default);
            lines.AddRange(await session.QueryAsync<string>(sql, null, default));
        }

        return string.Join('\n', lines);
    }

    private static async Task<long[]> NumbersAsync(IStore store, string sql)
    {
        await using var session = await store.ReadAsync(default);
        return [.. await session.QueryAsync<long>(sql, null, default)];
    }

    private async Task CheckPacketAsync(SentPacket packet)
    {
        var detail = await DetailAsync(packet);
        var status = detail.GetProperty("status").GetString()!;
        var refunded = detail.GetProperty("refundedAmount").GetInt64();
        var claims = status == "CLOSED" ? [] : await ClaimsAsync(packet);
        var repeat = await CreateAgainAsync(packet);
        Require(repeat.IsOk && repeat.Body.GetProperty("packetNo").GetString() == packet.PacketNo, $"request {packet.RequestId} no longer gives packet {packet.PacketNo}: {repeat}");
        Require(claims.Select(c => c.GetProperty("seq").GetInt32()).SequenceEqual(Enumerable.Range(1, claims.Count)), $"packet {packet.PacketNo} has gaps in its claims");
        Require(claims.Count <= packet.Count && (status != "EXHAUSTED" || claims.Count == packet.Count), $"packet {packet.PacketNo} is {status} with {claims.Count} of {packet.Count} claims");
        Require(claims.Select(c => c.GetProperty("uid").GetString()).Distinct().Count() == claims.Count, $"packet {packet.PacketNo} paid a user twice");
        Require(claims.Sum(c => c.GetProperty("amount").GetInt64()) == detail.GetProperty("claimedAmount").GetInt64(), $"packet {packet.PacketNo} shows another sum than its claims'");

        var transferred = 0L;
        foreach (var claim in claims)
        {
            var own = await OwnAsync(claim);
            var claimStatus = own.GetProperty("status").GetString();
            Require(claimStatus is "TRANSFERRED" or "FAILED", $"claim {own.GetProperty("claimNo")} is {claimStatus}");
            transferred += claimStatus == "TRANSFERRED" ? own.GetProperty("amount").GetInt64() : 0;
        }

        foreach (var (uid, told) in packet.Claims)
        {
            Require(
                claims.Any(c => c.GetProperty("claimNo").GetString() == told.ClaimNo && c.GetProperty("amount").GetInt64() == told.Amount && c.GetProperty("uid").GetString() == uid.ToString()),
                $"the claim {told} that user {uid} was told of is gone from packet {packet.PacketNo}");
            var again = await api.SendAsync(HttpMethod.Post, $"/api/v1/packets/{packet.PacketNo}/claims", uid);
            Require(again.IsOk && again.Body.GetProperty("claimNo").GetString() == told.ClaimNo, $"user {uid} asks for his claim {told} again and gets {again}");
        }

        Require(packet.Win is { IsForged: true } ? transferred + refunded == 0 : status == "CLOSED" ? refunded is 0 || refunded == packet.Amount : transferred + refunded == packet.Amount,
            $"packet {packet.PacketNo} ({status}) of {packet.Amount}: transferred {transferred}, refunded {refunded}");
        if (packet.Win is null)
        {
            _toChange += transferred;
            _refunded += refunded;
        }
        else
        {
            _toReward += transferred;
        }
    }

    private async Task<JsonElement> DetailAsync(SentPacket packet) =>
        (await api.SendAsync(HttpMethod.Get, $"/api/v1/packets/{packet.PacketNo}", packet.Sender)).Body;

    private Task<List<JsonElement>> ClaimsAsync(SentPacket packet) => PagesAsync($"/api/v1/packets/{packet.PacketNo}/claims?limit=100", packet.Sender);

    // A claim as its user sees it.
    private async Task<JsonElement> OwnAsync(JsonElement claim) =>
        (await api.GetAsync($"/api/v1/claims/{claim.GetProperty("claimNo").GetString()}", long.Parse(claim.GetProperty("uid").GetString()!, null))).Body;

    private Task<Answer> CreateAgainAsync(SentPacket packet) => api.SendAsync(HttpMethod.Post, "/api/v1/packets", packet.Sender, packet.Body);

    private async Task<List<JsonElement>> LedgerAsync()
    {
        var ledger = (await api.SendAsync(HttpMethod.Get, "/ops/v1/finance/ledger", 1, role: "operator")).Body;
        foreach (var fault in ledger.GetProperty("faults").EnumerateArray())
        {
            Require(false, "ledger: " + fault.GetString());
        }

        return [.. ledger.GetProperty("lines").EnumerateArray()];
    }

    private async Task<List<JsonElement>> PagesAsync(string path, long uid)
    {
        var items = new List<JsonElement>();
        for (var cursor = ""; ;)
        {
            var page = (await api.SendAsync(HttpMethod.Get, cursor.Length == 0 ? path : $"{path}&cursor={cursor}", uid)).Body;
            items.AddRange(page.GetProperty("items").EnumerateArray());
            if (!page.TryGetProperty("next", out var next) || next.ValueKind != JsonValueKind.String)
            {
                return items;
            }

            cursor = next.GetString()!;
        }
    }

    private void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            _faults.Add(otherwise);
        }
    }
}
