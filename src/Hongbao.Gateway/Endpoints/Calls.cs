using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
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

    /// <summary>On behalf of the request's caller; of nobody in particular when it has none.</summary>
    public CallContext ContextOf(HttpContext http) => ContextOf(http.Features.Get<Caller>(), TraceIds.Of(http), LocaleOf(http));

    /// <summary>On behalf of whoever asks.</summary>
    public CallContext ContextOf(CallOrigin origin) => ContextOf(origin.Caller, origin.TraceId, origin.Locale);

    /// <summary>Waits for a module's answer. What was started there goes on when the wait ends: its repetition finds it.</summary>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public Task<T> WaitAsync<T>(HttpContext http, Task<T> call) => WaitAsync(call, _timeout, http.RequestAborted);

    /// <summary>Asks a module and waits for its answer.</summary>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public Task<T> AskAsync<T>(CallOrigin origin, Func<CallContext, CancellationToken, Task<T>> ask) => WaitAsync(ask(ContextOf(origin), origin.Gone), _timeout, origin.Gone);

    /// <summary>As <see cref="AskAsync"/>, for half the usual time; null without an answer in it.</summary>
    public async Task<T?> TryAskAsync<T>(CallOrigin origin, Func<CallContext, CancellationToken, Task<T>> ask)
        where T : class
    {
        try
        {
            return await WaitAsync(ask(ContextOf(origin), origin.Gone), _timeout / 2, origin.Gone);
        }
        catch (TimeoutException)
        {
            return null;
        }
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

    private Task<T> WaitAsync<T>(Task<T> call, TimeSpan timeout, CancellationToken gone) => call.IsCompletedSuccessfully ? call : call.WaitAsync(timeout, clock, gone);

    private static string LocaleOf(HttpContext http)
    {
        var languages = http.Request.Headers.AcceptLanguage;
        return languages.Count == 0 || languages[0] is not { } list ? "" : Locales.FirstOf(list);
    }
}
