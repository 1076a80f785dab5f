using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Carries out a rain against a running server, waits until the campaign's money rests, and gathers what is to be seen.</summary>
internal sealed class RainRun(DemoClient client, RainPlan plan, TimeSpan deadline, TimeProvider clock, IRandomSource chance, IDemoProgress progress)
{
    private const long AdminUid = DemoPlanner.FirstUid - 1;
    private const long OperatorUid = DemoPlanner.FirstUid - 2;
    private const int WithdrawersMax = 64;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FaultsAtWithdrawal = TimeSpan.FromSeconds(5);

    private sealed record Standing(long Reward, long Newest);

    /// <summary>Runs all of it.</summary>
    /// <exception cref="DemoStoppedException">It cannot be run there, or the server went away.</exception>
    public async Task<(RainFacts Facts, RainScene Scene)> RunAsync(CancellationToken cancellationToken)
    {
        var entered = await Entrance.EnterAsync(client, plan.Uids, clock, chance, progress, cancellationToken);
        var scene = new RainScene(
            entered, plan, await client.TakeTokenAsync(OperatorUid, "operator", cancellationToken), await client.TakeTokenAsync(AdminUid, "admin", cancellationToken));
        await using var faults = await FinanceFaultSwitch.ReadAsync(client, scene.AdminToken, clock, progress, cancellationToken);
        if (faults.WasOnBefore)
        {
            progress.Say("Finance misbehaves already: its fault switches were on before the demo began.");
        }

        var observer = new Observer(entered);
        var desk = new CampaignDesk(scene, progress);
        var ledgerBefore = await observer.ReadLedgerAsync(scene.AdminToken, cancellationToken);
        var before = await progress.ReadAllAsync("Looking at wallets", plan.Uids, async uid => new Standing(
            (await observer.ReadWalletAsync(uid, cancellationToken)).Reward, await observer.ReadNewestEntryAsync(uid, cancellationToken)), cancellationToken);
        await faults.TurnOnAsync(plan.Faults, cancellationToken);
        progress.Say("Finance is slow and forgetful from now on.");
        await desk.OpenAsync(cancellationToken);
        var commitments = (await desk.LookAsync(cancellationToken)).Rounds;
        var wasSecret = await RainAsync(scene, desk, cancellationToken);
        await WithdrawAsync(scene, before, faults, cancellationToken);
        var watch = new PacketWatch(entered, observer, progress);
        await watch.AwaitRestAsync(deadline, cancellationToken);
        await watch.ComeLateAsync(plan.Uids, cancellationToken);
        var withdrawals = await AwaitPayoutsAsync(scene, observer, cancellationToken);
        await desk.EndAsync(cancellationToken);
        await ComeLateAsync(scene, cancellationToken);
        var report = await AwaitBooksAsync(desk, cancellationToken);
        var shown = (await desk.LookAsync(cancellationToken)).Rounds;
        var packets = await progress.ReadAllAsync(
            "Looking at packets", [.. scene.Packets], async p => await observer.ReadPacketAsync(p.Packet, null, isLastLook: true, cancellationToken), cancellationToken);
        var users = await ReadUsersAsync(scene, observer, before, packets.Values, cancellationToken);
        var ledger = await observer.ReadLedgerAsync(scene.AdminToken, cancellationToken);
        return (new RainFacts
        {
            Plan = plan,
            CampaignId = scene.CampaignId,
            Rounds = [.. shown.Select((r, i) => new RoundFacts(r.Round, commitments[i].SecretHash, r.SecretHash, wasSecret[i] && commitments[i].Secret is null, r.Secret))],
            Draws = [.. scene.Draws],
            LateDraws = [.. scene.LateDraws],
            Packets = [.. packets.Select(p => new SpentWin(p.Key.Uid, p.Key.Round, p.Key.Kind, p.Value))],
            Claims = entered.Journal.Claims,
            Refusals = entered.Journal.Refusals,
            Users = users,
            Withdrawals = withdrawals,
            Incidents = entered.Journal.Incidents,
            Report = report,
            LedgerFaults = ledger.Faults,
            LedgerBefore = ledgerBefore.ToSums(entered.Currency),
            LedgerAfter = ledger.ToSums(entered.Currency),
        }, scene);
    }

    /// <summary>Everybody draws in every round, and does something with what he wins. Gives for each round whether its secret stayed one while it was open.</summary>
    private async Task<bool[]> RainAsync(RainScene scene, CampaignDesk desk, CancellationToken cancellationToken)
    {
        var pausing = desk.PauseAsync(cancellationToken);
        var wasSecret = new bool[RainPlan.Rounds];
        for (var round = 1; round <= RainPlan.Rounds; round++)
        {
            progress.Begin($"Round {round}: everybody draws", plan.Uids.Count);
            var (from, to) = scene.Rounds[round - 1];
            var drawing = Task.WhenAll(plan.Draws[round - 1].Select(async draw =>
            {
                await new RainDrawer(scene, round, draw).RunAsync(cancellationToken);
                progress.Step();
            }));
            await scene.RestUntilAsync(from + ((to - from) / 2), cancellationToken);
            var row = (await desk.LookAsync(cancellationToken)).Rounds[round - 1];
            wasSecret[round - 1] = row.Secret is null || scene.MayBeOver(round);
            await drawing;
        }

        await pausing;
        progress.Begin("Sending, opening, and letting wins expire", scene.Lives.Count);
        foreach (var life in scene.Lives)
        {
            await life;
            progress.Step();
        }

        return wasSecret;
    }

