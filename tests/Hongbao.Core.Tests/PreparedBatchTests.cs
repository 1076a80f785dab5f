using Hongbao.Contracts;
using Hongbao.Core.Lanes;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>While a lane's batch is being written the next is decided on top of it; whatever becomes of the first, nobody is told what is not so.</summary>
public sealed class PreparedBatchTests
{
    private const string Lane = "core.lane.0";
    private const long Nowhere = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Enough to prepare: two claims and what tells that they are decided, or the question for what is nowhere.
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
    public async Task A_second_that_is_exhausted_by_the_first_is_told_so_after_it(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 4);

        var (first, second) = await world.ClaimBehindAsync([1, 2, 3], [1, 4]);

        // The packet was exhausted for the fourth by what was not committed yet.
        Assert.Equal((first[0].Claim, ResultCode.PacketExhausted), (second[0].Claim, second[1].Result.Code));
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task What_is_committed_is_told_while_the_second_still_reads(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 10);
        var release = new TaskCompletionSource();
        Task<ClaimResponse>? nowhere = null;
        Task<ClaimResponse>[] behind = [];
        world.Store.BeforeNextWrite(async () =>
        {
            var read = world.Store.NextRead(release.Task);
            nowhere = world.ClaimAsync(Nowhere, 1);
            behind = [.. new long[] { 3, 2 }.Select(uid => world.ClaimAsync(uid))];
            await read.WaitAsync(Patience);
        });
        var begun = new long[] { 1, 2 }.Select(uid => world.ClaimAsync(uid)).ToArray();

        var step = world.StepAsync();
        ClaimResponse[] first;
        try
        {
            first = await Task.WhenAll(begun).WaitAsync(Patience);
            Assert.All(behind, b => Assert.False(b.IsCompleted));
        }
        finally
        {
            release.SetResult();
            await step;
        }

        var second = await world.WhileSteppingAsync(Task.WhenAll(behind));
        Assert.Equal([2, 3, 4], first.Append(second[0]).Select(c => c.Claim.Seq));
        Assert.Equal(first[1].Claim, second[1].Claim);
        Assert.Equal(ResultCode.NotFound, (await nowhere!).Result.Code);
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task A_packet_that_is_activated_elsewhere_between_two_batches_is_active_in_the_second(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 10);
        var pending = await world.UnpaidAsync();
        var before = world.ClaimAsync(pending, 5);
        Task<ClaimResponse>? after = null;

        await world.ClaimBehindAsync([1, 2], [3], begun: async () =>
        {
            // The batch that is being written has looked at it, and found it unpaid.
            await world.WriteElsewhereAsync("update packets set state = 2, version = version + 1, activated_at = now_ms(), expires_at = now_ms() + 60000 where packet_no = @no", pending);
            after = world.ClaimAsync(pending, 6);
        });

        Assert.Equal(ResultCode.PacketNotActive, (await world.WhileSteppingAsync(before)).Result.Code);
        Assert.Equal(ResultCode.Ok, (await world.WhileSteppingAsync(after!)).Result.Code);
        await world.AssertSoundAsync();
    }

    [Theory, BothStores]
    public async Task A_first_that_is_refused_is_redone_and_the_second_decided_again(SqlDialect dialect)
    {
        await using var world = await World.CreateAsync(dialect, count: 10);

        var (first, second) = await world.ClaimBehindAsync([1, 2], [3, 1], prepared: () =>
            world.WriteElsewhereAsync("update packets set version = version + 1 where packet_no = @no"));

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
            [1, 2, 3], [4, 1], prepared: () =>
            {
                world.Store.Refuse(StoreFault.Unavailable, StoreFault.Unavailable, StoreFault.Unavailable);
                return Task.CompletedTask;
            });

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

        /// <summary>
        /// Claims of two batches: the second is being decided while the first waits before it is written. Nobody may be answered before his batch is written.
        /// </summary>
        public async Task<(ClaimResponse[] First, ClaimResponse[] Second)> ClaimBehindAsync(long[] first, long[] second, Func<Task>? prepared = null, Func<Task>? begun = null)
        {
            var ahead = first.Select(uid => ClaimAsync(uid)).ToList();
            var behind = new List<Task<ClaimResponse>>();
            var checks = new List<Task>();
            Store.BeforeNextWrite(() => CheckAsync(async () =>
            {
                await (begun?.Invoke() ?? Task.CompletedTask);
                behind.AddRange(second.Select(uid => ClaimAsync(uid)));
                // The last of its batch: when it has decided, all have.
                var decided = new Decided(packetNo);
                _ = harness.Main.Lanes.PostAsync(decided);
                await decided.Task.WaitAsync(Patience);
                Assert.DoesNotContain(ahead.Concat(behind), a => a.IsCompleted);
                await (prepared?.Invoke() ?? Task.CompletedTask);
            }));
            Store.BeforeNextWrite(() => CheckAsync(() =>
            {
                Assert.DoesNotContain(behind, a => a.IsCompleted);
                return Task.CompletedTask;
            }));
            await StepAsync();
            var answers = (await WhileSteppingAsync(Task.WhenAll(ahead)), await WhileSteppingAsync(Task.WhenAll(behind)));
            Assert.Equal(2, checks.Count);
            await Task.WhenAll(checks);
            return answers;

            // A fault in it is the test's, not one that the lane may recover from.
            async Task CheckAsync(Func<Task> check)
            {
                var done = check();
                checks.Add(done);
                await done.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public Task<ClaimResponse> ClaimAsync(long uid) => ClaimAsync(packetNo, uid);

        public Task<ClaimResponse> ClaimAsync(long of, long uid) => harness.ClaimAsync(of, uid);

        public async Task<long> UnpaidAsync() => (await WhileSteppingAsync(harness.UnpaidAsync())).PacketNo;

        public async Task StepAsync() => await harness.Main.StepAsync(Lane);

        public Task<T> WhileSteppingAsync<T>(Task<T> task) => harness.Main.WhileSteppingAsync(task);

        public Task WriteElsewhereAsync(string sql, long? no = null) => harness.WriteAsync(sql, new { no = no ?? packetNo });

        public Task AssertSoundAsync() => harness.AssertSoundAsync(packetNo);

        public ValueTask DisposeAsync() => harness.DisposeAsync();
    }

    /// <summary>Changes nothing and tells when it has decided.</summary>
    private sealed class Decided(long packetNo) : LaneCommand<bool>(packetNo)
    {
        private readonly TaskCompletionSource _decided = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _decided.Task;

        public override string Step => "core.test";

        public override void Decide(PacketDraft? draft, long nowMs, LaneWrites writes) => _decided.TrySetResult();
    }
}
