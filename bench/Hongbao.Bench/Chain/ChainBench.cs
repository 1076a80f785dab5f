using System.Diagnostics;
using System.Globalization;
using Hongbao.Bench.Contenders;
using Hongbao.Bench.Measuring;
using Npgsql;

namespace Hongbao.Bench.Chain;

/// <summary>One run: offers claims, looks at what has settled, waits for the rest and audits the money.</summary>
internal sealed class ChainBench(BenchServers servers, ChainOptions options)
{
    // Packets for so many claims a second are prepared, and some more.
    private const double MostPerSecond = 16_000;
    private const double FirstRate = 4000;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(120);

    // An offer without a fixed rate closes the distance to its window in about so many seconds.
    private const double ClosingSeconds = 2;

    // Within so many seconds the rate at which claims settle is averaged.
    private const double MeanSeconds = 3;

    private sealed record Reading(long At, long Settled, long Backlog, double OldestMs, long Taken);

    public async Task<ChainRun> RunAsync()
    {
        // A tenth more than asked for: looks and waits make a run a little longer than its seconds.
        var rate = options.Rate > 0 ? options.Rate * 1.1 : MostPerSecond;
        var packets = (int)(rate * (options.Seconds + options.WarmUpSeconds) / options.Shares) + options.OpenPackets + 1;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Preparing {packets:N0} packets of {options.Shares} shares ..."));
        await using var platform = await ChainPlatform.StartAsync(servers);
        var packetNos = await ChainPackets.AddAsync(platform.Stores, packets, options.Shares);
        // Tables are as a fresh database has them: what plans know of them comes from autovacuum alone.
        await ExecuteAsync("chain", "checkpoint");
        platform.Attach();
        using var load = new ChainLoad(platform.Core, packetNos, options) { Rate = options.Rate > 0 ? options.Rate : FirstRate };
        load.Start();
        Console.WriteLine("Warming up ...");
        var (own, readings) = (new OwnCpu(servers.WorkFolder), new List<Reading>());
        await LookAsync(platform, load, readings, TimeSpan.FromSeconds(options.WarmUpSeconds), null);
        if (options.Profile)
        {
            await ChainProfile.ResetAsync(servers);
        }

        load.Latency = new LatencyHistogram();
        var (cpu, wal, allocated, process, begin) = (CpuTime.Now(own), await WalAsync(), GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime, readings[^1]);
        var (askedAgain, heldBack) = (load.AskedAgain, load.HeldBack);
        var samples = new List<ChainSample>();
        await LookAsync(platform, load, readings, TimeSpan.FromSeconds(options.Seconds), samples);
        var (cpuAfter, end) = (CpuTime.Now(own), readings[^1]);
        (allocated, process, wal) = (GC.GetTotalAllocatedBytes() - allocated, Environment.CpuUsage.TotalTime - process, await WalAsync() - wal);
        (askedAgain, heldBack) = (load.AskedAgain - askedAgain, load.HeldBack - heldBack);
        if (options.Profile)
        {
            await ChainProfile.PrintAsync(servers);
        }

        if (samples.Count == 0)
        {
            throw new InvalidOperationException(load.Error ?? "the run is too short");
        }

        await load.StopAsync();
        var drain = await DrainAsync(platform);
        Console.WriteLine("Auditing ...");
        // The ledger's check reads whole tables: autovacuum may not have counted them yet.
        await ExecuteAsync("chain_finance", "analyze");
        var faults = await ChainAudit.RunAsync(platform, load.Taken);
        if (load.Error is { } error)
        {
            faults.Add(error);
        }

        var seconds = Stopwatch.GetElapsedTime(begin.At, end.At).TotalSeconds;
        var settled = Math.Max(1.0, end.Settled - begin.Settled);
        // Ticks are a hundredth of a second.
        var ours = (cpuAfter.Own - cpu.Own) * 10_000.0;
        var third = Math.Max(1, samples.Count / 3);
        return new ChainRun
        {
            Seconds = seconds,
            Rate = options.Rate,
            Claimed = (end.Taken - begin.Taken) / seconds,
            Settled = settled / seconds,
            P50 = load.Latency.Percentile(0.5),
            P99 = load.Latency.Percentile(0.99),
            Growth = samples.TakeLast(third).Average(s => s.Backlog) - samples.Take(third).Average(s => s.Backlog),
            DrainMs = drain,
            WalBytes = wal / settled,
            OwnMicros = process.TotalMicroseconds / settled,
            PostgresMicros = (ours - process.TotalMicroseconds) / settled,
            AllocatedBytes = allocated / settled,
            Steal = cpuAfter.StealSince(cpu),
            Others = cpuAfter.OthersSince(cpu),
            AskedAgain = askedAgain,
            HeldBack = heldBack,
            Taken = load.Taken,
            Samples = samples,
            Faults = faults,
        };
    }

