namespace Hongbao.Jce.Rpc.Tests;

public sealed class AddressTests
{
    [Fact]
    public void Address_as_TARS_writes_it_is_read()
    {
        var address = RpcAddress.Parse("App.Server.Obj@tcp -h 127.0.0.1 -p 14002 -t 60000:ssl -h example.com -p 443: udp -p 1 -h * -g 0 -q 0 -w 100 -v 1 -e 0");

        Assert.Equal("App.Server.Obj", address.Servant);
        Assert.Equal(
            [new("127.0.0.1", 14002, RpcProtocol.Tcp, 60000), new("example.com", 443, RpcProtocol.Ssl), new("0.0.0.0", 1, RpcProtocol.Udp)],
            address.Endpoints);
    }

    [Fact]
    public void IPv6_hosts_keep_their_colons()
    {
        var address = RpcAddress.Parse("A.B.C@tcp -h ::1 -p 80:tcp -h fe80::1 -p 81");

        Assert.Equal([new("::1", 80), new("fe80::1", 81)], address.Endpoints);
    }

    [Theory]
    [InlineData("App.Server.Obj@tcp -h 127.0.0.1 -p 14002 -t 60000:ssl -h example.com -p 443")]
    [InlineData("A@udp -h ::1 -p 1")]
    public void Address_is_written_as_it_is_read(string text)
    {
        Assert.Equal(text, RpcAddress.Parse(text).ToString());
    }

    [Theory]
    [InlineData("", "no '@'")]
    [InlineData("App.Server.Obj", "no '@'")]
    [InlineData("@tcp -h a -p 1", "servant")]
    [InlineData("A B@tcp -h a -p 1", "servant")]
    [InlineData("A@B@tcp -h a -p 1", "protocol")]
    [InlineData("A@", "empty")]
    [InlineData("A@ : ", "protocol")]
    [InlineData("A@http -h a -p 1", "protocol")]
    [InlineData("A@tcp", "host")]
    [InlineData("A@tcp -h a", "port")]
    [InlineData("A@tcp -p 1", "host")]
    [InlineData("A@tcp -h -p 1", "option")]
    [InlineData("A@tcp -h a -p", "value")]
    [InlineData("A@tcp -h a -p x", "-p")]
    [InlineData("A@tcp -h a -p 65536", "-p")]
    [InlineData("A@tcp -h a -p -1", "-p")]
    [InlineData("A@tcp -h a -p 99999999999999999999", "-p")]
    [InlineData("A@tcp -h a -p 1 -p 2", "twice")]
    [InlineData("A@tcp -h a -p 1 -t -5", "-t")]
    [InlineData("A@tcp -h a -p 1 -z 5", "option")]
    [InlineData("A@tcp -h a -p 1 --host b", "option")]
    [InlineData("A@tcp -h a/b -p 1", "host")]
    [InlineData("A@tcp -h a -p 1 -e 1", "access keys")]
    [InlineData("A@tcp -h a -p 1:", "-p")]
    [InlineData("A@tcp -h a -p 1:tcp -p 2", "host")]
    [InlineData("\u0000\u0001@tcp -h a -p 1", "servant")]
    public void Text_that_is_no_address_is_told_so(string text, string word)
    {
        var e = Assert.Throws<FormatException>(() => RpcAddress.Parse(text));
        Assert.Contains(word, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Hostile_texts_only_make_format_exceptions()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        const string Good = "App.Server.Obj@tcp -h 127.0.0.1 -p 14002 -t 60000:ssl -h example.com -p 443";
        for (var round = 0; round < 20_000; round++)
        {
            var text = Good.ToCharArray().ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(3))
                {
                    case 0:
                        text[at] = (char)random.Next(1, 0x300);
                        break;
                    case 1:
                        text.RemoveAt(at);
                        break;
                    default:
                        text.InsertRange(at, "@: -hpt"[random.Next(7)..]);
                        break;
                }
            }

            try
            {
                var address = RpcAddress.Parse(new string([.. text]));
                Assert.NotEmpty(address.Endpoints);
            }
            catch (FormatException)
            {
                // As it should be.
            }
        }

        Assert.Throws<FormatException>(() => RpcAddress.Parse("A@" + new string('x', 1 << 20)));
    }
}
