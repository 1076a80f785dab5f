using Hongbao.Host.Serving;

namespace Hongbao.Bench.Http.Serving;

/// <summary>
/// <c>Hongbao.Bench serve SETTINGS MODULE</c>: the platform as <c>hongbao serve --settings</c> starts it, with the do-nothing endpoints in it. Only that module works by
/// itself: credit requests, or messages about wins, wait in its outbox; <c>bench/run chain</c> is about what comes after.
/// It says its address in one line and stops when its standard input ends, so that it never outlives who started it.
/// </summary>
internal static class ServeRole
{
    public const string Name = "serve";

    public static async Task<int> RunAsync(string settingsFile, string module)
    {
        var guest = new ServerGuest(
            services => OneModulesWorkers.Register(services, module),
            routes =>
            {
                NothingEndpoints.Map(routes);
                MeterEndpoint.Map(routes);
            });
        var server = await Server.StartAsync(new ServeArguments(null, null, null, settingsFile), guest, default);
        await using (server)
        {
            Console.WriteLine(server.Urls.First());
            await Console.In.ReadToEndAsync();
        }

        return 0;
    }
}
