using System.Threading.Channels;
using Hongbao.Campaign.Budgets;
using Hongbao.Campaign.Plans;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Microsoft.Extensions.Logging;

namespace Hongbao.Campaign.Rain;

/// <summary>A draw of somebody who may win, waiting for its outcome; or of somebody who may not draw now, asking for the one that he has.</summary>
internal sealed class WaitingDraw(string app, DrawKey key, int prize)
{
    private readonly TaskCompletionSource<Outcome?> _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string App { get; } = app;

    public DrawKey Key { get; } = key;

    /// <summary>What he is aimed at; 0 for who only asks.</summary>
    public int Prize { get; } = prize;

    public bool OnlyAsks => Prize == 0;

    /// <summary>The committed outcome; null when he has none and the round takes no draws any more, or he only asks; or a <see cref="StoreException"/>.</summary>
    public Task<Outcome?> Decided => _decided.Task;

    public void Answer(Outcome? outcome) => _decided.TrySetResult(outcome);

    public void Fail(Exception exception) => _decided.TrySetException(exception);
}

/// <summary>
/// Records the outcomes of those who may win: takes what waits, decides in memory on the money of its chunks, writes one transaction, and answers after the commit. Several processes may do so at
/// once: the primary key of outcomes and the chunks' epochs refuse whatever does not fit, and the lane looks again.
/// </summary>
internal sealed class DrawLane
{
    private const int AttemptsMax = 8;

    // A pool that had nothing is not asked again before this, milliseconds: those who come meanwhile lose, as pacing means them to.
    private const long EmptyMs = 100;
    private readonly CampaignBoard _board;
    private readonly ChunkStore _chunkStore;
    private readonly DrawStore _draws;
    private readonly NumberMinter _winNumbers;
    private readonly SubsidyTokens _tokens;
    private readonly Remembered _remembered;
    private readonly StoreClock _storeClock;
    private readonly TimeProvider _clock;
    private readonly CampaignOptions _options;
    private readonly ILogger _log;
    private readonly Channel<WaitingDraw> _waiting;
    private readonly Dictionary<PoolKey, Chunk> _chunks = [];
    private readonly Dictionary<PoolKey, long> _emptyUntil = [];
    private readonly Dictionary<PoolKey, long> _usedAt = [];
    private IWorker? _worker;
    private volatile Task _step = Task.CompletedTask;
    private long _lastRenewal;
    private long _batches;

