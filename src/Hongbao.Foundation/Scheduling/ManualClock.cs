namespace Hongbao.Foundation.Scheduling;

/// <summary>A clock that stands still until it is moved. Timers made from it fire when it passes them, in order of time.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = start;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Moves forward by a distance.</summary>
    public void Advance(TimeSpan distance) => MoveTo(GetUtcNow() + distance);

    /// <summary>Moves forward to a time, never back, and fires on the way every timer that it passes, each at its own time.</summary>
    public void MoveTo(DateTimeOffset time)
    {
        if (time < GetUtcNow())
        {
            throw new ArgumentOutOfRangeException(nameof(time), "time does not run backwards");
        }

        while (NextBefore(time) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer fires; null without one.</summary>
    internal DateTimeOffset? NextTimerAt()
    {
        lock (_gate)
        {
            return _timers.Min(t => t.DueAt);
        }
    }

    // Takes the earliest timer up to a time and moves there; moves to the time itself when there is none.
    private ManualTimer? NextBefore(DateTimeOffset time)
    {
        lock (_gate)
        {
            var timer = _timers.Where(t => t.DueAt <= time).MinBy(t => t.DueAt);
            if (timer is null)
            {
                _now = time > _now ? time : _now;
                return null;
            }

            _now = timer.DueAt > _now ? timer.DueAt.Value : _now;
            timer.DueAt = timer.Period is { } period ? _now + period : null;
            return timer;
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset? DueAt { get; set; }
        public TimeSpan? Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                DueAt = dueTime < TimeSpan.Zero ? null : clock._now + dueTime;
                Period = period > TimeSpan.Zero ? period : null;
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
