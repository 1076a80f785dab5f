using System.Collections.Concurrent;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>A packet that was sent with a win.</summary>
internal sealed record SentWin(long Uid, int Round, PacketKind Kind, SentPacket Packet);

/// <summary>A withdrawal that the server took.</summary>
internal sealed record SentWithdrawal(long Uid, string RequestId, long WithdrawalNo, long Amount);

/// <summary>What every part of a rain needs.</summary>
internal sealed class RainScene(DemoScene scene, RainPlan plan, string operatorToken, string adminToken)
{
    // Of clocks and of changes that take a moment to be seen.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(700);
    private int _wins;
    private int _pausedAnswers;
    private int _refusedWithdrawals;
    private long _pauseFrom = long.MaxValue;
    private long _pauseTo = long.MaxValue;

    public DemoScene Base => scene;

    public DemoClient Client => scene.Client;

    public Journal Journal => scene.Journal;

    public RainPlan Plan => plan;

    public string OperatorToken => operatorToken;

    public string AdminToken => adminToken;

    /// <summary>The campaign, once there is one.</summary>
    public long CampaignId { get; set; }

    /// <summary>How far the server's clock is before ours.</summary>
    public TimeSpan Offset { get; set; }

    /// <summary>When the rounds are, by the server's clock.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Rounds { get; set; } = [];

    /// <summary>The server's time.</summary>
    public DateTimeOffset Now => scene.Clock.GetUtcNow() + Offset;

    /// <summary>Every answer to a draw while its round was open.</summary>
    public ConcurrentQueue<ToldDraw> Draws { get; } = new();

    public ConcurrentQueue<LateDraw> LateDraws { get; } = new();

    public ConcurrentQueue<SentWin> Packets { get; } = new();

    public ConcurrentQueue<SentWithdrawal> Withdrawals { get; } = new();

    /// <summary>What winners do, still going on.</summary>
    public ConcurrentQueue<Task> Lives { get; } = new();

    /// <summary>Draws that met the pause and were made again.</summary>
    public int PausedAnswers => Volatile.Read(ref _pausedAnswers);

    /// <summary>Withdrawals that were refused.</summary>
    public int RefusedWithdrawals => Volatile.Read(ref _refusedWithdrawals);

    public string RequestId(string what) => $"rain-{scene.RunId}-{what}";

    /// <summary>The place of a win that came in.</summary>
    public int NextWin() => Interlocked.Increment(ref _wins) - 1;

    public void CountPaused() => Interlocked.Increment(ref _pausedAnswers);

    public void CountRefusedWithdrawal() => Interlocked.Increment(ref _refusedWithdrawals);

    public void PauseBegins() => Volatile.Write(ref _pauseFrom, (Now - Slack).ToUnixTimeMilliseconds());

    public void PauseEnds() => Volatile.Write(ref _pauseTo, (Now + Slack).ToUnixTimeMilliseconds());

    /// <summary>True when an answer that came now, to a request sent then, may say that the campaign pauses.</summary>
    public bool MayPause(DateTimeOffset sent) => Now.ToUnixTimeMilliseconds() >= Volatile.Read(ref _pauseFrom) && sent.ToUnixTimeMilliseconds() <= Volatile.Read(ref _pauseTo);

    /// <summary>True when a round may be over already, by clocks that do not agree to the millisecond.</summary>
    public bool MayBeOver(int round) => Now >= Rounds[round - 1].To - Slack;

    /// <summary>True when a win may be too old already.</summary>
    public bool MayBeExpired(ToldWin win) => Now >= win.ExpiresAt - Slack;

    public Task RestUntilAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        moment - Now is var rest && rest > TimeSpan.Zero ? scene.RestAsync(rest, cancellationToken) : Task.CompletedTask;
}
