using Hongbao.Foundation.Chance;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Carries out a plan against a running server, waits until the money rests, and gathers what is to be seen.</summary>
internal sealed class DemoRun(DemoClient client, DemoPlan plan, TimeSpan deadline, TimeProvider clock, IRandomSource chance, IDemoProgress progress)
{
    private const long AdminUid = DemoPlanner.FirstUid - 1;
    private const int TtlSecondsMax = 30;

    // Questions at the same time; openings of a packet are not bounded by it.
    private const int ReadersMax = 16;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);


    /// <summary>Runs all of it.</summary>
    /// <exception cref="DemoStoppedException">It cannot be run there, or the server went away.</exception>
    public async Task<(DemoFacts Facts, DemoScene Scene)> RunAsync(CancellationToken cancellationToken)
    {
        var scene = await EnterAsync(cancellationToken);
        var adminToken = await client.TakeTokenAsync(AdminUid, "admin", cancellationToken);
        await using var faults = await FinanceFaultSwitch.ReadAsync(client, adminToken, clock, progress, cancellationToken);
        if (faults.WasOnBefore)
        {
            progress.Say("Finance misbehaves already: its fault switches were on before the demo began.");
        }

        var observer = new Observer(scene);
        var ledgerBefore = await ReadLedgerAsync(adminToken, cancellationToken);
        var before = await ReadAllAsync("Looking at wallets", plan.Uids, async uid =>
            (Balances: await observer.ReadBalancesAsync(uid, cancellationToken), Newest: await observer.ReadNewestEntryAsync(uid, cancellationToken)), cancellationToken);
        await PlayAsync(scene, faults, cancellationToken);
        await faults.PutBackAsync(cancellationToken);
        await AwaitRestAsync(scene, observer, cancellationToken);
        await ComeLateAsync(scene, cancellationToken);
        return (await GatherAsync(scene, observer, before, ledgerBefore, adminToken, cancellationToken), scene);
    }

    private async Task<DemoScene> EnterAsync(CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync("api/v1/limits", null, cancellationToken);
        var limits = answer.IsOk ? answer.Read<LimitsShape>() : throw new DemoStoppedException($"{client.Url} does not answer like a hongbao server ({answer.Summary}).");
        if (limits.MaxCount < DemoPlanner.CountMax || limits.MaxShare < DemoPlanner.ShareMax || limits.MinTtlSeconds > TtlSecondsMax)
        {
            throw new DemoStoppedException(
                $"The limits of {client.Url} are too narrow for the demo: it needs packets of {DemoPlanner.CountMax} shares, shares of {DemoPlanner.ShareMax} fen and a time to claim of at most {TtlSecondsMax} s "
                + "(settings Core:CountMax, Core:ShareMax, Core:TtlSecondsMin).");
        }

        var tokens = await ReadAllAsync("Greeting users", plan.Uids, uid => client.TakeTokenAsync(uid, "", cancellationToken), cancellationToken);
        return new DemoScene
        {
            Client = client,
            Plan = plan,
            RunId = chance.Hex(6),
            Currency = limits.Currency,
            ShortTtlSeconds = limits.MinTtlSeconds,
            Clock = clock,
            Tokens = tokens,
        };
    }

    /// <summary>Sends, pays and opens the packets in waves; finance misbehaves during some of them.</summary>
    private async Task PlayAsync(DemoScene scene, FinanceFaultSwitch faults, CancellationToken cancellationToken)
    {
        progress.Begin("Sending and opening packets", plan.Packets.Count);

        // So far apart that the first packets expire, and are refunded by a misbehaving finance, while the last are sent.
        var waveEvery = TimeSpan.FromSeconds(scene.ShortTtlSeconds) / 2;
        for (var wave = 0; wave < plan.Waves; wave++)
        {
            if (wave == plan.Faults.FirstWave)
            {
                await faults.TurnOnAsync(plan.Faults, cancellationToken);
                progress.Say("Finance is slow and forgetful from now on.");
            }

            var packets = plan.Packets.Where(p => p.Wave == wave).ToArray();
            await Task.WhenAll(packets.Select(async packet =>
            {
                await new PacketLife(scene, packet).RunAsync(cancellationToken);
                progress.Step();
            }).Append(scene.RestAsync(waveEvery, cancellationToken)));
            if (wave == plan.Faults.LastWave)
            {
                await faults.PutBackAsync(cancellationToken);
                progress.Say("Finance behaves as before.");
            }
        }
    }

    /// <summary>Waits until every packet and every claim is final and every total has caught up, or for the deadline.</summary>
    private async Task AwaitRestAsync(DemoScene scene, Observer observer, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var waiting = scene.Journal.Packets.Where(p => p.IsPaid).ToDictionary(p => p, _ => (PacketFacts?)null);
        var all = waiting.Count;
        progress.Begin("Waiting until all money rests", all);
        while (waiting.Count > 0 && clock.GetElapsedTime(start) < deadline)
        {
            foreach (var (packet, facts) in await ReadAllAsync(null, waiting.Keys, p => observer.ReadPacketAsync(p, waiting[p], isLastLook: false, cancellationToken), cancellationToken))
            {
                waiting[packet] = facts;
                if (facts is { Seen.IsFinal: true } && MoneyAudit.IsSettled(facts))
                {
                    waiting.Remove(packet);
                }
            }

            progress.Reach(all - waiting.Count);
            if (waiting.Count > 0)
            {
                await scene.RestAsync(LookEvery, cancellationToken);
            }
        }

        foreach (var (packet, facts) in waiting)
        {
            progress.Say($"Still in flight: packet {packet.PacketNo} ({packet.Plan.Scenario}) is {facts?.Seen?.Status.ToString() ?? "not there"}"
                + (facts?.Claims.Count(c => !c.IsFinal) is > 0 and var open ? $" with {open} claims that are not final" : ""));
        }
    }

    /// <summary>Once all is over: claimers ask again and get their claims, somebody else comes too late.</summary>
    private async Task ComeLateAsync(DemoScene scene, CancellationToken cancellationToken)
    {
        var claims = scene.Journal.Claims.ToLookup(c => c.PacketNo);
        var packets = scene.Journal.Packets.Where(p => p.IsPaid && p.Plan.Scenario != Scenario.Exclusive).ToArray();
        progress.Begin("Coming back and coming late", packets.Length);
        await Parallel.ForEachAsync(packets, ParallelWith(cancellationToken), async (packet, stop) =>
        {
            var life = new PacketLife(scene, packet.Plan);
            var over = packet.Plan.ExpiresSoon ? "PACKET_EXPIRED" : "PACKET_EXHAUSTED";
            if (claims[packet.PacketNo].FirstOrDefault() is { } claim)
            {
                await life.OpenAsync(packet.PacketNo, new Opener(claim.Uid, Repeats: false), over, stop);
            }

            var openers = packet.Plan.Openers.Select(o => o.Uid).ToHashSet();
            if (plan.Uids.FirstOrDefault(u => !openers.Contains(u)) is > 0 and var late)
            {
                await life.OpenAsync(packet.PacketNo, new Opener(late, Repeats: false), over, stop);
            }

            progress.Step();
        });
    }

    private async Task<DemoFacts> GatherAsync(
        DemoScene scene, Observer observer, IReadOnlyDictionary<long, (Balances Balances, long Newest)> before, LedgerShape ledgerBefore, string adminToken,
        CancellationToken cancellationToken)
    {
        var sent = scene.Journal.Packets;
        var packets = (await ReadAllAsync("Looking at packets", sent, p => observer.ReadPacketAsync(p, null, isLastLook: true, cancellationToken), cancellationToken)).Values.ToArray();
        await AwaitTotalsAsync(observer, packets, before, cancellationToken);
        var users = (await ReadAllAsync("Looking at wallets again", plan.Uids, async uid => new UserFacts
        {
            Uid = uid,
            Before = before[uid].Balances,
            Entries = await observer.ReadEntriesAsync(scene.Tokens[uid], e => e.EntryNo > before[uid].Newest, cancellationToken),
            After = await observer.ReadBalancesAsync(uid, cancellationToken),
        }, cancellationToken)).Values.ToList();
        users.AddRange(await ReadGuestsAsync(observer, packets, cancellationToken));
        var ledger = await ReadLedgerAsync(adminToken, cancellationToken);
        return new DemoFacts
        {
            Packets = packets,
            Claims = scene.Journal.Claims,
            Refusals = scene.Journal.Refusals,
            Users = users,
            Incidents = scene.Journal.Incidents,
            LedgerFaults = ledger.Faults,
            LedgerBefore = ledgerBefore.ToTotals(scene.Currency),
            LedgerAfter = ledger.ToTotals(scene.Currency),
        };
    }

    /// <summary>Finance's sums, and the faults that it finds itself.</summary>
    /// <exception cref="DemoStoppedException">They cannot be read.</exception>
    private async Task<LedgerShape> ReadLedgerAsync(string adminToken, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync("ops/v1/finance/ledger", adminToken, cancellationToken);
        return answer.IsOk
            ? answer.Read<LedgerShape>()
            : throw new DemoStoppedException($"The ledger of finance at {client.Url}ops/v1/finance/ledger cannot be read ({answer.Summary}); the demo needs the reference finance.");
    }

    /// <summary>The lists of received shares follow the claims by messages; they may be a moment behind.</summary>
    private async Task AwaitTotalsAsync(
        Observer observer, PacketFacts[] packets, IReadOnlyDictionary<long, (Balances Balances, long Newest)> before, CancellationToken cancellationToken)
    {
        var due = packets.SelectMany(p => p.Claims).Where(c => c.Status != Contracts.ClaimStatus.Failed).ToLookup(c => c.Uid, c => c.Amount);
        var behind = plan.Uids.ToHashSet();
        var start = clock.GetTimestamp();
        while (true)
        {
            foreach (var (uid, totals) in await ReadAllAsync(null, behind, uid => observer.ReadReceivedAsync(uid, cancellationToken), cancellationToken))
            {
                if (totals.Count - before[uid].Balances.ReceivedCount == due[uid].Count() && totals.Amount - before[uid].Balances.ReceivedAmount == due[uid].Sum())
                {
                    behind.Remove(uid);
                }
            }

            if (behind.Count == 0 || clock.GetElapsedTime(start) > deadline)
            {
                return;
            }

            await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }

    /// <summary>Someone who is not of the demo may have opened a public packet meanwhile: his statement counts as well.</summary>
    private async Task<IReadOnlyCollection<UserFacts>> ReadGuestsAsync(Observer observer, PacketFacts[] packets, CancellationToken cancellationToken)
    {
        var uids = plan.Uids.ToHashSet();
        var guests = packets.SelectMany(p => p.Claims).Select(c => c.Uid).Where(u => !uids.Contains(u)).Distinct().ToArray();
        var ours = packets.Select(p => p.PacketNo).ToHashSet();
        return (await ReadAllAsync(null, guests, async uid =>
        {
            var token = await client.TakeTokenAsync(uid, "", cancellationToken);
            var entries = await observer.ReadEntriesAsync(token, _ => true, cancellationToken);
            return new UserFacts { Uid = uid, Entries = [.. entries.Where(e => ours.Contains(e.PacketNo))] };
        }, cancellationToken)).Values.ToArray();
    }

    /// <summary>Reads something for each key, a bounded number at the same time; in the order of the keys.</summary>
    private async Task<IReadOnlyDictionary<TKey, TValue>> ReadAllAsync<TKey, TValue>(
        string? stage, IReadOnlyCollection<TKey> keys, Func<TKey, Task<TValue>> read, CancellationToken cancellationToken)
        where TKey : notnull
    {
        if (stage is not null)
        {
            progress.Begin(stage, keys.Count);
        }

        var order = keys.ToArray();
        var values = new TValue[order.Length];
        await Parallel.ForEachAsync(Enumerable.Range(0, order.Length), ParallelWith(cancellationToken), async (i, _) =>
        {
            values[i] = await read(order[i]);
            if (stage is not null)
            {
                progress.Step();
            }
        });
        return order.Zip(values).ToDictionary(p => p.First, p => p.Second);
    }

    private static ParallelOptions ParallelWith(CancellationToken cancellationToken) =>
        new() { MaxDegreeOfParallelism = ReadersMax, CancellationToken = cancellationToken };
}
