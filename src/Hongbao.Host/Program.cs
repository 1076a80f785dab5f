using System.CommandLine;
using Hongbao.Host.Serving;

var root = new RootCommand("Hongbao, the red packet platform. Start with: hongbao serve");
root.Subcommands.Add(ServeCommand.Create());

// The host stops by itself on Ctrl-C; a grace of the command line's own would only race with it.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
