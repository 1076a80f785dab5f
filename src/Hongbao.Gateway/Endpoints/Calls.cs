using System.Text.Json.Serialization.Metadata;
using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;
using Microsoft.Extensions.Options;

namespace Hongbao.Gateway.Endpoints;

/// <summary>How a request becomes calls of modules: the context that travels along, and how long the answer is waited for.</summary>
internal sealed class Calls(IOptions<GatewayOptions> options, TimeProvider clock)
{
    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(options.Value.CallTimeoutMs);
    private readonly SharedDeadline _deadline = new(TimeSpan.FromMilliseconds(options.Value.CallTimeoutMs), clock);

    /// <summary>Where the calls of a request come from.</summary>
    public static CallOrigin OriginOf(HttpContext http) => new(http.Features.Get<Caller>(), TraceIds.Of(http), LocaleOf(http), http.RequestAborted);

    /// <summary>As of <see cref="OriginOf"/>, for the one path that has to be fast and does not listen for the client's going away.</summary>
    public CallContext ContextOf(HttpContext http) => ContextOf(http.Features.Get<Caller>(), TraceIds.Of(http), LocaleOf(http));

    /// <summary>On behalf of whoever asks; of nobody in particular when it is not known who that is.</summary>
    public CallContext ContextOf(CallOrigin origin) => ContextOf(origin.Caller, origin.TraceId, origin.Locale);

    /// <summary>The time for calls that follow each other: no more than for one alone.</summary>
    public CallBudget Budget() => new(_timeout, clock);

    /// <summary>Asks a module and waits for its answer. What was started there goes on when the wait ends: its repetition finds it.</summary>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public Task<T> AskAsync<T>(CallOrigin origin, Func<CallContext, CancellationToken, Task<T>> ask) => AskAsync(origin, ask, _timeout);

    /// <summary>As the other, and waits no longer than this.</summary>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public Task<T> AskAsync<T>(CallOrigin origin, Func<CallContext, CancellationToken, Task<T>> ask, TimeSpan longest)
    {
        var call = ask(ContextOf(origin), origin.Gone);
        return call.IsCompletedSuccessfully ? call : call.WaitAsync(longest, clock, origin.Gone);
    }

    /// <summary>As <see cref="AskAsync{T}(CallOrigin, Func{CallContext, CancellationToken, Task{T}}, TimeSpan)"/>; null without an answer in time.</summary>
    public async Task<T?> TryAskAsync<T>(CallOrigin origin, Func<CallContext, CancellationToken, Task<T>> ask, TimeSpan longest)
        where T : class
    {
        try
        {
            return await AskAsync(origin, ask, longest);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>
    /// Asks a module unless the request is refused already, and shapes what it answers as JSON. A handler that gives this alone takes a
    /// <see cref="CancellationToken"/> all the same: without one the framework takes it for a delegate whose result nobody looks at.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="refusal">Why it is not carried out, or null.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="shape">What a success becomes.</param>
    /// <param name="type">How that is written.</param>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public async Task<IResult> AnswerAsync<TResponse, TAnswer>(
        HttpContext http, ProblemAnswer? refusal, Func<CallContext, CancellationToken, Task<TResponse>> ask, Func<TResponse, TAnswer> shape, JsonTypeInfo<TAnswer> type)
        where TResponse : IAnswer
    {
        if (refusal is not null)
        {
            return refusal;
        }

        var response = await AskAsync(OriginOf(http), ask);
        return response.Result.IsOk() ? JsonAnswer.Ok(shape(response), type) : ProblemAnswer.From(response.Result);
    }

    /// <summary>
    /// When a call that begins now has lasted too long, for the one path that has to be fast: no timer of its own, for those who begin together share
    /// one, and nobody listens for the client's going away, since what was started goes on anyway.
    /// </summary>
    public CancellationToken SharedEnd() => _deadline.Next();

    /// <summary>Waits for a module's answer until then.</summary>
    /// <exception cref="OperationCanceledException">No answer in time; the caller is told to come again.</exception>
    public static Task<T> WaitSharedAsync<T>(Task<T> call, CancellationToken end) => call.IsCompletedSuccessfully ? call : call.WaitAsync(end);

    private CallContext ContextOf(Caller? caller, string traceId, string locale) => new()
    {
        App = caller?.App ?? CallContext.DefaultApp,
        Uid = caller?.Uid ?? 0,
        DeadlineMs = (clock.GetUtcNow() + _timeout).ToUnixTimeMilliseconds(),
        TraceId = traceId,
        Locale = locale,
    };

    private static string LocaleOf(HttpContext http)
    {
        var languages = http.Request.Headers.AcceptLanguage;
        return languages.Count == 0 || languages[0] is not { } list ? "" : Locales.FirstOf(list);
    }
}
