using System.CommandLine;
using System.Security.Cryptography;
using Hongbao.Gateway;
using Hongbao.Host.Idl;
using Hongbao.Host.Serving;
using Microsoft.AspNetCore.Hosting.Server;

namespace Hongbao.Host.OpenApi;

/// <summary><c>hongbao openapi</c>: the document of the HTTP interface, without a running server.</summary>
internal static class OpenApiCommand
{
    private static readonly Option<string?> Out = new("--out") { Description = "File to write; made or replaced. Default: the standard output.", HelpName = "FILE" };

    public static Command Create()
    {
        var command = new Command("openapi", "Print the OpenAPI document that a server shows at /openapi/v1.json. Nothing is started, opened or written beside it.") { Out };
        command.SetAction(static async (parsed, cancellationToken) =>
        {
            var document = new MemoryStream();
            await GenerateAsync(document, cancellationToken);
            if (parsed.GetValue(Out) is not { } file)
            {
                await using var output = Console.OpenStandardOutput();
                await output.WriteAsync(document.ToArray(), cancellationToken);
                return 0;
            }

            try
            {
                await File.WriteAllBytesAsync(file, document.ToArray(), cancellationToken);
                return 0;
            }
            catch (Exception e) when (ContractFiles.IsOfFiles(e))
            {
                await Console.Error.WriteLineAsync($"'{file}' cannot be written: {e.Message}");
                return JceCommand.Unusable;
            }
        });
        return command;
    }

    /// <summary>Puts the platform together as <c>serve</c> does, with a server that listens nowhere: the document is made from the endpoints alone.</summary>
    private static async Task GenerateAsync(Stream output, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ((IConfigurationBuilder)builder.Configuration).Sources.Clear();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            // No module starts without keys; nobody gets to know these.
            ["Gateway:Keys:0:Kid"] = "none",
            ["Gateway:Keys:0:Algorithm"] = "HS256",
            ["Gateway:Keys:0:Key"] = NewKey(),
            ["Finance:CallbackKey"] = NewKey(),
            ["Subsidies:TokenKeys:0:Id"] = "none",
            ["Subsidies:TokenKeys:0:Key"] = NewKey(),
        });
        builder.Logging.ClearProviders();
        Server.AddPlatform(builder.Services, new PlatformOptions());
        builder.Services.AddRoles(Roles.All);
        builder.Services.AddSingleton<IServer, SilentServer>();
        await using var app = builder.Build();
        app.UseGateway();
        app.MapGateway();
        await app.StartAsync(cancellationToken);
        await app.WriteOpenApiAsync(output, cancellationToken);
        await app.StopAsync(cancellationToken);
    }

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
