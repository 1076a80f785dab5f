using System.Collections.Concurrent;
using System.Net;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// Two instances as a client sees them: it asks one, and goes to the other with the same request when it is refused for now or nobody
/// answers. Who is told that a packet is busy waits as he is told.
/// </summary>
internal sealed class Pair(Random random)
{
    /// <summary>Requests without a clear answer that a client repeats before it gives up.</summary>
    public const int RetriesMax = 6;

    private const int PollsMax = 10;
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);
    private readonly Api?[] _instances = new Api?[2];
    private int _turn;

    /// <summary>How often each thing happened that a client had to repeat its request for.</summary>
    public ConcurrentDictionary<string, int> Repeats { get; } = new();

    /// <summary>How many clear answers came from each instance.</summary>
    public int[] Answers { get; } = new int[2];

    /// <summary>The most repeats that one request needed.</summary>
    public int WorstRetries { get; private set; }

    /// <summary>Puts an instance into its place; the one before it still ends what is under way.</summary>
    public void Put(int place, Api api) => Volatile.Write(ref _instances[place], api);

    /// <summary>A clear answer.</summary>
    /// <exception cref="InvalidOperationException">None within the repeats of a client.</exception>
    public async Task<Answer> SendAsync(HttpMethod method, string path, long uid, object? body = null)
    {
        var place = Interlocked.Increment(ref _turn) & 1;
        var (polls, retries) = (0, 0);
        var reasons = new List<string>();
        while (true)
        {
            var (answer, reason) = await AskAsync(Volatile.Read(ref _instances[place])!, method, path, uid, body);
            if (answer is not null && reason.Length == 0)
            {
                Interlocked.Increment(ref Answers[place]);
                lock (this)
                {
                    WorstRetries = Math.Max(WorstRetries, retries);
                }

                return answer;
            }

            Repeats.AddOrUpdate(reason, 1, static (_, n) => n + 1);
            reasons.Add($"{place}: {reason}");
            if (reason == "CLAIM_BUSY" ? ++polls > PollsMax : ++retries > RetriesMax)
            {
                throw new InvalidOperationException($"{method} {path} of {uid} got no answer: {string.Join(", ", reasons)}");
            }

            await Task.Delay(reason == "CLAIM_BUSY" ? TimeSpan.FromMilliseconds(answer!["retryAfterMs"].GetInt32()) : Rest);
            place = 1 - place;
        }
    }

    private async Task<(Answer? Answer, string Repeat)> AskAsync(Api api, HttpMethod method, string path, long uid, object? body)
    {
        try
        {
            var answer = await api.SendAsync(method, path, uid, body);
            return (answer, answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ? answer.Code : "");
        }
        catch (HttpRequestException e)
        {
            return (null, e.HttpRequestError == HttpRequestError.ConnectionError ? "no connection" : $"broken connection ({e.HttpRequestError}: {e.InnerException?.Message ?? e.Message})");
        }
    }

    public int Next(int limit)
    {
        lock (random)
        {
            return random.Next(limit);
        }
    }
}
