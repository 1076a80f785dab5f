using System.Collections.Concurrent;
using System.Threading.Channels;
using Hongbao.Contracts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Core.Lanes;

/// <summary>
/// The single owner of a group of packets inside this process. It takes what waits, decides in memory, writes one transaction
/// and answers after the commit; while many wait it decides the next batch meanwhile. Correctness does not rest on being the
/// only owner: the store refuses the whole batch when a version has moved, and the lane then looks again.
/// </summary>
internal sealed class Lane
{
    private const int AttemptsMax = 8;

    // Beyond it a batch's own costs, a flush and two wake-ups, are small beside those of its claims.
    private const int ManyWaiting = 128;
    private static readonly Task<List<HeldPacket>> NothingMissing = Task.FromResult<List<HeldPacket>>([]);
    private readonly LaneStore _store;
    private readonly StoreClock _storeClock;
    private readonly TimeProvider _clock;
    private readonly CoreOptions _options;
    private readonly ILogger _log;
    private readonly Channel<LaneCommand> _waiting;
    private readonly ConcurrentDictionary<long, HeldPacket> _held = new();
    private IWorker? _worker;
    private volatile Task _step = Task.CompletedTask;
    private long _lastRelease;

    private int _size;
    private int _lastBatch;

    // Whether the store gives the thread back while it writes.
    private bool _writesBeside;

    // Commands that wait; and how many of them are enough to prepare the next batch while one is being written.
    private int _queued;
    private int _enoughAt = int.MaxValue;
    private TaskCompletionSource _enough = new();

    public Lane(LaneStore store, StoreClock storeClock, TimeProvider clock, CoreOptions options, ILogger log)
    {
        _store = store;
        _storeClock = storeClock;
        _clock = clock;
        _options = options;
        _log = log;
        _waiting = Channel.CreateBounded<LaneCommand>(new BoundedChannelOptions(options.LaneQueueMax) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _lastRelease = clock.GetTimestamp();
    }

    /// <summary>Packets and claims in memory.</summary>
    public int Held => Volatile.Read(ref _size);

    /// <summary>A packet's committed state, if it is in memory. One that waits for its payment is not: any process may activate it.</summary>
    public HeldPacket? Peek(long packetNo)
    {
        if (!_held.TryGetValue(packetNo, out var held) || held.Now.Status == PacketStatus.PendingPayment)
        {
            return null;
        }

        held.LastUsed = _clock.GetTimestamp();
        return held;
    }

    /// <summary>Who funds a packet, if it is in memory.</summary>
    public PacketKind? KindOf(long packetNo) => _held.TryGetValue(packetNo, out var held) ? held.Kind : null;

    /// <summary>False when the lane is full or stopping: the caller sheds the request.</summary>
    public bool TryPost(LaneCommand command)
    {
        if (!_waiting.Writer.TryWrite(command))
        {
            return false;
        }

        if (Interlocked.Increment(ref _queued) >= Volatile.Read(ref _enoughAt))
        {
            _enough.TrySetResult();
        }

        _worker?.Wake();
        return true;
    }

    public void Attach(IScheduler scheduler, string name) => _worker = scheduler.Add(name, StepAsync);

    /// <summary>Refuses new commands, and answers those that still wait; when that is cancelled, the rest with a fault.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        // Memory has one owner at a time: a step that the scheduler left behind ends first.
        await _step.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!cancellationToken.IsCancellationRequested && Take(0) is { } commands)
        {
            await RunAsync(commands, 0).ConfigureAwait(false);
        }

