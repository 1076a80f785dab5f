using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;
using Hongbao.Testing;

namespace Hongbao.Contract.Tests;

/// <summary>A way into the service. What is asked is named as HTTP names it, and the answer has its fields.</summary>
public interface IEntry
{
    /// <summary>True when refusals have a status and a title.</summary>
    bool IsHttp { get; }

    /// <summary>Asks on behalf of a token's user.</summary>
    Task<Answer> SendAsync(HttpMethod method, string path, string token, object? body = null);
}

/// <summary>The HTTP interface.</summary>
public sealed class HttpEntry(RunningServer server) : IEntry
{
    public bool IsHttp => true;

    public async Task<Answer> SendAsync(HttpMethod method, string path, string token, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await server.Api.ReadAsync(request);
    }
}

/// <summary>The package for apps: the command that does what HTTP does at the address, alone in a package.</summary>
public sealed class PackageEntry(RunningServer server) : IEntry
{
    public bool IsHttp => false;

    public async Task<Answer> SendAsync(HttpMethod method, string path, string token, object? body = null)
    {
        var steps = path.Split('/', StringSplitOptions.RemoveEmptyEntries).SkipWhile(static s => s is "api" or "v1").ToArray();
        long Number() => long.Parse(steps[1], null);
        return (method.Method, steps) switch
        {
            ("POST", ["packets"]) => await CreateAsync(token, JsonSerializer.SerializeToElement(body)),
            ("GET", ["packets", _]) => await AskAsync<GetPacketRsp>(token, Command.GetPacket, new GetPacketReq { PacketNo = Number() }, static r => new { packetNo = $"{r.Packet.PacketNo}" }),
            ("PUT", ["packets", _, "content"]) => await AskAsync<SetContentRsp>(token, Command.SetContent,
                new SetContentReq { PacketNo = Number(), ContentId = JsonSerializer.SerializeToElement(body).GetProperty("contentId").GetString()! }, static r => new { contentId = r.ContentId }),
            ("POST", ["packets", _, "claims"]) => await AskAsync<ClaimRsp>(token, Command.Claim,
                new ClaimReq { PacketNo = Number(), Password = PasswordOf(body) }, static r => new { claimNo = $"{r.Claim.ClaimNo}", amount = r.Claim.Amount }),
            ("GET", ["claims", _]) => await AskAsync<GetClaimRsp>(token, Command.GetClaim, new GetClaimReq { ClaimNo = Number() }, static r => new { claimNo = $"{r.Claim.ClaimNo}" }),
            ("GET", ["me", "wallet"]) => await AskAsync<GetWalletRsp>(token, Command.GetWallet, null, static r => new { change = r.Change }),
            ("GET", ["me", "packets", "sent"]) => await AskAsync<ListSentRsp>(token, Command.ListSent, new ListSentReq(), static r => new { items = r.Items.Select(i => $"{i.PacketNo}") }),
            ("GET", ["me", "subsidies"]) => await AskAsync<ListSubsidiesRsp>(
                token, Command.ListSubsidies, null, static r => new { items = r.Items.Select(i => new { status = Shouted(i.Status), packetNo = $"{i.PacketNo}" }) }),
            ("POST", ["me", "withdrawals"]) => await WithdrawAsync(token, JsonSerializer.SerializeToElement(body)),
            ("GET", ["me", "withdrawals", var no]) => await AskAsync<GetWithdrawalRsp>(
                token, Command.GetWithdrawal, new GetWithdrawalReq { WithdrawalNo = long.Parse(no, null) }, static r => ShapeOf(r.Withdrawal)),
            ("POST", ["campaigns", _, "rounds", var round, "draws"]) => await AskAsync<DrawInRoundRsp>(token, Command.DrawInRound,
                new DrawInRoundReq { CampaignId = Number(), Round = int.Parse(round, null), Password = PasswordOf(body) },
                static r => new { won = r.Won, amount = r.Amount, token = r.Token }),
            ("POST", ["cashier", _, "pay"]) => await AskAsync<PayRsp>(token, Command.Pay, new PayReq { PayOrderNo = Number() }, static r => new { status = Shouted(r.Status) }),
            _ => throw new ArgumentException($"{method} {path} is no command's"),
        };
    }

