using Hongbao.Foundation.Outside;
using Hongbao.Foundation.Scheduling;

namespace Hongbao.Outside.Tests;

public sealed class AnswerCacheTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);
    private int _asked;

    [Fact]
    public async Task A_full_cache_lets_the_least_recently_used_go()
    {
        var cache = new AnswerCache<int, int>(3, _clock);
        await AskAsync(cache, 1, 2, 3);
        await AskAsync(cache, 1);
        await AskAsync(cache, 4);

        Assert.Equal(3, cache.Count);
        _asked = 0;
        await AskAsync(cache, 1, 3, 4);
        Assert.Equal(0, _asked);
        await AskAsync(cache, 2);
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task The_bound_holds_for_any_sequence_and_values_are_never_mixed_up()
    {
        const int seed = 20260217;
        var random = new Random(seed);
        var cache = new AnswerCache<int, int>(50, _clock);
        for (var i = 0; i < 20_000; i++)
        {
            var keys = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(200)).ToArray();
            var answers = await AskAsync(cache, keys);
            Assert.True(answers.IsWhole, $"seed {seed}");
            Assert.All(keys, k => Assert.Equal(k * 10, answers.Found[k]));
            Assert.True(cache.Count <= 50, $"{cache.Count} entries, seed {seed}");
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(5_000)));
        }

        Assert.True(_asked < 20_000 * 2.5, "nothing was kept");
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(10, 0)]
    public async Task A_cache_of_no_size_or_no_time_keeps_nothing(int entries, int seconds)
    {
        var cache = new AnswerCache<int, int>(entries, _clock);
        await AskAsync(cache, TimeSpan.FromSeconds(seconds), 1);
        await AskAsync(cache, TimeSpan.FromSeconds(seconds), 1);

        Assert.Equal(0, cache.Count);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Many_who_ask_at_once_make_one_question_from_many_threads()
    {
        var cache = new AnswerCache<int, int>(1000, _clock);
        var release = new TaskCompletionSource();
        async Task<IReadOnlyDictionary<int, int>?> Ask(IReadOnlyList<int> keys)
        {
            Interlocked.Add(ref _asked, keys.Count);
            await release.Task;
            return keys.ToDictionary(k => k, k => k * 10);
        }

        var asking = Enumerable.Range(0, 64).Select(i => Task.Run(() =>
            cache.GetAsync([1, 2, 3 + (i % 2)], Ask, _ => Minute, Timeout.InfiniteTimeSpan, CancellationToken.None))).ToArray();
        // All 64 are under way or waiting for a thread; none can end before the release.
        release.SetResult();
        var answers = await Task.WhenAll(asking).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.All(answers, a => Assert.True(a.IsWhole));
        Assert.Equal(4, _asked);
    }

    [Fact]
    public async Task A_failed_question_is_asked_again()
    {
        var cache = new AnswerCache<int, int>(10, _clock);

        var failed = await cache.GetAsync([1], _ => Task.FromResult<IReadOnlyDictionary<int, int>?>(null), _ => Minute, Timeout.InfiniteTimeSpan, default);
        Assert.False(failed.IsWhole);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            cache.GetAsync([1], _ => throw new InvalidOperationException(), _ => Minute, Timeout.InfiniteTimeSpan, default));

        Assert.Equal(10, (await AskAsync(cache, 1)).Found[1]);
    }

    private Task<AnswerCache<int, int>.Answers> AskAsync(AnswerCache<int, int> cache, params int[] keys) => AskAsync(cache, Minute, keys);

    private Task<AnswerCache<int, int>.Answers> AskAsync(AnswerCache<int, int> cache, TimeSpan lifetime, params int[] keys) =>
        cache.GetAsync(
            keys,
            missing =>
            {
                _asked += missing.Count;
                return Task.FromResult<IReadOnlyDictionary<int, int>?>(missing.ToDictionary(k => k, k => k * 10));
            },
            _ => lifetime,
            Timeout.InfiniteTimeSpan,
            CancellationToken.None);
}
