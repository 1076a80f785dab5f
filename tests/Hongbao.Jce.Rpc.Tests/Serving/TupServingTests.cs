using System.Text;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Requests whose arguments come by name, and versions that are not ours.</summary>
public sealed class TupServingTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(2)]
    public async Task Named_arguments_are_answered_by_named_values(short version)
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(RawConnection.RequestOfVersion(version, 7, "add", Values(version, ("b", 5), ("a", 3), ("more", 1))));
        var (packet, values) = await ReadAsync(raw, version);

        Assert.Equal((7, RawConnection.Servant, "add"), (packet.Id, packet.Servant, packet.Function));
        Assert.Equal("0", packet.Status[RpcNames.ResultCode]);
        Assert.Equal("", packet.Status[RpcNames.ResultText]);
        Assert.Equal(["", "tars_ret", "sum"], values.Names);
        Assert.True(values.TryGet("", static (ref JceReader r) => r.ReadInt32(), out var value));
        Assert.True(values.TryGet("tars_ret", static (ref JceReader r) => r.ReadInt32(), out var again));
        Assert.True(values.TryGet("sum", static (ref JceReader r) => r.ReadInt64(), out var sum));
        Assert.Equal((6, 6, 8L), (value, again, sum));
    }

    [Fact]
    public async Task Version_2_answers_name_their_types()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(RawConnection.RequestOfVersion(2, 7, "add", Values(2, ("b", 5), ("a", 3))));
        var body = Encoding.Latin1.GetString(await raw.ReadBodyAsync());

        Assert.Contains("int32", body, StringComparison.Ordinal);
        Assert.Contains("int64", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Function_without_an_answer_answers_no_values()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(RawConnection.RequestOfVersion(3, 7, "note", Values(3)));
        var (packet, values) = await ReadAsync(raw, 3);

        Assert.Equal("0", packet.Status[RpcNames.ResultCode]);
        Assert.Empty(values.Names);
    }

    [Theory]
    [InlineData("add", "080c", -1, "missing")]
    [InlineData("add", "", -1, "missing")]
    [InlineData("add", "ffff", -1, "")]
    [InlineData("adds", "080c", -3, "no such function")]
    [InlineData("tars_ping", "080c", 0, "")]
    public async Task Fault_has_its_code_in_the_status_and_an_empty_map(string function, string hex, int code, string word)
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(RawConnection.RequestOfVersion(3, 7, function, Convert.FromHexString(hex)));
        var packet = await raw.ReadRequestAsync();

        Assert.Equal($"{code}", packet.Status[RpcNames.ResultCode]);
        Assert.Contains(word, packet.Status[RpcNames.ResultText], StringComparison.Ordinal);
        Assert.Equal("080c", Convert.ToHexStringLower(packet.Buffer));
    }

    [Fact]
    public async Task Json_is_refused_and_an_unknown_version_is_answered_as_tars()
    {
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(RawConnection.RequestOfVersion(5, 1, "add", "{\"a\":1,\"b\":2}"u8.ToArray()));
        var json = await raw.ReadAnswerAsync();
        Assert.Equal((5, 1, RpcCode.ServerDecode), (json.Version, json.Id, json.Code));
        Assert.Contains("not supported", json.Text, StringComparison.Ordinal);

        await raw.SendAsync(RawConnection.RequestOfVersion(9, 2, "echo", RawConnection.Fields((ref JceWriter w) => w.WriteString(1, "nine"))));
        var nine = await raw.ReadAnswerAsync();
        Assert.Equal((9, 2, "nine"), (nine.Version, nine.Id, FramingTests.Text(nine)));
    }

    [Fact]
    public async Task Out_parameters_in_a_request_are_tolerated()
    {
        // TarsCpp's synchronous proxy sends what its caller's variables hold.
        await using var host = new EchoHost();
        using var raw = await host.ConnectRawAsync();
        await raw.SendAsync(RawConnection.Request(1, "add", (ref JceWriter w) =>
        {
            w.WriteInt32(1, 1);
            w.WriteInt32(2, 2);
            w.WriteInt64(3, 12345);
        }));

        // Return value and sum as a real peer answers them: 1 ^ 2, and 1 + 2.
        Assert.Equal("00033003", Convert.ToHexStringLower((await raw.ReadAnswerAsync()).Buffer));
    }

    private static byte[] Values(int version, params (string Name, int Value)[] values)
    {
        var attributes = new TupAttributes(version);
        foreach (var (name, value) in values)
        {
            attributes.Set(name, "int32", value, static (ref JceWriter w, int v) => w.WriteInt32(0, v));
        }

        using var buffer = new JceBuffer();
        attributes.Write(buffer);
        return buffer.Written.ToArray();
    }

    private static async Task<(RawConnection.ReadRequest Packet, TupAttributes Values)> ReadAsync(RawConnection raw, int version)
    {
        var packet = await raw.ReadRequestAsync();
        return (packet, TupAttributes.Read(packet.Buffer, version));
    }
}
