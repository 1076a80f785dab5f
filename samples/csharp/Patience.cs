namespace Hongbao.Sample;

/// <summary>Money moves a moment after the request.</summary>
internal static class Patience
{
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Asks until the answer is there, or for long enough.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isThere, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            var answer = await ask();
            if (isThere(answer) || TimeProvider.System.GetElapsedTime(start) > Longest)
            {
                return answer;
            }

            await Task.Delay(Rest, TimeProvider.System, cancellationToken);
        }
    }
}
