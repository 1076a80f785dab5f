using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>While a lane's batch is being written the next is decided on top of it; whatever becomes of the first, nobody is told what is not so.</summary>
public sealed class PreparedBatchTests
{
    private const string Lane = "core.lane.0";
    private const long Nowhere = 1;

    // Enough to prepare: two claims and the question for what is nowhere.
    private const int Enough = 3;

    [Theory, BothStores]
    public async Task Both_are_written_in_one_step_one_after_the_other(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 10);
        var (commits, writes) = (world.Store.Commits, world.Store.Writes);

        var (first, second) = await world.ClaimBehindAsync([1, 2], [2, 3]);

        Assert.All(first.Concat(second), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
        // Who asked again while his first claim was still being written has that one.
        Assert.Equal(first[1].Claim, second[0].Claim);
        Assert.Equal([2, 3, 4], first.Append(second[1]).Select(c => c.Claim.Seq));
        Assert.Equal((2, 2), (world.Store.Commits - commits, world.Store.Writes - writes));
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task The_second_may_take_the_last_share(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 4);

        var (first, second) = await world.ClaimBehindAsync([1, 2], [3, 4]);

        Assert.Equal([ResultCode.Ok, ResultCode.Ok, ResultCode.Ok, ResultCode.PacketExhausted], first.Concat(second).Select(c => c.Result.Code));
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task Nothing_is_answered_before_the_first_is_committed(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 4);

        var (first, second) = await world.ClaimBehindAsync([1, 2, 3], [1, 4], prepared: answers => Assert.DoesNotContain(answers, a => a.IsCompleted));

        // The packet was exhausted for the fourth by what was not committed yet.
        Assert.Equal((first[0].Claim, ResultCode.PacketExhausted), (second[0].Claim, second[1].Result.Code));
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task A_first_that_is_refused_is_redone_and_the_second_decided_again(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 10);

        var (first, second) = await world.ClaimBehindAsync([1, 2], [3, 1], prepared: _ =>
            world.WriteElsewhereAsync("update packets set version = version + 1 where packet_no = @no").GetAwaiter().GetResult());

        Assert.All(first.Concat(second), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
        Assert.Equal(first[0].Claim, second[1].Claim);
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task A_first_whose_answer_is_lost_is_looked_for_before_the_second_is_decided_again(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 10);
        world.Store.LoseAnswers(1);

        var (first, second) = await world.ClaimBehindAsync([1, 2], [3, 2]);

        Assert.All(first.Concat(second), c => Assert.Equal(ResultCode.Ok, c.Result.Code));
        Assert.Equal(first[1].Claim, second[1].Claim);
        Assert.Equal([2, 3, 4], first.Append(second[0]).Select(c => c.Claim.Seq));
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task What_a_first_that_is_given_up_would_have_taken_the_second_gets(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 4);

        var (first, second) = await world.ClaimBehindAsync(
            [1, 2, 3], [4, 1], prepared: _ => world.Store.Refuse(StoreFault.Unavailable, StoreFault.Unavailable, StoreFault.Unavailable));

        Assert.All(first, c => Assert.Equal(ResultCode.Overloaded, c.Result.Code));
        Assert.All(second, c => Assert.Equal(ResultCode.Ok, c.Result.Code));
        await world.AssertSoundAsync();
    }

    /// <summary>A lane that is stepped by hand, and a packet in its memory with one claim.</summary>
    private sealed class World(CoreHarness harness, long packetNo) : IAsyncDisposable
    {
        public FaultyStore Store => harness.Main.Store;

        public static async Task<World> CreateAsync(SqlDialect dialect, int count)
        {
            var harness = await CoreHarness.StartAsync(dialect, o => (o.Lanes, o.LaneAheadMin) = (1, Enough), lanesByHand: true);
            var packetNo = await harness.Main.WhileSteppingAsync(harness.ActiveAsync(100, count));
            await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 1000));
            return new World(harness, packetNo);
        }

        /// <summary>Claims of two batches: the second is decided while the first waits before it is written.</summary>
        public async Task<(ClaimResponse[] First, ClaimResponse[] Second)> ClaimBehindAsync(
            long[] first, long[] second, Action<IReadOnlyCollection<Task<ClaimResponse>>>? prepared = null)
        {
            var begun = first.Select(uid => harness.ClaimAsync(packetNo, uid)).ToList();
            var behind = new List<Task<ClaimResponse>>();
            Store.BeforeNextWrite(async () =>
            {
                // A packet that is not in memory, so that the preparation can be seen: it reads.
                var read = Store.NextRead();
                _ = harness.ClaimAsync(Nowhere, 1);
                behind.AddRange(second.Select(uid => harness.ClaimAsync(packetNo, uid)));
                await read.WaitAsync(TimeSpan.FromSeconds(20));
                prepared?.Invoke([.. begun, .. behind]);
            });
            await harness.Main.StepAsync(Lane);
            return (await harness.Main.WhileSteppingAsync(Task.WhenAll(begun)), await harness.Main.WhileSteppingAsync(Task.WhenAll(behind)));
        }

        public Task WriteElsewhereAsync(string sql) => harness.WriteAsync(sql, new { no = packetNo });

        public Task AssertSoundAsync() => harness.AssertSoundAsync(packetNo);

        public ValueTask DisposeAsync() => harness.DisposeAsync();
    }
}
