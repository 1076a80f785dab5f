using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>
/// Random operation sequences in one world, some at a time, round by round: something happens to the world, each sequence
/// sends something, the world goes on for a while, and the tables and the answers are compared with the model. At the end all
/// is well, time passes until nothing moves any more, and the last judgement is held.
/// </summary>
internal sealed class SimulationRun : Run
{
    private const int AtOnce = 20;
    private static readonly string[] Operations = ["createPayment", "pay", "closePayment", "transfer", "refund", "setAside", "query"];
    private readonly Plan _plan;
    private readonly Tables _tables;
    private readonly List<Sequence> _sequences = [];
    private readonly Turmoil _turmoil;

    private SimulationRun(World world, Plan plan)
        : base(world, plan.Seed)
    {
        _plan = plan;
        _tables = new Tables(world.Observer);
        _turmoil = new Turmoil(this, _tables, plan.Seed + 3, Operations, Tables.Senders);
    }

    /// <summary>Runs a plan; a violation carries the trace of its sequence.</summary>
    public static async Task<RunResult> RunAsync(SqlDialect dialect, Plan plan)
    {
        await using var world = await World.CreateAsync(dialect, plan.Seed);
        return await new SimulationRun(world, plan).ResultAsync();
    }

    protected override async Task RunAsync()
    {
        var active = new List<Sequence>();
        while (active.Count > 0 || _sequences.Count < _plan.Sequences)
        {
            while (active.Count < AtOnce && _sequences.Count < _plan.Sequences)
            {
                var index = _sequences.Count;
                var sequence = new Sequence(this, index, unchecked((_plan.Seed * 1_000_003) + index), _plan.Only == index ? _plan.OperationsMax : int.MaxValue);
                _sequences.Add(sequence);
                active.Add(sequence);
            }

            await _turmoil.StrikeAsync();
            foreach (var sequence in active)
            {
                sequence.Act(isMute: _plan.Only is { } only && only != sequence.Index);
            }

            await GoOnAsync();
            await LookAsync(active.SelectMany(s => s.Packets));
            active.RemoveAll(s => s.OperationsLeft <= 0);
        }

        await EndAsync();
    }

    private async Task LookAsync(IEnumerable<PacketModel> packets)
    {
        var answered = Answered();
        var watched = packets.Concat(Open.Select(r => r.Packet).OfType<PacketModel>()).Distinct().ToArray();
        if (watched.Length > 0)
        {
            var (rows, claims) = await _tables.LookAsync(watched.Select(p => p.PacketNo));
            var paid = await _tables.PaidAsync(watched.Select(p => p.PayOrderNo));
            var byNo = rows.ToDictionary(r => r.PacketNo);
            foreach (var packet in watched)
            {
                var row = byNo.GetValueOrDefault(packet.PacketNo) ?? throw new ModelViolation(packet.Sequence, $"packet {packet.PacketNo} is gone");
                packet.Look(row, [.. claims[packet.PacketNo]], paid.Contains(packet.PayOrderNo), World.NowMs);
            }
        }

        Judge(answered);
    }

    private async Task EndAsync()
    {
        await _turmoil.EndAsync();
        await AnswerAllAsync();
        await World.RunUntilIdleAsync();
        await LookAsync(_sequences.SelectMany(s => s.Packets));
        var judgement = new LastJudgement(World, _tables, _turmoil.CouldRefuse, _sequences);
        await RestAsync(judgement.IsQuietAsync);
        Note("the last judgement");
        await LookAsync(_sequences.SelectMany(s => s.Packets));
        await judgement.HoldAsync(this);
    }
}
