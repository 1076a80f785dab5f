using System.Diagnostics;
using System.Net;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>A data folder on a disk that is full, or becomes so; a small file system in memory, mounted for the server alone.</summary>
public sealed class FullDiskTests : IDisposable
{
    // Empty but in the server's own view.
    private readonly string _mount = Directory.CreateTempSubdirectory("hongbao-disk-").FullName;

    public void Dispose() => Directory.Delete(_mount);

    [Fact]
    public async Task A_full_disk_at_the_start_is_told()
    {
        await using var refused = await StartOnAsync("100k");

        Assert.Equal("", refused.Url);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("free some space", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_becomes_full_refuses_work_loses_nothing_and_goes_on_when_there_is_room_again()
    {
        await using var server = await StartOnAsync("12m");
        Assert.True(server.Url.Length > 0, server.Output);
        using var api = new Api(server.Url);
        var packetNo = await CreatePaidAsync(api);
        var first = await api.PostAsync($"/api/v1/packets/{packetNo}/claims", 8);

        // The server's own view of its folder.
        var filler = $"/proc/{server.Id}/root{_mount}/filler";
        await FillAsync(filler);
        Answer refused = first;
        await RunningServer.UntilAsync(async () => !(refused = await api.PostAsync("/api/v1/packets", 7, RunningServer.Body())).IsOk, "refused for want of space");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(first.Text("claimNo"), (await api.PostAsync($"/api/v1/packets/{packetNo}/claims", 8)).Text("claimNo"));

        File.Delete(filler);
        await RunningServer.UntilAsync(async () => (await api.PostAsync($"/api/v1/packets/{packetNo}/claims", 9)).IsOk, "claimable again");
        await RunningServer.UntilAsync(async () => (await api.GetAsync($"/api/v1/claims/{first.Text("claimNo")}", 8)).Text("status") == "TRANSFERRED", "transferred");
    }

    private static async Task<string> CreatePaidAsync(Api api)
    {
        var created = await api.PostAsync("/api/v1/packets", 7, RunningServer.Body());
        var paid = await api.PostAsync($"/cashier/{created["payment"].GetProperty("payOrderNo").GetString()}/pay", 7);
        Assert.Equal("SUCCEEDED", paid.Text("status"));
        return created.Text("packetNo");
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        try
        {
            while (true)
            {
                await file.WriteAsync(new byte[4096]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private Task<ServerProcess> StartOnAsync(string size) => ServerProcess.TryStartUnderAsync(
        ["unshare", "--mount", "--map-root-user", "--propagation", "private", "sh", "-c", $"mount -t tmpfs -o size={size} tmpfs '{_mount}' && exec \"$@\"", "sh"], _mount);
}
