using System.Globalization;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>One user who has received something: withdraws it, or tries to.</summary>
/// <param name="scene">The rain.</param>
/// <param name="uid">Who.</param>
/// <param name="way">How.</param>
/// <param name="before">His reward balance before the rain, minor units.</param>
/// <param name="received">What he was told that he took, minor units.</param>
internal sealed class Withdrawer(RainScene scene, long uid, WithdrawalWay way, long before, long received)
{
    private const string Insufficient = "INSUFFICIENT_FUNDS";
    private const string OverLimit = "LIMIT_EXCEEDED";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    // Of two that want the same money one will be disappointed.
    private static readonly TimeSpan RivalPatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var amount = Math.Clamp(way == WithdrawalWay.Part ? received / 2 : received, 1, RainPlanner.WithdrawalMax);
        switch (way)
        {
            case WithdrawalWay.TooMuch:
                await TryTooMuchAsync(cancellationToken);
                break;
            case WithdrawalWay.SameTwice:
                var same = await Task.WhenAll(AskAsync("a", amount, cancellationToken), AskAsync("a", amount, cancellationToken));
                if (same is [{ } one, { } other] && one.WithdrawalNo != other.WithdrawalNo)
                {
                    scene.Journal.Incident("a repeated request gives the same withdrawal", $"{uid}: {one.WithdrawalNo}, then {other.WithdrawalNo}");
                }

                break;
            case WithdrawalWay.TwoAtOnce:
                await Task.WhenAll(AskAsync("a", amount, cancellationToken), AskAsync("b", amount, cancellationToken));
                break;
            case WithdrawalWay.Part or WithdrawalWay.Whole:
                await AskAsync("a", amount, cancellationToken);
                break;
        }
    }

    /// <summary>Sends a request again when all is over: the same withdrawal, and with other content none.</summary>
    public static async Task ComeLateAsync(RainScene scene, SentWithdrawal sent, CancellationToken cancellationToken)
    {
        var same = await SendAsync(scene, sent.Uid, sent.RequestId, sent.Amount, cancellationToken);
        var again = same.IsOk ? same.Read<WithdrawalShape>() : null;
        if (again?.WithdrawalNo != sent.WithdrawalNo || again.Amount != sent.Amount)
        {
            scene.Journal.Incident("a repeated request gives the same withdrawal", $"{sent.Uid}: {sent.WithdrawalNo}, then {same.Summary}");
        }

        var other = await SendAsync(scene, sent.Uid, sent.RequestId, sent.Amount + 1, cancellationToken);
        if (other.Code != "IDEMPOTENCY_MISMATCH")
        {
            scene.Journal.Incident("a request id with other content is refused", $"withdrawal {sent.WithdrawalNo}: {other.Summary}");
        }
    }

    private async Task TryTooMuchAsync(CancellationToken cancellationToken)
    {
        // More than what was there and all that came: whatever is still on its way, he cannot have it.
        var amount = before + received + 1;
        var answer = await SendAsync(scene, uid, RequestId("much"), amount, cancellationToken);
        var isFine = answer.Code == Insufficient || (answer.Code == OverLimit && amount > RainPlanner.WithdrawalMax);
        if (isFine)
        {
            scene.CountRefusedWithdrawal();
        }
        else
        {
            scene.Journal.Incident("too much is refused", $"{uid} asked for {amount}, he can have {amount - 1} at most: {answer.Summary}");
        }
    }

    /// <summary>Asks until the money is there, for a while: it may be on its way to him.</summary>
    private async Task<SentWithdrawal?> AskAsync(string name, long amount, CancellationToken cancellationToken)
    {
        var start = scene.Base.Clock.GetTimestamp();
        while (true)
        {
            var answer = await SendAsync(scene, uid, RequestId(name), amount, cancellationToken);
            if (answer.IsOk)
            {
                var taken = answer.Read<WithdrawalShape>();
                var sent = new SentWithdrawal(uid, RequestId(name), taken.WithdrawalNo, taken.Amount);
                scene.Withdrawals.Enqueue(sent);
                if (taken.Amount != amount)
                {
                    scene.Journal.Incident("withdrawal is what was asked for", $"{uid} asked for {amount}, taken were {taken.Amount}");
                }

                return sent;
            }

            if (answer.Code is not (Insufficient or OverLimit))
            {
                scene.Journal.Incident("answer to a withdrawal", $"{uid} asked for {amount}: {answer.Summary}");
                return null;
            }

            // The day has its limits, and a share whose transfer was refused never comes.
            if (answer.Code == OverLimit || scene.Base.Clock.GetElapsedTime(start) > (way == WithdrawalWay.TwoAtOnce ? RivalPatience : Patience))
            {
                scene.CountRefusedWithdrawal();
                return null;
            }

            await scene.Base.RestAsync(AskEvery, cancellationToken);
        }
    }

    private string RequestId(string name) => scene.RequestId(string.Create(CultureInfo.InvariantCulture, $"{uid}-{name}"));

    private static Task<ApiAnswer> SendAsync(RainScene scene, long uid, string requestId, long amount, CancellationToken cancellationToken) =>
        scene.Client.PostAsync("api/v1/me/withdrawals", scene.Base.Tokens[uid], new { requestId, amount, currency = scene.Base.Currency }, cancellationToken);
}
