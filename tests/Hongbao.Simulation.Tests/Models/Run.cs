using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
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
/// Requests in one world, round by round: they are sent and not waited for, the world goes on for a while, and what is answered is compared with a
/// model. At the end all is well, and time passes until nothing moves any more.
/// </summary>
internal abstract class Run(World world, long seed)
{
    private readonly SeededRandomSource _dice = new(seed + 2);
    private readonly List<Request> _open = [];

    public World World { get; } = world;

    public Trace Trace { get; } = new(world.Clock.GetUtcNow());

    /// <summary>What was met how often: answers, ends, what happened to the world.</summary>
    public SortedDictionary<string, int> Met { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests without an answer that was compared.</summary>
    protected IReadOnlyList<Request> Open => _open;

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
        foreach (var other in _open.Where(o => o.Subject == request.Subject && o.Task is Task<ClaimResponse>))
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

    /// <summary>Runs it; a violation carries the trace of its sequence.</summary>
    protected async Task<RunResult> ResultAsync()
    {
        try
        {
            await RunAsync();
            return new RunResult(Trace.Hash, Met, null, []);
        }
        catch (ModelViolation violation)
        {
            return new RunResult(Trace.Hash, Met, violation, [.. Trace.Of(violation.Sequence)]);
        }
    }

    protected abstract Task RunAsync();

    /// <summary>The world goes on for a while.</summary>
    protected async Task GoOnAsync()
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

    protected async Task AnswerAllAsync()
    {
        var before = World.Clock.GetUtcNow();
        if (!await World.AnswerAsync([.. _open.Select(r => r.Task)]))
        {
            var stuck = _open.First(r => !r.Task.IsCompleted);
            throw new ModelViolation(stuck.Sequence, $"{stuck.Text} is never answered");
        }

        Disturb(World.Clock.GetUtcNow() - before >= TimeSpan.FromSeconds(1));
    }

    /// <summary>What is answered by now: what it tells of is in the tables that are looked at from now on.</summary>
    protected Request[] Answered() => [.. _open.Where(static r => r.Task.IsCompleted)];

    /// <summary>Compares what was answered with the model, which has had its look at the tables since.</summary>
    protected void Judge(Request[] answered)
    {
        foreach (var request in _open)
        {
            request.MayBeShed |= World.Clock.GetUtcNow() - request.IdleBefore > World.LeaseRisk;
            request.WasFaulty |= World.MayBeFaulty(World.Apps[request.Sequence % World.Apps.Length]);
        }

        foreach (var request in answered)
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

    /// <summary>Growing rests at the end, seconds: several of everything that is tried again with back-off, then hours.</summary>
    protected virtual double[] Rests { get; } = [0.3, 0.3, 1, 1, 2, 5, 5, 20, 20, 61, 61, 61, 61, 61, 61, 600, 600, 600, 3600, 3600, 86_400, 86_400];

    /// <summary>Time passes, ever more of it, until nothing moves.</summary>
    protected async Task RestAsync(Func<Task<bool>> isQuiet)
    {
        foreach (var rest in Rests)
        {
            await World.MoveAsync(TimeSpan.FromSeconds(rest));
            await World.RunUntilIdleAsync();
            if (await isQuiet())
            {
                return;
            }
        }
    }

    private static string Kind(Task task) => task switch
    {
        Task<CreatePacketResponse> { Result: var r } => $"create {r.Result.Code}{(r.Repeated ? " repeated" : "")}",
        Task<ClaimResponse> { Result: var r } => $"claim {r.Result.Code}",
        Task<PayOutcome> { Result: var r } => $"pay {(r.Pressed is { } p ? p.Result.IsOk() ? p.Status : p.Result.Code : "only looked")}",
        Task<SetContentResponse> { Result: var r } => $"content {r.Result.Code}",
        Task<FinanceCallbackResponse> { Result: var r } => $"callback {r.Result.Code}",
        Task<RainDrawResponse> { Result: var r } => $"draw {(r.Result.IsOk() ? r.Won ? "won" : "lost" : r.Result.Code)}",
        Task<WithdrawalResponse> { Result: var r } => $"withdraw {r.Result.Code}",
        Task<CampaignResponse> { Result: var r } => $"operate {r.Result.Code}",
        Task<SubsidyListResponse> { Result: var r } => $"list {r.Result.Code}{(r.Degraded.Count > 0 ? " degraded" : "")}",
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
        Task<RainDrawResponse> { Result: var r } => r.Result.IsOk() ? r.Won ? $"won {r.Amount}" : "lost" : $"{r.Result.Code} {r.Result.Detail}",
        Task<WithdrawalResponse> { Result: var r } => $"{r.Result.Code} withdrawal {r.WithdrawalNo} {r.Status}",
        Task<CampaignResponse> { Result: var r } => $"{r.Result.Code} campaign {r.CampaignId} {r.Status}",
        Task<SubsidyListResponse> { Result: var r } => $"{r.Result.Code} {r.Items.Count} subsidies",
        _ => "done",
    };
}
