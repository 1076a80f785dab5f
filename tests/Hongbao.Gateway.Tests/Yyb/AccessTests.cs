using Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Who may give which command.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private static readonly Command[] ForAnyone = [Command.GetDraw, Command.GetLimits];
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Without_a_token_only_what_is_for_everyone_is_carried_out()
    {
        foreach (var command in Enum.GetValues<Command>())
        {
            var answer = await _host.AskAsync(command, CommandTests.Requests[command], token: "");
            Assert.Equal((command, ForAnyone.Contains(command) ? ErrorCode.Ok : ErrorCode.Unauthenticated), (command, answer.OnlyCode));
            Assert.Equal(ErrorCode.Ok, answer.Code);
        }

        Assert.Equal([typeof(PacketRequest)], _host.Query.Asked.Select(a => a.Request.GetType()));
        Assert.Equal(0, _host.Query.Asked.Single().Context.Uid);
        Assert.Empty(_host.Core.Asked);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task With_a_token_that_is_not_valid_nothing_is_carried_out_not_even_what_needs_none()
    {
        var valid = _host.Token();
        _host.Clock.Advance(TimeSpan.FromHours(2));
        foreach (var token in new[] { valid, valid[..^3], "Bearer " + _host.Token(), "x", "\0", " ", "a.b.c", new string('t', 5000), _host.Token("0"), Tokens.Sign(Tokens.Claims(_host.Clock), key: new byte[32]) })
        {
            var all = Enum.GetValues<Command>().Select(c => AppPackages.Of(c, CommandTests.Requests[c])).Chunk(YybConstants.CommandsMax);
            foreach (var requests in all.Prepend([AppPackages.Of(Command.GetLimits)]))
            {
                var answer = await _host.SendAsync(AppPackages.Several(AppPackages.HeadOf(token), requests));
                Assert.Equal((ErrorCode.Unauthenticated, requests.Length), (answer.Code, answer.Responses.Count));
                Assert.NotEmpty(answer.Head.Message);
                Assert.Equal(requests.Select(r => (r.Head.Command, ErrorCode.Unauthenticated)), answer.Responses.Select(r => (r.Head.Command, (ErrorCode)r.Head.Code)));
            }

            Assert.Equal(ErrorCode.Unauthenticated, (await _host.AskAsync(Command.GetMe, token: token)).Code);
        }

        Assert.Empty(_host.Core.Asked);
        Assert.Empty(_host.Query.Asked);
        Assert.Empty(_host.Campaigns.Asked);
    }

    [Fact]
    public async Task The_header_of_http_is_not_looked_at()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/yyb") { Content = AppPackages.Content(AppPackages.One(new PkgReqHead(), AppPackages.Of(Command.GetMe))) };
        request.Headers.Authorization = new("Bearer", _host.Token());
        using var response = await _host.Http.SendAsync(request);
        Assert.Equal(ErrorCode.Unauthenticated, AppAnswer.Read(await response.Content.ReadAsByteArrayAsync()).OnlyCode);
    }

    [Fact]
    public async Task A_draw_that_is_not_for_everyone_asks_for_a_token_and_with_one_is_not_in_scope()
    {
        _host.Query.Result = Result.Of(ResultCode.NotInScope);
        Assert.Equal(ErrorCode.Unauthenticated, (await _host.AskAsync(Command.GetDraw, new GetDrawReq { PacketNo = 1 }, token: "")).OnlyCode);
        Assert.Equal(ErrorCode.NotInScope, (await _host.AskAsync(Command.GetDraw, new GetDrawReq { PacketNo = 1 })).OnlyCode);
    }
}
