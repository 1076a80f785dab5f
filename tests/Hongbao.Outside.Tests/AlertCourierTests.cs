using System.Collections.Concurrent;
using System.Text.Json;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Scheduling;
using Hongbao.Foundation.Signing;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hongbao.Outside.Tests;

public sealed class AlertCourierTests : IAsyncLifetime
{
    private const string Secret = "bot-secret";
    private readonly ManualClock _clock = new(new DateTimeOffset(2026, 2, 17, 8, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<DateTimeOffset> _arrivals = new();
    private readonly AlertOptions _options = new();
    private readonly RecordingLog _log = new();
    private readonly List<AlertCourier> _couriers = [];
    private StubService _stub = null!;
    private TestDatabase _database = null!;

    public static TheoryData<SqlDialect> Dialects => [SqlDialect.Sqlite, SqlDialect.Postgres];

    private sealed class Row
    {
        public string Kind { get; init; } = "";
        public string Key { get; init; } = "";
        public string Text { get; init; } = "";
        public string State { get; init; } = "";
        public long Count { get; init; }
        public int Attempts { get; init; }
    }

    private sealed record Process(AlertSink Sink, SimulatedScheduler Scheduler);

    public async ValueTask InitializeAsync()
    {
        _stub = await StubService.StartAsync();
        Accept();
    }

    public async ValueTask DisposeAsync()
    {
        _couriers.ForEach(c => c.Dispose());
        await _stub.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Alerts_of_the_same_thing_are_one_and_those_that_wait_are_one_message(SqlDialect dialect)
    {
        UseFeishu();
        var process = await StartAsync(dialect);
        for (var i = 1; i <= 5; i++)
        {
            process.Sink.Raise(new Alert("order.overdue", "1", $"order 1 waits for {i} h"));
        }

        process.Sink.Raise(new Alert("order.overdue", "2", "order 2 waits"));
        await process.Scheduler.RunUntilIdleAsync();

        Assert.Equal(
            "Hongbao: 2 alerts\n[order.overdue] 1: order 1 waits for 5 h (5 times since 2026-02-17T08:00:00Z)\n[order.overdue] 2: order 2 waits",
            Assert.Single(FeishuTexts()));
        Assert.Equal([("1", "sent", 5L), ("2", "sent", 1L)], (await RowsAsync()).Select(r => (r.Key, r.State, r.Count)));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_waiting_alert_takes_in_its_repeats(SqlDialect dialect)
    {
        UseFeishu();
        Refuse(503);
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "k");
        await RaiseAsync(process, "k");
        await RaiseAsync(process, "k");

        var row = Assert.Single(await RowsAsync());
        Assert.Equal(("waiting", 3L), (row.State, row.Count));
    }

    [Fact]
    public async Task A_message_to_the_bot_is_signed_as_the_bot_wants_it()
    {
        UseFeishu();
        var process = await StartAsync(SqlDialect.Sqlite);
        await RaiseAsync(process, "k");

        using var body = JsonDocument.Parse(Assert.Single(_stub.Requests).Body);
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds().ToString(), body.RootElement.GetProperty("timestamp").GetString());
        // printf '' | openssl dgst -sha256 -hmac $'1771315200\nbot-secret' -binary | base64
        Assert.Equal("pewtXUx8CQd7cB9husUUaP8/t5O9JKlxldIjHniwauk=", body.RootElement.GetProperty("sign").GetString());
        Assert.Equal("text", body.RootElement.GetProperty("msg_type").GetString());
        Assert.Equal("application/json; charset=utf-8", _stub.Requests.First().ContentType);
    }

    [Fact]
    public async Task A_bot_without_a_secret_gets_no_signature()
    {
        UseFeishu();
        _options.FeishuSecret = "";
        var process = await StartAsync(SqlDialect.Sqlite);
        await RaiseAsync(process, "k");

        using var body = JsonDocument.Parse(Assert.Single(_stub.Requests).Body);
        Assert.False(body.RootElement.TryGetProperty("sign", out _));
        Assert.False(body.RootElement.TryGetProperty("timestamp", out _));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task The_generic_webhook_gets_signed_json(SqlDialect dialect)
    {
        UseWebhook();
        var process = await StartAsync(dialect);
        process.Sink.Raise(new Alert("outbox.dead", "core:7", "消息 7 <at> \"x\""));
        await process.Scheduler.RunUntilIdleAsync();

        var request = Assert.Single(_stub.Requests);
        Assert.True(new CallbackSignature(OutsideHost.Key).IsGenuine(request.Timestamp, request.Nonce, request.Body, request.Signature, _clock.GetUtcNow()));
        Assert.Equal(
            """{"alerts":[{"id":"1","kind":"outbox.dead","key":"core:7","text":"消息 7 <at> \"x\"","count":1,"firstAt":"2026-02-17T08:00:00Z","lastAt":"2026-02-17T08:00:00Z"}]}""",
            request.Body);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task After_sending_a_repeat_only_counts_until_the_quiet_period_is_over(SqlDialect dialect)
    {
        UseFeishu();
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "k");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        await RaiseAsync(process, "k");
        Assert.Single(FeishuTexts());
        Assert.Equal(2, Assert.Single(await RowsAsync()).Count);

        // Another key is another thing.
        await RaiseAsync(process, "other");
        Assert.Equal(2, FeishuTexts().Count);

        await process.Scheduler.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        await RaiseAsync(process, "k");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(3, FeishuTexts().Count);
        Assert.Equal([2L, 1L, 1L], (await RowsAsync()).Select(r => r.Count));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_storm_stays_below_the_limits_and_arrives_whole(SqlDialect dialect)
    {
        UseFeishu();
        var process = await StartAsync(dialect);
        // Each nearly as long as may be, and in Chinese: few fit one message.
        for (var i = 0; i < 600; i++)
        {
            process.Sink.Raise(new Alert("storm", $"key-{i}", new string('红', 900)));
            if (i % 50 == 0)
            {
                await process.Scheduler.AdvanceAsync(TimeSpan.FromMilliseconds(10));
            }
        }

        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(3));

        var texts = string.Join('\n', FeishuTexts());
        Assert.All(Enumerable.Range(0, 600), i => Assert.Contains($"key-{i}:", texts, StringComparison.Ordinal));
        Assert.All(_stub.Requests, r => Assert.True(System.Text.Encoding.UTF8.GetByteCount(r.Body) <= 20_000, "Feishu takes 20 KB"));
        Assert.True(_arrivals.Count > 110, $"{_arrivals.Count} messages are no test of the pace");
        AssertWithinLimits();
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Two_processes_on_one_store_keep_the_limits_together_and_send_nothing_twice(SqlDialect dialect)
    {
        UseWebhook();
        var first = await StartAsync(dialect);
        var second = await StartAsync(dialect);
        for (var i = 0; i < 150; i++)
        {
            await RaiseAsync(i % 2 == 0 ? first : second, $"key-{i}");
        }

        for (var i = 0; i < 600; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await first.Scheduler.RunUntilIdleAsync();
            await second.Scheduler.RunUntilIdleAsync();
        }

        Assert.Equal(150, WebhookItems().Select(i => i.Key).Distinct().Count());
        Assert.Equal(150, WebhookItems().Count);
        AssertWithinLimits();
        Assert.Empty(first.Scheduler.Failures);
        Assert.Empty(second.Scheduler.Failures);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Alerts_outlive_a_webhook_that_is_down_and_a_restart(SqlDialect dialect)
    {
        UseFeishu();
        Refuse(502);
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "a");
        await RaiseAsync(process, "b");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(10));

        // 1, 2, 4, 8, 16, 32, then each minute: about 15 tries in 10 minutes.
        Assert.InRange(_stub.Requests.Count, 10, 17);
        Assert.All(await RowsAsync(), r => Assert.Equal("waiting", r.State));
        Assert.True(_log.Count("does not take alerts") > 0);

        var restarted = await StartAsync(dialect);
        Accept();
        _stub.Requests.Clear();
        await restarted.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(1));

        var text = Assert.Single(FeishuTexts());
        Assert.Contains("] a:", text, StringComparison.Ordinal);
        Assert.Contains("] b:", text, StringComparison.Ordinal);
        Assert.All(await RowsAsync(), r => Assert.Equal("sent", r.State));
    }

    [Theory]
    [InlineData("""{"code":11232,"msg":"frequency limited"}""", 200)]
    [InlineData("""{"code":11232,"msg":"frequency limited"}""", 429)]
    [InlineData("""{"code":19021,"msg":"sign match fail"}""", 200)]
    [InlineData("""{"code":9499,"msg":"Bad Request"}""", 400)]
    [InlineData("<html>", 200)]
    [InlineData("{}", 200)]
    [InlineData("[]", 200)]
    [InlineData("""{"code":"0"}""", 200)]
    [InlineData("", 302)]
    public async Task What_the_bot_does_not_confirm_is_not_sent(string answer, int status)
    {
        UseFeishu();
        _stub.Answer = (http, _) => StubService.JsonAsync(http, answer, status);
        var process = await StartAsync(SqlDialect.Sqlite);
        await RaiseAsync(process, "k");
        Assert.Equal("waiting", Assert.Single(await RowsAsync()).State);

        Accept();
        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("sent", Assert.Single(await RowsAsync()).State);
    }

    [Fact]
    public async Task The_older_form_of_the_bots_answer_is_understood()
    {
        UseFeishu();
        _stub.Answer = (http, _) => StubService.JsonAsync(http, """{"StatusCode":0,"StatusMessage":"success"}""");
        var process = await StartAsync(SqlDialect.Sqlite);
        await RaiseAsync(process, "k");

        Assert.Equal("sent", Assert.Single(await RowsAsync()).State);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task One_alert_that_the_webhook_refuses_does_not_hold_up_the_others(SqlDialect dialect)
    {
        UseFeishu();
        _stub.Answer = (http, body) => StubService.JsonAsync(http, body.Contains("poison", StringComparison.Ordinal) ? """{"code":9499}""" : """{"code":0}""");
        var process = await StartAsync(dialect);
        for (var i = 0; i < 40; i++)
        {
            process.Sink.Raise(new Alert("kind", i == 3 ? "poison" : $"fine-{i}", "text"));
        }

        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(5));

        Assert.Equal("poison", Assert.Single(await RowsAsync(), r => r.State == "waiting").Key);
        // And it is tried again, ever more rarely.
        _stub.Requests.Clear();
        await process.Scheduler.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.InRange(_stub.Requests.Count, 5, 8);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Each_webhook_gets_every_alert_once_whatever_the_other_does(SqlDialect dialect)
    {
        UseFeishu();
        UseWebhook();
        _stub.Answer = (http, _) => http.Request.Path == "/feishu" ? StubService.JsonAsync(http, "", 500) : StubService.JsonAsync(http, "");
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "k");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("waiting", Assert.Single(await RowsAsync()).State);
        await RaiseAsync(process, "another");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(20));

        Accept();
        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(2));

        Assert.All(await RowsAsync(), r => Assert.Equal("sent", r.State));
        Assert.Equal(["k", "another"], WebhookItems().Select(i => i.Key));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Of_processes_that_want_a_webhook_at_once_one_gets_it_and_whoever_dies_with_it_loses_it(SqlDialect dialect)
    {
        var process = await StartAsync(dialect);
        Refuse(503);
        UseFeishu();
        process = await StartAsync(dialect);
        await RaiseAsync(process, "k");
        AlertStore[] stores = [new(_database.Open("async")), new(_database.OpenAnother("async"))];
        for (var now = _clock.GetUtcNow().ToUnixTimeMilliseconds() + 60_000; now < _clock.GetUtcNow().ToUnixTimeMilliseconds() + 600_000; now += 30_000)
        {
            var taken = await Task.WhenAll(stores.Select(s => s.TakeAsync("feishu", 1, 20, now, 30_000, CancellationToken.None)));

            Assert.Equal([0, 1], taken.Select(t => t.Alerts.Count).Order());
            Assert.Empty((await stores[0].TakeAsync("feishu", 1, 20, now + 29_999, 30_000, CancellationToken.None)).Alerts);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_webhook_that_is_down_does_not_silence_the_other(SqlDialect dialect)
    {
        UseFeishu();
        UseWebhook();
        _stub.Answer = (http, _) => http.Request.Path == "/feishu" ? StubService.JsonAsync(http, "", 500) : StubService.JsonAsync(http, "");
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "k");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(9));
        await RaiseAsync(process, "k");
        Assert.Single(WebhookItems());

        await process.Scheduler.AdvanceAsync(TimeSpan.FromMinutes(1));
        await RaiseAsync(process, "k");

        Assert.Equal(2, WebhookItems().Count);
        Assert.Equal(("waiting", 3L), (Assert.Single(await RowsAsync()).State, (await RowsAsync())[0].Count));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_webhook_that_left_the_settings_is_not_waited_for(SqlDialect dialect)
    {
        UseFeishu();
        UseWebhook();
        _stub.Answer = (http, _) => http.Request.Path == "/feishu" ? StubService.JsonAsync(http, "", 500) : StubService.JsonAsync(http, "");
        await RaiseAsync(await StartAsync(dialect), "k");
        Assert.Equal("waiting", Assert.Single(await RowsAsync()).State);

        _options.FeishuUrl = "";
        await (await StartAsync(dialect)).Scheduler.RunUntilIdleAsync();

        Assert.Equal("sent", Assert.Single(await RowsAsync()).State);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Without_a_webhook_alerts_are_logged_and_count_as_sent(SqlDialect dialect)
    {
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "k");

        Assert.Equal("sent", Assert.Single(await RowsAsync()).State);
        Assert.Equal(1, _log.Count("ALERT kind k"));
        Assert.Empty(_stub.Requests);
    }

    [Fact]
    public async Task Alerts_raised_while_the_store_is_down_are_stored_when_it_is_back()
    {
        UseFeishu();
        var process = await StartAsync(SqlDialect.Sqlite);
        await ExecuteAsync("alter table alerts rename to alerts_away");
        await RaiseAsync(process, "a");
        await RaiseAsync(process, "a");
        Assert.NotEmpty(process.Scheduler.Failures);

        await ExecuteAsync("alter table alerts_away rename to alerts");
        await process.Scheduler.AdvanceAsync(TimeSpan.FromSeconds(5));

        Assert.Equal(2, Assert.Single(await RowsAsync()).Count);
        Assert.Single(FeishuTexts());
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Any_text_can_be_stored_and_is_bounded(SqlDialect dialect)
    {
        UseFeishu();
        var process = await StartAsync(dialect);
        process.Sink.Raise(new Alert(new string('k', 5000), "a\0b\uD83E", "half \uDDE7" + new string('红', 5000)));
        process.Sink.Raise(new Alert("kind", "key", "<at user_id=\"all\">everybody</at>"));
        await process.Scheduler.RunUntilIdleAsync();

        Assert.Empty(process.Scheduler.Failures);
        var rows = await RowsAsync();
        Assert.Equal((100, "ab\uFFFD", 1000), (rows[1].Kind.Length, rows[1].Key, rows[1].Text.Length));
        Assert.DoesNotContain("<at", Assert.Single(FeishuTexts()), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Sent_alerts_are_forgotten_after_a_month(SqlDialect dialect)
    {
        var process = await StartAsync(dialect);
        await RaiseAsync(process, "old");
        _clock.Advance(TimeSpan.FromDays(29));
        await process.Scheduler.RunUntilIdleAsync();
        Assert.Single(await RowsAsync());
        await RaiseAsync(process, "new");

        _clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromHours(1));
        await process.Scheduler.RunUntilIdleAsync();

        Assert.Equal("new", Assert.Single(await RowsAsync()).Key);
    }

    [Fact]
    public async Task The_bots_address_is_never_logged()
    {
        UseFeishu();
        var url = new Uri(_stub.Url);
        await _stub.DisposeAsync();
        var process = await StartAsync(SqlDialect.Sqlite);
        await RaiseAsync(process, "k");

        Assert.True(_log.Count("does not take alerts") > 0);
        Assert.Equal(0, _log.Count(url.Authority));
        Assert.Equal(0, _log.Count("/feishu"));
    }

    [Fact]
    public void All_faults_of_the_settings_are_told_at_once()
    {
        var result = new AlertOptionsValidation().Validate(null, new AlertOptions
        {
            FeishuUrl = "open.feishu.cn/x",
            WebhookUrl = "https://alerts.example/",
            WebhookKey = "c2hvcnQ=",
            QuietMinutes = -1,
        });

        Assert.Equal(["Alerts:FeishuUrl", "Alerts:WebhookKey", "Alerts:QuietMinutes"], result.Failures!.Select(f => f.Split(' ')[0]));
        Assert.Equal(2, new AlertOptionsValidation().Validate(null, new AlertOptions { FeishuSecret = "x", WebhookKey = "y" }).Failures!.Count());
        Assert.True(new AlertOptionsValidation().Validate(null, new AlertOptions()).Succeeded);
    }

    private void UseFeishu() => (_options.FeishuUrl, _options.FeishuSecret) = (_stub.Url + "/feishu", Secret);

    private void UseWebhook() => (_options.WebhookUrl, _options.WebhookKey) = (_stub.Url + "/webhook", Convert.ToBase64String(OutsideHost.Key));

    private void Accept() => _stub.Answer = (http, _) =>
    {
        _arrivals.Enqueue(_clock.GetUtcNow());
        return StubService.JsonAsync(http, """{"code":0,"msg":"success"}""");
    };

    private void Refuse(int status) => _stub.Answer = (http, _) => StubService.JsonAsync(http, "", status);

    private async Task<Process> StartAsync(SqlDialect dialect)
    {
        _database ??= await TestDatabase.CreateAsync(dialect, _clock);
        var store = _couriers.Count == 0 ? _database.Open("async") : _database.OpenAnother("async");
        await store.MigrateAsync(MigrationSet.FromAssembly(typeof(AlertCourierTests).Assembly), CancellationToken.None);
        using var factory = LoggerFactory.Create(l => l.AddProvider(_log));
        var sink = new AlertSink(factory.CreateLogger<AlertSink>());
        var chance = new SeededRandomSource(_couriers.Count + 1);
        var scheduler = new SimulatedScheduler(_clock, chance);
        var courier = new AlertCourier(store, sink, _options, _clock, chance, factory.CreateLogger<AlertCourier>());
        _couriers.Add(courier);
        courier.Attach(scheduler);
        return new Process(sink, scheduler);
    }

    private static async Task RaiseAsync(Process process, string key)
    {
        process.Sink.Raise(new Alert("kind", key, "text"));
        await process.Scheduler.RunUntilIdleAsync();
    }

    private async Task<List<Row>> RowsAsync()
    {
        var session = await _database.Open("async").ReadAsync(CancellationToken.None);
        await using (session)
        {
            return await session.QueryAsync<Row>("select kind, key, text, state, count, attempts from alerts order by id");
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        var session = await _database.Open("async").WriteAsync(CancellationToken.None);
        await using (session)
        {
            await session.ExecuteAsync(sql);
            await session.CommitAsync();
        }
    }

    private List<string> FeishuTexts() =>
        [.. _stub.Requests.Where(r => r.Path == "/feishu").Select(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("content").GetProperty("text").GetString()!)];

    private List<(string Id, string Key)> WebhookItems() =>
        [.. _stub.Requests.Where(r => r.Path == "/webhook").SelectMany(r => JsonDocument.Parse(r.Body).RootElement.GetProperty("alerts").EnumerateArray())
            .Select(a => (a.GetProperty("id").GetString()!, a.GetProperty("key").GetString()!))];

    /// <summary>At most 5 in any second and 100 in any minute.</summary>
    private void AssertWithinLimits()
    {
        var at = _arrivals.ToArray();
        for (var i = 0; i < at.Length; i++)
        {
            Assert.True(at.Skip(i).TakeWhile(t => t < at[i] + TimeSpan.FromSeconds(1)).Count() <= 5, $"too many within a second from {at[i]:O}");
            Assert.True(at.Skip(i).TakeWhile(t => t < at[i] + TimeSpan.FromMinutes(1)).Count() <= 100, $"too many within a minute from {at[i]:O}");
        }
    }
}
