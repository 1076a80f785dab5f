using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Hongbao.Bench.Http.Serving;

/// <summary><c>Hongbao.Bench bare</c>: Kestrel without anything of ours, which answers every request with a claim's answer.</summary>
internal static class BareRole
{
    public const string Name = "bare";

    public static async Task<int> RunAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var body = NothingEndpoints.ClaimBody();
        app.Run(http =>
        {
            http.Response.ContentLength = body.Length;
            return NothingEndpoints.WriteAsync(http, body);
        });
        await using (app)
        {
            await app.StartAsync();
            Console.WriteLine(app.Urls.First());
            await Console.In.ReadToEndAsync();
        }

        return 0;
    }
}
