using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Host.Serving;
using Hongbao.Jce.Rpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Host.Tests.Serving;

public sealed class RolesTests
{
    private const string Here = "tcp -h 127.0.0.1 -p 1";

    [Theory]
    [InlineData("all", Roles.All)]
    [InlineData("Gateway, query", Roles.Gateway | Roles.Query)]
    [InlineData("core,async,finance,campaign,query,gateway", Roles.All)]
    public void Roles_are_read_by_their_names(string text, object roles)
    {
        Assert.Empty(RoleNames.Read(text, out var read));
        Assert.Equal((Roles)roles, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    public void Roles_that_are_given_and_name_none_are_refused(string text)
    {
        Assert.Contains("names none", Assert.Single(new PlatformOptions { Roles = text }.Faults()), StringComparison.Ordinal);
        Assert.Empty(new PlatformOptions().Faults());
        Assert.Equal(Roles.All, new PlatformOptions().RoleSet);
    }

    [Fact]
    public void Unknown_roles_are_told() => Assert.Equal(["cores", "push"], RoleNames.Read("core,cores, push", out _));

    [Fact]
    public void One_process_with_all_roles_needs_no_settings() => Assert.Empty(RpcFaults.Of(new RpcOptions(), Roles.All));

    [Fact]
    public void A_process_says_what_it_has_to_know()
    {
        Assert.Equal(["Rpc:Finance", "Rpc:Campaign", "Rpc:Core", "Rpc:Async", "Rpc:Query"], Settings(new RpcOptions(), Roles.Gateway));
        Assert.Equal(["Rpc:Campaign", "Rpc:Async", "Rpc:Listen"], Settings(new RpcOptions(), Roles.Query));
        Assert.Empty(Settings(new RpcOptions { Campaign = Here, Async = Here, Listen = "tcp -h 127.0.0.1 -p 0" }, Roles.Query));
    }

    [Fact]
    public void A_gateway_alone_opens_no_port_where_nothing_can_be_called() =>
        Assert.Equal(["Rpc:Listen"], Settings(new RpcOptions
        {
            Core = Here,
            Query = Here,
            Async = Here,
            Finance = Here,
            Campaign = Here,
            Listen = "tcp -h 127.0.0.1 -p 0",
        }, Roles.Gateway));

    [Theory]
    [InlineData(15, 0, "Rpc:ConcurrencyMax")]
    [InlineData(100_001, 0, "Rpc:ConcurrencyMax")]
    [InlineData(16, -1, "Rpc:QueueMax")]
    [InlineData(16, 1_000_001, "Rpc:QueueMax")]
    public void Places_for_calls_have_bounds(int concurrency, int queue, string setting) =>
        Assert.Equal([setting], Settings(new RpcOptions { ConcurrencyMax = concurrency, QueueMax = queue }, Roles.All));

    [Fact]
    public void Certificates_are_for_endpoints_with_ssl()
    {
        // One environment for all processes may name an authority that some do not need.
        var options = new RpcOptions { Campaign = Here, Async = Here, Listen = "tcp -h 127.0.0.1 -p 0", Authority = "/no/such/file.pem" };
        Assert.Empty(RpcFaults.Of(options, Roles.Query));
        Assert.False(RpcFaults.CallsSecurely(options, Roles.Query) || RpcFaults.ListensSecurely(options));
        options.Async = "ssl -h 127.0.0.1 -p 1";
        Assert.True(RpcFaults.CallsSecurely(options, Roles.Query));
        Assert.False(RpcFaults.CallsSecurely(options, Roles.All));
    }

    [Fact]
    public void A_file_that_is_no_certificate_is_told_by_its_setting()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "not a certificate");
        var options = new RpcOptions { Campaign = Here, Async = "ssl -h 127.0.0.1 -p 1", Listen = "tcp -h 127.0.0.1 -p 0", Certificate = file, CertificateKey = file, Authority = file };
        Assert.Equal(["Rpc:Certificate", "Rpc:Authority"], Settings(options, Roles.Query));
        File.Delete(file);
    }

    [Fact]
    public void A_stop_ends_within_five_seconds_even_when_every_step_needs_all_its_time() => Assert.True(StopTimes.Longest < TimeSpan.FromSeconds(5), StopTimes.Longest.ToString());