    /// <summary>Some of those who received something withdraw it, at first from a finance that misbehaves.</summary>
    private async Task WithdrawAsync(RainScene scene, IReadOnlyDictionary<long, Standing> before, FinanceFaultSwitch faults, CancellationToken cancellationToken)
    {
        var received = scene.Journal.Claims.DistinctBy(c => c.ClaimNo).GroupBy(c => c.Uid).Where(c => plan.Withdrawals.ContainsKey(c.Key)).ToDictionary(c => c.Key, c => c.Sum(s => s.Amount));
        progress.Begin("Withdrawing", received.Count);
        var withdrawing = progress.ForAllAsync(null, received, async (user, stop) =>
        {
            await new Withdrawer(scene, user.Key, plan.Withdrawals[user.Key], before[user.Key].Reward, user.Value).RunAsync(stop);
            progress.Step();
        }, cancellationToken, WithdrawersMax);
        await Task.WhenAny(withdrawing, scene.Base.RestAsync(FaultsAtWithdrawal, cancellationToken));
        await faults.PutBackAsync(cancellationToken);
        progress.Say("Finance behaves as before.");
        await withdrawing;
    }

    private async Task<IReadOnlyList<AskedWithdrawal>> AwaitPayoutsAsync(RainScene scene, Observer observer, CancellationToken cancellationToken)
    {
        var sent = scene.Withdrawals.ToArray();
        var ends = new Dictionary<long, WithdrawalStatus>();
        var start = clock.GetTimestamp();
        progress.Begin("Waiting for payouts", sent.Length);
        while (true)
        {
            var open = sent.DistinctBy(w => w.WithdrawalNo).Where(w => ends.GetValueOrDefault(w.WithdrawalNo, WithdrawalStatus.Pending) == WithdrawalStatus.Pending).ToArray();
            foreach (var (asked, now) in await progress.ReadAllAsync(null, open, w => observer.ReadWithdrawalAsync(w.Uid, w.WithdrawalNo, cancellationToken), cancellationToken))
            {
                ends[asked.WithdrawalNo] = now.Status;
            }

            var left = ends.Values.Count(s => s == WithdrawalStatus.Pending);
            progress.Reach(sent.Length - left);
            if (left == 0 || clock.GetElapsedTime(start) > deadline)
            {
                return [.. sent.Select(w => new AskedWithdrawal(w.Uid, w.WithdrawalNo, w.Amount, ends[w.WithdrawalNo]))];
            }

            await scene.Base.RestAsync(LookEvery, cancellationToken);
        }
    }

    /// <summary>Once all is over everybody draws again, and withdrawals are asked for again.</summary>
    private async Task ComeLateAsync(RainScene scene, CancellationToken cancellationToken)
    {
        await progress.ForAllAsync("Drawing again when all is over", [.. plan.Draws.SelectMany((draws, i) => draws.Select(d => (Round: i + 1, Draw: d)))],
            (late, stop) => new RainDrawer(scene, late.Round, late.Draw).ComeLateAsync(stop), cancellationToken);
        await progress.ForAllAsync(null, [.. scene.Withdrawals.DistinctBy(w => w.WithdrawalNo)], (sent, stop) => Withdrawer.ComeLateAsync(scene, sent, stop), cancellationToken);
    }

    private async Task<SeenReport> AwaitBooksAsync(CampaignDesk desk, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        progress.Begin("Waiting until the campaign's books are closed", 1);
        while (true)
        {
            var report = await desk.ReadReportAsync(cancellationToken);
            if (report.Closed || clock.GetElapsedTime(start) > deadline)
            {
                progress.Step();
                return report;
            }

            await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }

    private async Task<IReadOnlyList<RainUser>> ReadUsersAsync(
        RainScene scene, Observer observer, IReadOnlyDictionary<long, Standing> before, IEnumerable<PacketFacts> packets, CancellationToken cancellationToken)
    {
        var users = await progress.ReadAllAsync("Looking at wallets again", plan.Uids, async uid =>
        {
            var entries = await observer.ReadEntriesAsync(scene.Base.Tokens[uid], e => e.EntryNo > before[uid].Newest, cancellationToken);
            return new RainUser
            {
                Uid = uid,
                Before = before[uid].Reward,
                Rewards = [.. entries["reward"]],
                Changes = [.. entries["change"]],
                After = (await observer.ReadWalletAsync(uid, cancellationToken)).Reward,
                Subsidies = await ReadSubsidiesAsync(scene, observer, uid, cancellationToken),
            };
        }, cancellationToken);

        // Someone who is not of the demo may have opened a public packet meanwhile: his statement counts as well.
        var ours = packets.Select(p => p.PacketNo).ToHashSet();
        var guests = packets.SelectMany(p => p.Claims).Select(c => c.Uid).Where(u => !users.ContainsKey(u)).Distinct().ToArray();
        var strangers = await progress.ReadAllAsync(null, guests, async uid =>
        {
            var entries = await observer.ReadEntriesAsync(await client.TakeTokenAsync(uid, "", cancellationToken), _ => true, cancellationToken);
            return new RainUser { Uid = uid, Rewards = [.. entries["reward"].Where(e => ours.Contains(e.PacketNo))], Changes = [.. entries["change"].Where(e => ours.Contains(e.PacketNo))] };
        }, cancellationToken);
        return [.. users.Values, .. strangers.Values];
    }

    private async Task<IReadOnlyList<SeenSubsidy>> ReadSubsidiesAsync(RainScene scene, Observer observer, long uid, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var list = await observer.ReadSubsidiesAsync(uid, scene.CampaignId, cancellationToken);
            if (list is not null || clock.GetElapsedTime(start) > deadline)
            {
                return list ?? [];
            }

            await Task.Delay(LookEvery, clock, cancellationToken);
        }
    }
}
