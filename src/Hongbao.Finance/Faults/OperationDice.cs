using Hongbao.Contracts;
using Hongbao.Foundation.Chance;

namespace Hongbao.Finance.Faults;

/// <summary>What happens to one call.</summary>
internal readonly record struct CallFate(int LatencyMs, bool Fails, bool LosesAnswer);

/// <summary>What happens to one order of a call. One that is refused is refused at once; of a payout both are the bank's, which may refuse it later.</summary>
internal readonly record struct OrderFate(bool Refused, bool Later, int LaterMs);

/// <summary>What happens to one callback.</summary>
internal readonly record struct CallbackFate(bool Lost, int LateMs, bool Repeated);

/// <summary>
/// The dice of one operation. Calls and callbacks are drawn from two streams, and a call is drawn before anything is looked
/// up: the same seed and the same calls misbehave alike, whatever the other operations do meanwhile. Thread safe.
/// </summary>
internal sealed class OperationDice
{
    private readonly FinanceFault _fault;
    private readonly SeededRandomSource _calls;
    private readonly SeededRandomSource _callbacks;

    public OperationDice(FinanceFault fault, long seed, int place)
    {
        _fault = fault;
        _calls = new SeededRandomSource(Mix(seed, 2 * place));
        _callbacks = new SeededRandomSource(Mix(seed, (2 * place) + 1));
    }

    /// <summary>Nothing ever goes wrong.</summary>
    public static OperationDice Harmless { get; } = new(new FinanceFault(), 0, 0);

    public CallFate NextCall() => new(_fault.LatencyMs, _calls.Permille(_fault.FailPermille), _calls.Permille(_fault.LostAnswerPermille));

    public OrderFate NextOrder()
    {
        var refused = _calls.Permille(_fault.RefusePermille);
        var later = _calls.Permille(_fault.LaterPermille);
        return new OrderFate(refused, later, later ? _fault.LaterMs : 0);
    }

    public bool NextNotFound() => _calls.Permille(_fault.NotFoundPermille);

    public CallbackFate NextCallback()
    {
        var lost = _callbacks.Permille(_fault.CallbackLostPermille);
        var late = _callbacks.Permille(_fault.CallbackLatePermille);
        return new CallbackFate(lost, late ? _fault.CallbackLateMs : 0, _callbacks.Permille(_fault.CallbackRepeatPermille));
    }

    // Neighbouring seeds give alike sequences in System.Random: the finalizer of splitmix64 tears them apart.
    private static long Mix(long seed, int stream)
    {
        unchecked
        {
            var z = (ulong)seed + (((ulong)stream + 1) * 0x9E3779B97F4A7C15UL);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
            return (long)(z ^ (z >> 31));
        }
    }
}