    [Fact]
    public void An_open_port_without_certificates_is_refused()
    {
        var options = new RpcOptions { Campaign = Here, Async = Here, Listen = "tcp -h 0.0.0.0 -p 14001" };
        Assert.Contains("must be ssl", Assert.Single(RpcFaults.Of(options, Roles.Query)), StringComparison.Ordinal);
        options.Listen = "ssl -h 0.0.0.0 -p 14001";
        Assert.Equal(["Rpc:Certificate", "Rpc:CertificateKey", "Rpc:Authority"], Settings(options, Roles.Query));
    }

    [Fact]
    public void Another_machine_is_not_called_without_certificates() =>
        Assert.Contains("must be ssl", Assert.Single(RpcFaults.Of(new RpcOptions { Campaign = Here, Async = "tcp -h 10.0.0.1 -p 1", Listen = "tcp -h 127.0.0.1 -p 0" }, Roles.Query)), StringComparison.Ordinal);

    [Theory]
    [InlineData("tcp -h 127.0.0.1 -p none")]
    [InlineData("quic -h 127.0.0.1 -p 1")]
    [InlineData("udp -h 127.0.0.1 -p 1")]
    [InlineData("127.0.0.1:14001")]
    public void An_endpoint_that_cannot_be_read_is_told(string text) =>
        Assert.Equal(["Rpc:Async"], Settings(new RpcOptions { Campaign = Here, Async = text, Listen = "tcp -h 127.0.0.1 -p 0" }, Roles.Query));

    [Fact]
    public void A_call_that_failed_on_its_way_is_answered_like_any_other()
    {
        var faults = new AnswerFaults(NullLogger<AnswerFaults>.Instance);
        Assert.True(faults.TryAnswer<ClaimResponse>(new RpcException(RpcCode.Timeout, "late"), out var late));
        Assert.Equal(ResultCode.Overloaded, late.Result.Code);
        Assert.True(faults.TryAnswer<PaymentAnswer>(new RpcException(RpcCode.ServerUnknown, "broken"), out var broken));
        Assert.Equal((ResultCode.Internal, FinanceStatus.Unknown), (broken.Result.Code, broken.Status));
        Assert.False(faults.TryAnswer<string>(new RpcException(RpcCode.Timeout, "late"), out _));
        // It will never pass: nobody shall come again for it.
        Assert.True(faults.TryAnswer<ClaimResponse>(new RpcException(RpcCode.SendFailed, "too large", wasSent: false), out var large));
        Assert.Equal(ResultCode.Internal, large.Result.Code);
    }

    [Fact]
    public async Task A_module_takes_messages_for_its_own_handlers_only()
    {
        var post = new Post();
        var core = new ModulePost("core", post);
        foreach (var listener in Listener.All)
        {
            var before = post.Calls;
            var answer = await core.DeliverAsync(new CallContext(), new DeliverRequest { Topic = listener.Topic, Handler = listener.Handler });
            Assert.Equal(listener.Module == "core", post.Calls > before);
            Assert.Equal(listener.Module == "core" ? (ResultCode.Ok, false) : (ResultCode.Overloaded, true), (answer.Result.Code, answer.Unknown));
        }
    }

    [Fact]
    public async Task Those_who_listen_are_those_who_subscribe()
    {
        var folder = Directory.CreateTempSubdirectory("hongbao-roles-").FullName;
        MessageBus? bus = null;
        var guest = new ServerGuest(static _ => { }, routes => bus = routes.ServiceProvider.GetRequiredService<MessageBus>());
        await using (await Server.StartAsync(new ServeArguments(folder, "http://127.0.0.1:0", null, null), guest, default))
        {
            Assert.Equal(
                Listener.All.Select(static l => (l.Topic, l.Handler)).Order(),
                bus!.Subscriptions.Order());
        }

        Directory.Delete(folder, recursive: true);
    }

    private sealed class Post : IMessagePost
    {
        public int Calls { get; private set; }

        public Task<DeliverResponse> DeliverAsync(CallContext context, DeliverRequest request, CancellationToken cancellationToken = default)
        {
            Calls++;
            return Task.FromResult(new DeliverResponse());
        }
    }

    private static IEnumerable<string> Settings(RpcOptions options, Roles roles) => RpcFaults.Of(options, roles).Select(static f => f[..f.IndexOf(' ', StringComparison.Ordinal)]);
}
