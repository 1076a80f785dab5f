using System.Diagnostics;
using Hongbao.Sdk.Generator;
using Hongbao.Testing;

namespace Hongbao.Client.Tests;

/// <summary>What is committed is what the code gives now; <c>eng/sdk</c> makes it again.</summary>
public sealed class GeneratedTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public async Task The_document_is_the_gateways()
    {
        using var process = Process.Start(new ProcessStartInfo(ServerProcess.Executable, ["openapi"]) { RedirectStandardOutput = true })!;
        var now = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.True(now == File.ReadAllText(Path.Combine(Root, SdkFiles.Document)), "sdk/openapi.json is not what the gateway gives: run eng/sdk and commit what it changes");
    }

    [Theory]
    [InlineData("/no/such/folder/openapi.json")]
    [InlineData("")]
    public async Task A_document_that_cannot_be_written_is_told_in_words(string path)
    {
        using var process = Process.Start(new ProcessStartInfo(ServerProcess.Executable, ["openapi", "--out", path]) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, process.ExitCode);
        Assert.StartsWith($"'{path}' cannot be written: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_clients_are_made_from_the_document_and_the_contract_of_packages()
    {
        var files = SdkFiles.Of(
            ApiDocument.Read(File.ReadAllBytes(Path.Combine(Root, SdkFiles.Document))), YybContract.Read(File.ReadAllText(Path.Combine(Root, SdkFiles.Protocol))));
        Assert.Equal(files.Keys, SdkFiles.Existing(Root));
        Assert.All(files, f => Assert.True(f.Value == File.ReadAllText(Path.Combine(Root, f.Key)), $"{f.Key} is not what the generator gives: run eng/sdk and commit what it changes"));
    }

    internal static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hongbao.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("these tests need the repository around them");
    }
}
