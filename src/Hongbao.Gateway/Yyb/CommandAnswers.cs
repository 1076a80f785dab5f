using Hongbao.Contracts;
using Hongbao.Gateway.Endpoints;

namespace Hongbao.Gateway.Yyb;

/// <summary>What most commands do once their fields are read.</summary>
internal static class CommandAnswers
{
    /// <summary>Asks a module unless the command is refused already, and shapes what it answers.</summary>
    /// <param name="calls">How modules are asked.</param>
    /// <param name="call">The command.</param>
    /// <param name="refusal">Why it is not carried out, or null.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="shape">What a success becomes.</param>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public static async Task<Outcome<TAnswer>> AnswerAsync<TResponse, TAnswer>(
        this Calls calls, CommandCall call, Result? refusal, Func<CallContext, CancellationToken, Task<TResponse>> ask, Func<TResponse, TAnswer> shape)
        where TResponse : IAnswer
        where TAnswer : class
    {
        if (refusal is not null)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, ask);
        return response.Result.IsOk() ? shape(response) : response.Result;
    }
}
