using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>What happens to everybody: time, a misbehaving finance, lost messages, dying processes.</summary>
/// <param name="run">Hears of it.</param>
/// <param name="tables">Loses messages.</param>
/// <param name="seed">Decides.</param>
/// <param name="operations">What finance may do wrongly.</param>
/// <param name="senders">Modules whose messages are lost.</param>
internal sealed class Turmoil(Run run, Tables tables, long seed, string[] operations, string[] senders)
{
    private readonly SeededRandomSource _dice = new(seed);
    private readonly World _world = run.World;

    /// <summary>Apps whose finance could once refuse what it decides by itself.</summary>
    public HashSet<string> CouldRefuse { get; } = [];

    /// <summary>Before each round.</summary>
    public async Task StrikeAsync()
    {
        switch (_dice.Below(100))
        {
            case < 4:
                await SetFaultsAsync(World.Apps[_dice.Below(World.Apps.Length)]);
                break;
            case < 7:
                await LoseMessagesAsync();
                break;
            case < 10:
                await KillAsync();
                break;
            case < 12 when _world.Nodes.Count == 1:
                await _world.StartNodeAsync();
                run.Note($"node {_world.Nodes[^1].Id} starts beside node {_world.Nodes[0].Id}");
                break;
            case < 50:
                await PassTimeAsync();
                break;
        }

        switch (_dice.Below(10))
        {
            case < 3:
                await _world.RunUntilIdleAsync();
                break;
            case < 7:
                await _world.StepsAsync(_dice.Below(30));
                break;
        }
    }

    /// <summary>All is well from now on.</summary>
    public async Task EndAsync()
    {
        foreach (var app in World.Apps)
        {
            await _world.SetFaultsAsync(app, new FinanceFaults());
        }

        run.Note("all is well from here on");
    }

    private async Task PassTimeAsync()
    {
        var distance = TimeSpan.FromMilliseconds(_dice.Below(100) switch
        {
            < 45 => 1 + _dice.Below(500),
            < 75 => 500 + _dice.Below(4_500),
            < 92 => 5_000 + _dice.Below(35_000),
            < 98 => 60_000 + _dice.Below(540_000),
            _ => 3_600_000 + _dice.Below(14_400_000),
        });
        run.Note($"{distance.TotalSeconds:0.000} s pass");
        run.Disturb(distance >= TimeSpan.FromSeconds(1));
        await _world.MoveAsync(distance);
        if (_dice.Below(10) < 6)
        {
            await _world.RunUntilIdleAsync();
        }
    }

    private async Task LoseMessagesAsync()
    {
        var which = _dice.Below(senders.Length + 1);
        foreach (var module in senders.Where((_, i) => which == senders.Length || which == i))
        {
            var lost = await tables.LoseMessagesAsync(module);
            run.Note($"{lost} messages of {module} are lost");
            if (lost > 0)
            {
                run.Meet($"lost messages of {module}");
            }
        }
    }

    private async Task KillAsync()
    {
        var node = _world.AnyNode();
        run.Note($"node {node.Id} dies");
        run.Meet(_world.Nodes.Count == 1 ? "only node dies" : "one of two nodes dies");
        await _world.KillAsync(node);
        run.Forget(node);
        if (_world.Nodes.Count == 0)
        {
            if (_dice.Below(2) == 0)
            {
                await _world.MoveAsync(TimeSpan.FromMilliseconds(_dice.Below(20_000)));
            }

            await _world.StartNodeAsync();
            run.Note($"node {_world.Nodes[0].Id} starts");
        }
    }

    private async Task SetFaultsAsync(string app)
    {
        if (_dice.Below(2) == 0)
        {
            await _world.SetFaultsAsync(app, new FinanceFaults());
            run.Note($"finance is well for {app}");
            return;
        }

        var faults = new FinanceFaults { Seed = _dice.Below(int.MaxValue) };
        foreach (var operation in operations.Where(_ => _dice.Below(2) == 0))
        {
            var callsBack = operation is "pay" or "transfer" or "refund" or "setAside" or "fund" or "payout";
            faults.Operations.Add(new FinanceFault
            {
                Operation = operation,
                LatencyMs = _dice.Below(12) == 0 ? 100 + _dice.Below(2 * World.FinanceTimeoutMs) : 0,
                FailPermille = Rate(),
                LostAnswerPermille = Rate(),
                LaterPermille = operation == "query" ? 0 : Rate(),
                LaterMs = operation == "query" ? 0 : _dice.Below(3) == 0 ? 60_000 : _dice.Below(3_000),
                RefusePermille = operation is "transfer" or "refund" or "hold" or "payout" ? Rate() : 0,
                NotFoundPermille = operation == "query" ? Rate() : 0,
                CallbackLostPermille = callsBack ? Rate() : 0,
                CallbackLatePermille = callsBack ? Rate() : 0,
                CallbackLateMs = callsBack ? _dice.Below(10_000) : 0,
                CallbackRepeatPermille = callsBack ? Rate() : 0,
            });
        }

        if (faults.Operations.Any(o => o.RefusePermille > 0))
        {
            CouldRefuse.Add(app);
        }

        await _world.SetFaultsAsync(app, faults);
        run.Note($"finance misbehaves for {app}: {string.Join(", ", faults.Operations.Select(o => o.Operation))} (seed {faults.Seed})");
    }

    private int Rate() => _dice.Below(3) switch { 0 => 0, 1 => 100 + _dice.Below(400), _ => 700 + _dice.Below(301) };
}
