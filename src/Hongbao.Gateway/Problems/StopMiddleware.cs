using Hongbao.Contracts;

namespace Hongbao.Gateway.Problems;

/// <summary>
/// From the moment on that the process is to stop, new requests are refused with a code that invites to repeat them, and their connections are
/// closed with the answer: clients and balancers come back to another instance. Requests under way go on.
/// </summary>
internal sealed class StopMiddleware(RequestDelegate next, IHostApplicationLifetime lifetime)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return next(http);
        }

        http.Response.Headers.Connection = "close";
        // Whoever watches the process is told how it stands.
        return http.Request.Path == "/healthz" || http.Request.Path == "/readyz" ? next(http) : ProblemAnswer.Of(ResultCode.Overloaded).ExecuteAsync(http);
    }
}
