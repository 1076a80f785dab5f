using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Core.Lanes;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Core.Tests;

/// <summary>
/// One running CoreModule. It keeps its right to mint numbers, and its lanes run on the thread pool unless the test runs them by hand; everything
/// else runs only by hand.
/// </summary>
internal sealed class CoreProcess : IAsyncDisposable, IScheduler
{
    private readonly ThreadPoolScheduler _threads = new(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);
    private readonly Dictionary<string, Func<CancellationToken, Task<NextRun>>> _steps = [];
    private readonly bool _lanesByHand;
    private readonly CoreModule _module;
    private bool _stopped;

    public CoreProcess(CoreHarness harness, IStore store, bool lanesByHand)
    {
        _lanesByHand = lanesByHand;
        Store = new FaultyStore(store);
        _module = new CoreModule(
            Store, harness.Options, harness.Finance, new Lazy<IRedPacketAsync>(harness.Async), harness.Relations, harness.Moderation, harness.Risk, harness.Conditions,
            new FinanceCallbackKey(CoreHarness.Signature), CoreHarness.Tokens, new BusinessCalendar(TimeZoneInfo.Utc), harness.Clock, new SecureRandomSource(), Alerts,
            NullLoggerFactory.Instance, harness.Gate ?? new MemoryGate(harness.Clock));
    }

    public FaultyStore Store { get; }
    public AlertSink Alerts { get; } = new(NullLogger<AlertSink>.Instance);
    public MessageBus Bus { get; } = new();
    public IRedPacketCore Core => _module.Contract;
    public StoreClock Clock => _module.Clock;
    public LaneSet Lanes => _module.Lanes;
    public ClaimBacklog Backlog => _module.Backlog;

    public async Task StartAsync()
    {
        await _module.StartAsync(default);
        _module.Attach(Bus, this);
        _threads.Start();
    }

    public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step)
    {
        if (name.StartsWith("core.numbers.", StringComparison.Ordinal) || (name.StartsWith("core.lane.", StringComparison.Ordinal) && !_lanesByHand))
        {
            return _threads.Add(name, step);
        }

        _steps.Add(name, step);
        return new NeverWoken();
    }

    /// <summary>One step of a worker.</summary>
    public Task<NextRun> StepAsync(string worker) => _steps[worker](CancellationToken.None);

    /// <summary>Steps of the lanes that are run by hand, until a task is done.</summary>
    public async Task<T> WhileSteppingAsync<T>(Task<T> task)
    {
        using var late = new CancellationTokenSource(CoreHarness.Patience);
        while (!task.IsCompleted)
        {
            late.Token.ThrowIfCancellationRequested();
            foreach (var (name, step) in _steps.ToArray())
            {
                if (name.StartsWith("core.lane.", StringComparison.Ordinal))
                {
                    await step(CancellationToken.None);
                }
            }

            await Task.Yield();
        }

        return await task;
    }

    public async Task StopWorkersAsync() => await _threads.DisposeAsync();

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await StopWorkersAsync();
            await _module.StopAsync(default);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private sealed class NeverWoken : IWorker
    {
        public void Wake()
        {
        }
    }
}
