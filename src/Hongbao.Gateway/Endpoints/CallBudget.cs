namespace Hongbao.Gateway.Endpoints;

/// <summary>How long calls that follow each other may take together, from when it was made.</summary>
/// <param name="whole">All of it.</param>
/// <param name="clock">Time.</param>
internal sealed class CallBudget(TimeSpan whole, TimeProvider clock)
{
    private readonly long _since = clock.GetTimestamp();

    /// <summary>What is left; zero when it is used up.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = whole - clock.GetElapsedTime(_since);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