    private async Task LookAsync(ChainPlatform platform, ChainLoad load, List<Reading> readings, TimeSpan duration, List<ChainSample>? samples)
    {
        var started = Stopwatch.GetTimestamp();
        if (readings.Count == 0)
        {
            readings.Add(await ReadAsync(platform, load));
        }

        var last = readings[^1];
        while (Stopwatch.GetElapsedTime(started) < duration && load.Error is null)
        {
            await Task.Delay(Look);
            var now = await ReadAsync(platform, load);
            readings.Add(now);
            if (options.Rate == 0)
            {
                Pace(load, readings);
            }

            if (samples is not null && Stopwatch.GetElapsedTime(last.At, now.At) >= SampleEvery)
            {
                var seconds = Stopwatch.GetElapsedTime(last.At, now.At).TotalSeconds;
                var sample = new ChainSample(
                    Stopwatch.GetElapsedTime(started, now.At).TotalSeconds, (now.Taken - last.Taken) / seconds, (now.Settled - last.Settled) / seconds,
                    now.Backlog, now.OldestMs, load.Latency.Percentile(0.99));
                samples.Add(sample);
                last = now;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{sample.Second,6:0} s  claims {sample.Claimed,8:N0}/s  settled {sample.Settled,8:N0}/s  unsettled {sample.Backlog,8:N0}  oldest {sample.OldestMs,6:N0} ms  answers p99 {sample.P99:0} ms"));
            }
        }
    }

    // As many claims are offered as settled lately, and so many more or fewer that the window is met soon.
    private void Pace(ChainLoad load, List<Reading> readings)
    {
        var now = readings[^1];
        var before = readings.FindLast(r => Stopwatch.GetElapsedTime(r.At, now.At).TotalSeconds >= MeanSeconds) ?? readings[0];
        var settled = (now.Settled - before.Settled) / Math.Max(0.1, Stopwatch.GetElapsedTime(before.At, now.At).TotalSeconds);
        load.Rate = Math.Max(0, settled + ((options.Window - now.Backlog) / ClosingSeconds));
    }

    private static async Task<Reading> ReadAsync(ChainPlatform platform, ChainLoad load)
    {
        // Answered before it is looked: what is committed in between counts as unsettled.
        var taken = load.Taken;
        var backlog = await platform.Module.Backlog.ReadAsync(default);
        return new Reading(Stopwatch.GetTimestamp(), Math.Max(0, taken - backlog.Count), backlog.Count, backlog.Oldest.TotalMilliseconds, taken);
    }

    private static async Task<double> DrainAsync(ChainPlatform platform)
    {
        var started = Stopwatch.GetTimestamp();
        var unsettledFor = 0.0;
        while (Stopwatch.GetElapsedTime(started) < DrainMax)
        {
            var unsettled = (await platform.Module.Backlog.ReadAsync(default)).Count;
            if (unsettled > 0)
            {
                unsettledFor = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }

            // Callbacks, the read model and the deletion of messages follow the last final state.
            if (unsettled == 0 && await IsAtRestAsync(platform))
            {
                break;
            }

            await Task.Delay(100);
        }

        return unsettledFor;
    }

    private static async Task<bool> IsAtRestAsync(ChainPlatform platform)
    {
        foreach (var (module, sql) in new[]
        {
            ("core", "select count(*) from outbox"), ("async", "select count(*) from outbox"), ("finance", "select count(*) from callbacks where state = 0"),
        })
        {
            await using var session = await platform.Stores.Open(module).ReadAsync(default);
            if (await session.FirstAsync<long>(sql) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private async Task<long> WalAsync()
    {
        await using var source = NpgsqlDataSource.Create(servers.Postgres + ";Database=postgres;Pooling=false");
        await using var command = source.CreateCommand("select (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(servers.Postgres) { Database = database, Pooling = false });
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
