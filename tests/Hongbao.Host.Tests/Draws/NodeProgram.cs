using System.Diagnostics;

namespace Hongbao.Host.Tests.Draws;

/// <summary>Runs Node.js, which the second implementation of the draw needs.</summary>
internal static class NodeProgram
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string input, params string[] arguments)
    {
        using var node = Process.Start(new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = DrawDocument.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var end = new CancellationTokenSource(Timeout);
        var output = node.StandardOutput.ReadToEndAsync(end.Token);
        var errors = node.StandardError.ReadToEndAsync(end.Token);
        await node.StandardInput.WriteAsync(input);
        node.StandardInput.Close();
        await node.WaitForExitAsync(end.Token);
        return (node.ExitCode, await output, await errors);
    }
}
