using System.Net.Http.Headers;
using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>An answer in either version.</summary>
internal sealed record AppAnswer(uint Version, PkgRspHead Head, List<Response> Responses)
{
    public ErrorCode Code => (ErrorCode)Head.Code;

    /// <summary>The one response.</summary>
    public Response Only => Assert.Single(Responses);

    /// <summary>The one response's code.</summary>
    public ErrorCode OnlyCode => (ErrorCode)Only.Head.Code;

    /// <summary>The one response, which must be Ok.</summary>
    public T Body<T>()
        where T : class, IJceStruct<T>
    {
        Assert.Equal((ErrorCode.Ok, ""), (OnlyCode, Only.Head.Message));
        return JceSerializer.Read<T>(Only.Body);
    }

    /// <summary>What the one response says beyond its code.</summary>
    public ErrorDetail Detail => JceSerializer.Read<ErrorDetail>(Only.Body);

    /// <summary>The fields that the one response blames.</summary>
    public IEnumerable<string> Blamed => Detail.Faults.Select(f => f.Field);

    public static AppAnswer Read(byte[] bytes)
    {
        Assert.Equal(YybFault.None, YybPackage.Read(bytes, out var package, YybConstants.AnswerBytesMax));
        if (package.Version == YybConstants.Version1)
        {
            var one = JceSerializer.Read<PkgRspV1>(package.Body);
            return new AppAnswer(package.Version, one.Head, [one.Response]);
        }

        Assert.Equal((uint)YybConstants.Version2, package.Version);
        var several = JceSerializer.Read<PkgRspV2>(package.Body);
        return new AppAnswer(package.Version, several.Head, several.Responses);
    }
}

/// <summary>Makes packages and sends them.</summary>
internal static class AppPackages
{
    public const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    public static Request Of(Command command, IJceStruct? body = null, string requestId = "r-1") => Of((int)command, body is null ? [] : JceSerializer.ToBytes(body), requestId);

    public static Request Of(int command, byte[] body, string requestId = "r-1") => new() { Head = new ReqHead { Command = command, RequestId = requestId }, Body = body };

    public static PkgReqHead HeadOf(string token) => new() { AccessToken = token, AppVersion = "1.2.3", Locale = "zh-CN", TraceId = TraceId };

    public static byte[] One(PkgReqHead head, Request request) => YybPackage.ToBytes(YybConstants.Version1, new PkgReqV1 { Head = head, Request = request });

    public static byte[] Several(PkgReqHead head, params Request[] requests) => YybPackage.ToBytes(YybConstants.Version2, new PkgReqV2 { Head = head, Requests = [.. requests] });

    public static HttpContent Content(byte[] bytes, string type = "application/octet-stream")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }

    /// <summary>Sends bytes that are a package.</summary>
    public static async Task<AppAnswer> SendAsync(this GatewayHost host, byte[] package)
    {
        using var response = await host.Http.PostAsync("/yyb", Content(package));
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal((200, "application/octet-stream"), ((int)response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        return AppAnswer.Read(bytes);
    }

    /// <summary>One command of the usual user, in version 1.</summary>
    public static Task<AppAnswer> AskAsync(this GatewayHost host, Command command, IJceStruct? body = null, string requestId = "r-1", string? token = null) =>
        host.SendAsync(One(HeadOf(token ?? host.Token()), Of(command, body, requestId)));

    /// <summary>Several commands of the usual user, in version 2.</summary>
    public static Task<AppAnswer> AskAsync(this GatewayHost host, params Request[] requests) => host.SendAsync(Several(HeadOf(host.Token()), requests));

    /// <summary>Sends bytes that are no package.</summary>
    public static Task<Answer> PostAsync(this GatewayHost host, byte[] bytes, string type = "application/octet-stream") => host.PostAsync("/yyb", Content(bytes, type), null);
}
