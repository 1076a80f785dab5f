using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Tests.Yyb;

namespace Hongbao.Gateway.Tests;

/// <summary>Limits are Core's, also while Core is away.</summary>
public sealed class LimitsTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "400"));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task They_are_what_core_says_and_asked_for_again_after_a_while()
    {
        _host.Core.Limits = static () => Task.FromResult(FakeCore.Limited(200));
        Assert.Equal(200, await MaxCountAsync());
        _host.Core.Limits = static () => Task.FromResult(FakeCore.Limited(300));
        Assert.Equal((200, 1), (await MaxCountAsync(), _host.Core.LimitsAsked));
        _host.Clock.Advance(PacketLimits.Freshness);
        Assert.Equal((300, 2), (await MaxCountAsync(), _host.Core.LimitsAsked));
        Assert.Equal(300, (await _host.AskAsync(Command.GetLimits)).Body<GetLimitsRsp>().MaxCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task They_are_shown_as_they_were_while_core_is_away(bool hangs)
    {
        await MaxCountAsync();
        _host.Core.Limits = () => hangs ? new TaskCompletionSource<LimitsResponse>().Task : Task.FromResult(new LimitsResponse { Result = Result.Of(ResultCode.Overloaded) });
        _host.Clock.Advance(PacketLimits.Freshness);
        Assert.Equal((100, 2), (await MaxCountAsync(), _host.Core.LimitsAsked));

        // Nobody waits for it at every request.
        Assert.Equal((100, 2), (await MaxCountAsync(), _host.Core.LimitsAsked));
        Assert.Equal(200, (await _host.GetAsync("/api/v1/me/wallet")).Status);
    }

    [Fact]
    public async Task Before_core_has_ever_answered_they_may_be_asked_for_again()
    {
        _host.Core.Limits = static () => Task.FromResult(new LimitsResponse { Result = Result.Of(ResultCode.Overloaded) });
        (await _host.GetAsync("/api/v1/limits", token: null)).IsProblem(503, "OVERLOADED");
        (await _host.GetAsync("/api/v1/me/wallet")).IsProblem(503, "OVERLOADED");
        Assert.Equal(ErrorCode.Overloaded, (await _host.AskAsync(Command.GetLimits)).OnlyCode);
        Assert.Equal(ErrorCode.Overloaded, (await _host.AskAsync(Command.GetWallet)).OnlyCode);
        _host.Core.Limits = static () => Task.FromResult(FakeCore.Limited(100));
        Assert.Equal(100, await MaxCountAsync());
    }

    private async Task<int> MaxCountAsync() => (await _host.GetAsync("/api/v1/limits", token: null)).Json.GetProperty("maxCount").GetInt32();
}
