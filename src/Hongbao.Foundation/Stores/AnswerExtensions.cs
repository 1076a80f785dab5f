using Hongbao.Contracts;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Stores;

/// <summary>How a module's door tells passing trouble of its store: as an answer, which is the same for callers in this process and in others.</summary>
public static class AnswerExtensions
{
    /// <summary>An answer, or <see cref="ResultCode.Overloaded"/> when the store could not give it just now. Calls are idempotent: asked again, they find what was committed after all.</summary>
    /// <param name="answer">What was begun.</param>
    /// <param name="log">Told of the trouble.</param>
    /// <exception cref="StoreException">Trouble that does not pass.</exception>
    public static async Task<T> OrAskAgainAsync<T>(this Task<T> answer, ILogger log)
        where T : IAnswer, new()
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (StoreException e) when (e.MayAskAgain)
        {
            log.LogWarning("No {Answer} just now ({Fault}): {Reason}", typeof(T).Name, e.Fault, e.Message);
            return new T { Result = Result.Of(ResultCode.Overloaded, "Please ask again.") };
        }
    }
}
