using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

public sealed class StopTests
{
    [Theory, BothStores]
    public async Task A_stopping_module_finishes_what_waits_and_refuses_the_rest_with_a_code_that_invites_to_repeat(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, lanesByHand: true);
        var packetNo = await harness.Main.WhileSteppingAsync(harness.ActiveAsync(1000, 50));
        await harness.Main.WhileSteppingAsync(harness.ClaimedAsync(packetNo, 1000));
        var created = await harness.UnpaidAsync();
        var waiting = Enumerable.Range(1, 20).Select(uid => harness.ClaimAsync(packetNo, uid)).ToArray();
        Assert.All(waiting, w => Assert.False(w.IsCompleted));

        await harness.Main.StopAsync();

        Assert.All(await Task.WhenAll(waiting), a => Assert.Equal(ResultCode.Ok, a.Result.Code));
        var pay = new PaymentRequest { PayOrderNo = created.PayOrderNo };
        harness.Finance.Pay(created.PayOrderNo, created.PacketNo, 1000);
        Assert.Equal(ResultCode.Overloaded, (await harness.ClaimAsync(packetNo, 21)).Result.Code);
        Assert.Equal(ResultCode.Overloaded, (await harness.CreateAsync(CoreHarness.Request())).Result.Code);
        Assert.Equal(ResultCode.Overloaded, (await harness.CallbackAsync(CoreHarness.Notice(created.PayOrderNo, 1000))).Result.Code);
        Assert.Equal(ResultCode.Overloaded, (await harness.Core.CheckPaymentAsync(CoreHarness.System, pay, default)).Result.Code);
        Assert.Equal(
            ResultCode.Overloaded,
            (await harness.Core.SetContentAsync(CoreHarness.As(CoreHarness.Sender), new SetContentRequest { PacketNo = packetNo, ContentId = "v" }, default)).Result.Code);
        await harness.AssertSoundAsync(packetNo);

        // The next process goes on where this one stopped, with the same answers.
        await harness.RestartAsync();
        Assert.Equal((await waiting[4]).Claim, (await harness.ClaimedAsync(packetNo, 5)).Claim);
        Assert.Equal(ResultCode.Ok, (await harness.ClaimAsync(packetNo, 21)).Result.Code);
        Assert.Equal(PaymentStatus.Succeeded, (await harness.Core.CheckPaymentAsync(CoreHarness.System, pay, default)).Status);
        await harness.AssertSoundAsync(packetNo);
    }

    [Fact]
    public async Task Two_processes_hand_over_under_load_without_a_wrong_answer()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Postgres);
        var packetNo = await harness.ActiveAsync(6000, 60);
        var old = harness.Main;
        var next = await harness.StartProcessAsync();

        // Who is refused by the one that stops asks the one that goes on, as the gateway does. Five ask one after the other.
        var refused = 0;
        var underWay = new TaskCompletionSource();
        var asking = Enumerable.Range(0, 5).Select(chain => Task.Run(async () =>
        {
            var told = new List<ClaimResponse>();
            for (var i = 1; i <= 20; i++)
            {
                var uid = (chain * 20) + i;
                var answer = await old.Core.ClaimAsync(CoreHarness.As(uid), new ClaimRequest { PacketNo = packetNo }, default);
                if (answer.Result.Code == ResultCode.Overloaded)
                {
                    Interlocked.Increment(ref refused);
                    answer = await CoreHarness.ClaimUntilToldAsync(next.Core, packetNo, uid);
                }

                told.Add(answer);
                if (i == 5)
                {
                    underWay.TrySetResult();
                }
            }

            return told;
        })).ToArray();
        await underWay.Task;
        await old.StopAsync();

        var answers = (await Task.WhenAll(asking)).SelectMany(a => a).ToArray();
        Assert.True(refused > 0);
        Assert.Equal(60, answers.Count(a => a.Result.IsOk()));
        Assert.Equal(40, answers.Count(a => a.Result.Code == ResultCode.PacketExhausted));
        await harness.AssertSoundAsync(packetNo);
    }
}
