using Hongbao.Foundation.Chance;

namespace Hongbao.Foundation.Messaging;

/// <summary>Holds messages up and delivers them again, on demand: what a broker does on a bad day, for tries of the whole. Thread safe.</summary>
/// <param name="options">How much of it.</param>
/// <param name="chance">The dice.</param>
public sealed class MessageFaults(MessageFaultOptions options, IRandomSource chance)
{
    // A message is held up once and repeated once or twice, so that even the worst settings let everything through.
    private const int RepeatedMax = 2;

    /// <summary>For how long a message is held up before it is delivered for the first time; zero for not at all.</summary>
    /// <param name="attempt">How often it was taken out of the outbox, from 1.</param>
    internal TimeSpan NextDelay(int attempt) => attempt == 1 && options.DelayMsMax > 0 ? TimeSpan.FromMilliseconds(chance.Below(options.DelayMsMax + 1)) : TimeSpan.Zero;

    /// <summary>After how long a message that everybody has comes again; null for never.</summary>
    /// <param name="attempt">How often it was taken out of the outbox, from 1.</param>
    internal TimeSpan? NextRepetition(int attempt) =>
        attempt <= RepeatedMax && chance.Permille(options.RepeatPermille) ? TimeSpan.FromMilliseconds(chance.Below(options.DelayMsMax + 1)) : null;
}
