using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Campaign.Tests;

/// <summary>One running CampaignModule. It keeps its right to mint numbers, and its lane runs on the thread pool unless the test runs it by hand; everything else runs only by hand.</summary>
internal sealed class CampaignProcess : IAsyncDisposable, IScheduler
{
    private const string Lane = "campaign.draws";
    private readonly ThreadPoolScheduler _threads = new(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);
    private readonly Dictionary<string, Func<CancellationToken, Task<NextRun>>> _steps = [];
    private readonly bool _laneByHand;
    private bool _stopped;

    public CampaignProcess(CampaignHarness harness, FaultyStore store, CampaignOptions options, bool laneByHand)
    {
        _laneByHand = laneByHand;
        Store = store;
        Module = new CampaignModule(
            Store, options, harness.Finance, new Lazy<IRedPacketCore>(harness.Core), harness.Conditions, CampaignHarness.Tokens, harness.Clock, new SecureRandomSource(), Alerts,
            NullLoggerFactory.Instance);
    }

    public CampaignModule Module { get; }
    public FaultyStore Store { get; }
    public AlertSink Alerts { get; } = new(NullLogger<AlertSink>.Instance);
    public ICampaigns Campaigns => Module.Contract;
    public ICampaignOperations Operations => Module.Operations;
    public bool IsRunning => !_stopped;

    public async Task StartAsync()
    {
        await Module.StartAsync(default);
        Module.Attach(new MessageBus(), this);
        _threads.Start();
    }

    public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step)
    {
        if (name == Lane && !_laneByHand)
        {
            return _threads.Add(name, step);
        }

        if (name.StartsWith("campaign.numbers.", StringComparison.Ordinal))
        {
            _threads.Add(name, step);
        }

        _steps.Add(name, step);
        return new NeverWoken();
    }

    /// <summary>One step of a worker.</summary>
    public Task<NextRun> StepAsync(string worker) => _steps[worker](CancellationToken.None);

    /// <summary>One step of the lane that is run by hand.</summary>
    public Task<NextRun> StepLaneAsync() => StepAsync(Lane);

    /// <summary>Steps of the lane that is run by hand, until a task is done.</summary>
    public async Task<T> WhileSteppingAsync<T>(Task<T> task)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!task.IsCompleted)
        {
            late.Token.ThrowIfCancellationRequested();
            await StepLaneAsync();
            await Task.Yield();
        }

        return await task;
    }

    public Task RefreshAsync() => StepAsync("campaign.board");
    public Task HearOfGuessesAsync() => StepAsync("campaign.guesses");
    public Task CloseChunksAsync() => StepAsync("campaign.chunks.close");
    public Task EndOverAsync() => StepAsync("campaign.ends");
    public Task ScanOrdersAsync() => StepAsync("campaign.budget.scan");
    public Task SettleAsync() => StepAsync("campaign.settlement.scan");

    /// <summary>Keeps the right to mint numbers at once, after the clock was moved.</summary>
    public async Task KeepNumbersAsync()
    {
        foreach (var kind in (string[])["campaign", "win", "budget"])
        {
            await StepAsync($"campaign.numbers.{kind}");
        }
    }

    public List<string> AlertKinds() => Alerts.Drain().ConvertAll(static a => a.Kind);

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _threads.DisposeAsync();
            await Module.StopAsync(default);
        }
    }

    /// <summary>Dies at once: nothing that it did not commit will be.</summary>
    public async Task KillAsync()
    {
        _stopped = true;
        Store.IsGone = true;
        await _threads.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Store.Forgive();
        await StopAsync();
        Module.Dispose();
    }

    private sealed class NeverWoken : IWorker
    {
        public void Wake()
        {
        }
    }
}