    /// <param name="holder">Unique for this lane and process.</param>
    /// <param name="board">Campaigns as they are now.</param>
    /// <param name="chunkStore">The budget.</param>
    /// <param name="draws">Outcomes.</param>
    /// <param name="winNumbers">Numbers of wins.</param>
    /// <param name="tokens">Which key is current.</param>
    /// <param name="remembered">Gets what was committed.</param>
    /// <param name="storeClock">The store's time.</param>
    /// <param name="clock">Leases.</param>
    /// <param name="options">Sizes.</param>
    /// <param name="log">Logs.</param>
    public DrawLane(
        string holder, CampaignBoard board, ChunkStore chunkStore, DrawStore draws, NumberMinter winNumbers, SubsidyTokens tokens, Remembered remembered, StoreClock storeClock,
        TimeProvider clock, CampaignOptions options, ILogger log)
    {
        Holder = holder;
        _board = board;
        _chunkStore = chunkStore;
        _draws = draws;
        _winNumbers = winNumbers;
        _tokens = tokens;
        _remembered = remembered;
        _storeClock = storeClock;
        _clock = clock;
        _options = options;
        _log = log;
        _waiting = Channel.CreateBounded<WaitingDraw>(new BoundedChannelOptions(options.QueueMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _lastRenewal = clock.GetTimestamp();
    }

    /// <summary>Whose the chunks are.</summary>
    public string Holder { get; }

    /// <summary>Transactions that recorded outcomes.</summary>
    public long Batches => Volatile.Read(ref _batches);

    /// <summary>Queues a draw and waits for its outcome.</summary>
    /// <exception cref="StoreException">The store, or a full or stopping lane (Unavailable).</exception>
    public Task<Outcome?> PostAsync(WaitingDraw draw)
    {
        if (_waiting.Writer.TryWrite(draw))
        {
            _worker?.Wake();
        }
        else
        {
            draw.Fail(new StoreException(StoreFault.Unavailable, "the lane of draws is full or stopping"));
        }

        return draw.Decided;
    }

    public void Attach(IScheduler scheduler) => _worker = scheduler.Add("campaign.draws", cancellationToken =>
    {
        var step = StepAsync(cancellationToken);
        _step = step;
        return step;
    });

    /// <summary>Refuses new draws, finishes those that wait, and gives the chunks back.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await _step.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!cancellationToken.IsCancellationRequested && Take() is { } draws)
        {
            await RunAsync(draws, 0).ConfigureAwait(false);
        }

        while (_waiting.Reader.TryRead(out var draw))
        {
            draw.Fail(new StoreException(StoreFault.Unavailable, "the lane of draws stopped"));
        }

        try
        {
            await _chunkStore.CloseAllAsync(Holder, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            // Their leases end by themselves.
            _log.LogWarning(e, "Chunks of the budget could not be given back; they are free again after {Seconds} s", _options.LeaseSeconds);
        }
    }

    private async Task<NextRun> StepAsync(CancellationToken cancellationToken)
    {
        var draws = Take();
        if (draws is not null)
        {
            await RunAsync(draws, 0).ConfigureAwait(false);
        }

        await RenewAsync(cancellationToken).ConfigureAwait(false);
        return draws is not null ? NextRun.Now : _chunks.Count > 0 ? NextRun.After(RenewalRest) : NextRun.WhenWoken;
    }

    private TimeSpan RenewalRest => TimeSpan.FromSeconds(_options.LeaseSeconds) / 3;

    // Chunks that nobody drew from for a lease's time are let go: their money is wanted elsewhere, perhaps.
    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (_clock.GetElapsedTime(_lastRenewal) < RenewalRest)
        {
            return;
        }

        _lastRenewal = _clock.GetTimestamp();
        var now = _storeClock.NowMs();
        foreach (var pool in _emptyUntil.Where(e => e.Value <= now).Select(static e => e.Key).ToArray())
        {
            _emptyUntil.Remove(pool);
        }

        foreach (var pool in _chunks.Keys.Where(p => _clock.GetElapsedTime(_usedAt[p]) > TimeSpan.FromSeconds(_options.LeaseSeconds)).ToArray())
        {
            Forget(pool);
        }

        if (_chunks.Count == 0)
        {
            return;
        }

        try
        {
            await _chunkStore.RenewAsync(Holder, _chunks.Keys, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e)
        {
            // There is time for two more tries; a step that throws would make everybody wait who draws now.
            _log.LogWarning(e, "Chunks of the budget could not be kept; tried again in {Seconds} s", RenewalRest.TotalSeconds);
        }
    }

    private List<WaitingDraw>? Take()
    {
        List<WaitingDraw>? draws = null;
        while ((draws?.Count ?? 0) < _options.BatchMax && _waiting.Reader.TryRead(out var draw))
        {
            (draws ??= []).Add(draw);
        }

        return draws;
    }

    private async Task RunAsync(List<WaitingDraw> draws, int attempt)
    {
        var open = new List<WaitingDraw>(draws.Count);
        foreach (var draw in draws)
        {
            // With what became known since he came.
            if (_remembered.TryGet(draw.Key, out var known))
            {
                draw.Answer(known);
            }
            else if (!draw.Decided.IsCompleted)
            {
                open.Add(draw);
            }
        }

        if (open.Count == 0)
        {
            return;
        }

        try
        {
            await RecordAsync(open).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await RecoverAsync(open, attempt, e).ConfigureAwait(false);
        }
    }

    // A batch that was taken is finished even when the process stops: no token cancels it.
    private async Task RecordAsync(List<WaitingDraw> open)
    {
        var batch = new DrawBatch(_board, _chunks, _usedAt, _storeClock.NowMs(), _clock.GetTimestamp(), _winNumbers, _tokens);
        batch.Add(open);
        if (batch.NeedsCounts is { Count: > 0 } counted)
        {
            batch.Count(await _draws.WinsOfAsync(counted, CancellationToken.None).ConfigureAwait(false));
        }

        // Every prize that could stand in for the one aimed at is asked for once.
        for (var choice = 0; batch.Undecided > 0; choice++)
        {
            var wanted = batch.Wanted(choice, pool => _emptyUntil.TryGetValue(pool, out var until) && _storeClock.NowMs() < until);
            if (wanted.Count > 0)
            {
                Keep(wanted, await _chunkStore.LeaseAsync(Holder, wanted, CancellationToken.None).ConfigureAwait(false), batch);
            }

            batch.Decide(choice);
        }

        var (draws, taken) = batch.Writes();
        if (draws.Count > 0)
        {
            Failpoint.Hit("campaign.draw.before_commit");
            await _draws.CommitAsync(Holder, draws, taken, CancellationToken.None).ConfigureAwait(false);
            Failpoint.Hit("campaign.draw.after_commit");
            Interlocked.Increment(ref _batches);
        }

        foreach (var (pool, _, amount) in taken)
        {
            _chunks[pool] = _chunks[pool] with { Left = _chunks[pool].Left - amount };
        }

        foreach (var draw in draws)
        {
            _remembered.Add(draw.Key, draw.Outcome);
        }

        batch.Answer();
        // What the round does not take may have been decided before, here or elsewhere: that stands.
        if (batch.NotTaken() is { Count: > 0 } asked)
        {
            var recorded = await _draws.FindAsync([.. asked.Select(static d => d.Key).Distinct()], CancellationToken.None).ConfigureAwait(false);
            foreach (var (key, outcome) in recorded)
            {
                _remembered.Add(key, outcome);
            }

            asked.ForEach(d => d.Answer(recorded.TryGetValue(d.Key, out var outcome) ? outcome : null));
        }
    }

    private void Keep(List<(Plan Plan, Round Round, int Prize, long Need)> wanted, Dictionary<PoolKey, Chunk?> leased, DrawBatch batch)
    {
        foreach (var (plan, round, prize, need) in wanted)
        {
            var pool = new PoolKey(plan.CampaignId, round.No, prize);
            if (leased[pool] is not { } chunk)
            {
                Forget(pool);
                batch.Close(plan, round);
                continue;
            }

            if (chunk.Left > 0)
            {
                _chunks[pool] = chunk;
                _usedAt[pool] = _clock.GetTimestamp();
            }
            else
            {
                Forget(pool);
            }

            if (chunk.Left < need)
            {
                _emptyUntil[pool] = _storeClock.NowMs() + EmptyMs;
            }
        }
    }

    private async Task RecoverAsync(List<WaitingDraw> draws, int attempt, Exception cause)
    {
        if (cause is not StoreException exception)
        {
            _log.LogError(cause, "A batch of {Count} draws failed", draws.Count);
            ForgetAll();
            FailAll(draws, cause);
            return;
        }

        if (attempt >= AttemptsMax)
        {
            _log.LogWarning(cause, "A batch of {Count} draws was decided {Attempts} times in vain; the callers may ask again", draws.Count, attempt + 1);
            ForgetAll();
            FailAll(draws, new StoreException(StoreFault.Unavailable, "the draws met others again and again", cause));
            return;
        }

        try
        {
            switch (exception.Fault)
            {
                case StoreFault.UniqueViolation or StoreFault.UnknownOutcome or StoreFault.Fenced:
                    // Another process was faster with some of them, or has closed chunks of ours, or the commit's answer was lost: what stands is looked up, the rest decided again.
                    _log.LogInformation("A batch of {Count} draws is decided again: {Fault}", draws.Count, exception.Fault);
                    ForgetAll();
                    await RestAsync(exception.Fault == StoreFault.UnknownOutcome ? attempt : 0).ConfigureAwait(false);
                    await _storeClock.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
                    await _board.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
                    var recorded = await _draws.FindAsync([.. draws.Select(static d => d.Key).Distinct()], CancellationToken.None).ConfigureAwait(false);
                    foreach (var (key, outcome) in recorded)
                    {
                        _remembered.Add(key, outcome);
                    }

                    // Answered here: memory may hold fewer than a batch.
                    foreach (var draw in draws)
                    {
                        if (recorded.TryGetValue(draw.Key, out var outcome))
                        {
                            draw.Answer(outcome);
                        }
                    }

                    await RunAsync(draws, attempt + 1).ConfigureAwait(false);
                    return;
                case StoreFault.Transient or StoreFault.Unavailable when attempt < 2:
                    await RestAsync(attempt).ConfigureAwait(false);
                    await RunAsync(draws, attempt + 1).ConfigureAwait(false);
                    return;
                default:
                    _log.LogWarning(exception, "A batch of {Count} draws was given up; the callers may ask again", draws.Count);
                    ForgetAll();
                    FailAll(draws, exception);
                    return;
            }
        }
        catch (StoreException e)
        {
            ForgetAll();
            FailAll(draws, e);
        }
    }

    private Task RestAsync(int attempt) => Task.Delay(TimeSpan.FromMilliseconds(10 << attempt), _clock);

    private void Forget(PoolKey pool)
    {
        _chunks.Remove(pool);
        _usedAt.Remove(pool);
    }

    // What is ours by the chunks' rows is found there again.
    private void ForgetAll()
    {
        _chunks.Clear();
        _usedAt.Clear();
        _emptyUntil.Clear();
    }

    private static void FailAll(List<WaitingDraw> draws, Exception exception) => draws.ForEach(d => d.Fail(exception));
}
