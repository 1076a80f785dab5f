using System.Collections.Concurrent;

namespace Hongbao.Gateway.Tests;

/// <summary>Stands for Campaign: remembers what it was asked, answers what the test wants.</summary>
internal sealed class FakeCampaigns : ICampaigns, ICampaignOperations
{
    public const long Now = 1_771_329_600_000;

    public ConcurrentQueue<(CallContext Context, object Request)> Asked { get; } = new();

    /// <summary>How everything but a draw ends.</summary>
    public Result Result { get; set; } = new();

    public List<CampaignView> Views { get; set; } = [View()];

    public List<CampaignDetail> Details { get; set; } = [Detail()];

    public CampaignReportResponse Report { get; set; } = Books();

    public Func<CallContext, RainDrawRequest, CancellationToken, Task<RainDrawResponse>> Draw { get; set; } = (_, _, _) => Task.FromResult(new RainDrawResponse());

    public static RainDrawResponse Won() => new() { Won = true, Amount = 888, Currency = "CNY", Token = "k1.won-token", ExpiresAtMs = Now + 7 };

    public static CampaignView View() => new()
    {
        CampaignId = 71,
        Name = "新年红包雨",
        Status = CampaignStatus.Running,
        Currency = "CNY",
        StartsAtMs = Now,
        EndsAtMs = Now + 3_600_000,
        Rounds =
        [
            new RoundView { Plan = new RoundPlan { Round = 1, StartsAtMs = Now, EndsAtMs = Now + 60_000 }, SecretHash = "ab01", Secret = "5ec1", YourStartAtMs = Now + 250 },
            new RoundView { Plan = new RoundPlan { Round = 2, StartsAtMs = Now + 600_000, EndsAtMs = Now + 660_000 }, SecretHash = "ab02", YourStartAtMs = Now + 600_250 },
        ],
        Prizes = [new PrizePlan { Amount = 888, Quantity = 100 }, new PrizePlan { Amount = 20, ChancePpb = 1_000_000 }],
        PassPpb = 250_000_000,
    };

    public static CampaignPlan Plan() => new()
    {
        Name = "新年红包雨",
        Currency = "CNY",
        Budget = 1_000_000,
        StartsAtMs = Now,
        EndsAtMs = Now + 3_600_000,
        Rounds = View().Rounds.ConvertAll(r => r.Plan),
        Prizes = View().Prizes,
        PerUserLimit = 2,
        TokenTtlSeconds = 86_400,
        PassPpb = View().PassPpb,
        JitterMs = 5000,
    };

    public static CampaignDetail Detail() => new() { View = View(), Plan = Plan(), IssuedAmount = 908, IssuedCount = 2 };

    public static CampaignReportResponse Books() => new()
    {
        CampaignId = 71,
        Status = CampaignStatus.Ended,
        Currency = "CNY",
        Budget = 1_000_000,
        Total = Hour(0),
        Hours = [Hour(Now)],
        HeldAmount = 1_000_000,
        FundedAmount = 888,
        LedgerReturnedAmount = 88,
        ReleasedAmount = 999_000,
        HeldNowAmount = 200,
        WithdrawnAmount = 700,
        Faults = ["stored more than issued"],
        Closed = true,
    };

    public T Last<T>() => (T)Asked.Last(a => a.Request is T).Request;

    public Task<CampaignListResponse> ListCampaignsAsync(CallContext context, CancellationToken cancellationToken) =>
        Note(context, "list", new CampaignListResponse { Result = Result, Items = Views, NowMs = Now + 1 });

    public Task<RainDrawResponse> DrawAsync(CallContext context, RainDrawRequest request, CancellationToken cancellationToken)
    {
        Asked.Enqueue((context, request));
        return Draw(context, request, cancellationToken);
    }

    public Task<WinListResponse> ListWinsAsync(CallContext context, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<VerifyWinsResponse> VerifyWinsAsync(CallContext context, VerifyWinsRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<PullWinsResponse> PullWinsAsync(CallContext context, PullWinsRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public Task<CampaignResponse> CreateAsync(CallContext context, CreateCampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Changed(71, CampaignStatus.Draft));

    public Task<CampaignDetailsResponse> GetAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, new CampaignDetailsResponse { Result = Result, Items = Details });

    public Task<CampaignResponse> ScheduleAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Changed(request.CampaignId, CampaignStatus.Scheduled));

    public Task<CampaignResponse> PauseAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Changed(request.CampaignId, CampaignStatus.Paused));

    public Task<CampaignResponse> ResumeAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Changed(request.CampaignId, CampaignStatus.Running));

    public Task<CampaignResponse> EndAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Changed(request.CampaignId, CampaignStatus.Ended));

    public Task<CampaignResponse> ChangeBudgetAsync(CallContext context, ChangeBudgetRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Changed(request.CampaignId, CampaignStatus.Scheduled));

    public Task<PreviewResponse> PreviewAsync(CallContext context, PreviewRequest request, CancellationToken cancellationToken) => Note(context, request, new PreviewResponse
    {
        Result = Result,
        Budget = 1_000_000,
        Amount = 908,
        Wins = 2,
        Rounds = [new PreviewRound { Round = 1, Users = request.Users, Passers = 9, Wins = 2, Amount = 908, WinsByTenth = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0] }],
    });

    public Task<CampaignReportResponse> ReportAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        Note(context, request, Result.IsOk() ? Report : new CampaignReportResponse { Result = Result });

    private static CampaignBooks Hour(long hourMs) => new()
    {
        HourMs = hourMs,
        IssuedCount = 10,
        IssuedAmount = 1000,
        StoredCount = 9,
        StoredAmount = 900,
        UsedCount = 8,
        UsedAmount = 800,
        ExpiredCount = 1,
        ExpiredAmount = 100,
        ClaimedAmount = 700,
        ReturnedAmount = 88,
        FundedAmount = 777,
        LedgerReturnedAmount = 77,
    };

    private CampaignResponse Changed(long campaignId, CampaignStatus status) =>
        Result.IsOk() ? new CampaignResponse { CampaignId = campaignId, Status = status } : new CampaignResponse { Result = Result };

    private Task<T> Note<T>(CallContext context, object request, T answer)
    {
        Asked.Enqueue((context, request));
        return Task.FromResult(answer);
    }
}
