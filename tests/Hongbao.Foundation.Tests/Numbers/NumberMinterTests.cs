using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Foundation.Tests.Numbers;

/// <summary>Numbers are unique and rise, whatever restarts, lost leases and clocks do. SQLite's clock is the test's.</summary>
public sealed class NumberMinterTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private readonly ManualClock _storeClock = new(Start);
    private TestDatabase _database = null!;
    private IStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(SqlDialect.Sqlite, _storeClock);
        _store = _database.Open("core");
        await _store.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Numbers_of_one_slot_rise_and_carry_slot_and_second()
    {
        var minter = await StartAsync(seed: 1);
        var last = 0L;
        for (var i = 0; i < 5000; i++)
        {
            var number = minter.Mint(77);
            Assert.True(number > last);
            Assert.Equal((77, Start.ToUnixTimeSeconds() + (i / 1000)), (Number.SlotFrom(number), Number.UnixSecondFrom(number)));
            last = number;
            if (i % 1000 == 999)
            {
                _storeClock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task Numbers_of_any_slot_order_by_second()
    {
        var minter = await StartAsync(seed: 1);
        var early = Enumerable.Range(0, 1024).Select(minter.Mint).ToArray();
        _storeClock.Advance(TimeSpan.FromSeconds(1));
        var late = Enumerable.Range(0, 1024).Select(minter.Mint).ToArray();

        Assert.True(early.Max() < late.Min());
        Assert.True(early.Max() < Number.LowestAt(_storeClock.GetUtcNow().ToUnixTimeMilliseconds()));
        Assert.True(late.Min() >= Number.LowestAt(_storeClock.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1024)]
    public async Task A_slot_that_does_not_exist_is_refused(int slot)
    {
        var minter = await StartAsync(seed: 1);

        Assert.Throws<ArgumentOutOfRangeException>(() => minter.Mint(slot));
    }

    [Fact]
    public async Task No_number_comes_twice_through_restarts_crashes_expired_leases_and_clock_steps()
    {
        // One slot, so that instance, second and sequence alone have to keep numbers apart.
        foreach (var seed in Enumerable.Range(1, 12))
        {
            var chance = new SeededRandomSource(seed);
            var kind = $"kind{seed}";
            var all = new HashSet<long>();
            var minters = new List<(NumberMinter Minter, SimulatedScheduler Workers, ManualClock Clock)>();
            for (var step = 0; step < 150; step++)
            {
                switch (chance.Below(8))
                {
                    case 0 when minters.Count < 5:
                        var clock = new ManualClock(_storeClock.GetUtcNow());
                        var minter = new NumberMinter(kind, _store, clock, new SeededRandomSource(chance.Below(int.MaxValue)), NullLogger.Instance);
                        await minter.StartAsync(default);
                        var workers = new SimulatedScheduler(clock, chance);
                        minter.Attach(workers);
                        minters.Add((minter, workers, clock));
                        break;
                    case 1 when minters.Count > 0:
                        await minters[0].Minter.StopAsync(default);
                        minters.RemoveAt(0);
                        break;
                    case 2 when minters.Count > 0:
                        // A crash: the lease stays behind.
                        minters.RemoveAt(chance.Below(minters.Count));
                        break;
                    case 3:
                        await PassAsync(TimeSpan.FromSeconds(chance.Below(90)), runWorkers: false);
                        break;
                    case 4:
                        await PassAsync(TimeSpan.FromSeconds(chance.Below(40)), runWorkers: true);
                        break;
                    default:
                        foreach (var (m, _, _) in minters)
                        {
                            try
                            {
                                for (var i = chance.Below(50); i >= 0; i--)
                                {
                                    var number = m.Mint(5);
                                    Assert.True(all.Add(number), $"seed {seed}, step {step}: {number} came twice");
                                }
                            }
                            catch (StoreException e) when (e.Fault == StoreFault.Unavailable)
                            {
                                // The lease ran out; the worker takes another.
                            }
                        }

                        break;
                }
            }

            Assert.True(all.Count > 100, $"seed {seed}: {all.Count} numbers");

            async Task PassAsync(TimeSpan time, bool runWorkers)
            {
                _storeClock.Advance(time);
                foreach (var (_, workers, clock) in minters)
                {
                    clock.Advance(time);
                    if (runWorkers)
                    {
                        await workers.RunUntilIdleAsync();
                    }
                }
            }
        }
    }

    [Fact]
    public async Task The_next_holder_of_the_same_id_starts_above_everything_that_the_last_could_mint()
    {
        await OccupyAllButAsync(9);
        var crashed = await StartAsync(seed: 1);
        var old = Enumerable.Range(0, 300_000).Select(_ => crashed.Mint(5)).ToHashSet();

        // While the lease lasts nobody gets the id; right after it the new holder's numbers are all above.
        _storeClock.Advance(TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<StoreException>(() => StartAsync(seed: 2));
        _storeClock.Advance(TimeSpan.FromSeconds(1));
        await OccupyAllButAsync(9);
        var next = await StartAsync(seed: 3);

        var fresh = next.Mint(5);
        Assert.Equal(InstanceOf(old.First()), InstanceOf(fresh));
        Assert.True(fresh > old.Max());
    }

    [Fact]
    public async Task An_id_given_back_is_free_in_the_next_second_and_its_borrowed_seconds_stay_used()
    {
        await OccupyAllButAsync(9);
        var first = await StartAsync(seed: 1);
        // Two seconds ahead of the clock.
        var last = Enumerable.Range(0, 300_000).Select(_ => first.Mint(5)).ToArray()[^1];
        Assert.Equal(Start.ToUnixTimeSeconds() + 2, Number.UnixSecondFrom(last));
        await first.StopAsync(default);
        Assert.Throws<StoreException>(() => first.Mint(5));

        _storeClock.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<StoreException>(() => StartAsync(seed: 2));
        _storeClock.Advance(TimeSpan.FromSeconds(1));
        var second = await StartAsync(seed: 2);
        Assert.True(second.Mint(5) > last);
    }

    [Fact]
    public async Task Minting_stops_before_the_lease_ends_when_it_could_not_be_renewed()
    {
        var minter = await StartAsync(seed: 1);
        _storeClock.Advance(TimeSpan.FromSeconds(55));
        minter.Mint(1);
        _storeClock.Advance(TimeSpan.FromMilliseconds(1));

        var refused = Assert.Throws<StoreException>(() => minter.Mint(1));

        Assert.Equal(StoreFault.Unavailable, refused.Fault);
        Assert.Contains("could not be kept", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_keeps_the_lease_and_the_id_for_as_long_as_it_runs()
    {
        var minter = await StartAsync(seed: 1);
        var scheduler = new SimulatedScheduler(_storeClock, new SeededRandomSource(1));
        minter.Attach(scheduler);
        var instance = InstanceOf(minter.Mint(1));

        for (var i = 0; i < 30; i++)
        {
            await scheduler.AdvanceAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(instance, InstanceOf(minter.Mint(1)));
        }

        Assert.Empty(scheduler.Failures);
    }

    [Fact]
    public async Task An_id_lost_to_another_holder_is_replaced_and_numbers_go_on_rising()
    {
        var minter = await StartAsync(seed: 1);
        var scheduler = new SimulatedScheduler(_storeClock, new SeededRandomSource(1));
        minter.Attach(scheduler);
        await scheduler.RunUntilIdleAsync();
        // Forty seconds ahead of the clock.
        var before = 0L;
        for (var i = 0; i < 40 * Number.SequencesPerSecond; i++)
        {
            before = minter.Mint(1);
        }

        await WriteAsync("update number_lease set holder = 'another'");

        await scheduler.AdvanceAsync(TimeSpan.FromSeconds(31));

        var after = minter.Mint(1);
        Assert.NotEqual(InstanceOf(before), InstanceOf(after));
        Assert.True(after > before);
    }

    [Fact]
    public async Task Borrowed_seconds_never_pass_the_end_of_the_lease()
    {
        var minter = await StartAsync(seed: 1);
        var last = 0L;
        var minted = 0;

        var refused = Assert.Throws<StoreException>(() =>
        {
            for (; minted < 10_000_000; minted++)
            {
                last = minter.Mint(1);
            }
        });

        Assert.Contains("used up for this moment", refused.Message, StringComparison.Ordinal);
        Assert.Equal(61 * Number.SequencesPerSecond, minted);
        Assert.Equal(Start.ToUnixTimeSeconds() + 60, Number.UnixSecondFrom(last));
    }

    [Fact]
    public async Task A_renewal_by_a_clock_that_ran_back_does_not_shorten_what_was_promised()
    {
        var minter = await StartAsync(seed: 1);
        var until = Start.ToUnixTimeSeconds() + 500;
        await WriteAsync($"update number_lease set until_second = {until}");
        var scheduler = new SimulatedScheduler(_storeClock, new SeededRandomSource(1));
        minter.Attach(scheduler);

        await scheduler.AdvanceAsync(TimeSpan.FromSeconds(20));

        await using var session = await _store.ReadAsync(default);
        Assert.Equal(until, await session.FirstAsync<long>("select until_second from number_lease"));
    }

    [Fact]
    public async Task Minting_goes_on_when_the_databases_clock_is_set_back()
    {
        var setBack = new SetBackClock(_storeClock);
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite, setBack);
        var store = database.Open("core");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);
        var minter = Minter(store, seed: 1);
        await minter.StartAsync(default);
        var scheduler = new SimulatedScheduler(_storeClock, new SeededRandomSource(1));
        minter.Attach(scheduler);
        await scheduler.RunUntilIdleAsync();
        var last = minter.Mint(1);
        var instance = InstanceOf(last);

        setBack.By = TimeSpan.FromMinutes(10);
        for (var i = 0; i < 10; i++)
        {
            await scheduler.AdvanceAsync(TimeSpan.FromSeconds(20));
            var next = minter.Mint(1);
            Assert.True(next > last);
            Assert.Equal(instance, InstanceOf(next));
            last = next;
        }

        Assert.Empty(scheduler.Failures);
    }

    [Fact]
    public async Task The_sixty_fifth_holder_is_refused_in_words_and_let_in_when_one_leaves()
    {
        var minters = new List<NumberMinter>();
        for (var i = 0; i < Number.Instances; i++)
        {
            minters.Add(await StartAsync(seed: i));
        }

        Assert.Equal(Number.Instances, minters.Select(m => InstanceOf(m.Mint(0))).Distinct().Count());
        var refused = await Assert.ThrowsAsync<StoreException>(() => StartAsync(seed: 99));
        Assert.Equal(StoreFault.Unavailable, refused.Fault);
        Assert.Contains("all 64 instance ids for numbers of kind 'packet' are held", refused.Message, StringComparison.Ordinal);

        await minters[7].StopAsync(default);
        _storeClock.Advance(TimeSpan.FromSeconds(1));
        await StartAsync(seed: 99);
    }

    [Fact]
    public async Task A_database_clock_before_the_epoch_is_refused_in_words()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite, new ManualClock(DateTimeOffset.UnixEpoch));
        var store = database.Open("core");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);

        var refused = await Assert.ThrowsAsync<StoreException>(() => Minter(store, 1).StartAsync(default));

        Assert.Contains("before 2025", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqlDialect.Sqlite)]
    [InlineData(SqlDialect.Postgres)]
    public async Task Instances_that_start_and_mint_at_the_same_time_share_no_number(SqlDialect dialect)
    {
        await using var database = await TestDatabase.CreateAsync(dialect);
        var store = database.Open("core");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(IStore).Assembly), default);

        var numbers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var minter = new NumberMinter("packet", store, TimeProvider.System, new SeededRandomSource(i / 2), NullLogger.Instance);
            await minter.StartAsync(default);
            var minted = new long[2000];
            Parallel.For(0, minted.Length, n => minted[n] = minter.Mint(5));
            if (i % 2 == 0)
            {
                await minter.StopAsync(default);
            }

            return minted;
        })));

        var all = numbers.SelectMany(n => n).ToArray();
        Assert.Equal(all.Length, all.Distinct().Count());
    }

    /// <summary>A server's clock that somebody sets back.</summary>
    private sealed class SetBackClock(TimeProvider right) : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override DateTimeOffset GetUtcNow() => right.GetUtcNow() - By;
    }

    private static int InstanceOf(long number) => (int)((number >> Number.SequenceBits) & (Number.Instances - 1));

    private NumberMinter Minter(IStore store, int seed) => new("packet", store, _storeClock, new SeededRandomSource(seed), NullLogger.Instance);

    private async Task<NumberMinter> StartAsync(int seed)
    {
        var minter = Minter(_store, seed);
        await minter.StartAsync(default);
        return minter;
    }

    private Task OccupyAllButAsync(int instance) => WriteAsync($"""
        with recursive i (n) as (select 0 union all select n + 1 from i where n < 63)
        insert into number_lease select 'packet', n, 'somebody', {_storeClock.GetUtcNow().ToUnixTimeSeconds() + 1000} from i where n <> {instance}
        on conflict (kind, instance) do update set until_second = excluded.until_second
        """);

    private async Task WriteAsync(string sql)
    {
        await using var session = await _store.WriteAsync(default);
        await session.ExecuteAsync(sql);
        await session.CommitAsync();
    }
}
