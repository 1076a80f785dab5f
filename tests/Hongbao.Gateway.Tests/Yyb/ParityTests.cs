using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Json;
using Hongbao.Jce;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Whatever a user can do over HTTP he can do by a command: modules are asked the same, and say the same to both.</summary>
public sealed class ParityTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    /// <summary>An endpoint and its command.</summary>
    /// <param name="Operation">As the document of HTTP calls it.</param>
    /// <param name="Method">Of HTTP.</param>
    /// <param name="Path">With what <see cref="CommandTests.Requests"/> asks for.</param>
    /// <param name="Body">What HTTP sends; null for nothing.</param>
    /// <param name="Read">Reads what the command is answered.</param>
    /// <param name="More">What the app is told beyond what HTTP tells.</param>
    private sealed record Pair(string Operation, HttpMethod Method, string Path, string? Body, Func<byte[], object> Read, string[] More);

    private static readonly Dictionary<Command, Pair> Pairs = new()
    {
        [Command.CreatePacket] = To<CreatePacketRsp>("createPacket", "POST /api/v1/packets", """
            {"requestId":"r-1","amount":10000,"count":10,"currency":"CNY","split":"fair","scope":{"kind":"exclusive","uids":["1002","9223372036854775807"]},
            "funding":{"kind":"cashier"},"greeting":"新年快乐","contentId":"video-881","ttlSeconds":86400}
            """),
        [Command.SetContent] = To<SetContentRsp>("setPacketContent", "PUT /api/v1/packets/9001/content", """{"contentId":"video-881"}"""),
        [Command.ListPackets] = To<ListPacketsRsp>("listPackets", "GET /api/v1/packets?contentId=video-881&limit=7&cursor=c", null, "1001"),
        [Command.GetPacket] = To<GetPacketRsp>("getPacket", "GET /api/v1/packets/9001", null, "1001"),
        [Command.GetPacketStatus] = To<GetPacketStatusRsp>("getPacketStatus", "GET /api/v1/packets/9001/status"),
        [Command.GetDraw] = To<GetDrawRsp>("getPacketDraw", "GET /api/v1/packets/9001/draw"),
        [Command.GetLimits] = To<GetLimitsRsp>("getLimits", "GET /api/v1/limits"),
        [Command.Claim] = To<ClaimRsp>("claim", "POST /api/v1/packets/9001/claims", null, "1001"),
        [Command.ListClaims] = To<ListClaimsRsp>("listClaims", "GET /api/v1/packets/9001/claims?limit=100&cursor=3"),
        [Command.GetClaim] = To<GetClaimRsp>("getClaim", "GET /api/v1/claims/77"),
        [Command.GetMe] = To<GetMeRsp>("getMe", "GET /api/v1/me"),
        [Command.ListSent] = To<ListSentRsp>("listSent", "GET /api/v1/me/packets/sent?year=2025", null, "1001"),
        [Command.ListReceived] = To<ListReceivedRsp>("listReceived", "GET /api/v1/me/packets/received?limit=1", null, "1001"),
        [Command.GetWallet] = To<GetWalletRsp>("getWallet", "GET /api/v1/me/wallet"),
        [Command.ListWalletEntries] = To<ListWalletEntriesRsp>("listWalletEntries", "GET /api/v1/me/wallet/entries?cursor=9"),
        [Command.IssueTicket] = To<IssueTicketRsp>("issueTicket", "POST /api/v1/me/tickets"),
        [Command.ListSubsidies] = To<ListSubsidiesRsp>("listSubsidies", "GET /api/v1/me/subsidies"),
        [Command.CreateWithdrawal] = To<CreateWithdrawalRsp>("createWithdrawal", "POST /api/v1/me/withdrawals",
            """{"requestId":"r-1","amount":500,"currency":"CNY"}""", "1771329600123", "CNY"),
        [Command.GetWithdrawal] = To<GetWithdrawalRsp>("getWithdrawal", "GET /api/v1/me/withdrawals/4401"),
        [Command.Pay] = To<PayRsp>("pay", "POST /cashier/55/pay"),
        [Command.ListCampaigns] = To<ListCampaignsRsp>("listCampaigns", "GET /api/v1/campaigns"),
        [Command.DrawInRound] = To<DrawInRoundRsp>("drawInRound", "POST /api/v1/campaigns/71/rounds/2/draws", """{"password":"恭喜发财🧧"}"""),
    };

    private static Pair To<TAnswer>(string operation, string request, string? body = null, params string[] more)
        where TAnswer : class, IJceStruct<TAnswer> => new(operation, new HttpMethod(request.Split(' ')[0]), request.Split(' ')[1], body, static b => JceSerializer.Read<TAnswer>(b), more);

    public static TheoryData<Command> Commands => [.. Pairs.Keys];

    // All that asks a module whose fake can refuse.
    public static TheoryData<Command> Refusable => [.. Pairs.Keys.Except([
        Command.GetLimits, Command.GetMe, Command.GetWallet, Command.ListWalletEntries, Command.IssueTicket])];

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        var condition = new Contracts.OpeningCondition { Kind = Contracts.ConditionKind.Share, ContentId = "video-7", Password = "never told" };
        _host.Query.Packet = FakeQuery.View() with { ContentId = "v1", Seed = "5eed", MyClaim = FakeQuery.Claim(), RefundedAmount = 9, OpensAtMs = 1_771_329_600_456, NowMs = 1_771_329_600_400, Condition = condition };
        _host.Query.Next = "further";
        _host.Query.Subsidies = CampaignTests.Subsidies();
        _host.Campaigns.Views = [FakeCampaigns.View() with { Condition = condition }];
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won());
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_operation_of_users_has_a_command()
    {
        var paths = (await _host.GetAsync("/openapi/v1.json", null)).Json.GetProperty("paths");
        var operations = paths.EnumerateObject().Where(p => (p.Name.StartsWith("/api/", StringComparison.Ordinal) && !p.Name.StartsWith("/api/v1/dev/", StringComparison.Ordinal)) || p.Name.EndsWith("/pay", StringComparison.Ordinal))
            .SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value.GetProperty("operationId").GetString()!);
        Assert.Equal(operations.Order(StringComparer.Ordinal), Pairs.Values.Select(p => p.Operation).Order(StringComparer.Ordinal));
        Assert.Equal(Enum.GetValues<Command>().Order(), Pairs.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_command_asks_what_http_asks_and_tells_what_http_tells(Command command)
    {
        var http = await HttpAsync(command);
        Assert.InRange(http.Status, 200, 201);
        var askedByHttp = Asked();
        var answer = await _host.AskAsync(command, CommandTests.Requests[command]);
        Assert.Equal(ErrorCode.Ok, answer.OnlyCode);
        Assert.Equal(askedByHttp, Asked());

        var pair = Pairs[command];
        var told = Facts(pair.Read(answer.Only.Body)).Where(f => !IsByChance(command, f)).Order(StringComparer.Ordinal);
        Assert.Equal(Facts(http.Json).Where(f => !IsByChance(command, f)).Concat(pair.More).Order(StringComparer.Ordinal), told);
    }

    [Theory]
    [MemberData(nameof(Refusable))]
    public async Task A_refusal_says_what_http_says(Command command)
    {
        foreach (var code in Enum.GetValues<ResultCode>().Where(c => c != ResultCode.Ok))
        {
            Refuse(new Result { Code = code, Detail = "", RetryAfterMs = 1200, MaxPolls = 3, TriesLeft = ((int)code % 3) - 1 });
            var http = await HttpAsync(command);
            var answer = await _host.AskAsync(command, CommandTests.Requests[command]);
            Assert.Equal((command, (ErrorCode)code), (command, answer.OnlyCode));
            Assert.Equal(http.Json.GetProperty("code").GetString(), JsonNamingPolicy.SnakeCaseUpper.ConvertName(answer.OnlyCode.ToString()));
            Assert.Equal(http.Json.GetProperty("detail").GetString(), answer.Only.Head.Message);
            Assert.Equal(ErrorCode.Ok, answer.Code);
            Assert.Equal(http.Header("Retry-After") is not null || http.Json.TryGetProperty("retryAfterMs", out _) ? 1200 : 0, answer.Detail.RetryAfterMs);
            Assert.Equal(http.Json.TryGetProperty("maxPolls", out var polls) ? polls.GetInt32() : 0, answer.Detail.MaxPolls);
            Assert.Equal(http.Json.TryGetProperty("triesLeft", out var tries) ? tries.GetInt32() : -1, answer.Detail.TriesLeft);
        }
    }

    [Theory]
    [MemberData(nameof(Refusable))]
    public async Task Fields_that_a_module_blames_are_named_alike(Command command)
    {
        Refuse(new Result { Code = ResultCode.ValidationFailed, Faults = [new() { Field = "scope.uids", Message = "must name 1 to 100 users" }, new() { Field = "password", Message = "is wrong" }] });
        var http = await HttpAsync(command);
        var answer = await _host.AskAsync(command, CommandTests.Requests[command]);
        Assert.Equal(
            http.Json.GetProperty("errors").EnumerateObject().Select(e => (e.Name, e.Value[0].GetString())),
            answer.Detail.Faults.Select(f => (f.Field, (string?)f.Message)));
    }

    // To a browser the cashier says the same as a page.
    private Task<Answer> HttpAsync(Command command) => _host.SendAsync(Pairs[command].Method, Pairs[command].Path, Pairs[command].Body, "", ("Accept", "application/json"));

    private void Refuse(Result result)
    {
        _host.Core.Create = (_, _, _) => Task.FromResult(new CreatePacketResponse { Result = result });
        _host.Core.SetContent = _ => new SetContentResponse { Result = result };
        _host.Core.Claim = (_, _, _) => Task.FromResult(new ClaimResponse { Result = result });
        _host.Core.Prepare = _ => Task.FromResult(new PaymentResponse { Result = result });
        _host.Core.Withdraw = (_, _, _) => Task.FromResult(FakeCore.Withdrawal(500) with { Result = result });
        _host.Core.GetWithdrawal = _ => FakeCore.Withdrawal(500) with { Result = result };
        _host.Query.Result = result;
        _host.Campaigns.Result = result;
        _host.Campaigns.Draw = (_, _, _) => Task.FromResult(FakeCampaigns.Won() with { Result = result });
    }

    /// <summary>What the modules were asked since the last time, and by whom.</summary>
    private List<(string, long, long, object)> Asked()
    {
        var queues = new[] { _host.Core.Asked, _host.Query.Asked, _host.Finance.Asked, _host.Campaigns.Asked };
        var asked = queues.SelectMany(q => q).Select(a => (a.Context.App, a.Context.Uid, a.Context.DeadlineMs, a.Request)).ToList();
        Array.ForEach(queues, q => q.Clear());
        return asked;
    }

    // Tickets are made anew each time.
    private static bool IsByChance(Command command, string fact) => command == Command.IssueTicket && fact.Length > 13;

    // What is told, without the names: what is absent over HTTP is 0 or empty in a package, a time has milliseconds, a part of one
    // is in billionths, a choice may have another case.
    private static IEnumerable<string> Facts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(static p =>
            (p.Name is "probability" or "passRate") && Ratio.TryParse(p.Value.GetRawText(), out var ratio) ? Told(Plain(ratio.Ppb)) : Facts(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(static e => Facts(e)),
        JsonValueKind.String when DateTimeOffset.TryParseExact(
            element.GetString(), "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => [Plain(time.ToUnixTimeMilliseconds())],
        JsonValueKind.String => Told(element.GetString()!),
        JsonValueKind.Number => Told(element.GetRawText()),
        JsonValueKind.True => ["TRUE"],
        _ => [],
    };

    private static IEnumerable<string> Facts(object value) => value switch
    {
        bool yes => yes ? ["TRUE"] : [],
        Enum choice => Convert.ToInt32(choice, CultureInfo.InvariantCulture) == 0 ? [] : Told(choice.ToString()),
        string text => Told(text),
        System.Collections.IEnumerable items => items.Cast<object>().SelectMany(static i => Facts(i)),
        IJceStruct => value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite).SelectMany(p => Facts(p.GetValue(value)!)),
        _ => Told(Plain(value)),
    };

    private static string Plain(object number) => Convert.ToString(number, CultureInfo.InvariantCulture)!;

    private static IEnumerable<string> Told(string text) => text is "" or "0" ? [] : [text.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant()];
}
