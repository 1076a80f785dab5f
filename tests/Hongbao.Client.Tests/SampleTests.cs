using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hongbao.Client.Http;
using Hongbao.Client.Yyb;
using Hongbao.Testing;

namespace Hongbao.Client.Tests;

/// <summary>One server for the tests of the class.</summary>
public sealed class SampleServer : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "hongbao-tests", "client-" + Guid.NewGuid().ToString("N"));
    private ServerProcess? _process;

    public Uri Url => new(_process!.Url);

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        _process = await ServerProcess.StartAsync(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The clients against the server as it ships: the samples, and an answer that is lost on the way.</summary>
public sealed partial class SampleTests(SampleServer server) : IClassFixture<SampleServer>
{
    private static readonly string Root = GeneratedTests.FindRoot();

    [Theory]
    [InlineData("http", 1100)]
    [InlineData("yyb", 1200)]
    [InlineData("typescript", 1300)]
    public async Task A_sample_sends_a_packet_and_everything_in_it_arrives(string way, long firstUid)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var sample = Path.Combine(own.Parent!.Parent!.FullName, "Hongbao.Sample", own.Name, "Hongbao.Sample");
        string[] command = way == "typescript" ? ["node", Path.Combine(Root, "samples/typescript/dist/main.js")] : [sample, way];
        var output = await RunAsync([.. command, server.Url.ToString(), firstUid.ToString(CultureInfo.InvariantCulture)]);

        var wallets = Wallet().Matches(output).ToDictionary(m => long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture), m => long.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        var shares = Share().Matches(output).ToDictionary(m => long.Parse(m.Groups[2].ValueSpan, CultureInfo.InvariantCulture), m => long.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        Assert.Equal([firstUid + 1, firstUid + 2, firstUid + 3, firstUid + 4], wallets.Keys.Order());
        Assert.Equal((3, 1000), (shares.Count, shares.Values.Sum()));
        Assert.All(wallets, w => Assert.Equal(shares.GetValueOrDefault(w.Key), w.Value));
        Assert.Single(wallets.Values, v => v == 0);
        Assert.Contains("the luckiest", output, StringComparison.Ordinal);
        Assert.Contains("came too late", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1400, false)]
    [InlineData(1500, true)]
    public async Task An_answer_lost_after_the_server_made_the_packet_gives_exactly_one(long uid, bool isYyb)
    {
        using var lossy = new LosesFirstAnswers(2);
        using var http = new HttpClient(lossy);
        using var plain = new HttpClient();
        var token = (await new HongbaoClient(plain, server.Url).IssueDevTokenAsync(new DevTokenBody { Uid = uid }, cancellationToken: TestContext.Current.CancellationToken)).Token;
        var options = new ClientOptions { Token = (_, _) => ValueTask.FromResult<string?>(token) };
        long packetNo;
        if (isYyb)
        {
            var made = await new YybClient(http, server.Url, options).CreatePacketAsync(RequestNumber.New(), new CreatePacketReq
            {
                Amount = 10,
                Count = 1,
                Currency = "CNY",
                Split = Yyb.SplitKind.Equal,
                Scope = new Scope { Kind = Yyb.ScopeKind.Public },
                Funding = new Funding { Kind = Yyb.FundingKind.Cashier },
            }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.True(made.Repeated);
            packetNo = made.PacketNo;
        }
        else
        {
            packetNo = (await new HongbaoClient(http, server.Url, options).CreatePacketAsync(CallTests.Packet, cancellationToken: TestContext.Current.CancellationToken)).PacketNo;
        }

        var sent = await new HongbaoClient(plain, server.Url, options).ListSentAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([packetNo], sent.Items.Select(p => p.PacketNo));
        Assert.Equal(3, lossy.Sent);
    }

    private static async Task<string> RunAsync(string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(TimeSpan.FromSeconds(60));
        var errors = process.StandardError.ReadToEndAsync(end.Token);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(end.Token);
            await process.WaitForExitAsync(end.Token);
            Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} ended with {process.ExitCode}:\n{output}\n{await errors}");
            return output;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Lets requests through and drops what the server says to the first of them.</summary>
    private sealed class LosesFirstAnswers(int answers) : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Sent { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            Sent++;
            if (Sent > answers)
            {
                return response;
            }

            Assert.True(response.IsSuccessStatusCode);
            response.Dispose();
            throw new HttpRequestException("The connection was reset.");
        }
    }

    [GeneratedRegex(@"^wallet (\d+): (\d+)$", RegexOptions.Multiline)]
    private static partial Regex Wallet();

    [GeneratedRegex(@"^share \d+: (\d+) to (\d+)", RegexOptions.Multiline)]
    private static partial Regex Share();
}
