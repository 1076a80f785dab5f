using Hongbao.Contracts;
using Hongbao.Foundation.Outside;
using Hongbao.Foundation.Scheduling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hongbao.Outside.Tests;

/// <summary>The ports as a host gets them: by settings, from AddOutside.</summary>
internal sealed class OutsideHost : IAsyncDisposable
{
    public static readonly byte[] Key = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly ServiceProvider _services;

    public OutsideHost(params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Outside:" + s.Name, (string?)s.Value)))
            .Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton<TimeProvider>(Clock)
            .AddLogging(l => l.AddProvider(Log))
            .AddOutside()
            .BuildServiceProvider();
    }

    public ManualClock Clock { get; } = new(new DateTimeOffset(2026, 2, 17, 8, 0, 0, TimeSpan.Zero));

    public RecordingLog Log { get; } = new();

    public IRelations Relations => _services.GetRequiredService<IRelations>();

    public IProfiles Profiles => _services.GetRequiredService<IProfiles>();

    public IModeration Moderation => _services.GetRequiredService<IModeration>();

    public IRisk Risk => _services.GetRequiredService<IRisk>();

    public IConditions Conditions => _services.GetRequiredService<IConditions>();

    /// <summary>All ports asked at one stub, each under its own path.</summary>
    public static OutsideHost Over(StubService stub, params (string Name, string Value)[] more) =>
        new([
            .. new[] { "Relations", "Profiles", "Moderation", "Risk", "Conditions" }.SelectMany(port => new[]
            {
                ($"{port}:Kind", "http"),
                ($"{port}:Url", $"{stub.Url}/hongbao/{port.ToLowerInvariant()}?v=1"),
                ($"{port}:Key", Convert.ToBase64String(Key)),
            }),
            .. more,
        ]);

    public async Task<RelationResponse> HoldsAsync(long uid, long other, RelationKind kind = RelationKind.Follower, CallContext? context = null) =>
        await Relations.HoldsAsync(context ?? new CallContext { Uid = other }, new RelationRequest { Uid = uid, Other = other, Kind = kind }, CancellationToken.None);

    public async Task<ProfilesResponse> ProfilesAsync(params long[] uids) =>
        await Profiles.GetAsync(new CallContext { Uid = 7 }, new ProfilesRequest { Uids = [.. uids] }, CancellationToken.None);

    public async Task<ModerationResponse> CheckAsync(string text) =>
        await Moderation.CheckAsync(new CallContext { Uid = 7 }, new ModerationRequest { Text = text }, CancellationToken.None);

    public async Task<RiskResponse> RiskAsync(long uid, long amount = 100, string operation = "withdrawal", CallContext? context = null) =>
        await Risk.CheckAsync(
            context ?? new CallContext { Uid = uid }, new RiskRequest { Operation = operation, Uid = uid, Amount = amount, Currency = "CNY" }, CancellationToken.None);

    public Task<ConditionResponse> FollowsAsync(long uid, long subjectUid) => MetAsync(new ConditionRequest { Kind = ConditionKind.Follow, Uid = uid, SubjectUid = subjectUid });

    public Task<ConditionResponse> SharedAsync(long uid, string contentId, CallContext? context = null) =>
        MetAsync(new ConditionRequest { Kind = ConditionKind.Share, Uid = uid, ContentId = contentId }, context);

    public Task<ConditionResponse> MetAsync(ConditionRequest request, CallContext? context = null) =>
        Conditions.MetAsync(context ?? new CallContext { Uid = request.Uid }, request, CancellationToken.None);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
