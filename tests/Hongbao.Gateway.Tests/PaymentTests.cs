using Hongbao.Foundation.Scheduling;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Cashier;
using Hongbao.Gateway.Endpoints;
using Microsoft.Extensions.Options;

namespace Hongbao.Gateway.Tests;

/// <summary>How long paying may take, when everybody behind it is slow.</summary>
public sealed class PaymentTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly ManualClock _clock = new(DateTimeOffset.UnixEpoch);
    private readonly FakeCore _core = new();
    private readonly FakeFinance _finance = new();

    private Task<PaymentOutcome> PayAsync()
    {
        var payments = new Payments(_core, _finance, new Calls(Options.Create(new GatewayOptions { CallTimeoutMs = 5000 }), _clock));
        return payments.PayAsync(new CallOrigin(new Caller("default", 1001, CallerRole.User), "", "", CancellationToken.None), 55);
    }

    [Fact]
    public async Task All_of_it_takes_no_longer_than_one_call_and_leaves_time_to_look_what_became_of_it()
    {
        var prepared = new TaskCompletionSource<PaymentResponse>();
        _core.Prepare = _ => prepared.Task;
        _finance.Pay = _ => new TaskCompletionSource<PaymentAnswer>().Task;
        _core.Check = _ => new TaskCompletionSource<PaymentResponse>().Task;
        var paying = PayAsync();
        _clock.Advance(TimeSpan.FromSeconds(3));
        prepared.SetResult(FakeCore.Payment(55, PaymentStatus.Pending));
        await UntilAsync(() => _finance.Asked.Count == 1);

        // 2 s are left, of which the button gets one.
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Single(_core.Asked);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await UntilAsync(() => _core.Asked.Count == 2);
        Assert.False(paying.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((ResultCode.Ok, PayStatus.Pending), ((await paying.WaitAsync(Deadline)).Result.Code, (await paying).Status));
    }

    [Fact]
    public async Task Preparing_alone_may_take_all_of_it()
    {
        _core.Prepare = _ => new TaskCompletionSource<PaymentResponse>().Task;
        var paying = PayAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.False(paying.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<TimeoutException>(() => paying.WaitAsync(Deadline));
        Assert.Empty(_finance.Asked);
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        for (var began = TimeProvider.System.GetTimestamp(); !isTrue(); await Task.Delay(1))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Deadline);
        }
    }
}
