using System.Buffers.Binary;
using Hongbao.Contracts.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>The package around the commands.</summary>
public sealed class PackageTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private byte[] Valid() => AppPackages.One(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.GetPacket, new GetPacketReq { PacketNo = 9001 }));

    [Fact]
    public async Task A_package_is_answered_in_its_version_with_the_commands_number_and_the_clients_text()
    {
        var one = await _host.AskAsync(Command.GetPacket, new GetPacketReq { PacketNo = 9001 }, "mine");
        var several = await _host.AskAsync(AppPackages.Of(Command.GetPacket, new GetPacketReq { PacketNo = 9001 }, "mine"));
        Assert.Equal((1u, 2u), (one.Version, several.Version));
        Assert.Equal((ErrorCode.Ok, ""), (one.Code, one.Head.Message));
        Assert.Equal(((int)Command.GetPacket, "mine"), (one.Only.Head.Command, one.Only.Head.RequestId));
        Assert.Equal(one.Only, several.Only);
    }

    [Fact]
    public async Task The_layout_is_that_of_the_contract()
    {
        // By hand: YYB, version 1, head {0 token}, request {0 head {0 command 107, 1 "r"}, 1 no body}.
        byte[] package = [.. "YYB"u8, 0, 0, 0, 1, 0x0A, 0x06, 0, 0x0B, 0x1A, 0x0A, 0x00, 107, 0x16, 1, (byte)'r', 0x0B, 0x1D, 0x00, 0x0C, 0x0B];
        using var response = await _host.Http.PostAsync("/yyb", AppPackages.Content(package));
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("YYB\0\0\0\u0001"u8.ToArray(), bytes[..7]);

        // Head {0 code 0, 2 trace id, ...}.
        Assert.Equal([0x0A, 0x0C, 0x26, 32], bytes[7..11]);
        var answer = AppAnswer.Read(bytes);
        Assert.Equal((107, "r", 100), (answer.Only.Head.Command, answer.Only.Head.RequestId, answer.Body<GetLimitsRsp>().MaxCount));
    }

    [Theory]
    [InlineData("", "must have at least 7 bytes")]
    [InlineData("59", "must have at least 7 bytes")]
    [InlineData("595942000000", "must have at least 7 bytes")]
    [InlineData("7B7D", "must begin with the bytes YYB")]
    [InlineData("797962000000010A0B", "must begin with the bytes YYB")]
    [InlineData("00595942000000010A0B", "must begin with the bytes YYB")]
    public async Task Bytes_that_are_no_package_are_refused(string hex, string accepted)
    {
        var answer = await _host.PostAsync(Convert.FromHexString(hex));
        answer.Blames("package");
        Assert.StartsWith(accepted, answer.Json.GetProperty("errors").GetProperty("package")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(0x01000000)]
    [InlineData(uint.MaxValue)]
    public async Task An_unknown_version_is_refused_and_the_known_ones_are_named(uint version)
    {
        var package = Valid();
        BinaryPrimitives.WriteUInt32BigEndian(package.AsSpan(3), version);
        var answer = await _host.PostAsync(package);
        answer.Blames("version");
        Assert.Equal($"must be 1 or 2, not {version}", answer.Json.GetProperty("errors").GetProperty("version")[0].GetString());
        Assert.Empty(_host.Query.Asked);
    }

    [Fact]
    public async Task A_version_with_the_other_ones_body_is_refused()
    {
        var package = Valid();
        package[6] = 2;
        (await _host.PostAsync(package)).Blames("requests");
        var several = AppPackages.Several(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.GetMe));
        several[6] = 1;
        (await _host.PostAsync(several)).Blames("request");
        Assert.Empty(_host.Query.Asked);
    }

    [Theory]
    [InlineData("", "head")]
    [InlineData("0A0B", "request")]
    [InlineData("0A06FF", "head.accessToken")]
    [InlineData("0A00010B", "head.accessToken")]
    [InlineData("0A0601FF0B", "head.accessToken")]
    [InlineData("0A0B1A0B", "request.head")]
    [InlineData("0A0B1A0A0B0B", "request.head.command")]
    [InlineData("0A0B1A0A030000000100000000", "request.head.command")]
    [InlineData("0A0B1A0A000116010141", "request.head")]
    [InlineData("0A0B1A0A000116020141", "request.head.requestId")]
    [InlineData("0A0B1A0A00010B1D00017F", "request.body")]
    public async Task A_body_that_is_not_that_of_its_version_is_refused_and_the_field_named(string hex, string field)
    {
        var answer = await _host.PostAsync([.. "YYB\0\0\0\u0001"u8, .. Convert.FromHexString(hex)]);
        answer.IsProblem(400, "VALIDATION_FAILED");
        var (name, message) = (Assert.Single(answer.Json.GetProperty("errors").EnumerateObject()).Name, answer.Json.GetProperty("errors").EnumerateObject().Single().Value[0].GetString()!);
        Assert.Equal(field, name);
        Assert.StartsWith("must be JCE as in Protocol.jce: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_that_the_service_does_not_know_are_skipped()
    {
        byte[] package = [.. "YYB\0\0\0\u0001"u8, 0x0A, 0x46, 1, (byte)'x', 0x0B, 0x1A, 0x0A, 0x00, 107, 0x9A, 0x0B, 0x0B, 0x29, 0x0C, 0x0B, 0xF8, 200, 0x0C];
        Assert.Equal(ErrorCode.Ok, (await _host.SendAsync(package)).OnlyCode);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("application/octet-stream-x")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task Another_content_type_is_415(string type)
    {
        var answer = (await _host.PostAsync(Valid(), type)).IsProblem(415, "VALIDATION_FAILED");
        Assert.Contains("application/octet-stream", answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(_host.Query.Asked);
    }

    [Fact]
    public async Task No_content_type_is_415_and_parameters_of_the_right_one_do_not_matter()
    {
        (await _host.PostAsync("/yyb", new ByteArrayContent(Valid()), null)).IsProblem(415, "VALIDATION_FAILED");
        Assert.Equal(200, (await _host.PostAsync(Valid(), "Application/Octet-Stream; v=1")).Status);
    }

    [Fact]
    public async Task Only_posts_are_packages() => (await _host.GetAsync("/yyb", null)).IsProblem(405, "METHOD_NOT_ALLOWED");

    [Fact]
    public async Task A_package_of_just_the_limit_is_read_and_one_byte_more_is_not()
    {
        var request = AppPackages.Of(Command.GetLimits);
        byte[] Padded(int bytes)
        {
            request.Body = new byte[bytes];
            return AppPackages.One(new PkgReqHead(), request);
        }

        var frame = Padded(60_000).Length - 60_000;
        Assert.Equal(YybConstants.PackageBytesMax, Padded(YybConstants.PackageBytesMax - frame).Length);
        Assert.Equal(ErrorCode.Ok, (await _host.SendAsync(Padded(YybConstants.PackageBytesMax - frame))).OnlyCode);
        (await _host.PostAsync(Padded(YybConstants.PackageBytesMax - frame + 1))).IsProblem(413, "PAYLOAD_TOO_LARGE");
        (await _host.PostAsync(new byte[1024 * 1024])).IsProblem(413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task A_package_that_does_not_say_its_length_is_limited_too()
    {
        var content = new StreamContent(new Unsized(Valid()));
        content.Headers.ContentType = new("application/octet-stream");
        Assert.Equal(200, (await _host.PostAsync("/yyb", content, null)).Status);
        content = new StreamContent(new Unsized([.. Valid(), .. new byte[70_000]]));
        content.Headers.ContentType = new("application/octet-stream");
        (await _host.PostAsync("/yyb", content, null)).IsProblem(413, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task The_caller_the_locale_the_trace_and_the_deadline_travel_with_every_call()
    {
        var answer = await _host.AskAsync(Command.GetPacket, new GetPacketReq { PacketNo = 9001 }, token: _host.Token("1003", app: "other-app"));
        var (context, _) = _host.Query.Asked.Single();
        Assert.Equal(("other-app", 1003L, "zh-CN", AppPackages.TraceId), (context.App, context.Uid, context.Locale, context.TraceId));
        Assert.Equal((_host.Clock.GetUtcNow() + TimeSpan.FromSeconds(5)).ToUnixTimeMilliseconds(), context.DeadlineMs);
        Assert.Equal((AppPackages.TraceId, _host.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (answer.Head.TraceId, answer.Head.ServerTimeMs));
    }

    [Fact]
    public async Task The_services_time_is_that_of_the_answer()
    {
        var asked = _host.Clock.GetUtcNow();
        _host.Core.Create = (_, _, _) =>
        {
            _host.Clock.Advance(TimeSpan.FromSeconds(4));
            return Task.FromResult(FakeCore.Created());
        };
        var answer = await _host.AskAsync(Command.CreatePacket, CommandTests.Offer());
        Assert.Equal((asked + TimeSpan.FromSeconds(4)).ToUnixTimeMilliseconds(), answer.Head.ServerTimeMs);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("00000000000000000000000000000000", "zh\nCN")]
    [InlineData("0AF7651916CD43DD8448EB211C80319C", "<script>")]
    [InlineData("0af7651916cd43dd8448eb211c80319c0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_trace_id_or_locale_that_is_none_is_replaced(string traceId, string locale)
    {
        var head = new PkgReqHead { AccessToken = _host.Token(), TraceId = traceId, Locale = locale };
        var answer = await _host.SendAsync(AppPackages.One(head, AppPackages.Of(Command.GetPacket, new GetPacketReq { PacketNo = 9001 })));
        var (context, _) = _host.Query.Asked.Single();
        Assert.Equal((context.TraceId, ""), (answer.Head.TraceId, context.Locale));
        Assert.Matches("^[0-9a-f]{32}$", context.TraceId);
        Assert.NotEqual(traceId, context.TraceId);
    }

    [Theory]
    [InlineData(YybFault.None, "59594200000001")]
    [InlineData(YybFault.None, "595942FFFFFFFF0A")]
    [InlineData(YybFault.Truncated, "595942")]
    [InlineData(YybFault.BadMagic, "5858")]
    [InlineData(YybFault.BadMagic, "5959430000000100")]
    [InlineData(YybFault.TooLong, "595942000000010000")]
    public void Framing_names_the_first_thing_that_is_wrong(YybFault fault, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(fault, YybPackage.Read(bytes, out var package, 8));
        Assert.Equal(fault == YybFault.None ? Convert.ToHexString(bytes[7..]) : "", Convert.ToHexString(package.Body));
        Assert.Equal(fault == YybFault.None ? BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(3)) : 0, package.Version);
    }

    [Fact]
    public void Framing_writes_what_it_reads()
    {
        using var buffer = new JceBuffer();
        YybPackage.WriteHead(buffer, 0x01020304);
        Assert.Equal([.. "YYB"u8, 1, 2, 3, 4], buffer.Written.ToArray());
        Assert.Equal(YybPackage.HeadLength, YybConstants.HeadBytes);
        Assert.Equal(YybConstants.Magic, System.Text.Encoding.ASCII.GetString(YybPackage.Magic));
    }

    /// <summary>A stream whose length nobody knows, one byte at a time.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
