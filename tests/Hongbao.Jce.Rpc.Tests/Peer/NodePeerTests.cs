using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using PeerTest;

namespace Hongbao.Jce.Rpc.Tests;

/// <summary>Both ways between our code and the runtime of another language.</summary>
public sealed class NodePeerTests(NodePeer peer) : IClassFixture<NodePeer>
{
    private const string Servant = "PeerTest.PeerServer.PeerObj";

    [Fact]
    public async Task Every_type_comes_back_from_the_peer_as_it_was_sent()
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var proxy = new PeerProxy(client.Channel(peer.Address));
        foreach (var value in new[] { Full(), new Everything(), Full() with { Large = long.MaxValue, Far = long.MinValue, Medium = int.MaxValue, Twice = -1e300, Single = float.Epsilon } })
        {
            Assert.Equal(Json(value), Json(await proxy.EchoAsync(value)));
        }
    }

    [Fact]
    public async Task Out_parameters_and_void_come_back_from_the_peer()
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var proxy = new PeerProxy(client.Channel(peer.Address));

        Assert.Equal((int.MinValue, 2147483646, "2147483647+-1"), await proxy.AddAsync(int.MaxValue, -1));
        await proxy.NothingAsync();
        await client.Channel(peer.Address).Begin("tars_ping").InvokeAsync(default);
    }

    [Theory]
    [InlineData(7, "seven", 7, "seven")]
    [InlineData(-42, "minus", -42, "minus")]
    // What this runtime makes of every exception.
    [InlineData(-1000, "secret", -1, "BindAdapter Exception:secret")]
    public async Task Fault_of_the_peer_keeps_its_code_and_text(int thrown, string text, int code, string message)
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var e = await Assert.ThrowsAsync<RpcException>(() => new PeerProxy(client.Channel(peer.Address)).FailAsync(thrown, text));

        Assert.Equal((code, message), (e.Code, e.Message));
    }

    [Fact]
    public async Task Faults_of_the_peers_framework_are_known()
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var channel = client.Channel(peer.Address);

        Assert.Equal(RpcCode.NoFunction, (await Assert.ThrowsAsync<RpcException>(() => channel.Begin("nowhere").InvokeAsync(default))).Code);
        Assert.Equal(RpcCode.ServerDecode, (await Assert.ThrowsAsync<RpcException>(() => channel.Begin("add").InvokeAsync(default))).Code);
        var slow = await Assert.ThrowsAsync<RpcException>(() => new PeerProxy(channel.With(new() { Timeout = TimeSpan.FromMilliseconds(100) })).SleepAsync(1, 2000));
        Assert.Equal((RpcCode.Timeout, true), (slow.Code, slow.WasSent));
    }

    [Fact]
    public async Task Sixty_four_calls_to_the_peer_are_answered_out_of_order()
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var proxy = new PeerProxy(client.Channel(peer.Address));
        var order = new ConcurrentQueue<int>();
        await Task.WhenAll(Enumerable.Range(0, 64).Select(async i =>
        {
            Assert.Equal(i, await proxy.SleepAsync(i, i == 0 ? 300 : 64 - i));
            order.Enqueue(i);
        }));

        Assert.Equal(0, order.Last());
    }

    [Fact]
    public async Task One_way_calls_arrive_at_the_peer_as_such()
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var proxy = new PeerProxy(client.Channel(peer.Address));
        await proxy.SendNoteAsync("one way");
        await proxy.NoteAsync("both ways");

        // The same connection, so it came before.
        Assert.Equal(["one way/1", "both ways/0"], await proxy.NotedAsync());
    }

    [Fact]
    public async Task Context_and_status_travel_to_the_peer_and_back()
    {
        await using var client = new RpcClient(new() { Timeout = TimeSpan.FromSeconds(20) });
        var answers = new ConcurrentQueue<IReadOnlyDictionary<string, string>>();
        var channel = client.Channel(peer.Address).With(new()
        {
            Context = new Dictionary<string, string> { ["own"] = "mine" },
            Status = new Dictionary<string, string> { ["cookie"] = "c" },
            OnAnswerContext = answers.Enqueue,
        });
        var call = channel.Begin("seen", new Scope(0, "t-1", true));
        call.RouteKey = "route";
        var seen = await call.InvokeAsync(DecodeSeen, default);

        Assert.Equal(
            [("STATUS_GRID_KEY", "route"), ("cookie", "c"), ("own", "mine"), ("shadow", "1"), ("trace-id", "t-1")],
            seen.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, p.Value)));
        Assert.Equal("mine", Assert.Single(answers)["own"]);
    }

    [Fact]
    public async Task Peer_calls_everything_of_our_server()
    {
        await using var server = new RpcServer();
        var target = new PeerTarget();
        server.Add(Servant, new PeerServant(target));
        server.Start();
        var results = JsonNode.Parse(await NodePeer.CallAsync(server.AddressOf(Servant)))!;

        Assert.Equal("pong", (string?)results["ping"]);
        // What our side understood, and what the peer got back.
        Assert.Equal(Json(Full()), Json(target.Echoed.First()));
        Assert.Equal(Json(Defaults()), Json(target.Echoed.ElementAt(1)));
        var full = JsonSerializer.SerializeToNode(AsThePeerTells(Full()));
        AssertJson(full, results["echo"]);
        AssertJson(JsonSerializer.SerializeToNode(AsThePeerTells(Defaults())), results["defaults"]);
        AssertJson("""{"return":2147483646,"sum":"2147483648","text":"2147483647+1"}""", results["add"]);
        AssertJson("""{"code":7,"message":"seven"}""", results["failOwn"]);
        AssertJson("""{"code":-99,"message":"InvalidOperationException"}""", results["failThrown"]);
        Assert.Equal("no fault", (string?)results["failNot"]);
        AssertJson("""{"code":-3,"message":"no such function"}""", results["noFunction"]);
        Assert.Equal(RpcCode.ServerDecode, (int?)results["undecodable"]!["code"]);
        Assert.Equal("done", (string?)results["nothing"]);
        Assert.Equal(Enumerable.Range(0, 64), results["sleeps"]!.AsArray().Select(n => (int)n!));
        Assert.True((bool)results["firstCameLast"]!);
        Assert.Equal("one way call do not need response", (string?)results["oneWay"]!["message"]);
        AssertJson("""["both ways/0","one way/1"]""", results["noted"]);
        AssertJson("""{"return":{"own":"mine","trace-id":"t-1"},"context":{"own":"mine","trace-id":"t-1"}}""", results["seen"]);
        foreach (var version in new[] { 3, 2 })
        {
            AssertJson("""{"return":6,"sum":8,"text":"3+5"}""", results[$"tup{version}"]);
            AssertJson(full, results[$"tup{version}Echo"]);
            AssertJson("""{"code":-1}""", results[$"tup{version}Fault"]);
        }
    }

    private static Everything Full() => new()
    {
        Truth = true,
        Tiny = sbyte.MinValue,
        TinyUnsigned = byte.MaxValue,
        Small = short.MinValue,
        SmallUnsigned = ushort.MaxValue,
        Medium = int.MinValue,
        MediumUnsigned = uint.MaxValue,
        Large = long.MinValue,
        Single = 1.5f,
        Twice = 0.1,
        Text = "hello 红包 🧧",
        Color = Color.Blue,
        Inner = new() { Id = 70000, Note = "within" },
        Bytes = [0, 0xff, 0x7f, 0x80],
        Numbers = [0, 1, -1, 300, 70000],
        Texts = ["", new string('x', 300)],
        Inners = [new() { Id = 1 }, new() { Id = 2, Note = "two" }],
        Counts = new() { ["a"] = 1, ["b"] = -5 },
        ById = new() { [7] = new() { Id = 7, Note = "seven" } },
        Grid = [[9007199254740993, -9007199254740993], []],
        Groups = new() { ["g"] = ["p", "q"] },
        UnsignedBytes = [0, 127, 128, 255],
        Truths = [true, false],
        Ratios = new() { [9007199254740993] = 0.5 },
        Far = long.MaxValue,
    };

    // Records compare lists by reference.
    private static string Json(Everything value) => JsonSerializer.Serialize(value);

    private static object AsThePeerTells(Everything v) => new
    {
        truth = v.Truth,
        tiny = v.Tiny,
        tinyUnsigned = v.TinyUnsigned,
        small = v.Small,
        smallUnsigned = v.SmallUnsigned,
        medium = v.Medium,
        mediumUnsigned = v.MediumUnsigned,
        large = $"{v.Large}",
        single = v.Single,
        twice = v.Twice,
        text = v.Text,
        color = (int)v.Color,
        inner = new { id = v.Inner.Id, note = v.Inner.Note },
        bytes = Convert.ToHexStringLower(v.Bytes),
        numbers = v.Numbers,
        texts = v.Texts,
        inners = v.Inners.Select(i => new { id = i.Id, note = i.Note }),
        counts = v.Counts,
        byId = v.ById.ToDictionary(p => p.Key, p => new { id = p.Value.Id, note = p.Value.Note }),
        grid = v.Grid.Select(r => r.Select(n => $"{n}")),
        groups = v.Groups,
        unsignedBytes = v.UnsignedBytes.Select(b => (int)b),
        truths = v.Truths,
        ratios = v.Ratios,
        far = $"{v.Far}",
    };

    private static void AssertJson(string expected, JsonNode? actual) => AssertJson(JsonNode.Parse(expected), actual);

    private static void AssertJson(JsonNode? expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected?.ToJsonString()}\n but got {actual?.ToJsonString()}");

    // To the peer a required enum that nobody set is its first enumerator; to us it is not set.
    private static Everything Defaults() => new() { Color = Color.Red };

    private static Dictionary<string, string> DecodeSeen(ref JceReader reader)
    {
        var map = new Dictionary<string, string>();
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag != 0)
            {
                reader.Skip();
                continue;
            }

            for (var left = reader.BeginMap(); left > 0 && reader.Element(0); left--)
            {
                var key = reader.ReadString();
                if (reader.Element(1))
                {
                    map[key] = reader.ReadString();
                }
            }

            reader.EndList();
        }

        return map;
    }
}
