using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Outside.Tests;

public sealed class AlertForwardingTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 2, 17, 8, 0, 0, TimeSpan.Zero));
    private readonly AlertSink _sink = new(NullLogger<AlertSink>.Instance);
    private readonly AlertOptions _options = new();
    private readonly RecordingLog _log = new();
    private readonly FakeAsync _async = new();
    private readonly List<AlertForwarding> _started = [];
    private SimulatedScheduler _scheduler = null!;
    private StubService _stub = null!;
    private TestDatabase _database = null!;

    public static TheoryData<SqlDialect> Dialects => [SqlDialect.Sqlite, SqlDialect.Postgres];

    public async ValueTask InitializeAsync()
    {
        _stub = await StubService.StartAsync();
        _stub.Answer = static (http, _) => StubService.JsonAsync(http, """{"code":0,"msg":"success"}""");
        _scheduler = new SimulatedScheduler(_clock, new SeededRandomSource(1));
    }

    public async ValueTask DisposeAsync()
    {
        _started.ForEach(f => f.Dispose());
        await _stub.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task While_Async_takes_them_it_alone_sends(SqlDialect dialect)
    {
        _options.FeishuUrl = _stub.Url + "/feishu";
        await StartAsync(dialect);
        await RaiseAsync("1");
        await RaiseAsync("2");
        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(10));

        Assert.Equal(["1", "2"], _async.Taken);
        Assert.Empty(_stub.Requests);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task When_Async_has_been_away_for_minutes_the_process_sends_itself_until_it_is_back(SqlDialect dialect)
    {
        _options.FeishuUrl = _stub.Url + "/feishu";
        await StartAsync(dialect);
        _async.IsAway = true;
        await RaiseAsync("overdue");
        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(_stub.Requests);

        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(["overdue"], Sent());
        await RaiseAsync("later");
        Assert.Equal(["overdue", "later"], Sent());
        Assert.Equal(1, _log.Count("this process sends them itself"));

        _async.IsAway = false;
        // Also when nothing is raised meanwhile.
        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(1));
        _async.IsAway = true;
        await RaiseAsync("a short absence");
        Assert.Equal(2, Sent().Count);
        _async.IsAway = false;
        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["a short absence"], _async.Taken);
        Assert.Equal(2, Sent().Count);
        Assert.Empty(_scheduler.Failures);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Without_a_webhook_of_its_own_they_wait_for_Async(SqlDialect dialect)
    {
        await StartAsync(dialect);
        _async.IsAway = true;
        await RaiseAsync("1");
        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(10));
        await RaiseAsync("2");
        Assert.Equal(1, _log.Count("they wait in memory"));

        _async.IsAway = false;
        await _scheduler.AdvanceAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(["1", "2"], _async.Taken);
    }

    private async Task StartAsync(SqlDialect dialect)
    {
        _database = await TestDatabase.CreateAsync(dialect, _clock);
        var store = _database.Open("core");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(AlertForwardingTests).Assembly), CancellationToken.None);
        using var factory = LoggerFactory.Create(l => l.AddProvider(_log));
        var forwarding = new AlertForwarding(_sink, _async, store, _options, _clock, new SeededRandomSource(2), factory);
        _started.Add(forwarding);
        forwarding.Attach(_scheduler);
        await _scheduler.RunUntilIdleAsync();
    }

    // A second, so that a webhook is not at rest.
    private async Task RaiseAsync(string key)
    {
        _sink.Raise(new Alert("kind", key, "text"));
        await _scheduler.AdvanceAsync(TimeSpan.FromSeconds(1));
    }

    private List<string> Sent() =>
        [.. _stub.Requests.Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("content").GetProperty("text").GetString()!.Split("] ")[1].Split(':')[0])];

    private sealed class FakeAsync : IAlertPost
    {
        public bool IsAway { get; set; }

        public List<string> Taken { get; } = [];

        public Task<RaiseResponse> RaiseAsync(CallContext context, RaiseRequest request, CancellationToken cancellationToken = default)
        {
            if (IsAway)
            {
                return Task.FromResult(new RaiseResponse { Result = Result.Of(ResultCode.Overloaded) });
            }

            Taken.AddRange(request.Items.Select(i => i.Subject));
            return Task.FromResult(new RaiseResponse());
        }
    }
}
