namespace Hongbao.Host.Demo.Runs;

/// <summary>The same question about many things.</summary>
internal static class Sweep
{
    // Questions at the same time; openings of a packet and draws are not bounded by it.
    private const int ReadersMax = 16;

    /// <summary>Reads something for each key, a bounded number at the same time; in the order of the keys.</summary>
    public static async Task<IReadOnlyDictionary<TKey, TValue>> ReadAllAsync<TKey, TValue>(
        this IDemoProgress progress, string? stage, IReadOnlyCollection<TKey> keys, Func<TKey, Task<TValue>> read, CancellationToken cancellationToken)
        where TKey : notnull
    {
        var order = keys.ToArray();
        var values = new TValue[order.Length];
        await progress.ForAllAsync(stage, Enumerable.Range(0, order.Length).ToArray(), async (i, _) => values[i] = await read(order[i]), cancellationToken);
        return order.Zip(values).ToDictionary(p => p.First, p => p.Second);
    }

    /// <summary>Does something for each, a bounded number at the same time.</summary>
    public static async Task ForAllAsync<T>(
        this IDemoProgress progress, string? stage, IReadOnlyCollection<T> items, Func<T, CancellationToken, Task> act, CancellationToken cancellationToken, int most = ReadersMax)
    {
        if (stage is not null)
        {
            progress.Begin(stage, items.Count);
        }

        await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = most, CancellationToken = cancellationToken }, async (item, stop) =>
        {
            await act(item, stop);
            if (stage is not null)
            {
                progress.Step();
            }
        });
    }
}
