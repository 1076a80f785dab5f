using System.Net;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;
using Hongbao.Host.Serving;
using Hongbao.Jce.Rpc;
using Microsoft.Extensions.DependencyInjection;

namespace Hongbao.Host.Tests.Serving;

/// <summary>What a process needs for its roles, and what it says when that cannot be.</summary>
public sealed class StartTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_gateway_alone_needs_no_database_and_nobody_to_answer_it(string kind)
    {
        // Nobody is at port 9.
        const string nobody = "tcp -h 127.0.0.1 -p 9";
        IServiceProvider? services = null;
        await using var server = await StartAsync(
            new { Store = new { Kind = kind }, Gateway = TokenKeys, Rpc = new { Core = nobody, Query = nobody, Async = nobody, Finance = nobody, Campaign = nobody } },
            "gateway", s => services = s);
        using var http = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };

        using var readiness = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, readiness.StatusCode);
        using var limits = await http.GetAsync(new Uri("/api/v1/limits", UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, limits.StatusCode);
        Assert.Contains("OVERLOADED", await limits.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var health = await http.GetAsync(new Uri("/healthz", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        // It sends no messages either.
        Assert.Empty(services!.GetRequiredService<MessageBus>().Subscriptions);
        var written = new StringWriter();
        server.Greet(written);
        Assert.Contains("store: none", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_faults_of_all_settings_are_told_together_whatever_the_roles()
    {
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => StartAsync(
            new
            {
                Urls = "https://here",
                BusinessTimeZone = "Nowhere",
                Nonsense = new { A = 1 },
                Store = new { Kind = "postgres", ConnectionsMax = 0 },
                Core = new { CountMax = "many", TtlSecondsDefault = 1, TtlSecondsMin = 5 },
                Async = new { CheckMs = 5000, CheckMsMax = 1000 },
                Query = new { RepairAfterMs = 1 },
                Messaging = new { Faults = new { DelayMsMax = -1, RepeatPermille = 5 } },
                Finance = new { CallbackKey = "c2VjcmV0", CallbackUrl = "here" },
                Gateway = new { CallTimeoutMs = 1 },
                Rpc = new { TimeoutMs = "long", ConcurrencyMax = 1, Listen = "tcp -h 127.0.0.1 -p 0", Async = "tcp -h 127.0.0.1 -p 9", Finance = "tcp -h 127.0.0.1 -p 9" },
            }, "core"));

        string[] settings =
        [
            "Urls ", "BusinessTimeZone ", "Nonsense ", "Store:Postgres ", "Store:ConnectionsMax ", "Core:CountMax ", "Core:TtlSecondsDefault ", "Async:CheckMs ", "Query:RepairAfterMs ",
            "Messaging:Faults:DelayMsMax ", "Messaging:Faults ", "Finance:CallbackKey ", "Finance:CallbackUrl ", "Gateway:CallTimeoutMs ", "Rpc:TimeoutMs ", "Rpc:ConcurrencyMax ", "Rpc:Query ",
            "Subsidies:TokenKeys ",
        ];
        Assert.All(settings, s => Assert.Contains("\n  - " + s, refused.Message, StringComparison.Ordinal));
        Assert.Equal(settings.Length, refused.Message.Split("\n  - ").Length - 1);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_folder, "data")));
    }

    [Fact]
    public async Task A_gateway_alone_needs_the_key_of_users_tokens()
    {
        const string there = "tcp -h 127.0.0.1 -p 9";
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => StartAsync(
            new { Rpc = new { Core = there, Query = there, Async = there, Finance = there, Campaign = there } }, "gateway"));
        Assert.StartsWith("Gateway:Keys must be set", refused.Message.Split("\n  - ").Skip(1).Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("core")]
    [InlineData("async")]
    [InlineData("finance")]
    [InlineData("campaign")]
    [InlineData("gateway")]
    public async Task What_cannot_work_is_told_by_every_role(string role)
    {
        const string there = "tcp -h 127.0.0.1 -p 9";
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => StartAsync(new
        {
            Store = new { Kind = "postgres", Postgres = "Host=127.0.0.1;Port=9" },
            Core = new { TtlSecondsDefault = 1, TtlSecondsMin = 5 },
            Finance = new { CallbackKey = "no base64!", CallbackUrl = "http://127.0.0.1:8080/callbacks/finance" },
            Subsidies = new { TokenKeys = new[] { new { Id = "a", Key = Convert.ToBase64String(new byte[32]) } } },
            Gateway = TokenKeys,
            Rpc = new { Listen = role == "gateway" ? "" : "tcp -h 127.0.0.1 -p 0", Core = there, Query = there, Async = there, Finance = there, Campaign = there },
        }, role));
        Assert.Equal(["Core:TtlSecondsDefault", "Finance:CallbackKey"], refused.Message.Split("\n  - ").Skip(1).Select(static f => f[..f.IndexOf(' ', StringComparison.Ordinal)]).Order());
    }

    [Fact]
    public async Task A_call_marked_as_stress_test_traffic_is_refused_by_every_servant_and_only_there()
    {
        IServiceProvider? services = null;
        await using var server = await StartAsync(new { Rpc = new { Listen = "tcp -h 127.0.0.1 -p 0" } }, null, s => services = s);
        await using var client = new RpcClient(new RpcClientOptions());
        RpcChannel To(Roles role, string contract) => client.Channel($"{RpcLinks.ServantOf(role, contract)}@{services!.GetRequiredService<RpcLinks>().Listens}");
        var marked = new CallContext { Uid = 1001, Shadow = true };
        IAnswer[] answers =
        [
            await new RedPacketCoreProxy(To(Roles.Core, "RedPacketCore")).ClaimAsync(marked, new ClaimRequest { PacketNo = 1 }),
            await new RedPacketCoreProxy(To(Roles.Core, "RedPacketCore")).GetLimitsAsync(marked),
            await new RedPacketAsyncProxy(To(Roles.Async, "RedPacketAsync")).GetTransferResultsAsync(marked, new TransferResultsRequest()),
            await new AlertPostProxy(To(Roles.Async, "AlertPost")).RaiseAsync(marked, new RaiseRequest()),
            await new CampaignsProxy(To(Roles.Campaign, "Campaigns")).ListCampaignsAsync(marked),
            await new CampaignOperationsProxy(To(Roles.Campaign, "CampaignOperations")).ReportAsync(marked, new CampaignRequest { CampaignId = 1 }),
            await new RedPacketQueryProxy(To(Roles.Query, "RedPacketQuery")).GetPacketAsync(marked, new PacketRequest { PacketNo = 1 }),
            await new FinanceProxy(To(Roles.Finance, "Finance")).GetWalletAsync(marked, new WalletRequest { Currency = "CNY" }),
            await new FinanceOperationsProxy(To(Roles.Finance, "FinanceOperations")).CheckLedgerAsync(marked),
            await new MessagePostProxy(To(Roles.Core, "MessagePost")).DeliverAsync(marked, new DeliverRequest()),
            await new MessagePostProxy(To(Roles.Async, "MessagePost")).DeliverAsync(marked, new DeliverRequest()),
            await new MessagePostProxy(To(Roles.Query, "MessagePost")).DeliverAsync(marked, new DeliverRequest()),

            // As a caller in another language may do it: in TARS' own context, with the field at its default.
            await new RedPacketCoreProxy(To(Roles.Core, "RedPacketCore").With(new RpcCallOptions { Context = new Dictionary<string, string> { [RpcNames.Shadow] = "1" } }))
                .CreatePacketAsync(new CallContext { Uid = 1001 }, new CreatePacketRequest { RequestId = "r" }),
        ];
        Assert.All(answers, static a => Assert.Equal((ResultCode.ValidationFailed, "shadow"), (a.Result.Code, a.Result.Faults.Single().Field)));
        Assert.All(answers, static a => Assert.Contains("no stores for", a.Result.Detail, StringComparison.Ordinal));

        // Real work is done, and inside the process nothing is asked about the mark.
        Assert.True((await new RedPacketCoreProxy(To(Roles.Core, "RedPacketCore")).GetLimitsAsync(new CallContext())).Result.IsOk());
        Assert.True((await services!.GetRequiredService<IRedPacketCore>().GetLimitsAsync(marked)).Result.IsOk());
    }

    private static object TokenKeys => new { Keys = new[] { new { Kid = "a", Algorithm = "HS256", Key = Convert.ToBase64String(new byte[32]) } } };

    private async Task<Server> StartAsync(object settings, string? roles, Action<IServiceProvider>? started = null)
    {
        var file = Path.Combine(_folder, "settings.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(settings));
        var data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        var guest = new ServerGuest(static _ => { }, routes => started?.Invoke(routes.ServiceProvider));
        var urls = JsonSerializer.SerializeToElement(settings).TryGetProperty("Urls", out _) ? null : "http://127.0.0.1:0";
        return await Server.StartAsync(new ServeArguments(data, urls, null, file, roles), guest, default);
    }
}
