using System.Diagnostics;
using System.Runtime.CompilerServices;
using Hongbao.Bench.Measuring;
using Hongbao.Contracts;
using Hongbao.Jce.Bench.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Hongbao.Jce.Bench.Calls;

/// <summary>One way of calling, measured once.</summary>
/// <param name="Nanoseconds">Of a call.</param>
/// <param name="Allocated">Bytes of a call.</param>
internal sealed record CallFigures(double Nanoseconds, double Allocated);

/// <summary>An implementation called directly, and through its contract as the host resolves it.</summary>
internal sealed record CallPair(int Round, CallFigures Direct, CallFigures Contract, Noise Noise);

/// <summary>What the contract adds to a call within a process.</summary>
internal sealed class CallBench : IDisposable
{
    private const int Stretch = 10_000;
    private readonly ServiceProvider _services;
    private readonly PacketModule _module;
    private readonly IPacketReading _contract;
    private readonly CallContext _context = CallContext.ForSystem(CallContext.DefaultApp);
    private readonly PacketNumber _request = new() { PacketNo = 7_301_000_000_000_001_234 };
    private readonly List<CallPair> _pairs = [];

    public CallBench()
    {
        // As Core is registered: the module, and its contract from it.
        _services = new ServiceCollection()
            .AddSingleton<PacketModule>()
            .AddSingleton<IPacketReading>(static provider => provider.GetRequiredService<PacketModule>())
            .BuildServiceProvider();
        _module = _services.GetRequiredService<PacketModule>();
        _contract = _services.GetRequiredService<IPacketReading>();
    }

    public IReadOnlyList<CallPair> Pairs => _pairs;

    /// <summary>Makes sure that a call through the contract is one with the very same objects.</summary>
    /// <exception cref="InvalidOperationException">Something was copied.</exception>
    public async Task CheckAsync()
    {
        var answer = await _contract.GetPacketAsync(_context, _request);
        if (!ReferenceEquals(_module.Seen, _request) || !ReferenceEquals(_module.SeenContext, _context) || !ReferenceEquals(_module.Answer, answer))
        {
            throw new InvalidOperationException("the contract copies what is called with it");
        }
    }

    public void WarmUp(TimeSpan each)
    {
        Direct(each);
        Contract(each);
    }

    public void Run(int round, TimeSpan each, OwnCpu own)
    {
        var before = CpuTime.Now(own);
        var direct = Direct(each);
        var contract = Contract(each);
        _pairs.Add(new CallPair(round, direct, contract, Noise.Since(before, own)));
    }

    public void Dispose() => _services.Dispose();

    // Both loops are as a caller would have them: a wait that does not wait.
    private CallFigures Direct(TimeSpan duration)
    {
        var (times, allocated, started) = (0L, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        do
        {
            for (var i = 0; i < Stretch; i++)
            {
                _ = _module.GetPacketAsync(_context, _request, CancellationToken.None).GetAwaiter().GetResult();
            }

            times += Stretch;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return Figures(times, Stopwatch.GetElapsedTime(started), GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private CallFigures Contract(TimeSpan duration)
    {
        var (times, allocated, started) = (0L, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        do
        {
            for (var i = 0; i < Stretch; i++)
            {
                _ = _contract.GetPacketAsync(_context, _request, CancellationToken.None).GetAwaiter().GetResult();
            }

            times += Stretch;
        }
        while (Stopwatch.GetElapsedTime(started) < duration);
        return Figures(times, Stopwatch.GetElapsedTime(started), GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    // Apart, so that it is made after the last look at what was allocated.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CallFigures Figures(long times, TimeSpan took, long allocated) => new(took.TotalNanoseconds / times, (double)allocated / times);

    /// <summary>Has its answer ready, so that nothing but the call costs.</summary>
    private sealed class PacketModule : IPacketReading
    {
        private readonly Task<PacketSummary> _answer = Task.FromResult(new PacketSummary { PacketNo = 1, Left = 80 });

        public PacketNumber? Seen { get; private set; }

        public CallContext? SeenContext { get; private set; }

        public PacketSummary Answer => _answer.Result;

        // A direct call would otherwise be none.
        [MethodImpl(MethodImplOptions.NoInlining)]
        public Task<PacketSummary> GetPacketAsync(CallContext context, PacketNumber request, CancellationToken cancellationToken)
        {
            Seen = request;
            SeenContext = context;
            return _answer;
        }
    }
}
