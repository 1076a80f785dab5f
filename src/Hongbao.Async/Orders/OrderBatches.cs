using System.Threading.Channels;
using Hongbao.Contracts;

namespace Hongbao.Async.Orders;

/// <summary>How orders of every kind go to finance: by app, so many at once, and the same ones again while there is no final answer.</summary>
internal static class OrderBatches
{
    /// <summary>Batches of one app each, of what finance takes at once.</summary>
    public static IEnumerable<List<TRow>> Of<TRow>(List<TRow> rows, Func<TRow, string> app) =>
        rows.GroupBy(app).SelectMany(g => g.Chunk(FinanceCalls.BatchMax)).Select(c => c.ToList());

    /// <summary>Asks about the orders of a batch and sends those again that have no end by it.</summary>
    /// <param name="batch">Open orders of one app.</param>
    /// <param name="noOf">An order's number.</param>
    /// <param name="query">Asks about them.</param>
    /// <param name="send">Sends them.</param>
    /// <param name="take">Moves them by what was answered.</param>
    public static async Task AskOrSendAsync<TRow>(
        List<TRow> batch, Func<TRow, long> noOf, Func<List<TRow>, Task<List<OrderAnswer>>> query, Func<List<TRow>, Task<List<OrderAnswer>>> send,
        Func<List<TRow>, List<OrderAnswer>, Task> take)
    {
        var answers = await query(batch).ConfigureAwait(false);
        await take(batch, answers).ConfigureAwait(false);
        // "Not found" and "pending" do not say that it did not arrive: the same number is sent again.
        var unanswered = Unanswered(batch, noOf, answers);
        if (unanswered.Count > 0)
        {
            await take(unanswered, await send(unanswered).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <summary>Those of a batch that have no end by some answers.</summary>
    public static List<TRow> Unanswered<TRow>(List<TRow> batch, Func<TRow, long> noOf, List<OrderAnswer> answers)
    {
        var final = answers.Where(FinalWord.IsFinal).Select(a => a.Number).ToHashSet();
        return batch.FindAll(r => !final.Contains(noOf(r)));
    }

    /// <summary>Hints of what to do now. Full is full: TryWrite says so.</summary>
    public static Channel<T> Hints<T>(int most) => Channel.CreateBounded<T>(new BoundedChannelOptions(most) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Takes what waits.</summary>
    public static List<T> Drain<T>(Channel<T> hints, int most)
    {
        var drained = new List<T>();
        while (drained.Count < most && hints.Reader.TryRead(out var hint))
        {
            drained.Add(hint);
        }

        return drained;
    }
}
