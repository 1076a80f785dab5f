using System.Globalization;
using Hongbao.Contracts;

namespace Hongbao.Core.Tests;

/// <summary>What tests of withdrawals do to a harness.</summary>
internal static class Withdrawing
{
    public const long User = 9001;

    private static long _requests;

    internal sealed class Day
    {
        public int Withdrawals { get; init; }
        public long Amount { get; init; }
    }

    public static CreateWithdrawalRequest Request(long amount = 100) => new()
    {
        RequestId = "w-" + Interlocked.Increment(ref _requests).ToString(CultureInfo.InvariantCulture),
        Amount = amount,
    };

    /// <summary>Money that he can withdraw.</summary>
    public static void Reward(this CoreHarness harness, long amount, long uid = User, string app = CallContext.DefaultApp, string currency = "CNY") =>
        harness.Finance.Rewards[(app, uid, currency)] = amount;

    public static Task<WithdrawalResponse> WithdrawAsync(
        this CoreHarness harness, CreateWithdrawalRequest request, long uid = User, string app = CallContext.DefaultApp) =>
        harness.Core.CreateWithdrawalAsync(CoreHarness.As(uid, app), request, default);

    /// <summary>A withdrawal that was taken.</summary>
    public static async Task<WithdrawalResponse> WithdrawnAsync(this CoreHarness harness, CreateWithdrawalRequest? request = null, long uid = User)
    {
        var answer = await harness.WithdrawAsync(request ?? Request(), uid);
        Assert.True(answer.Result.IsOk(), $"{answer.Result.Code} {answer.Result.Detail}");
        return answer;
    }

    public static async Task<ResultCode> RefusedAsync(this CoreHarness harness, CreateWithdrawalRequest? request = null, long uid = User) =>
        (await harness.WithdrawAsync(request ?? Request(), uid)).Result.Code;

    public static async Task<WithdrawalStatus> StatusAsync(this CoreHarness harness, long withdrawalNo, long uid = User) =>
        (await harness.Core.GetWithdrawalAsync(CoreHarness.As(uid), new WithdrawalRequest { WithdrawalNo = withdrawalNo }, default)).Status;

    public static async Task<List<PayoutWanted>> PayoutsWantedAsync(this CoreHarness harness) =>
        [.. (await harness.SentAsync<PayoutsRequested>(Topics.PayoutsRequested)).SelectMany(r => r.Items)];

    public static Task PayoutsEndAsync(this CoreHarness harness, params (long WithdrawalNo, OrderStatus Status)[] ends) =>
        harness.DeliverAsync(Topics.PayoutsSettled, new PayoutsSettled { Items = [.. ends.Select(e => new NumberedOutcome { Number = e.WithdrawalNo, Status = e.Status })] });

    public static async Task<(int Withdrawals, long Amount)> DayAsync(this CoreHarness harness) =>
        await harness.ReadAsync<Day>("select withdrawals, amount from withdrawn_days") is { } day ? (day.Withdrawals, day.Amount) : default;

    /// <summary>Nothing at all was written.</summary>
    public static async Task AssertNothingAsync(this CoreHarness harness)
    {
        foreach (var table in new[] { "withdrawals", "requests", "withdrawn_days", "outbox", "due" })
        {
            Assert.True(await harness.ReadAsync<int>($"select count(*) from {table}") == 0, $"{table} has rows");
        }
    }

    /// <summary>What Async's pull finds.</summary>
    public static async Task<List<PayoutWanted>> PullPayoutsAsync(this CoreHarness harness, long afterNo = 0, int limit = 100, int slotFrom = 0, int slotTo = 1023) =>
        (await harness.Core.PullPayoutsAsync(CoreHarness.System, new PullRequest
        {
            SlotFrom = slotFrom,
            SlotTo = slotTo,
            AfterNo = afterNo,
            Limit = limit,
            OlderThanMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() - harness.Options.PullAfterMs,
        }, default)).Items;
}
