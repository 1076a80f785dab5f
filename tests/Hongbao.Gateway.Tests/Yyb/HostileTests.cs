using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Yyb;
using Hongbao.Jce;
using Hongbao.Jce.Yyb;
using Microsoft.Extensions.DependencyInjection;

namespace Hongbao.Gateway.Tests.Yyb;

/// <summary>Bytes that mean harm: there is always an answer, never a fault of ours, and never more memory than the package deserves.</summary>
public sealed class HostileTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int FlipsRead = 1_000_000;
    private const int FlipsAnswered = 250_000;

    // What an answer to a package of 64 KiB may allocate in all.
    private const long AllocatedMax = 2 << 20;

    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await GatewayHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private PackageService Service => _host.App.Services.GetRequiredService<PackageService>();

    private static readonly Dictionary<int, Func<byte[], JceFault?>> BodyReaders = CommandTests.Requests.Where(static r => r.Value is not null).ToDictionary(
        static r => (int)r.Key, static r => typeof(HostileTests).GetMethod(nameof(BodyReader), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(r.Value!.GetType()).CreateDelegate<Func<byte[], JceFault?>>());

    /// <summary>Packages of both versions, with every command.</summary>
    private static List<byte[]> ValidPackages(string token)
    {
        var head = AppPackages.HeadOf(token);
        var requests = Enum.GetValues<Command>().Select(c => AppPackages.Of(c, CommandTests.Requests[c])).ToArray();
        return [.. requests.Select(r => AppPackages.One(head, r)), .. requests.Chunk(9).Select(some => AppPackages.Several(head, some))];
    }

    // What is wrong with a command's body, if anything, as the table of commands reads it.
    private static JceFault? BodyReader<T>(byte[] body)
        where T : class, IJceStruct<T> => JceSerializer.TryRead<T>(body, out _, out var fault, AppPackage.Limits) ? null : fault;

    private Random Seeded(out int seed)
    {
        seed = int.Parse(Environment.GetEnvironmentVariable("HONGBAO_JCE_SEED") ?? Random.Shared.Next(1_000_000).ToString(), null);
        output.WriteLine($"seed {seed} (again with HONGBAO_JCE_SEED={seed})");
        return new Random(seed);
    }

    private async Task<Outcome<byte[]>> AnswerAsync(ReadOnlyMemory<byte> bytes) => await Service.AnswerAsync(bytes, AppPackages.TraceId, CancellationToken.None);

    [Fact]
    public async Task Every_truncation_of_a_package_is_refused()
    {
        foreach (var package in ValidPackages(_host.Token()))
        {
            for (var length = 0; length < package.Length; length++)
            {
                var answer = await AnswerAsync(package.AsMemory(0, length));
                Assert.True(answer.Refusal is { Code: ResultCode.ValidationFailed, Faults.Count: 1 }, $"{length} of {Convert.ToHexString(package)}");
            }

            Assert.NotNull((await AnswerAsync(package)).Value);
        }
    }

    [Fact]
    public async Task Every_truncation_over_http_is_400()
    {
        var package = AppPackages.Several(AppPackages.HeadOf("t"), AppPackages.Of(Command.CreatePacket, CommandTests.Offer()), AppPackages.Of(Command.GetLimits));
        for (var length = 0; length < package.Length; length++)
        {
            (await _host.PostAsync(package[..length])).IsProblem(400, "VALIDATION_FAILED");
        }

        Assert.Equal(ErrorCode.Unauthenticated, (await _host.SendAsync(package)).Code);
    }

    [Fact]
    public async Task A_package_that_comes_byte_by_byte_is_answered()
    {
        var package = AppPackages.One(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.GetMe));
        using var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _host.Address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /yyb HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: {package.Length}\r\n\r\n"));
        foreach (var one in package)
        {
            await stream.WriteAsync(new[] { one });
            await Task.Yield();
        }

        using var received = new MemoryStream();
        await stream.CopyToAsync(received);
        var bytes = received.ToArray();
        var body = bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.StartsWith("HTTP/1.1 200", Encoding.ASCII.GetString(bytes[..body]), StringComparison.Ordinal);
        Assert.Equal(1001, AppAnswer.Read(bytes[body..]).Body<GetMeRsp>().Uid);
    }

    [Theory]
    [InlineData("Content-Length: 400")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Half_a_package_reaches_nobody(string framing)
    {
        var package = AppPackages.One(AppPackages.HeadOf(_host.Token()), AppPackages.Of(Command.Claim, new ClaimReq { PacketNo = 9001 }));
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, _host.Address.Port);
            var stream = socket.GetStream();
            var size = framing.StartsWith('T') ? $"{package.Length:x}\r\n" : "";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /yyb HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n{framing}\r\n\r\n{size}"));
            await stream.WriteAsync(package);
            socket.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            try
            {
                var answer = await reader.ReadToEndAsync();
                Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 400", StringComparison.Ordinal), answer);
            }
            catch (IOException)
            {
                // The service hung up: as good as no answer.
            }
        }

        Assert.Equal(ErrorCode.Ok, (await _host.AskAsync(Command.GetMe)).OnlyCode);
        Assert.Empty(_host.Core.Asked);
        Assert.DoesNotContain(_host.Logs.Lines, l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public void A_million_flipped_bits_are_read_as_what_they_say_or_refused_by_field()
    {
        var random = Seeded(out var seed);
        var packages = ValidPackages("t");
        var bodies = CommandTests.Requests.Where(static r => r.Value is not null).Select(static r => (Command: (int)r.Key, Bytes: JceSerializer.ToBytes(r.Value!))).ToArray();
        var (refused, bodiesRefused, bodiesRead) = (0, 0, 0);
        for (var i = 0; i < FlipsRead; i++)
        {
            // Every other time only a command's body: most bits of a package are not in one.
            var (command, original) = i % 2 == 0 ? (0, packages[random.Next(packages.Count)]) : bodies[random.Next(bodies.Length)];
            var bytes = original.AsSpan().ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            var isWell = true;
            if (command != 0)
            {
                ReadBody(command, bytes);
            }
            else if (AppPackage.Read(bytes) is { Refusal: { } refusal })
            {
                refused++;
                isWell = refusal is { Code: ResultCode.ValidationFailed, Faults: [{ Field.Length: > 0, Message.Length: > 0 }] };
            }
            else
            {
                AppPackage.Read(bytes).Value!.Requests.ForEach(r => ReadBody(r.Head.Command, r.Body));
            }

            isWell &= GC.GetAllocatedBytesForCurrentThread() - before <= 50_000 + (bytes.Length * 1_000L);
            Assert.True(isWell, isWell ? null : $"seed {seed}, flip {i}: {Convert.ToHexString(bytes)}");

            void ReadBody(int number, byte[] body)
            {
                if (!BodyReaders.TryGetValue(number, out var reader))
                {
                    return;
                }

                if (reader(body) is not { } fault)
                {
                    bodiesRead++;
                    return;
                }

                bodiesRefused++;
                isWell &= fault.Offset >= 0 && fault.Offset <= body.Length && AppPackage.Invalid(fault) is { Code: ResultCode.ValidationFailed, Faults: [{ Field.Length: > 0 }] };
            }
        }

        output.WriteLine($"{refused} of {FlipsRead / 2} packages refused; of the bodies {bodiesRefused} refused, {bodiesRead} read");
        Assert.True(refused > FlipsRead / 20 && bodiesRefused > FlipsRead / 20 && bodiesRead > FlipsRead / 20);
    }

    [Fact]
    public async Task Flipped_bits_never_break_the_service()
    {
        var random = Seeded(out var seed);
        var packages = ValidPackages(_host.Token());
        var (refused, answered, carriedOut) = (0, 0, 0);
        for (var i = 0; i < FlipsAnswered; i++)
        {
            var bytes = packages[random.Next(packages.Count)].AsSpan().ToArray();

            // The token takes up most of a package, and a flip in it is only a wrong token: most are elsewhere.
            var token = bytes.AsSpan().IndexOf("eyJ"u8);
            var tokenEnd = bytes.AsSpan().IndexOf("1.2.3"u8) - 2;
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                var at = random.Next(bytes.Length - (tokenEnd - token));
                at = random.Next(20) == 0 ? random.Next(token, tokenEnd) : at < token ? at : at + (tokenEnd - token);
                bytes[at] ^= (byte)(1 << random.Next(8));
            }

            var answer = await AnswerAsync(bytes);
            var what = $"seed {seed}, flip {i}: {Convert.ToHexString(bytes)}";
            if (answer.Value is not { } package)
            {
                Assert.True(answer.Refusal is { Code: ResultCode.ValidationFailed, Faults.Count: 1 }, what);
                refused++;
                continue;
            }

            // Always in the form of the contract, and never a fault of ours.
            var read = AppAnswer.Read(package);
            Assert.True(read.Responses.All(r => (ErrorCode)r.Head.Code is not (ErrorCode.Internal or ErrorCode.Overloaded)), what);
            answered++;
            carriedOut += read.Responses.Count(r => r.Head.Code == 0);
        }

        // The flips are mild enough to prove something.
        Assert.True(refused > FlipsAnswered / 20 && answered > FlipsAnswered / 20 && carriedOut > FlipsAnswered / 10, $"seed {seed}: {refused} refused, {answered} answered, {carriedOut} carried out");
    }

    public static TheoryData<string, byte[]> Bombs()
    {
        static byte[] Filled(byte[] begin, byte[] pattern)
        {
            var bytes = new byte[YybConstants.PackageBytesMax];
            begin.CopyTo(bytes, 0);
            for (var i = begin.Length; i < bytes.Length; i++)
            {
                bytes[i] = pattern[(i - begin.Length) % pattern.Length];
            }

            return bytes;
        }

        byte[] one = [.. "YYB\0\0\0\u0001"u8], two = [.. "YYB\0\0\0\u0002"u8];
        return new TheoryData<string, byte[]>
        {
            { "structs in structs", Filled(one, [0x0A]) },
            { "unknown structs in structs", Filled([.. one, 0x0A], [0xFA, 200]) },
            { "lists in lists", Filled([.. two, 0x0A, 0x0B], [0x19, 0x00, 0x01]) },
            { "unknown lists in lists", Filled(two, [0x29, 0x00, 0x01]) },
            { "maps in maps", Filled([.. one, 0xF8, 250, 0x00, 0x01], [0x08, 0x00, 0x01]) },
            { "a text of 4 GB", Filled([.. one, 0x0A, 0x07, 0xFF, 0xFF, 0xFF, 0xFF], [0]) },
            { "a text of 2 GB", Filled([.. one, 0x0A, 0x07, 0x7F, 0xFF, 0xFF, 0xFF], [0]) },
            { "a body of 2 GB", [.. one, 0x0A, 0x0B, 0x1A, 0x0A, 0x00, 107, 0x0B, 0x1D, 0x00, 0x02, 0x7F, 0xFF, 0xFF, 0xFF] },
            { "a body below zero", [.. one, 0x0A, 0x0B, 0x1A, 0x0A, 0x00, 107, 0x0B, 0x1D, 0x00, 0x00, 0x80] },
            { "two billion commands", Filled([.. two, 0x0A, 0x0B, 0x19, 0x02, 0x7F, 0xFF, 0xFF, 0xFF], [0x0A, 0x0B]) },
            { "as many commands as fit", [.. two, 0x0A, 0x0B, 0x19, 0x01, 0x1C, 0x00, .. Enumerable.Repeat<byte[]>([0x0A, 0x0A, 0x00, 107, 0x0B, 0x1D, 0x00, 0x0C, 0x0B], 0x1C00).SelectMany(b => b)] },
            { "a body as a list of numbers", Filled([.. one, 0x0A, 0x0B, 0x1A, 0x0A, 0x00, 107, 0x0B, 0x19, 0x02, 0x00, 0x00, 0xFF, 0x00], [0x0C]) },
            { "pairs of an unknown map", Filled([.. one, 0xF8, 250, 0x01, 0x7F, 0x00], [0x0C, 0x1C]) },
        };
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public async Task A_bomb_is_answered_at_once_without_much_memory(string name, byte[] bytes)
    {
        Assert.InRange(bytes.Length, 1, YybConstants.PackageBytesMax);
        await AnswerAsync(bytes);

        // Nothing is asked of any module, so that all of it happens on this thread, where no other test allocates.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var answering = AnswerAsync(bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(answering.IsCompletedSuccessfully);
        Assert.InRange(allocated, 0, AllocatedMax);
        var answer = await answering;

        Assert.True(answer.Refusal is { Code: ResultCode.ValidationFailed } || AppAnswer.Read(answer.Value!).Code == ErrorCode.CommandCount, name);
        Assert.True((await _host.PostAsync(bytes)).Status is 400 or 200, name);
    }

    [Fact]
    public async Task A_bomb_in_a_commands_body_touches_only_that_command()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x4A, 30_000)];
        byte[] many = [0x00, 1, 0x00, 1, 0x16, 0x00, 0x30, 1, 0x4A, 0x00, 4, 0x19, 0x02, 0x7F, 0xFF, 0xFF, 0xFF, 0x0C];
        var answer = await _host.AskAsync(
            AppPackages.Of((int)Command.CreatePacket, deep), AppPackages.Of((int)Command.CreatePacket, many), AppPackages.Of((int)Command.ListPackets, deep), AppPackages.Of(Command.GetMe));
        Assert.Equal([ErrorCode.ValidationFailed, ErrorCode.ValidationFailed, ErrorCode.ValidationFailed, ErrorCode.Ok], answer.Responses.Select(r => (ErrorCode)r.Head.Code));
        Assert.Empty(_host.Core.Asked);
    }
}
