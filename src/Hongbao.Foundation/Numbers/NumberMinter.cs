using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Numbers;

/// <summary>
/// Mints the numbers of one kind. The instance id is leased from the module's store: minting stops before the lease ends,
/// by a monotonic clock, and the next holder of the id starts above the last second that this one could use.
/// </summary>
public sealed class NumberMinter(string kind, IStore store, TimeProvider clock, IRandomSource chance, ILogger log)
{
    private const long LeaseSeconds = 60;

    // Minting stops this long before the lease ends at the store, for the round trip that fetched it and for clock drift.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);
    private readonly string _holder = chance.Hex(16);
    private readonly Lock _gate = new();
    private Lease? _lease;
    private long _next; // second << SequenceBits | sequence

    private sealed record Lease(int Instance, long StartedTimestamp, long StoreSecond, long UntilSecond);

    private sealed class LeaseRow
    {
        public int Instance { get; init; }
        public long UntilSecond { get; init; }
    }

    /// <summary>Takes an instance id; called once before the first number.</summary>
    /// <exception cref="StoreException">Unavailable, also when all 64 ids are held.</exception>
    public async Task StartAsync(CancellationToken cancellationToken) => await AcquireAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>A fresh number for an owner's slot. Never given out before or again.</summary>
    /// <exception cref="StoreException">Unavailable: the lease could not be kept; try again later.</exception>
    public long Mint(int slot)
    {
        lock (_gate)
        {
            var lease = _lease ?? throw new StoreException(StoreFault.Unavailable, $"no instance id for numbers of kind '{kind}'");
            var elapsed = clock.GetElapsedTime(lease.StartedTimestamp);
            if (elapsed > TimeSpan.FromSeconds(LeaseSeconds) - Margin)
            {
                throw new StoreException(StoreFault.Unavailable, $"the instance id for numbers of kind '{kind}' could not be kept: the database gave no answer");
            }

            var second = lease.StoreSecond + (long)elapsed.TotalSeconds - Number.EpochSeconds;
            _next = Math.Max(_next + 1, second << Number.SequenceBits);
            var mintedSecond = _next >> Number.SequenceBits;
            if (mintedSecond + Number.EpochSeconds > lease.UntilSecond)
            {
                // More than 131,072 a second for long enough to use up the seconds ahead.
                throw new StoreException(StoreFault.Unavailable, $"numbers of kind '{kind}' are used up for this moment");
            }

            return Number.Compose(mintedSecond, slot, lease.Instance, (int)(_next & (Number.SequencesPerSecond - 1)));
        }
    }

    /// <summary>Keeps the lease as a worker.</summary>
    public void Attach(IScheduler scheduler) => scheduler.Add($"{store.Module}.numbers.{kind}", async cancellationToken =>
    {
        var lease = _lease;
        // The first step comes right after the start.
        if (lease is not null && clock.GetElapsedTime(lease.StartedTimestamp) < TimeSpan.FromSeconds(LeaseSeconds / 4))
        {
            return NextRun.After(TimeSpan.FromSeconds(LeaseSeconds / 4));
        }

        if (lease is null || !await TryRenewAsync(lease, cancellationToken).ConfigureAwait(false))
        {
            log.LogWarning("The instance id for numbers of kind {Kind} was lost; taking another", kind);
            await AcquireAsync(cancellationToken).ConfigureAwait(false);
        }

        return NextRun.After(TimeSpan.FromSeconds(LeaseSeconds / 4));
    });

    /// <summary>Gives the id back, so that the next start finds it free.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Lease? lease;
        long lastSecond;
        lock (_gate)
        {
            lease = _lease;
            _lease = null;
            lastSecond = (_next >> Number.SequenceBits) + Number.EpochSeconds;
        }

        if (lease is null)
        {
            return;
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "update number_lease set until_second = @lastSecond, holder = '' where kind = @kind and instance = @Instance and holder = @_holder",
                new { lastSecond, kind, lease.Instance, _holder }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AcquireAsync(CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (session.Dialect == SqlDialect.Postgres)
            {
                await session.ExecuteAsync("select pg_advisory_xact_lock(hashtext('number_lease'))", null, cancellationToken).ConfigureAwait(false);
            }

            var started = clock.GetTimestamp();
            var now = Math.DivRem(await session.NowMsAsync(cancellationToken).ConfigureAwait(false), 1000).Quotient;
            var rows = (await session.QueryAsync<LeaseRow>("select instance, until_second from number_lease where kind = @kind", new { kind }, cancellationToken)
                .ConfigureAwait(false)).ToDictionary(r => r.Instance, r => r.UntilSecond);
            var free = Enumerable.Range(0, Number.Instances).Where(i => !rows.TryGetValue(i, out var until) || until < now).ToArray();
            if (free.Length == 0)
            {
                throw new StoreException(StoreFault.Unavailable,
                    $"all {Number.Instances} instance ids for numbers of kind '{kind}' are held; one is free again within {LeaseSeconds} s after an instance ends");
            }

            if (now < Number.EpochSeconds)
            {
                throw new StoreException(StoreFault.Unavailable, "the database's clock stands before 2025; numbers cannot be minted until it is set");
            }

            // A random free one: after a crash the old id still has seconds that nobody may use.
            var instance = free[chance.Below(free.Length)];
            var floor = Math.Max(now, rows.TryGetValue(instance, out var last) ? last + 1 : 0);
            await session.ExecuteAsync("""
                insert into number_lease (kind, instance, holder, until_second) values (@kind, @instance, @_holder, @until)
                on conflict (kind, instance) do update set holder = excluded.holder, until_second = excluded.until_second
                """, new { kind, instance, _holder, until = now + LeaseSeconds }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                _lease = new Lease(instance, started, now, now + LeaseSeconds);
                // Above this minter's own last second as well: its numbers rise even when it takes another id.
                var first = Math.Max(floor - Number.EpochSeconds, (_next >> Number.SequenceBits) + 1);
                _next = (first << Number.SequenceBits) - 1;
            }
        }
    }

    private async Task<bool> TryRenewAsync(Lease lease, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var started = clock.GetTimestamp();
            var now = Math.DivRem(await session.NowMsAsync(cancellationToken).ConfigureAwait(false), 1000).Quotient;
            // Never lowered: should the database's clock run back, the seconds used already stay ours.
            var renewed = await session.ExecuteAsync(
                """
                update number_lease set until_second = case when until_second > @until then until_second else @until end
                where kind = @kind and instance = @Instance and holder = @_holder
                """,
                new { until = now + LeaseSeconds, kind, lease.Instance, _holder }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            if (renewed == 1)
            {
                lock (_gate)
                {
                    // What was promised stays ours: after a clock that ran back the seconds in use would else lie beyond the lease.
                    _lease = new Lease(lease.Instance, started, now, Math.Max(lease.UntilSecond, now + LeaseSeconds));
                }
            }

            return renewed == 1;
        }
    }
}
