using Hongbao.Bench.Contenders;
using Hongbao.Campaign;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Bench.Rain;

/// <summary>
/// The real CampaignModule on its real store, alone in front of a finance that does what it is asked; several of them, in several processes, may be on one database. Messages about wins are written, and
/// wait.
/// </summary>
internal sealed class CampaignSide : IAsyncDisposable
{
    private const long Operator = 9001;
    private readonly CampaignModule _module;
    private readonly ThreadPoolScheduler _scheduler = new(TimeProvider.System, NullLogger<ThreadPoolScheduler>.Instance);

    private CampaignSide(string connectionString, string subsidyKey, CampaignOptions options)
    {
        Store = new PostgresStore("campaign", connectionString);
        _module = new CampaignModule(
            Store, options, Finance, new Lazy<IRedPacketCore>(() => throw NotAsked.Fault()), new NoConditions(),
            new SubsidyTokens(new SubsidyOptions { TokenKeys = [new SubsidyKeyOptions { Id = "bench", Key = subsidyKey }] }),
            TimeProvider.System, new SecureRandomSource(), new AlertSink(NullLogger<AlertSink>.Instance), FirstErrors.Instance);
    }

    public PostgresStore Store { get; }

    public ObligingFinance Finance { get; } = new();

    public ICampaigns Campaigns => _module.Contract;

    /// <summary>Outcomes in memory.</summary>
    public int RememberedOutcomes => _module.RememberedOutcomes;

    /// <summary>Starts one.</summary>
    /// <param name="connectionString">Of a database that is there.</param>
    /// <param name="subsidyKey">Seals tokens, Base64; the same for all on one database.</param>
    /// <param name="options">The section <c>Campaign</c>.</param>
    /// <param name="works">Says of a worker's name whether it runs; without it all do but those that deliver messages.</param>
    public static async Task<CampaignSide> StartAsync(string connectionString, string subsidyKey, CampaignOptions options, Func<string, bool>? works = null)
    {
        var side = new CampaignSide(connectionString, subsidyKey, options);
        await side._module.StartAsync(default);
        side._module.Attach(new MessageBus(), new SomeWorkers(side._scheduler, works ?? (static name => !name.StartsWith("campaign.outbox", StringComparison.Ordinal))));
        side._scheduler.Start();
        return side;
    }

    /// <summary>Plans and schedules a campaign.</summary>
    public async Task<long> AddAsync(CampaignPlan plan)
    {
        var context = Context(Operator);
        var created = await _module.Operations.CreateAsync(context, new CreateCampaignRequest { Plan = plan, Reason = "benchmark" }, default);
        Expect(created.Result);
        Expect((await _module.Operations.ScheduleAsync(context, Asked(created.CampaignId), default)).Result);
        return created.CampaignId;
    }

    /// <summary>Ends a campaign for ever.</summary>
    public async Task EndAsync(long campaignId) => Expect((await _module.Operations.EndAsync(Context(Operator), Asked(campaignId), default)).Result);

    public async ValueTask DisposeAsync()
    {
        await _scheduler.DisposeAsync();
        await _module.StopAsync(default);
        _module.Dispose();
        await Store.DisposeAsync();
    }

    public static CallContext Context(long uid) => new() { Uid = uid };

    private static CampaignRequest Asked(long campaignId) => new() { CampaignId = campaignId, Reason = "benchmark" };

    private static void Expect(Result result)
    {
        if (!result.IsOk())
        {
            throw new InvalidOperationException($"Campaign answered {result.Code}: {result.Detail} {string.Join("; ", result.Faults.Select(f => $"{f.Field} {f.Message}"))}");
        }
    }

    /// <summary>Holds every budget, and takes back what it is given.</summary>
    internal sealed class ObligingFinance : NoFinance
    {
        private long _released;

        /// <summary>Given back so far, minor units.</summary>
        public long Released => Volatile.Read(ref _released);

        public override Task<OrderAnswers> HoldAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken) => Task.FromResult(Done(request));

        public override Task<OrderAnswers> ReleaseAsync(CallContext context, HoldBatch request, CancellationToken cancellationToken)
        {
            // Nothing fails here, so that no order comes twice.
            Interlocked.Add(ref _released, request.Items.Sum(i => i.Amount));
            return Task.FromResult(Done(request));
        }

        private static OrderAnswers Done(HoldBatch request) =>
            new() { Items = request.Items.ConvertAll(i => new OrderAnswer { Number = i.HoldNo, Status = FinanceStatus.Succeeded }) };
    }
}
