using System.Globalization;
using System.Security.Cryptography;
using Hongbao.Bench.Contenders;
using Hongbao.Campaign;
using Hongbao.Foundation.Stores;
using Npgsql;

namespace Hongbao.Bench.Rain;

/// <summary>
/// What a campaign's process keeps in memory beside its crowd, one user in ten passing. Outcomes that may be remembered are fewer than the passers, so that they are used up and renewed.
/// </summary>
internal sealed class MemoryBench(BenchServers servers, RainOptions options)
{
    // A tenth of the crowd passes: five times as many outcomes as are remembered.
    private const int UsersOfOutcome = 50;
    private const int Steps = 50;
    private const int MoreCampaigns = 100;

    public async Task<MemoryRun> RunAsync()
    {
        Console.WriteLine("Memory beside the crowd ...");
        var connectionString = new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = "memory" }.ToString();
        await PostgresStore.EnsureDatabaseAsync(connectionString, default);
        var rememberedMax = Math.Max(16, options.Draws / UsersOfOutcome);
        await using var side = await CampaignSide.StartAsync(
            connectionString, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), new CampaignOptions { RememberedMax = rememberedMax });
        // Connections, statements and code are there before.
        await Crowd.DrawAsync(side.Campaigns, await side.AddAsync(RainPlans.Ample(RainPlans.OneInTen, options.Draws)), 0, 1000);
        var samples = await CrowdAsync(side);
        var ofCampaign = await CampaignsAsync(side);
        var books = await RainAudit.ReadAsync(side.Store);
        return new MemoryRun { RememberedMax = rememberedMax, Samples = samples, BytesOfCampaign = ofCampaign, Faults = books.Faults() };
    }

    private async Task<List<MemorySample>> CrowdAsync(CampaignSide side)
    {
        var campaignId = await side.AddAsync(RainPlans.Ample(RainPlans.OneInTen, options.Draws));
        var before = Heap();
        var samples = new List<MemorySample> { new(0, side.RememberedOutcomes, 0) };
        // The small crowds that people ask about, and then steps.
        int[] crowds = [.. new[] { options.Draws / 100 }.Concat(Enumerable.Range(1, Steps).Select(s => (int)((long)options.Draws * s / Steps)))];
        foreach (var crowd in crowds)
        {
            var last = samples[^1].Users;
            await Crowd.DrawAsync(side.Campaigns, campaignId, last, crowd - last);
            samples.Add(new MemorySample(crowd, side.RememberedOutcomes, Heap() - before));
            if (crowd == options.Draws / 100 || crowd == options.Draws / 10 || crowd == options.Draws)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {crowd,9:N0} users, {samples[^1].Remembered,6:N0} outcomes remembered, {samples[^1].Bytes,10:N0} bytes"));
            }
        }

        return samples;
    }

    // Each with a draw, so that it has its part of the budget too.
    private static async Task<double> CampaignsAsync(CampaignSide side)
    {
        var before = Heap();
        for (var i = 0; i < MoreCampaigns; i++)
        {
            await Crowd.DrawAsync(side.Campaigns, await side.AddAsync(RainPlans.Ample(RainPlans.OneInTen, 1000)), 0, 10);
        }

        return (double)(Heap() - before) / MoreCampaigns;
    }

    private static long Heap()
    {
        // What the first collection gives to finalizers goes with the second.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
