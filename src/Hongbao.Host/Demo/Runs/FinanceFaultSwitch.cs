using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Makes finance misbehave and puts its switches back as they were, whatever happens in between.</summary>
internal sealed class FinanceFaultSwitch : IAsyncDisposable
{
    private const string Path = "ops/v1/finance/faults";

    // Below the time that the command line leaves a command after Ctrl-C.
    private static readonly TimeSpan PutBackPatience = TimeSpan.FromMilliseconds(1500);
    private readonly DemoClient _client;
    private readonly string _token;
    private readonly TimeProvider _clock;
    private readonly IDemoProgress _progress;
    private readonly FaultsShape _before;
    private bool _isOn;

    private FinanceFaultSwitch(DemoClient client, string token, TimeProvider clock, IDemoProgress progress, FaultsShape before)
    {
        _client = client;
        _token = token;
        _clock = clock;
        _progress = progress;
        _before = before;
    }

    /// <summary>Reads how the switches stand.</summary>
    /// <param name="client">The server.</param>
    /// <param name="token">An admin's.</param>
    /// <param name="clock">Time.</param>
    /// <param name="progress">Is told when they are put back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DemoStoppedException">They cannot be read.</exception>
    public static async Task<FinanceFaultSwitch> ReadAsync(DemoClient client, string token, TimeProvider clock, IDemoProgress progress, CancellationToken cancellationToken)
    {
        var answer = await client.GetAsync(Path, token, cancellationToken);
        return answer.IsOk
            ? new FinanceFaultSwitch(client, token, clock, progress, answer.Read<FaultsShape>())
            : throw new DemoStoppedException($"The fault switches of finance at {client.Url}{Path} cannot be read ({answer.Summary}); the demo needs the reference finance.");
    }

    /// <summary>True when finance misbehaved before the demo began.</summary>
    public bool WasOnBefore => _before.Operations.Count > 0;

    public async Task TurnOnAsync(FaultPlan plan, CancellationToken cancellationToken)
    {
        // Before the request: it may arrive although its answer does not.
        _isOn = true;
        await PutAsync(plan.Seed, plan.Operations, "hongbao demo: finance is slow and forgetful", cancellationToken);
    }

    public async Task PutBackAsync(CancellationToken cancellationToken)
    {
        if (_isOn)
        {
            await PutAsync(_before.Seed, _before.Operations, "hongbao demo: as it was before", cancellationToken);
            _isOn = false;
        }
    }

    /// <summary>Puts the switches back also when the run was broken off; says so when even that fails.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isOn)
        {
            return;
        }

        using var end = new CancellationTokenSource(PutBackPatience, _clock);
        try
        {
            await PutBackAsync(end.Token);
            _progress.Say("Finance's fault switches are as they were before.");
        }
        catch (Exception e) when (e is DemoStoppedException or OperationCanceledException)
        {
            _progress.Say($"Finance's fault switches could NOT be put back. Do it with: PUT {_client.Url}{Path} {JsonSerializer.Serialize(_before, JsonSerializerOptions.Web)}");
        }
    }

    private async Task PutAsync(long seed, IReadOnlyList<FinanceFault> operations, string reason, CancellationToken cancellationToken)
    {
        var answer = await _client.PutAsync(Path, _token, new { reason, seed, operations }, cancellationToken);
        if (!answer.IsOk)
        {
            throw new DemoStoppedException($"Finance's fault switches could not be set: {answer.Summary}");
        }
    }
}
