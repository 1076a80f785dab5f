using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>
/// A world where it rains: some campaigns at a time, with their operators and users, round by round as in <see cref="SimulationRun"/>. Finance lies, messages are lost, processes die, and
/// campaigns give other modules no answer for a while.
/// </summary>
internal sealed class RainRun : Run
{
    private const int AtOnce = 5;
    private static readonly string[] Operations = ["transfer", "refund", "setAside", "hold", "release", "fund", "payout", "query"];
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Campaign:CheckMs"] = "100",
        ["Campaign:LeaseSeconds"] = "6",
        ["Campaign:CallTimeoutMs"] = "1000",
        ["Campaign:ChunksPerPool"] = "4",
        ["Campaign:RememberedMax"] = "16",
        ["Async:CampaignTimeoutMs"] = "500",
        ["Core:WithdrawalsPerDayMax"] = $"{RainSequence.WithdrawalsPerDayMax}",
        ["Core:WithdrawAdvanceMs"] = "500",
        ["Query:CampaignTimeoutMs"] = "500",
    };

    private readonly Plan _plan;
    private readonly RainTables _rain;
    private readonly Tables _tables;
    private readonly List<RainSequence> _sequences = [];
    private readonly SeededRandomSource _dice;
    private readonly Turmoil _turmoil;

    private RainRun(World world, Plan plan)
        : base(world, plan.Seed)
    {
        _plan = plan;
        _tables = new Tables(world.Observer);
        _rain = new RainTables(_tables);
        _dice = new SeededRandomSource(plan.Seed + 4);
        _turmoil = new Turmoil(this, _tables, plan.Seed + 3, Operations, RainJudgement.Senders);
    }

    /// <summary>Apps whose finance could once refuse what it decides by itself.</summary>
    public HashSet<string> CouldRefuse => _turmoil.CouldRefuse;

    /// <summary>Runs a plan; a violation carries the trace of its sequence.</summary>
    public static async Task<RunResult> RunAsync(SqlDialect dialect, Plan plan)
    {
        await using var world = await World.CreateAsync(dialect, plan.Seed, Settings);
        return await new RainRun(world, plan).ResultAsync();
    }

    /// <summary>After a long one a process has lost its numbers and has to be awake for a while: what it does first fails for want of them.</summary>
    protected override double[] Rests { get; } =
        [0.3, 0.3, 1, 1, 2, 5, 5, 20, 20, 35, 35, 35, 35, 35, 35, 600, 35, 35, 600, 35, 35, 3600, 35, 35, 3600, 35, 35, 86_400, 35, 35, 35];

    protected override async Task RunAsync()
    {
        var active = new List<RainSequence>();
        while (active.Count > 0 || _sequences.Count < _plan.Sequences)
        {
            while (active.Count < AtOnce && _sequences.Count < _plan.Sequences)
            {
                var index = _sequences.Count;
                var sequence = new RainSequence(this, index, unchecked((_plan.Seed * 1_000_003) + index), _plan.Only == index ? _plan.OperationsMax : int.MaxValue);
                _sequences.Add(sequence);
                active.Add(sequence);
            }

            Mute();
            await LoseMessagesAsync();
            await _turmoil.StrikeAsync();
            foreach (var sequence in active)
            {
                sequence.Act(isMute: _plan.Only is { } only && only != sequence.Index);
            }

            await GoOnAsync();
            await LookAsync();
            active.RemoveAll(static s => s.OperationsLeft <= 0);
        }

        await EndAsync();
    }

    private void Mute()
    {
        var muting = World.CampaignMuting;
        var was = muting.Now;
        muting.Now = (was, _dice.Below(100)) switch
        {
            (Muting.Way.None, < 4) => (Muting.Way)(1 + _dice.Below(3)),
            (not Muting.Way.None, < 30) => Muting.Way.None,
            _ => was,
        };
        if (muting.Now != was)
        {
            Note($"campaigns answer other modules: {muting.Now}");
            Meet($"campaigns silent: {muting.Now}");
        }
    }

    // More often than others: only they tell of wins.
    private async Task LoseMessagesAsync()
    {
        if (_dice.Below(100) < 4 && await _tables.LoseMessagesAsync("campaign") is > 0 and var lost)
        {
            Note($"{lost} messages of campaign are lost");
            Meet("lost messages of campaign");
        }
    }

    private async Task LookAsync()
    {
        var answered = Answered();
        var core = await _rain.LookAtCoreAsync();
        var campaigns = await _rain.LookAtCampaignsAsync();
        foreach (var sequence in _sequences)
        {
            sequence.Model.Look(core, campaigns, World.NowMs);
        }

        Judge(answered);
    }

    private async Task EndAsync()
    {
        World.CampaignMuting.Now = Muting.Way.None;
        await _turmoil.EndAsync();
        await AnswerAllAsync();
        await World.RunUntilIdleAsync();
        await LookAsync();
        var judgement = new RainJudgement(World, _tables, CouldRefuse, [.. _sequences.Select(static s => s.Model)]);
        await RestAsync(judgement.IsQuietAsync);
        Note("the last judgement");
        await LookAsync();
        await judgement.HoldAsync(this, await _rain.LookAtCoreAsync(), await _rain.LookAtCampaignsAsync());
    }
}
