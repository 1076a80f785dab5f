using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hongbao.Bench.Measuring;
using Hongbao.Contracts;
using Hongbao.Jce.Bench.Contracts;
using Hongbao.Jce.Rpc;

namespace Hongbao.Jce.Bench.Rpc;

/// <summary>This program as a client with default settings: each line is for how many seconds to call, and is answered with what was seen.</summary>
internal static class EchoClientRole
{
    public const string Name = "echo-client";

    /// <summary>Calls under way at a time.</summary>
    public const int Outstanding = 64;

    /// <summary>Milliseconds in which each call must be done.</summary>
    public const int DeadlineMs = 3000;

    /// <summary>Every how manieth call's latency is looked at.</summary>
    public const int SampledEach = 8;

    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static readonly string s_text = new('x', 100);

    /// <param name="port">The server's.</param>
    public static async Task<int> RunAsync(string port)
    {
        await using var client = new RpcClient(new() { Log = EchoServerRole.Tell });
        var echo = new EchoProxy(client.Channel($"{EchoServerRole.Servant}@tcp -h 127.0.0.1 -p {port}"));
        while (await Console.In.ReadLineAsync() is { } seconds)
        {
            var duration = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
            var latencies = new LatencyHistogram();
            var allocated = GC.GetTotalAllocatedBytes();
            var started = Stopwatch.GetTimestamp();
            var calls = (await Task.WhenAll(Enumerable.Range(0, Outstanding).Select(_ => Task.Run(() => CallAsync(echo, started, duration, latencies))))).Sum();
            var took = Stopwatch.GetElapsedTime(started);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                rate = calls / took.TotalSeconds,
                calls,
                p50 = latencies.Percentile(0.5) * 1000,
                p99 = latencies.Percentile(0.99) * 1000,
                allocated = (double)(GC.GetTotalAllocatedBytes() - allocated) / calls,
            }));
        }

        return 0;
    }

    private static async Task<long> CallAsync(EchoProxy echo, long started, TimeSpan duration, LatencyHistogram latencies)
    {
        var calls = 0L;
        while (true)
        {
            var context = new CallContext { Uid = 10_012_345, DeadlineMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + DeadlineMs, TraceId = TraceId, Locale = "zh-CN" };
            var isSampled = calls % SampledEach == 0;
            var began = isSampled ? Stopwatch.GetTimestamp() : 0;
            if (await echo.EchoAsync(context, s_text) != s_text)
            {
                throw new InvalidOperationException("another text came back");
            }

            calls++;
            if (isSampled)
            {
                var took = Stopwatch.GetElapsedTime(began);
                latencies.Add((long)took.TotalNanoseconds);
                if (Stopwatch.GetElapsedTime(started) >= duration)
                {
                    return calls;
                }
            }
        }
    }
}