        while (_waiting.Reader.TryRead(out var command))
        {
            command.Fail(new StoreException(StoreFault.Unavailable, "the lane stopped"));
        }
    }

    private Task<NextRun> StepAsync(CancellationToken cancellationToken)
    {
        var step = WorkAsync(cancellationToken);
        _step = step;
        return step;
    }

    // Goes on while many wait: one piece of work by its bounded queue only, but its worker has nothing else to do.
    private async Task<NextRun> WorkAsync(CancellationToken cancellationToken)
    {
        var worked = false;
        do
        {
            if (Take(0) is not { } commands)
            {
                break;
            }

            worked = true;
            for (var writing = await BeginAsync(commands, null).ConfigureAwait(false); writing is not null;)
            {
                // When there is much to be forgotten nothing is prepared: packets would be read again in the midst of a batch.
                writing = !cancellationToken.IsCancellationRequested && !MustRelease() && await EnoughWaitAsync(writing.Written).ConfigureAwait(false)
                    && Take(writing.Commands.Count) is { } following
                    ? await GoOnAsync(writing, following).ConfigureAwait(false)
                    : await EndAsync(writing, null).ConfigureAwait(false);
            }

            Release();
        }
        // While most of those who were answered may come again, a turn lets them: batches stay large. When many wait already the next batch starts
        // at once, for a turn comes after all that the answers set going, and the database would idle.
        while (Volatile.Read(ref _queued) >= Math.Max(ManyWaiting, _lastBatch / 2) && !cancellationToken.IsCancellationRequested);

        if (worked)
        {
            return NextRun.Now;
        }

        Release();
        return NextRun.After(TimeSpan.FromSeconds(_options.HoldSeconds));
    }

    // While a batch is being written the next is decided on top of it and sent the moment that the first is committed: the database hardly idles. It is
    // never sent earlier, so that nothing is written whose grounds are not.
    private async Task<LaneBatch?> GoOnAsync(LaneBatch writing, List<LaneCommand> following)
    {
        var reading = ReadMissingAsync(following, writing);
        if (!reading.IsCompleted && await Task.WhenAny(reading, writing.Written).ConfigureAwait(false) != reading)
        {
            // What is committed is answered, however long the next batch has to read. What could not be read is read again with the batch, which then tells why.
            await EndAsync(writing, null).ConfigureAwait(false);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (reading.IsCompletedSuccessfully)
            {
                Keep(await reading.ConfigureAwait(false));
            }

            return await BeginAsync(following, null).ConfigureAwait(false);
        }

        return await EndAsync(writing, await BeginAsync(following, writing, reading).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private List<LaneCommand>? Take(int inWriting)
    {
        // Two batches of equal size keep both sides busy; where writing leaves nobody time to prepare another, one is better.
        var max = _writesBeside
            ? Math.Clamp((Volatile.Read(ref _queued) + inWriting) / 2, Math.Min(_options.LaneAheadMin, _options.LaneBatchMax), _options.LaneBatchMax)
            : _options.LaneBatchMax;
        var batch = new List<LaneCommand>(Math.Clamp(Volatile.Read(ref _queued), 1, max));
        while (batch.Count < max && _waiting.Reader.TryRead(out var command))
        {
            batch.Add(command);
        }

        Interlocked.Add(ref _queued, -batch.Count);
        _lastBatch = batch.Count;
        return batch.Count == 0 ? null : batch;
    }

    // False when the batch is written before enough have come.
    private async Task<bool> EnoughWaitAsync(Task written)
    {
        _enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _enoughAt, Math.Max(_options.LaneAheadMin, _lastBatch));
        if (Volatile.Read(ref _queued) < _enoughAt)
        {
            await Task.WhenAny(written, _enough.Task).ConfigureAwait(false);
        }

        Volatile.Write(ref _enoughAt, int.MaxValue);
        return !written.IsCompleted;
    }

    private async Task RunAsync(List<LaneCommand> commands, int attempt) =>
        await EndAsync(await BeginAsync(commands, null).ConfigureAwait(false), null, attempt).ConfigureAwait(false);

    // Decides, and sends without waiting. A batch that was taken is finished even when the process stops: no token cancels it.
    private async Task<LaneBatch> BeginAsync(List<LaneCommand> commands, LaneBatch? before, Task<List<HeldPacket>>? reading = null)
    {
        var batch = new LaneBatch(commands);
        try
        {
            Keep(await (reading ?? ReadMissingAsync(commands, before)).ConfigureAwait(false));
            batch.Decide(_held, before, _storeClock.NowMs());
        }
        catch (Exception e)
        {
            batch.Written = Task.FromException(e);
            return batch;
        }

        if (batch.HasWrites)
        {
            batch.Written = WriteAsync(batch, before);
            _writesBeside = !batch.Written.IsCompleted;
        }

        return batch;
    }

    private async Task WriteAsync(LaneBatch batch, LaneBatch? before)
    {
        var statements = _store.Statements(batch.Drafts);
        if (before is not null)
        {
            await before.Written.ConfigureAwait(false);
        }

        await _store.CommitAsync(statements, batch.Writes, () => HitFailpoints(batch.Commands, "before_commit"), CancellationToken.None).ConfigureAwait(false);
        HitFailpoints(batch.Commands, "after_commit");
    }

    // Answers when it is written; gives back the batch that was begun on top of it, or null when there is none or it had to be done again.
    private async Task<LaneBatch?> EndAsync(LaneBatch batch, LaneBatch? next, int attempt = 0)
    {
        try
        {
            await batch.Written.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (next is not null)
            {
                // What it was decided on is not so, or not known to be: it was not sent, and is decided again.
                await next.Written.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await RecoverAsync(batch.Commands, attempt, e).ConfigureAwait(false);
            if (next is not null)
            {
                await RunAsync(next.Commands, 0).ConfigureAwait(false);
            }

            return null;
        }

        foreach (var draft in batch.Drafts)
        {
            draft.Apply();
            _size += draft.NewClaims.Count;
        }

        foreach (var command in batch.Commands)
        {
            command.Answer();
        }

        return next;
    }

    private async Task RecoverAsync(List<LaneCommand> commands, int attempt, Exception cause)
    {
        if (cause is not StoreException exception)
        {
            _log.LogError(cause, "A lane batch of {Count} failed", commands.Count);
            await SplitAsync(commands, attempt, cause).ConfigureAwait(false);
            return;
        }

        if (attempt >= AttemptsMax)
        {
            FailAll(commands, exception);
            return;
        }

        switch (exception.Fault)
        {
            case StoreFault.UnknownOutcome:
                // Perhaps it was committed: look at the packets and claims again before answering. A claim that was
                // committed is then a known claim.
                _log.LogWarning(exception, "The outcome of a lane batch of {Count} is unclear; looking again", commands.Count);
                ForgetAll(commands);
                await RestAsync(attempt).ConfigureAwait(false);
                await RunAsync(commands, attempt + 1).ConfigureAwait(false);
                return;
            case StoreFault.Transient or StoreFault.Unavailable when attempt < 2:
                await RestAsync(attempt).ConfigureAwait(false);
                await RunAsync(commands, attempt + 1).ConfigureAwait(false);
                return;
            case StoreFault.Transient or StoreFault.Unavailable or StoreFault.SchemaTooNew:
                FailAll(commands, exception);
                return;
            case StoreFault.Fenced or StoreFault.UniqueViolation or StoreFault.CheckViolation or StoreFault.Other:
                await SeparateMovedAsync(commands, attempt, exception).ConfigureAwait(false);
                return;
        }
    }

    // Packets that another owner moved are read again and redone alone; the others go on together. When none has moved, the
    // clock or one bad command is at fault.
    private async Task SeparateMovedAsync(List<LaneCommand> commands, int attempt, StoreException exception)
    {
        HashSet<long> moved;
        try
        {
            await _storeClock.RefreshAsync(CancellationToken.None).ConfigureAwait(false);
            var versions = await _store.VersionsAsync([.. commands.Select(c => c.PacketNo).Distinct()], CancellationToken.None).ConfigureAwait(false);
            moved = [.. commands.Select(c => c.PacketNo).Distinct().Where(no =>
                _held.TryGetValue(no, out var held) && (!versions.TryGetValue(no, out var version) || version != held.Now.Version))];
        }
        catch (StoreException e)
        {
            FailAll(commands, e);
            return;
        }

        if (moved.Count == 0)
        {
            await SplitAsync(commands, attempt, exception).ConfigureAwait(false);
            return;
        }

        _log.LogInformation("{Moved} of {All} packets of a lane batch have another writer; redoing them alone", moved.Count, commands.Select(c => c.PacketNo).Distinct().Count());
        foreach (var packetNo in moved)
        {
            Forget(packetNo);
            await RunAsync(commands.FindAll(c => c.PacketNo == packetNo), attempt + 1).ConfigureAwait(false);
        }

        var others = commands.FindAll(c => !moved.Contains(c.PacketNo));
        if (others.Count > 0)
        {
            await RunAsync(others, attempt).ConfigureAwait(false);
        }
    }

    // A bad command is found by halving. The first refusal is tried once more as it is: the clock was set right meanwhile.
    private async Task SplitAsync(List<LaneCommand> commands, int attempt, Exception exception)
    {
        if (attempt == 0 && exception is StoreException { Fault: StoreFault.Fenced })
        {
            await RunAsync(commands, 1).ConfigureAwait(false);
            return;
        }

        if (commands.Count == 1)
        {
            _log.LogError(exception, "{Step} at packet {PacketNo} is refused by the store", commands[0].Step, commands[0].PacketNo);
            Forget(commands[0].PacketNo);
            commands[0].Fail(exception);
            return;
        }

        var half = commands.Count / 2;
        await RunAsync(commands[..half], 1).ConfigureAwait(false);
        await RunAsync(commands[half..], 1).ConfigureAwait(false);
    }

    // What memory does not have, or must not trust.
    private Task<List<HeldPacket>> ReadMissingAsync(List<LaneCommand> commands, LaneBatch? before)
    {
        var missing = new HashSet<long>();
        var now = _clock.GetTimestamp();
        foreach (var command in commands)
        {
            if (before?.BasisFor(command.PacketNo) is { } draft)
            {
                draft.Held.LastUsed = now;
            }
            else if (!_held.TryGetValue(command.PacketNo, out var held) || held.Now.Status == PacketStatus.PendingPayment)
            {
                missing.Add(command.PacketNo);
            }
            else
            {
                held.LastUsed = now;
            }
        }

        return missing.Count == 0 ? NothingMissing : _store.LoadAsync(missing, CancellationToken.None);
    }

    // What came into memory in the meantime is at least as new.
    private void Keep(List<HeldPacket> read)
    {
        foreach (var held in read)
        {
            if (_held.TryGetValue(held.PacketNo, out var known) && known.Now.Version >= held.Now.Version)
            {
                known.LastUsed = _clock.GetTimestamp();
                continue;
            }

            Forget(held.PacketNo);
            held.LastUsed = _clock.GetTimestamp();
            _held[held.PacketNo] = held;
            _size += SizeOf(held);
        }
    }

    private bool MustRelease() => _size > _options.HeldMax || _clock.GetElapsedTime(_lastRelease) >= TimeSpan.FromSeconds(_options.HoldSeconds);

    // Memory is bounded twice: what nobody asked for in a while goes, and the oldest go when there are too many. Room is then
    // made for some more at once, for a busy lane comes here after every batch.
    private void Release()
    {
        if (!MustRelease())
        {
            return;
        }

        var hold = TimeSpan.FromSeconds(_options.HoldSeconds);
        _lastRelease = _clock.GetTimestamp();
        foreach (var (packetNo, held) in _held)
        {
            if (_clock.GetElapsedTime(held.LastUsed) >= hold)
            {
                Forget(packetNo);
            }
        }

        if (_size > _options.HeldMax)
        {
            foreach (var held in _held.Values.OrderBy(h => h.LastUsed).TakeWhile(_ => _size > _options.HeldMax / 10 * 9))
            {
                Forget(held.PacketNo);
            }
        }
    }

    private Task RestAsync(int attempt) => Task.Delay(TimeSpan.FromMilliseconds(20 << attempt), _clock);

    private void Forget(long packetNo)
    {
        if (_held.TryRemove(packetNo, out var held))
        {
            _size -= SizeOf(held);
        }
    }

    private static int SizeOf(HeldPacket held) => 1 + held.Claims.Count + held.DrawSize;

    private void ForgetAll(List<LaneCommand> commands)
    {
        foreach (var command in commands)
        {
            Forget(command.PacketNo);
        }
    }

    private void FailAll(List<LaneCommand> commands, Exception exception)
    {
        _log.LogWarning(exception, "A lane batch of {Count} was given up; the callers may ask again", commands.Count);
        ForgetAll(commands);
        foreach (var command in commands)
        {
            command.Fail(exception);
        }
    }

    private static void HitFailpoints(List<LaneCommand> commands, string point)
    {
        if (Failpoint.IsArmed)
        {
            foreach (var command in commands)
            {
                Failpoint.Hit($"{command.Step}.{point}");
            }
        }
    }
}
