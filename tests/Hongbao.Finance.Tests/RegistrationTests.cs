using Hongbao.Contracts;
using Hongbao.Finance.Callbacks;
using Hongbao.Foundation;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hongbao.Finance.Tests;

public sealed class RegistrationTests
{
    [Fact]
    public async Task A_host_gets_the_contracts_the_module_and_the_target()
    {
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var services = Services(new StoreOptions { DataFolder = database.Folder }, o => o.CallbackKey = Key(32));

        var module = Assert.Single(services.GetServices<IModule>());
        await module.StartAsync(default);

        Assert.Equal("finance", module.Name);
        Assert.True((await services.GetRequiredService<IFinance>().QueryPaymentAsync(new CallContext(), new FinanceNumber { Number = 1 }, default)).Result.IsOk());
        Assert.Empty((await services.GetRequiredService<IFinanceOperations>().CheckLedgerAsync(new CallContext(), default)).Faults);
        Assert.Null(services.GetRequiredService<CallbackTarget>().Url);
        await module.StopAsync(default);
    }

    [Fact]
    public async Task A_database_that_gives_no_answer_is_an_unknown_outcome()
    {
        await using var services = Services(
            new StoreOptions { Kind = "postgres", Postgres = "Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=2" }, o => o.CallbackKey = Key(32));
        var finance = services.GetRequiredService<IFinance>();
        var order = FinanceHarness.NewPayment();

        Assert.Equal(ResultCode.Internal, (await finance.CreatePaymentAsync(new CallContext(), order, default)).Result.Code);
        Assert.Equal(ResultCode.Internal,
            (await finance.TransferAsync(new CallContext(), new TransferBatch { Items = [FinanceHarness.NewTransfer(order, 1, 1)] }, default)).Result.Code);
        Assert.Equal(ResultCode.Internal, (await finance.PayoutAsync(new CallContext(), new PayoutBatch { Items = [FinanceHarness.NewPayout(1, 1)] }, default)).Result.Code);
        Assert.Equal(ResultCode.Internal,
            (await services.GetRequiredService<IFinanceOperations>().SetFaultsAsync(new CallContext(), new FinanceFaults(), default)).Result.Code);
        Assert.Equal(ResultCode.Internal,
            (await services.GetRequiredService<IFinanceOperations>().CheckLedgerAsync(new CallContext(), default)).Result.Code);
    }

    [Fact]
    public async Task A_database_that_gives_no_answer_degrades_the_wallet_and_the_campaigns_account()
    {
        await using var services = Services(
            new StoreOptions { Kind = "postgres", Postgres = "Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=2" }, o => o.CallbackKey = Key(32));
        var finance = services.GetRequiredService<IFinance>();

        var wallet = (await finance.GetWalletAsync(new CallContext(), new WalletRequest { Currency = "CNY" }, default)).Result;
        var entries = (await finance.ListEntriesAsync(new CallContext(), new PageRequest { Limit = 10 }, default)).Result;
        var campaign = (await finance.GetCampaignAccountAsync(new CallContext(), new CampaignAccountRequest { CampaignId = 1, Currency = "CNY" }, default)).Result;

        Assert.Equal((ResultCode.Degraded, ResultCode.Degraded, ResultCode.Degraded), (wallet.Code, entries.Code, campaign.Code));
        // The user reads it.
        Assert.All([wallet, entries, campaign], r => Assert.NotEmpty(r.Detail));
        Assert.All([wallet, entries, campaign], r => Assert.DoesNotContain("database", r.Detail, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("", "", "Finance:CallbackKey")]
    [InlineData("", "not base64!", "Finance:CallbackKey")]
    [InlineData("", "c2hvcnQ=", "Finance:CallbackKey")]
    [InlineData("/callbacks", null, "Finance:CallbackUrl")]
    [InlineData("ftp://host/callbacks", null, "Finance:CallbackUrl")]
    [InlineData("https://host/callbacks", null, null)]
    [InlineData("", null, null)]
    public void Settings_that_cannot_work_are_named(string url, string? key, string? named)
    {
        using var services = Services(new StoreOptions(), o => (o.CallbackUrl, o.CallbackKey) = (url, key ?? Key(32)));
        var failure = Record.Exception(() => services.GetRequiredService<IOptions<FinanceOptions>>().Value);

        Assert.Equal(named is null, failure is null);
        Assert.Contains(named ?? "", failure?.Message ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callbacks_reach_a_real_server_and_follow_no_redirect()
    {
        var (taken, elsewhere) = (new List<bool>(), 0);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/callbacks/finance", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            var headers = request.Headers;
            taken.Add(new CallbackSignature(new byte[40]).IsGenuine(
                headers[CallbackSignature.TimestampHeader]!, headers[CallbackSignature.NonceHeader]!, await reader.ReadToEndAsync(),
                headers[CallbackSignature.SignatureHeader]!, DateTimeOffset.UtcNow));
            return taken.Count == 1 ? Results.Redirect("/elsewhere", permanent: false, preserveMethod: true) : Results.Ok();
        });
        app.MapPost("/elsewhere", () => elsewhere++);
        await app.StartAsync();
        await using var database = await TestDatabase.CreateAsync(SqlDialect.Sqlite);
        await using var services = Services(new StoreOptions { DataFolder = database.Folder }, o => o.CallbackKey = Key(40));
        await services.GetRequiredService<FinanceModule>().StartAsync(default);
        services.GetRequiredService<CallbackTarget>().Url = new Uri(app.Urls.Single() + "/callbacks/finance");
        var finance = services.GetRequiredService<IFinance>();
        var order = FinanceHarness.NewPayment();
        await finance.CreatePaymentAsync(FinanceHarness.System, order, default);
        await finance.PayAsync(FinanceHarness.As(order.Uid), new FinanceNumber { Number = order.PayOrderNo }, default);

        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (taken.Count < 2)
        {
            await services.GetRequiredService<CallbackSender>().SendDueAsync(late.Token);
        }

        Assert.Equal([true, true], taken);
        Assert.Equal(0, elsewhere);
    }

    private static string Key(int bytes) => Convert.ToBase64String(new byte[bytes]);

    private static ServiceProvider Services(StoreOptions store, Action<FinanceOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(new StoreCatalog(store, TimeProvider.System));
        services.AddFinance().AddFinance();
        services.Configure(configure);
        return services.BuildServiceProvider();
    }
}
