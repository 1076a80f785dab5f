using System.CommandLine;
using Hongbao.Host.Demo;
using Hongbao.Host.Draws;
using Hongbao.Host.Idl;
using Hongbao.Host.OpenApi;
using Hongbao.Host.Serving;

const int UsageError = 2;

var root = new RootCommand("Hongbao, the red packet platform. Start with: hongbao serve");
root.Subcommands.Add(ServeCommand.Create());
root.Subcommands.Add(DemoCommand.Create());
root.Subcommands.Add(TokenCommand.Create());
root.Subcommands.Add(VerifyDrawCommand.Create());
root.Subcommands.Add(VerifyRainCommand.Create());
root.Subcommands.Add(OpenApiCommand.Create());
root.Subcommands.Add(JceCommand.Create());

var parsed = root.Parse(args);

// serve stops by itself on Ctrl-C, and so does demo; a grace of the command line's own would only race with them.
var exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
return parsed.Errors.Count > 0 ? UsageError : exitCode;
