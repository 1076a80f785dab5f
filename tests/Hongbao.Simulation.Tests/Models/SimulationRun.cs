using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Stores;
using Hongbao.Simulation.Tests.Worlds;

namespace Hongbao.Simulation.Tests.Models;

/// <summary>Which part of a world's sequences acts; the rest of the world goes its way all the same.</summary>
/// <param name="Seed">Decides everything.</param>
/// <param name="Sequences">How many there are.</param>
/// <param name="Only">Only this one acts.</param>
/// <param name="OperationsMax">And only this many times.</param>
internal sealed record Plan(long Seed, int Sequences, int? Only = null, int OperationsMax = int.MaxValue);

/// <summary>How a run ended.</summary>
/// <param name="Hash">Of everything that happened.</param>
/// <param name="Met">What was met how often.</param>
/// <param name="Violation">What the model forbids; null when all is right.</param>
/// <param name="Lines">What concerned the violation's sequence.</param>
internal sealed record RunResult(ulong Hash, IReadOnlyDictionary<string, int> Met, ModelViolation? Violation, string[] Lines);

/// <summary>
/// Random operation sequences in one world, some at a time, round by round: something happens to the world, each sequence
/// sends something, the world goes on for a while, and the tables and the answers are compared with the model. At the end all
/// is well, time passes until nothing moves any more, and the last judgement is held.
/// </summary>
internal sealed class SimulationRun
{
    private const int AtOnce = 20;
    private readonly Plan _plan;
    private readonly Tables _tables;
    private readonly SeededRandomSource _dice;
    private readonly List<Request> _open = [];
    private readonly List<Sequence> _sequences = [];
    private readonly Turmoil _turmoil;

    private SimulationRun(World world, Plan plan)
    {
        World = world;
        Trace = new Trace(world.Clock.GetUtcNow());
        _plan = plan;
        _tables = new Tables(world.Observer);
        _dice = new SeededRandomSource(plan.Seed + 2);
        _turmoil = new Turmoil(this, _tables, plan.Seed + 3);
    }

    public World World { get; }

    public Trace Trace { get; }

