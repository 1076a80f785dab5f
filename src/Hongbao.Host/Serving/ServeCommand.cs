using System.CommandLine;

namespace Hongbao.Host.Serving;

/// <summary><c>hongbao serve</c>: runs the platform until Ctrl-C.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description = "Folder of the SQLite files and generated keys; made if missing. Default: hongbao-data in the working folder.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> Urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by ';'. Default: http://127.0.0.1:8080. Development tokens exist only while all are loopback and all roles are here.",
        HelpName = "URL",
    };

    private static readonly Option<string?> Store = new("--store")
    {
        Description = "sqlite (default) or postgres; the latter needs the setting Store:Postgres.",
        HelpName = "sqlite|postgres",
    };

    private static readonly Option<string?> RoleList = new("--roles")
    {
        Description = "What this process runs, with commas: gateway, core, query, async, campaign, finance. Default: all. The others' endpoints come from the section Rpc (docs/operating.md).",
        HelpName = "ROLES",
    };

    private static readonly Option<string?> Settings = new("--settings")
    {
        Description = "JSON file with settings, such as { \"Core\": { \"CountMax\": 200 } }. The environment (HONGBAO_Core__CountMax=200) goes before it, these options before both.",
        HelpName = "FILE",
    };

    public static Command Create()
    {
        var command = new Command("serve", "Run the platform: API, H5 page, cashier, workers. Ctrl-C stops it; nothing is lost.") { Data, Urls, Store, RoleList, Settings };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            var arguments = new ServeArguments(parsed.GetValue(Data), parsed.GetValue(Urls), parsed.GetValue(Store), parsed.GetValue(Settings), parsed.GetValue(RoleList));
            try
            {
                var server = await Server.StartAsync(arguments, cancellationToken);
                await using (server)
                {
                    server.Greet(Console.Out);
                    await server.WaitForStopAsync();
                }

                return 0;
            }
            catch (StartRefusedException refused)
            {
                await Console.Error.WriteLineAsync(refused.Message);
                return 1;
            }
        });
        return command;
    }
}

/// <summary>The command line's settings; null where it says nothing.</summary>
/// <param name="DataFolder">Folder of files.</param>
/// <param name="Urls">Addresses, separated by ';'.</param>
/// <param name="Store">sqlite or postgres.</param>
/// <param name="SettingsFile">JSON file.</param>
/// <param name="Roles">Names with commas.</param>
internal sealed record ServeArguments(string? DataFolder, string? Urls, string? Store, string? SettingsFile, string? Roles = null);
