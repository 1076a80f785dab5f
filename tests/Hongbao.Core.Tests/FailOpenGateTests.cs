using Hongbao.Core.Claims;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Core.Tests;

/// <summary>Before a gate that works it changes nothing; before one that does not, everybody comes in.</summary>
public sealed class FailOpenGateTests : AdmissionGateCompliance
{
    private protected override IAdmissionGate NewGate(TimeProvider clock) => Guarded(new SlowGate(new MemoryGate(clock)));

    [Fact]
    public async Task A_gate_that_throws_lets_everybody_in_without_a_place()
    {
        var gate = Guarded(new LyingGate { Enter = static (_, _, _) => throw new InvalidOperationException("broken"), LeaveFault = new InvalidOperationException("broken") });
        var admission = await gate.EnterAsync(1, 1, default);
        Assert.Equal(Admission.Uncounted, admission);
        gate.Leave(admission.Place);
        gate.Leave(new AdmissionPlace(1, 1));

        gate = Guarded(new LyingGate { Enter = static (_, _, _) => ValueTask.FromException<Admission>(new TimeoutException()) });
        Assert.True((await gate.EnterAsync(1, 0, default)).IsIn);
    }

    [Fact]
    public async Task A_gate_that_does_not_answer_is_waited_for_a_moment_only()
    {
        var gate = Guarded(new LyingGate { Enter = static (_, _, _) => new(new TaskCompletionSource<Admission>().Task) });
        var waiting = gate.EnterAsync(1, 1, default);
        Clock.Advance(FailOpenGate.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Admission.Uncounted, await waiting);
    }

    [Fact]
    public async Task A_caller_who_goes_away_is_not_let_in()
    {
        using var gone = new CancellationTokenSource();
        var waiting = Guarded(new LyingGate { Enter = static (_, _, _) => new(new TaskCompletionSource<Admission>().Task) }).EnterAsync(1, 1, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
    }

    private FailOpenGate Guarded(IAdmissionGate gate) => new(gate, Clock, NullLogger.Instance);
}
