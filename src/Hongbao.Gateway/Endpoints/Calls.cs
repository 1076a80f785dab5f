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

    /// <summary>On behalf of the request's caller; of nobody in particular when it has none.</summary>
    public CallContext ContextOf(HttpContext http)
    {
        var caller = http.Features.Get<Caller>();
        return new CallContext
        {
            App = caller?.App ?? CallContext.DefaultApp,
            Uid = caller?.Uid ?? 0,
            DeadlineMs = (clock.GetUtcNow() + _timeout).ToUnixTimeMilliseconds(),
            TraceId = TraceIds.Of(http),
            Locale = LocaleOf(http),
        };
    }

    /// <summary>Waits for a module's answer. What was started there goes on when the wait ends: its repetition finds it.</summary>
    /// <exception cref="TimeoutException">No answer in time; the caller is told to come again.</exception>
    public Task<T> WaitAsync<T>(HttpContext http, Task<T> call, bool half = false) =>
        call.IsCompletedSuccessfully ? call : call.WaitAsync(half ? _timeout / 2 : _timeout, clock, http.RequestAborted);

    /// <summary>
    /// When a call that begins now has lasted too long, for the one path that has to be fast: no timer of its own, for those who begin together share
    /// one, and nobody listens for the client's going away, since what was started goes on anyway.
    /// </summary>
    public CancellationToken SharedEnd() => _deadline.Next();

    /// <summary>Waits for a module's answer until then.</summary>
    /// <exception cref="OperationCanceledException">No answer in time; the caller is told to come again.</exception>
    public static Task<T> WaitSharedAsync<T>(Task<T> call, CancellationToken end) => call.IsCompletedSuccessfully ? call : call.WaitAsync(end);

    private static string LocaleOf(HttpContext http)
    {
        var languages = http.Request.Headers.AcceptLanguage;
        if (languages.Count == 0 || languages[0] is not { } list)
        {
            return "";
        }

        var first = list.AsSpan();
        var end = first.IndexOfAny(',', ';');
        first = (end < 0 ? first : first[..end]).Trim();
        foreach (var c in first)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
            {
                return "";
            }
        }

        return first.Length <= 35 ? first.ToString() : "";
    }
}
