using System.Net;
using System.Net.Sockets;
using System.Text;
using Hongbao.Client.Calling;
using Hongbao.Client.Http;
using Hongbao.Client.Yyb;

namespace Hongbao.Client.Tests;

/// <summary>Who answers may be anybody: redirections, and answers without an end.</summary>
public sealed class ExchangeTests
{
    // A newer one whenever it is asked.
    private static readonly ClientOptions Known = new() { Token = (_, _) => ValueTask.FromResult<string?>(RequestNumber.New()) };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redirection_that_is_not_followed_is_told_and_not_repeated(bool isYyb)
    {
        await using var service = new Redirects();
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        var redirected = await Assert.ThrowsAsync<HongbaoException>(() => AskAsync(http, service.Url, isYyb));
        Assert.True(redirected is { Code: "HTTP_307", Status: 307, IsRefused: false, IsTransient: false });
        Assert.Equal(1, service.Taken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_from_where_a_redirection_led_is_not_the_services(bool isYyb)
    {
        await using var service = new Redirects();
        using var http = new HttpClient();
        var redirected = await Assert.ThrowsAsync<HongbaoException>(() => AskAsync(http, service.Url, isYyb));
        Assert.True(redirected is { Code: HongbaoCodes.BadAnswer, IsRefused: false, IsTransient: false });
        Assert.Contains("AllowAutoRedirect", redirected.Detail, StringComparison.Ordinal);

        // The one that was sent on, and no more: neither again nor with another token.
        Assert.Equal(2, service.Taken);
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 200)]
    [InlineData(false, 404)]
    [InlineData(true, 503)]
    public async Task An_answer_without_an_end_is_not_read_to_it(bool isYyb, int status)
    {
        var body = new Endless();
        var service = new ScriptedService().Then(_ => new HttpResponseMessage((HttpStatusCode)status) { Content = new StreamContent(body) });
        var problem = await Assert.ThrowsAsync<HongbaoException>(() => isYyb ? service.Yyb(Known).GetWalletAsync() : service.Client(Known).GetWalletAsync());
        Assert.True(problem is { Code: HongbaoCodes.BadAnswer, IsRefused: false, IsTransient: false });
        Assert.Equal(status, problem.Status);
        Assert.InRange(body.Given, Exchange.AnswerMax, Exchange.AnswerMax + (1 << 20));
        Assert.Single(service.Sent);
    }

    [Fact]
    public async Task An_answer_as_long_as_may_be_is_read()
    {
        var text = """{"packetNo":"5","status":"ACTIVE"}""";
        var service = new ScriptedService().Answers(200, text.PadRight(Exchange.AnswerMax)).Answers(200, text.PadRight(Exchange.AnswerMax + 1));
        Assert.Equal(5, (await service.Client().GetPacketStatusAsync(5)).PacketNo);
        Assert.Equal(HongbaoCodes.BadAnswer, (await Assert.ThrowsAsync<HongbaoException>(() => service.Client().GetPacketStatusAsync(5))).Code);
    }

    private static Task AskAsync(HttpClient http, Uri service, bool isYyb) => isYyb
        ? new YybClient(http, service, Known).GetWalletAsync(cancellationToken: TestContext.Current.CancellationToken)
        : new HongbaoClient(http, service, Known).SetPacketContentAsync(5, new ContentBody { ContentId = "v" }, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>A real server that sends everything on, to its other name, where everything is 401.</summary>
    private sealed class Redirects : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _end = new();
        private readonly Task _serving;

        public Redirects()
        {
            _listener.Start();
            Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
            _serving = ServeAsync();
        }

        public Uri Url { get; }

        public int Taken { get; private set; }

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await _serving;
            _listener.Dispose();
            _end.Dispose();
        }

        private async Task ServeAsync()
        {
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    using var connection = await _listener.AcceptTcpClientAsync(_end.Token);
                    var stream = connection.GetStream();
                    var asked = await ReadAsync(stream);
                    Taken++;
                    var answer = asked.Contains(" /elsewhere", StringComparison.Ordinal)
                        ? "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        : $"HTTP/1.1 307 Temporary Redirect\r\nLocation: {Url}elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
                }
                catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
                {
                    // Stopped, or the client has gone.
                }
            }
        }

        /// <summary>The request with its body, so that closing the connection resets nothing.</summary>
        private static async Task<string> ReadAsync(NetworkStream stream)
        {
            var text = "";
            var chunk = new byte[4096];
            while (text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end && (end < 0 || text.Length < end + 4 + BodyLength(text[..end])))
            {
                var read = await stream.ReadAsync(chunk);
                if (read == 0)
                {
                    break;
                }

                text += Encoding.Latin1.GetString(chunk, 0, read);
            }

            return text;
        }

        private static int BodyLength(string head) => head.Split("\r\n").Where(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
            .Select(l => int.Parse(l.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).SingleOrDefault();
    }

    /// <summary>Blanks for ever.</summary>
    private sealed class Endless : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int ReadByte() => ' ';

        private int TakeBytes(Span<byte> buffer)
        {
            Assert.True(Given < 1 << 27, "the client reads an answer without an end");
            buffer.Fill((byte)' ');
            Given += buffer.Length;
            return buffer.Length;
        }

        public override int Read(byte[] buffer, int offset, int count) => TakeBytes(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
