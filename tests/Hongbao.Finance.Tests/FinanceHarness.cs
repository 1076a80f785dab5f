using Hongbao.Contracts;
using Hongbao.Finance.Callbacks;
using Hongbao.Finance.Faults;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hongbao.Finance.Tests;

/// <summary>A finance on its own database, whose workers run only when the test lets them.</summary>
internal sealed class FinanceHarness : IAsyncDisposable, IScheduler
{
    public const long Payer = 1001;
    public const string Cny = "CNY";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly TestDatabase _database;
    private readonly bool _ownsDatabase;
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, Func<CancellationToken, Task<NextRun>>> _steps = [];
    private static long _lastNumber = 1_000_000;

    private FinanceHarness(TestDatabase database, bool ownsDatabase)
    {
        _database = database;
        _ownsDatabase = ownsDatabase;
        Store = ownsDatabase ? database.Open("finance") : database.OpenAnother("finance");
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(new FinanceStore(Store));
        services.AddSingleton<HttpMessageHandler>(Receiver);
        services.AddFinance();
        services.Configure<FinanceOptions>(o => o.CallbackKey = Convert.ToBase64String(CallbackReceiver.Key));
        _services = services.BuildServiceProvider();
    }

    public IStore Store { get; }
    public CallbackReceiver Receiver { get; } = new();
    public IFinance Finance => _services.GetRequiredService<IFinance>();
    public IFinanceOperations Operations => _services.GetRequiredService<IFinanceOperations>();
    public FinanceStore FinanceStore => _services.GetRequiredService<FinanceStore>();
    public FaultSwitches Switches => _services.GetRequiredService<FaultSwitches>();
    public AlertSink Alerts => _services.GetRequiredService<AlertSink>();
    public CallbackTarget Target => _services.GetRequiredService<CallbackTarget>();

    public static Task<FinanceHarness> StartAsync(SqlDialect dialect) => StartAsync(dialect, withTarget: true);

    public static async Task<FinanceHarness> StartAsync(SqlDialect dialect, bool withTarget) =>
        await new FinanceHarness(await Databases.Pool.TakeAsync(dialect), ownsDatabase: true).StartedAsync(withTarget);

    /// <summary>Another process on the same data: after a restart, or beside this one.</summary>
    public Task<FinanceHarness> AnotherAsync() => new FinanceHarness(_database, ownsDatabase: false).StartedAsync(withTarget: true);

    public static CallContext System => CallContext.ForSystem(CallContext.DefaultApp);

    public static CallContext As(long uid) => new() { Uid = uid };

    public static long NewNumber() => Interlocked.Increment(ref _lastNumber);

    public IWorker Add(string name, Func<CancellationToken, Task<NextRun>> step)
    {
        _steps.Add(name, step);
        return new NeverWoken();
    }

    /// <summary>One step of a worker.</summary>
    public Task<NextRun> StepAsync(string worker) => _steps[worker](CancellationToken.None);