    /// <summary>What was met how often: answers, ends, what happened to the world.</summary>
    public SortedDictionary<string, int> Met { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs a plan; a violation carries the trace of its sequence.</summary>
    public static async Task<RunResult> RunAsync(SqlDialect dialect, Plan plan)
    {
        await using var world = await World.CreateAsync(dialect, plan.Seed);
        var run = new SimulationRun(world, plan);
        try
        {
            await run.RunAsync();
            return new RunResult(run.Trace.Hash, run.Met, null, []);
        }
        catch (ModelViolation violation)
        {
            return new RunResult(run.Trace.Hash, run.Met, violation, [.. run.Trace.Of(violation.Sequence)]);
        }
    }

    /// <summary>Something that concerns everybody.</summary>
    public void Note(string text) => Trace.Add(null, World.Clock.GetUtcNow(), text);

    /// <summary>Counts something that was met.</summary>
    public void Meet(string what) => Met[what] = Met.GetValueOrDefault(what) + 1;

    /// <summary>A request went out.</summary>
    public void Send(Request request)
    {
        Trace.Add(request.Sequence, World.Clock.GetUtcNow(), $"{request.Text} (node {request.Node.Id})");
        _open.Add(request);
    }

    /// <summary>A claim went out, beside others of its packet.</summary>
    public void SendClaim(Request request)
    {
        foreach (var other in _open.Where(o => o.Packet == request.Packet && o.Task is Task<ClaimResponse>))
        {
            other.Others++;
            request.Others++;
        }

        Send(request);
    }

    /// <summary>The answers that a dead node owed never come; what they were about may have happened.</summary>
    public void Forget(Node node)
    {
        foreach (var request in _open.Where(r => r.Node == node && !r.Task.IsCompleted))
        {
            Meet("answer lost");
            Trace.Add(request.Sequence, World.Clock.GetUtcNow(), $"{request.Text} -> nobody answers");
        }

        _open.RemoveAll(r => r.Node == node && !r.Task.IsCompleted);
    }

    /// <summary>Time passes while requests are under way.</summary>
    public void Disturb(bool forLong)
    {
        foreach (var request in _open)
        {
            request.WasFaulty |= forLong;
        }
    }

    private async Task RunAsync()
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

    private async Task GoOnAsync()
    {
        switch (_dice.Below(20))
        {
            case < 13:
                await AnswerAllAsync();
                break;
            case < 16:
                await World.RunUntilIdleAsync();
                break;
            default:
                await World.StepsAsync(_dice.Below(40));
                break;
        }
    }

    private async Task AnswerAllAsync()
    {
        var before = World.Clock.GetUtcNow();
        if (!await World.AnswerAsync([.. _open.Select(r => r.Task)]))
        {
            var stuck = _open.First(r => !r.Task.IsCompleted);
            throw new ModelViolation(stuck.Sequence, $"{stuck.Text} is never answered");
        }

        Disturb(World.Clock.GetUtcNow() - before >= TimeSpan.FromSeconds(1));
    }

    private async Task LookAsync(IEnumerable<PacketModel> packets)
    {
        var watched = packets.Concat(_open.Select(r => r.Packet).OfType<PacketModel>()).Distinct().ToArray();
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

        foreach (var request in _open)
        {
            request.MayBeShed |= World.Clock.GetUtcNow() - request.IdleBefore > World.LeaseRisk;
            request.WasFaulty |= World.MayBeFaulty(World.Apps[request.Sequence % World.Apps.Length]);
        }

        foreach (var request in _open.Where(r => r.Task.IsCompleted).ToArray())
        {
            _open.Remove(request);
            Trace.Add(request.Sequence, World.Clock.GetUtcNow(), $"{request.Text} -> {Answer(request.Task)}");
            if (!request.Task.IsCompletedSuccessfully)
            {
                throw new ModelViolation(request.Sequence, $"{request.Text} threw {request.Task.Exception?.InnerException}");
            }

            request.Judge();
            Meet(Kind(request.Task));
        }
    }

    private async Task EndAsync()
    {
        await _turmoil.EndAsync();
        await AnswerAllAsync();
        await World.RunUntilIdleAsync();
        await LookAsync(_sequences.SelectMany(s => s.Packets));
        var judgement = new LastJudgement(World, _tables, _turmoil.CouldRefuse, _sequences);
        // Growing rests: several of everything that is tried again with back-off, then hours.
        var rests = new[] { 0.3, 0.3, 1, 1, 2, 5, 5, 20, 20, 61, 61, 61, 61, 61, 61, 600, 600, 600, 3600, 3600, 86_400, 86_400 };
        foreach (var rest in rests)
        {
            await World.MoveAsync(TimeSpan.FromSeconds(rest));
            await World.RunUntilIdleAsync();
            if (await judgement.IsQuietAsync())
            {
                break;
            }
        }

        Note("the last judgement");
        await LookAsync(_sequences.SelectMany(s => s.Packets));
        await judgement.HoldAsync(this);
    }

    private static string Kind(Task task) => task switch
    {
        Task<CreatePacketResponse> { Result: var r } => $"create {r.Result.Code}{(r.Repeated ? " repeated" : "")}",
        Task<ClaimResponse> { Result: var r } => $"claim {r.Result.Code}",
        Task<PayOutcome> { Result: var r } => $"pay {(r.Pressed is { } p ? p.Result.IsOk() ? p.Status : p.Result.Code : "only looked")}",
        Task<SetContentResponse> { Result: var r } => $"content {r.Result.Code}",
        Task<FinanceCallbackResponse> { Result: var r } => $"callback {r.Result.Code}",
        _ => "other",
    };

    private static string Answer(Task task) => task switch
    {
        { IsCompletedSuccessfully: false } => "an exception",
        Task<CreatePacketResponse> { Result: var r } => $"{r.Result.Code} packet {r.PacketNo} {r.Status}{(r.Repeated ? ", repeated" : "")}",
        Task<ClaimResponse> { Result: var r } => r.Result.IsOk() ? $"claim {r.Claim.ClaimNo} seq {r.Claim.Seq} of {r.Claim.Amount}" : $"{r.Result.Code}",
        Task<PayOutcome> { Result: var r } => $"{r.Prepared.Result.Code} {r.Prepared.Status}; {r.Pressed?.Result.Code} {r.Pressed?.Status}; {r.Checked?.Result.Code} {r.Checked?.Status}",
        Task<SetContentResponse> { Result: var r } => $"{r.Result.Code}",
        Task<FinanceCallbackResponse> { Result: var r } => $"{r.Result.Code}",
        _ => "done",
    };
}