    private Task<Answer> CreateAsync(string token, JsonElement body)
    {
        string Text(string name) => body.TryGetProperty(name, out var value) ? value.GetString()! : "";
        int Number(string name) => body.TryGetProperty(name, out var value) ? value.GetInt32() : 0;
        static T Choice<T>(JsonElement of, string name)
            where T : struct, Enum => Enum.Parse<T>(of.GetProperty(name).GetString()!, ignoreCase: true);
        var (scope, funding) = (body.GetProperty("scope"), body.GetProperty("funding"));
        var request = new CreatePacketReq
        {
            Amount = Number("amount"),
            Count = Number("count"),
            Currency = Text("currency"),
            Split = Choice<SplitKind>(body, "split"),
            Scope = new Scope
            {
                Kind = Choice<ScopeKind>(scope, "kind"),
                Uids = scope.TryGetProperty("uids", out var uids) ? [.. uids.EnumerateArray().Select(static u => long.Parse(u.GetString()!, null))] : [],
            },
            Funding = new Funding
            {
                Kind = Choice<FundingKind>(funding, "kind"),
                SubsidyNo = funding.TryGetProperty("subsidyNo", out var no) ? long.Parse(no.GetString()!, null) : 0,
                Token = funding.TryGetProperty("token", out var proof) ? proof.GetString()! : "",
            },
            Greeting = Text("greeting"),
            ContentId = Text("contentId"),
            TtlSeconds = Number("ttlSeconds"),
        };
        return AskAsync<CreatePacketRsp>(token, Command.CreatePacket, request, static r => new { packetNo = $"{r.PacketNo}", payOrderNo = $"{r.PayOrderNo}" },
            static r => r.Repeated ? HttpStatusCode.OK : HttpStatusCode.Created, Text("requestId"));
    }

    private Task<Answer> WithdrawAsync(string token, JsonElement body) => AskAsync<CreateWithdrawalRsp>(
        token, Command.CreateWithdrawal, new CreateWithdrawalReq { Amount = body.GetProperty("amount").GetInt64() }, static r => ShapeOf(r.Withdrawal),
        requestId: body.GetProperty("requestId").GetString()!);

    private static object ShapeOf(WithdrawalInfo withdrawal) => new { withdrawalNo = $"{withdrawal.WithdrawalNo}", amount = withdrawal.Amount, status = Shouted(withdrawal.Status) };

    private static string PasswordOf(object? body) =>
        body is not null && JsonSerializer.SerializeToElement(body).TryGetProperty("password", out var password) ? password.GetString()! : "";

    private static string Shouted(Enum choice) => JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{choice}");

    private async Task<Answer> AskAsync<T>(
        string token, Command command, IJceStruct? request, Func<T, object> shape, Func<T, HttpStatusCode>? status = null, string requestId = "")
        where T : class, IJceStruct<T>
    {
        var package = new PkgReqV1
        {
            Head = new PkgReqHead { AccessToken = token },
            Request = new Request { Head = new ReqHead { Command = (int)command, RequestId = requestId }, Body = request is null ? [] : JceSerializer.ToBytes(request) },
        };
        using var content = new ByteArrayContent(YybPackage.ToBytes(YybConstants.Version1, package));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var response = await server.Api.Http.PostAsync("/yyb", content);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((HttpStatusCode.OK, YybFault.None), (response.StatusCode, YybPackage.Read(bytes, out var read, YybConstants.AnswerBytesMax)));
        var answer = JceSerializer.Read<PkgRspV1>(read.Body);
        var head = answer.Response.Head;
        if (head.Code == (int)ErrorCode.Ok)
        {
            var value = JceSerializer.Read<T>(answer.Response.Body);
            return new Answer(status?.Invoke(value) ?? HttpStatusCode.OK, JsonSerializer.SerializeToElement(shape(value)), response.Headers);
        }

        var detail = JceSerializer.Read<ErrorDetail>(answer.Response.Body);
        return new Answer(default, JsonSerializer.SerializeToElement(new
        {
            code = JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{(ErrorCode)head.Code}"),
            detail = head.Message,
            traceId = answer.Head.TraceId,
            retryAfterMs = detail.RetryAfterMs,
        }), response.Headers);
    }
}