    /// <summary>Runs the workers until something holds, and fails after some seconds.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var late = new CancellationTokenSource(Deadline);
        while (!await holds())
        {
            late.Token.ThrowIfCancellationRequested();
            foreach (var step in _steps.Values)
            {
                await step(late.Token);
            }
        }
    }

    /// <summary>Runs the workers that decide until they have nothing left that is due now.</summary>
    public async Task DecideDueAsync()
    {
        while (await StepAsync("finance.payments") == NextRun.Now || await StepAsync("finance.orders") == NextRun.Now)
        {
        }
    }

    /// <summary>Sends the callbacks that are due now.</summary>
    public async Task SendDueAsync()
    {
        while (await StepAsync("finance.callbacks") == NextRun.Now)
        {
        }
    }

    public static PaymentOrder NewPayment(long amount = 1000, long packetNo = 0) => new()
    {
        PayOrderNo = NewNumber(),
        PacketNo = packetNo == 0 ? NewNumber() : packetNo,
        Uid = Payer,
        Amount = amount,
        Currency = Cny,
        Subject = "a red packet",
    };

    public static TransferOrder NewTransfer(PaymentOrder payment, long uid, long amount, PacketKind kind = PacketKind.C2C) => new()
    {
        TransferNo = NewNumber(),
        PacketNo = payment.PacketNo,
        Uid = uid,
        Amount = amount,
        Currency = payment.Currency,
        Kind = kind,
    };

    public static RefundOrder NewRefund(PaymentOrder payment, long amount) => new()
    {
        RefundNo = NewNumber(),
        PayOrderNo = payment.PayOrderNo,
        PacketNo = payment.PacketNo,
        Uid = payment.Uid,
        Amount = amount,
        Currency = payment.Currency,
    };

    public static HoldOrder NewHold(long campaignId, long amount) => new() { HoldNo = NewNumber(), CampaignId = campaignId, Amount = amount, Currency = Cny };

    public static FundingOrder NewFunding(long campaignId, long amount, long packetNo = 0) => new()
    {
        PacketNo = packetNo == 0 ? NewNumber() : packetNo,
        CampaignId = campaignId,
        Uid = Payer,
        Amount = amount,
        Currency = Cny,
    };

    public static TransferOrder NewTransfer(FundingOrder funding, long uid, long amount) => new()
    {
        TransferNo = NewNumber(),
        PacketNo = funding.PacketNo,
        Uid = uid,
        Amount = amount,
        Currency = funding.Currency,
        Kind = PacketKind.B2C,
    };

    public static RefundOrder NewRefund(FundingOrder funding, long amount) => new()
    {
        RefundNo = NewNumber(),
        CampaignId = funding.CampaignId,
        PacketNo = funding.PacketNo,
        Uid = funding.Uid,
        Amount = amount,
        Currency = funding.Currency,
    };

    public static PayoutOrder NewPayout(long uid, long amount) => new() { WithdrawalNo = NewNumber(), Uid = uid, Amount = amount, Currency = Cny };

    /// <summary>Creates an order and pays it.</summary>
    public async Task<PaymentOrder> PaidAsync(long amount = 1000, long packetNo = 0)
    {
        var order = NewPayment(amount, packetNo);
        await Finance.CreatePaymentAsync(System, order, default);
        Assert.Equal(FinanceStatus.Succeeded, (await PayAsync(order)).Status);
        return order;
    }

    /// <summary>A campaign with money, of which one packet is funded.</summary>
    public async Task<FundingOrder> FundedAsync(long amount = 1000, long held = 0)
    {
        var campaignId = NewNumber();
        Assert.Equal(FinanceStatus.Succeeded, (await HoldAsync(NewHold(campaignId, held == 0 ? amount : held))).Status);
        var funding = NewFunding(campaignId, amount);
        Assert.Equal(FinanceStatus.Succeeded, (await FundAsync(funding)).Status);
        return funding;
    }

    /// <summary>Gives a user a reward balance.</summary>
    public async Task RewardAsync(long uid, long amount) =>
        Assert.Equal(FinanceStatus.Succeeded, (await TransferAsync(NewTransfer(await FundedAsync(amount), uid, amount))).Status);

    public Task<PaymentAnswer> PayAsync(PaymentOrder order) =>
        Finance.PayAsync(As(order.Uid), new FinanceNumber { Number = order.PayOrderNo }, default);

    public Task<PaymentAnswer> QueryAsync(PaymentOrder order) =>
        Finance.QueryPaymentAsync(System, new FinanceNumber { Number = order.PayOrderNo }, default);

    public Task<OrderAnswers> TransferAllAsync(params TransferOrder[] items) => Finance.TransferAsync(System, new TransferBatch { Items = [.. items] }, default);

    public Task<OrderAnswers> RefundAllAsync(params RefundOrder[] items) => Finance.RefundAsync(System, new RefundBatch { Items = [.. items] }, default);

    public async Task<OrderAnswer> TransferAsync(TransferOrder order) => Assert.Single((await TransferAllAsync(order)).Items);

    public async Task<OrderAnswer> RefundAsync(RefundOrder order) => Assert.Single((await RefundAllAsync(order)).Items);

    public async Task<OrderAnswer> SetAsideAsync(RefundOrder order) =>
        Assert.Single((await Finance.SetAsideAsync(System, new RefundBatch { Items = [order] }, default)).Items);

    public async Task<OrderAnswer> QueryTransferAsync(long number) =>
        Assert.Single((await Finance.QueryTransfersAsync(System, new NumberBatch { Numbers = [number] }, default)).Items);

    public async Task<OrderAnswer> QueryRefundAsync(long number) =>
        Assert.Single((await Finance.QueryRefundsAsync(System, new NumberBatch { Numbers = [number] }, default)).Items);

    public Task<OrderAnswers> HoldAllAsync(params HoldOrder[] items) => Finance.HoldAsync(System, new HoldBatch { Items = [.. items] }, default);

    public Task<OrderAnswers> ReleaseAllAsync(params HoldOrder[] items) => Finance.ReleaseAsync(System, new HoldBatch { Items = [.. items] }, default);

    public Task<OrderAnswers> FundAllAsync(params FundingOrder[] items) => Finance.FundAsync(System, new FundingBatch { Items = [.. items] }, default);

    public Task<OrderAnswers> PayoutAllAsync(params PayoutOrder[] items) => Finance.PayoutAsync(System, new PayoutBatch { Items = [.. items] }, default);

    public async Task<OrderAnswer> HoldAsync(HoldOrder order) => Assert.Single((await HoldAllAsync(order)).Items);

    public async Task<OrderAnswer> ReleaseAsync(HoldOrder order) => Assert.Single((await ReleaseAllAsync(order)).Items);

    public async Task<OrderAnswer> FundAsync(FundingOrder order) => Assert.Single((await FundAllAsync(order)).Items);

    public async Task<OrderAnswer> PayoutAsync(PayoutOrder order) => Assert.Single((await PayoutAllAsync(order)).Items);

    public async Task<OrderAnswer> QueryFundingAsync(long number) =>
        Assert.Single((await Finance.QueryFundingsAsync(System, new NumberBatch { Numbers = [number] }, default)).Items);

    public async Task<OrderAnswer> QueryPayoutAsync(long number) =>
        Assert.Single((await Finance.QueryPayoutsAsync(System, new NumberBatch { Numbers = [number] }, default)).Items);

    public Task<CampaignAccountResponse> CampaignAsync(long campaignId) =>
        Finance.GetCampaignAccountAsync(System, new CampaignAccountRequest { CampaignId = campaignId, Currency = Cny }, default);

    /// <summary>The sum of the balances of accounts of one name or kind.</summary>
    public Task<long> BalanceAsync(string account) => ReadAsync<long>(
        "select cast(coalesce(sum(balance), 0) as bigint) from accounts where account = @account or kind = @account", new { account });

    public async Task<(long Change, long Reward)> WalletAsync(long uid)
    {
        var wallet = await Finance.GetWalletAsync(As(uid), new WalletRequest { Currency = Cny }, default);
        return (wallet.Change, wallet.Reward);
    }

    public async Task MisbehaveAsync(params FinanceFault[] faults)
    {
        var set = await Operations.SetFaultsAsync(System, new FinanceFaults { Seed = 7, Operations = [.. faults] }, default);
        Assert.True(set.Result.IsOk(), string.Join("; ", set.Result.Faults.Select(f => f.Field + ": " + f.Message)));
    }

    public Task<TrialBalanceResponse> CheckAsync() => Operations.CheckLedgerAsync(System, default);

    public async Task AssertCleanAsync()
    {
        var check = await CheckAsync();
        Assert.True(check.Result.IsOk());
        Assert.Empty(check.Faults);
    }

    public async Task<T?> ReadAsync<T>(string sql, object? arguments = null)
    {
        await using var session = await Store.ReadAsync(default);
        return await session.FirstAsync<T>(sql, arguments);
    }

    /// <summary>Changes the tables by hand and tells how many rows changed.</summary>
    public async Task<int> WriteAsync(string sql, object? arguments = null)
    {
        await using var session = await Store.WriteAsync(default);
        var changed = await session.ExecuteAsync(sql, arguments);
        await session.CommitAsync();
        return changed;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_ownsDatabase)
        {
            Databases.Pool.Return(_database);
        }
    }

    private async Task<FinanceHarness> StartedAsync(bool withTarget)
    {
        var module = _services.GetRequiredService<FinanceModule>();
        await module.StartAsync(default);
        module.Attach(this);
        Target.Url = withTarget ? new Uri("http://receiver.test/callbacks/finance") : null;
        return this;
    }

    private sealed class NeverWoken : IWorker
    {
        public void Wake()
        {
        }
    }
}
