using Hongbao.Host.Serving;

namespace Hongbao.Bench.Http.Serving;

/// <summary>
/// <c>Hongbao.Bench serve SETTINGS</c>: the platform as <c>hongbao serve --settings</c> starts it, with the do-nothing endpoints in it. Credit requests
/// wait in the outbox, as those of the peers do; <c>bench/run chain</c> is about what comes after.
/// It says its address in one line and stops when its standard input ends, so that it never outlives who started it.
/// </summary>
internal static class ServeRole
{
    public const string Name = "serve";

    public static async Task<int> RunAsync(string settingsFile)
    {
        var guest = new ServerGuest(
            CoreWorkersAlone.Register,
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
