using System.CommandLine;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Gateway;
using Hongbao.Gateway.Auth;

namespace Hongbao.Host.Serving;

/// <summary><c>hongbao token</c>: a user's or an operator's token, signed with the key that the gateway knows. Ends with 0, or 1 when it cannot.</summary>
internal static class TokenCommand
{
    /// <summary>The command, writing to the standard output and error.</summary>
    internal static Command Create() => Create(Console.Out, Console.Error);

    /// <summary>The command, writing to given ones.</summary>
    internal static Command Create(TextWriter output, TextWriter errors)
    {
        var uid = new Argument<long>("uid") { Description = "The user." };
        var role = new Option<string>("--role") { Description = "operator or admin; a user without.", HelpName = "operator|admin", DefaultValueFactory = static _ => "" };
        var app = new Option<string>("--app") { Description = "The app (tenant).", DefaultValueFactory = static _ => CallContext.DefaultApp };
        var data = new Option<string?>("--data") { Description = "Data folder of the server, for its generated key where no settings name one. Default: as serve has it.", HelpName = "DIR" };
        var settings = new Option<string?>("--settings") { Description = "The gateway's JSON file with settings, as for serve; the environment counts, too.", HelpName = "FILE" };
        role.AcceptOnlyFromAmong("operator", "admin");
        uid.Positive();
        app.Validators.Add(static result =>
        {
            if (result.Tokens is [var given] && !TokenIssuer.IsApp(given.Value))
            {
                result.AddError("--app must be 1 to 32 of a to z, 0 to 9 and hyphen.");
            }
        });
        var command = new Command("token", "Sign a token of 24 hours for a user or an operator, with the first key of Gateway:Keys that can sign.") { uid, role, app, data, settings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var options = await SettingsAsync(new ServeArguments(parsed.GetValue(data), null, null, parsed.GetValue(settings)), cancellationToken);
                var token = TokenIssuer.With(options, TimeProvider.System).Issue(parsed.GetValue(app)!, parsed.GetValue(uid), parsed.GetValue(role)!)
                    ?? throw new StartRefusedException("No key of Gateway:Keys can sign: an ES256 key needs its private part.");
                await output.WriteLineAsync(token);
                return 0;
            }
            catch (Exception e) when (StartRefusedException.For(e) is { } refused)
            {
                await errors.WriteLineAsync(refused.Message);
                return 1;
            }
        });
        return command;
    }

    private static async Task<GatewayOptions> SettingsAsync(ServeArguments arguments, CancellationToken cancellationToken)
    {
        using var configuration = new ConfigurationManager();
        PlatformSettings.Load(configuration, arguments);
        var options = configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new GatewayOptions();
        if (options.Keys.Count > 0)
        {
            return options;
        }

        var folder = configuration["Store:DataFolder"] ?? new StoreOptions().DataFolder;
        if (!GeneratedKeys.AreIn(folder))
        {
            throw new StartRefusedException(
                $"There is no key: no setting Gateway:Keys, and no server has made one in '{Path.GetFullPath(folder)}'. Give the gateway's settings (environment or --settings), or the server's folder with --data.");
        }

        await Server.AddKeysAsync(configuration, folder, cancellationToken);
        return configuration.GetSection("Gateway").Get<GatewayOptions>()!;
    }
}
