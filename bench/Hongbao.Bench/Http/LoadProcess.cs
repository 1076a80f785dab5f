using System.Text.Json;
using Hongbao.Bench.Http.Loading;
using Hongbao.Bench.Http.Serving;
using Hongbao.Bench.Measuring;

namespace Hongbao.Bench.Http;

/// <summary>The process that the load is in; alive between the runs so that it is warm.</summary>
internal sealed class LoadProcess(OwnCpu own) : IAsyncDisposable
{
    private RoleProcess? _process;

    /// <summary>Carries out a plan.</summary>
    /// <param name="meter">Asked when measuring begins and ends.</param>
    /// <param name="plan">What to do.</param>
    /// <returns>What came of it, the machine's CPU time at both ends of measuring, and by how much the meter rose.</returns>
    public async Task<(LoadResult Result, CpuTime Before, CpuTime After, Meter Allocated)> RunAsync(Func<Task<Meter>> meter, LoadPlan plan)
    {
        _process ??= new RoleProcess(LoadRole.Name);
        await _process.WriteAsync(JsonSerializer.Serialize(plan));
        await ExpectAsync(LoadRole.Started);
        var (before, first) = (CpuTime.Now(own), await meter());
        await ExpectAsync(LoadRole.Ended);
        var (after, last) = (CpuTime.Now(own), await meter());
        var allocated = new Meter(last.Bytes - first.Bytes, last.Collections - first.Collections, last.PauseSeconds - first.PauseSeconds);
        return (JsonSerializer.Deserialize<LoadResult>(await _process.ReadAsync())!, before, after, allocated);
    }

    /// <summary>For runs of which nobody wants to know what they allocated.</summary>
    public static Task<Meter> NoMeter() => Task.FromResult(new Meter(0, 0, 0));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task ExpectAsync(string word)
    {
        var line = await _process!.ReadAsync();
        if (line != word)
        {
            throw new InvalidOperationException($"the load said '{line}' where '{word}' was expected");
        }
    }
}
