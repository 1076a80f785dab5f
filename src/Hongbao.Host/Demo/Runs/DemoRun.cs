using Hongbao.Foundation.Chance;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Carries out a plan against a running server, waits until the money rests, and gathers what is to be seen.</summary>
internal sealed class DemoRun(DemoClient client, DemoPlan plan, TimeSpan deadline, TimeProvider clock, IRandomSource chance, IDemoProgress progress)
{
    private const long AdminUid = DemoPlanner.FirstUid - 1;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400);

    /// <summary>Runs all of it.</summary>
    /// <exception cref="DemoStoppedException">It cannot be run there, or the server went away.</exception>
    public async Task<(DemoFacts Facts, DemoScene Scene)> RunAsync(CancellationToken cancellationToken)
    {
        var scene = await Entrance.EnterAsync(client, plan.Uids, clock, chance, progress, cancellationToken);
        var adminToken = await client.TakeTokenAsync(AdminUid, "admin", cancellationToken);
        await using var faults = await FinanceFaultSwitch.ReadAsync(client, adminToken, clock, progress, cancellationToken);
        if (faults.WasOnBefore)
        {
            progress.Say("Finance misbehaves already: its fault switches were on before the demo began.");
        }

        var observer = new Observer(scene);
        var ledgerBefore = await observer.ReadLedgerAsync(adminToken, cancellationToken);
        var before = await progress.ReadAllAsync("Looking at wallets", plan.Uids, async uid =>
            (Balances: await observer.ReadBalancesAsync(uid, cancellationToken), Newest: await observer.ReadNewestEntryAsync(uid, cancellationToken)), cancellationToken);
        await PlayAsync(scene, faults, cancellationToken);
        await faults.PutBackAsync(cancellationToken);
        var watch = new PacketWatch(scene, observer, progress);
        await watch.AwaitRestAsync(deadline, cancellationToken);
        await watch.ComeLateAsync(plan.Uids, cancellationToken);
        return (await GatherAsync(scene, observer, before, ledgerBefore, adminToken, cancellationToken), scene);
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

    private async Task<DemoFacts> GatherAsync(
        DemoScene scene, Observer observer, IReadOnlyDictionary<long, (Balances Balances, long Newest)> before, LedgerShape ledgerBefore, string adminToken,
        CancellationToken cancellationToken)
    {
        var sent = scene.Journal.Packets;
        var packets = (await progress.ReadAllAsync("Looking at packets", sent, p => observer.ReadPacketAsync(p, null, isLastLook: true, cancellationToken), cancellationToken)).Values.ToArray();
        await AwaitTotalsAsync(observer, packets, before, cancellationToken);
        var users = (await progress.ReadAllAsync("Looking at wallets again", plan.Uids, async uid => new UserFacts
        {
            Uid = uid,
            Before = before[uid].Balances,
            Entries = [.. (await observer.ReadEntriesAsync(scene.Tokens[uid], e => e.EntryNo > before[uid].Newest, cancellationToken))["change"]],
            After = await observer.ReadBalancesAsync(uid, cancellationToken),
        }, cancellationToken)).Values.ToList();
        users.AddRange(await ReadGuestsAsync(observer, packets, cancellationToken));
        var ledger = await observer.ReadLedgerAsync(adminToken, cancellationToken);
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

    /// <summary>The lists of received shares follow the claims by messages; they may be a moment behind.</summary>
    private async Task AwaitTotalsAsync(
        Observer observer, PacketFacts[] packets, IReadOnlyDictionary<long, (Balances Balances, long Newest)> before, CancellationToken cancellationToken)
    {
        var due = packets.SelectMany(p => p.Claims).Where(c => c.Status != Contracts.ClaimStatus.Failed).ToLookup(c => c.Uid, c => c.Amount);
        var behind = plan.Uids.ToHashSet();
        var start = clock.GetTimestamp();
        while (true)
        {
            foreach (var (uid, totals) in await progress.ReadAllAsync(null, behind, uid => observer.ReadReceivedAsync(uid, cancellationToken), cancellationToken))
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
        return (await progress.ReadAllAsync(null, guests, async uid =>
        {
            var token = await client.TakeTokenAsync(uid, "", cancellationToken);
            var entries = await observer.ReadEntriesAsync(token, _ => true, cancellationToken);
            return new UserFacts { Uid = uid, Entries = [.. entries["change"].Where(e => ours.Contains(e.PacketNo))] };
        }, cancellationToken)).Values.ToArray();
    }
}
