namespace Hongbao.Host.Serving;

/// <summary>
/// How long each step of a stop may take at most. One begins when the one before has ended, but for the two doors, HTTP and RPC, which close side by side: so
/// <see cref="Longest"/> is their sum, and stays below the 5 s in which Ctrl-C ends.
/// </summary>
internal static class StopTimes
{
    /// <summary>New requests are refused for so long before the listening ends, so that clients learn of it by an answer and not by a broken connection.</summary>
    public static readonly TimeSpan Refusal = TimeSpan.FromMilliseconds(200);

    /// <summary>A client whose handshake has begun gets so long to end it: above a round trip to most of them.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromMilliseconds(100);

    /// <summary>For connections that the server does not take over.</summary>
    public static readonly TimeSpan TakeOver = TimeSpan.FromMilliseconds(500);

    /// <summary>Those who connected last get so long to be told so before connections that nobody uses are closed.</summary>
    public static readonly TimeSpan LastRefusal = TimeSpan.FromMilliseconds(100);

    /// <summary>For answers under way over HTTP.</summary>
    public static readonly TimeSpan Answers = TimeSpan.FromMilliseconds(1800);

    /// <summary>For calls of other processes that were read, and as long again for their answers to go out.</summary>
    public static readonly TimeSpan Calls = TimeSpan.FromMilliseconds(600);

    /// <summary>For callers to leave, and as long again for those who do not.</summary>
    public static readonly TimeSpan Leave = TimeSpan.FromMilliseconds(200);

    /// <summary>For steps of workers that have begun.</summary>
    public static readonly TimeSpan Workers = TimeSpan.FromMilliseconds(1000);

    /// <summary>For the modules to give back what they hold.</summary>
    public static readonly TimeSpan Modules = TimeSpan.FromMilliseconds(1000);

    /// <summary>All of it, when every step needs all of its time.</summary>
    public static TimeSpan Longest
    {
        get
        {
            var rpc = (2 * Calls) + (2 * Leave);
            return Refusal + Handshake + TakeOver + LastRefusal + (Answers > rpc ? Answers : rpc) + Workers + Modules;
        }
    }
}
