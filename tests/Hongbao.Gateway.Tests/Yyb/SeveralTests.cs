using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Yyb;
using Hongbao.Jce;
using Microsoft.Extensions.DependencyInjection;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Several commands in one package.</summary>
public sealed class SeveralTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync(("Gateway:CallTimeoutMs", "300"));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Each_is_answered_on_its_own_and_in_order()
    {
        _host.Core.SetContent = _ => throw new InvalidOperationException("at once");
        _host.Core.Create = async (_, _, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("later");
        };
        _host.Core.Prepare = _ => new TaskCompletionSource<PaymentResponse>().Task;
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = Result.Of(ResultCode.PacketExhausted) });
        Request[] requests =
        [
            AppPackages.Of(Command.GetMe, null, "1"),
            AppPackages.Of(Command.SetContent, CommandTests.Requests[Command.SetContent], "2"),
            AppPackages.Of(Command.CreatePacket, CommandTests.Offer(), "3"),
            AppPackages.Of(Command.Pay, CommandTests.Requests[Command.Pay], "4"),
            AppPackages.Of(Command.Claim, CommandTests.Requests[Command.Claim], "5"),
            AppPackages.Of((int)Command.GetPacket, [0xFF, 0xFF], "6"),
            AppPackages.Of(12345, [], "7"),
            AppPackages.Of(Command.GetPacketStatus, CommandTests.Requests[Command.GetPacketStatus], "8"),
            AppPackages.Of(Command.GetMe, null, "1"),
        ];
        var answer = await _host.AskAsync(requests);
        Assert.Equal(ErrorCode.Ok, answer.Code);
        Assert.Equal(requests.Select(r => (r.Head.Command, r.Head.RequestId)), answer.Responses.Select(r => (r.Head.Command, r.Head.RequestId)));
        Assert.Equal(
            [
                ErrorCode.Ok, ErrorCode.Internal, ErrorCode.Internal, ErrorCode.Overloaded, ErrorCode.PacketExhausted, ErrorCode.ValidationFailed, ErrorCode.UnknownCommand, ErrorCode.Ok,
                ErrorCode.Ok,
            ],
            answer.Responses.Select(r => (ErrorCode)r.Head.Code));
        Assert.Equal(Contracts.PacketStatus.Active, (Contracts.PacketStatus)JceSerializer.Read<GetPacketStatusRsp>(answer.Responses[7].Body).Status);
    }

    [Fact]
    public async Task One_that_waits_does_not_keep_the_others_from_beginning()
    {
        var asked = new TaskCompletionSource();
        _host.Core.Claim = async (_, _, cancellationToken) =>
        {
            await asked.Task.WaitAsync(cancellationToken);
            return new ClaimResponse { Claim = new ClaimView { ClaimNo = 1, PacketNo = 9001, Uid = 1001, Seq = 1, Amount = 1, Status = Contracts.ClaimStatus.Claimed } };
        };
        _host.Core.SetContent = _ =>
        {
            asked.SetResult();
            return new SetContentResponse();
        };
        var answer = await _host.AskAsync(AppPackages.Of(Command.Claim, CommandTests.Requests[Command.Claim]), AppPackages.Of(Command.SetContent, CommandTests.Requests[Command.SetContent]));
        Assert.All(answer.Responses, r => Assert.Equal(ErrorCode.Ok, (ErrorCode)r.Head.Code));
    }

    [Fact]
    public async Task One_that_does_not_give_its_thread_back_does_not_keep_the_others_from_beginning_either()
    {
        // As SQLite, which reads to the end before it returns.
        using var asked = new ManualResetEventSlim();
        var isMet = false;
        _host.Core.Claim = (_, r, _) =>
        {
            isMet = asked.Wait(TimeSpan.FromSeconds(30), CancellationToken.None);
            return Task.FromResult(new ClaimResponse { Claim = new ClaimView { ClaimNo = 1, PacketNo = r.PacketNo, Uid = 1001, Seq = 1, Amount = 1, Status = Contracts.ClaimStatus.Claimed } });
        };
        _host.Core.SetContent = _ =>
        {
            asked.Set();
            return new SetContentResponse();
        };
        var answer = await _host.AskAsync(AppPackages.Of(Command.Claim, CommandTests.Requests[Command.Claim]), AppPackages.Of(Command.SetContent, CommandTests.Requests[Command.SetContent]));
        Assert.All(answer.Responses, r => Assert.Equal(ErrorCode.Ok, (ErrorCode)r.Head.Code));
        Assert.True(isMet);
    }

    [Fact]
    public async Task An_answer_that_would_be_too_long_leaves_out_its_longest()
    {
        // 15 lists of a little over 600,000 bytes: 13 of them have room in 8 MiB.
        var list = new string('喜', 200_000);
        _host.Query.Packet = FakeQuery.View() with { Greeting = list };
        Request[] requests = [AppPackages.Of(Command.SetContent, CommandTests.Requests[Command.SetContent]), .. Enumerable.Range(0, 15).Select(i => AppPackages.Of(Command.ListSent, new ListSentReq(), $"{i}"))];
        var answer = await _host.AskAsync(requests);
        var leftOut = answer.Responses.FindAll(r => r.Head.Code != 0);
        Assert.Equal(2, leftOut.Count);
        Assert.All(leftOut, r => Assert.Equal((ErrorCode.PayloadTooLarge, 0), ((ErrorCode)r.Head.Code, r.Body.Length)));
        Assert.Equal(ErrorCode.Ok, (ErrorCode)answer.Responses[0].Head.Code);
        Assert.Equal(requests.Select(r => (r.Head.Command, r.Head.RequestId)), answer.Responses.Select(r => (r.Head.Command, r.Head.RequestId)));

        // Alone it may be as long as it is.
        Assert.Equal(list, (await _host.AskAsync(Command.GetPacket, new GetPacketReq { PacketNo = 9001 })).Body<GetPacketRsp>().Packet.Greeting);
    }

    [Fact]
    public async Task As_many_as_allowed_are_carried_out_and_one_more_is_none()
    {
        var claim = AppPackages.Of(Command.Claim, CommandTests.Requests[Command.Claim]);
        var full = await _host.AskAsync([.. Enumerable.Repeat(claim, YybConstants.CommandsMax)]);
        Assert.Equal((YybConstants.CommandsMax, YybConstants.CommandsMax), (full.Responses.Count(r => r.Head.Code == 0), _host.Core.Asked.Count));

        foreach (var count in new[] { 0, YybConstants.CommandsMax + 1, 1500 })
        {
            var refused = await _host.AskAsync([.. Enumerable.Repeat(claim, count)]);
            Assert.Equal((ErrorCode.CommandCount, 0), (refused.Code, refused.Responses.Count));
            Assert.Contains($"not {count};", refused.Head.Message, StringComparison.Ordinal);
        }

        Assert.Equal(YybConstants.CommandsMax, _host.Core.Asked.Count);
    }

    [Fact]
    public async Task A_client_that_leaves_is_no_fault()
    {
        var (entered, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        _host.Core.Create = (_, _, gone) =>
        {
            gone.Register(() => left.TrySetResult());
            entered.TrySetResult();
            return new TaskCompletionSource<CreatePacketResponse>().Task;
        };
        using var leaving = new CancellationTokenSource();
        var package = AppPackages.Several(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.CreatePacket, CommandTests.Offer()), AppPackages.Of(Command.GetMe));
        var call = _host.Http.PostAsync("/yyb", AppPackages.Content(package), leaving.Token);
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.GetMe)).OnlyCode);

        // A server that has stopped has ended every request.
        await _host.App.StopAsync();
        Assert.DoesNotContain(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) || l.Contains(" failed for uid ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fault_is_logged_with_its_command_also_when_nobody_waits_any_more()
    {
        using var leaving = new CancellationTokenSource();
        _host.Core.SetContent = _ =>
        {
            leaving.Cancel();
            throw new InvalidOperationException("first");
        };
        _host.Core.Claim = async (_, _, _) =>
        {
            await Task.Yield();
            leaving.Cancel();
            throw new InvalidOperationException("second");
        };
        var package = AppPackages.Several(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.SetContent, CommandTests.Requests[Command.SetContent]),
            AppPackages.Of(Command.Claim, CommandTests.Requests[Command.Claim]));
        await _host.App.Services.GetRequiredService<PackageService>().AnswerAsync(package, AppPackages.TraceId, leaving.Token);
        foreach (var (command, fault) in new[] { (Command.SetContent, "first"), (Command.Claim, "second") })
        {
            var line = Assert.Single(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal) && l.Contains($"Command {command} of a package failed", StringComparison.Ordinal));
            Assert.Contains(fault, line, StringComparison.Ordinal);
        }
    }
}
