namespace Hongbao.Sample;

/// <summary>Money moves a moment after the request.</summary>
internal static class Patience
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Asks until the answer is there.</summary>
    /// <exception cref="TimeoutException">It was not there in ten seconds.</exception>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isThere, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var answer = await ask();
            if (isThere(answer))
            {
                return answer;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Longest)
            {
                throw new TimeoutException($"still not there after {Longest.TotalSeconds:0} s: {answer}");
            }

            await Task.Delay(Rest, TimeProvider.System, cancellationToken);
        }
    }
}
