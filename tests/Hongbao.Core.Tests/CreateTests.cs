using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Time;

namespace Hongbao.Core.Tests;

public sealed class CreateTests
{
    // Field, what the request gets, whether it is acceptable.
    public static TheoryData<string, Action<CreatePacketRequest>, bool> Fields => new()
    {
        { "requestId", r => r.RequestId = "", false },
        { "requestId", r => r.RequestId = new string('x', 64), true },
        { "requestId", r => r.RequestId = new string('x', 65), false },
        { "requestId", r => r.RequestId = "a\nb", false },
        { "amount", r => r.Amount = 0, false },
        { "amount", r => r.Amount = -1, false },
        { "amount", r => r.Amount = long.MinValue, false },
        { "amount", r => r.Amount = long.MaxValue, false },
        { "amount", r => r.Amount = 9, false },
        { "amount", r => r.Amount = 10, true },
        { "amount", r => r.Amount = 200_000, true },
        { "amount", r => r.Amount = 200_001, false },
        { "amount", r => (r.Split, r.Amount) = (SplitKind.Equal, 1001), false },
        { "amount", r => (r.Split, r.Amount) = (SplitKind.Equal, 1010), true },
        { "amount", r => (r.Count, r.Amount) = (1, 20_000), true },
        { "amount", r => (r.Count, r.Amount) = (1, 20_001), false },
        { "count", r => r.Count = 0, false },
        { "count", r => r.Count = -1, false },
        { "count", r => r.Count = int.MaxValue, false },
        { "count", r => r.Count = 1, true },
        { "count", r => r.Count = 100, true },
        { "count", r => r.Count = 101, false },
        { "split", r => r.Split = 0, false },
        { "split", r => r.Split = (SplitKind)4, false },
        { "split", r => r.Split = SplitKind.Fair, true },
        { "currency", r => r.Currency = "", false },
        { "currency", r => r.Currency = "USD", false },
        { "currency", r => r.Currency = "cny", false },
        { "ttlSeconds", r => r.TtlSeconds = -1, false },
        { "ttlSeconds", r => r.TtlSeconds = 4, false },
        { "ttlSeconds", r => r.TtlSeconds = 5, true },
        { "ttlSeconds", r => r.TtlSeconds = 604_800, true },
        { "ttlSeconds", r => r.TtlSeconds = 604_801, false },
        // 64 Unicode characters, not 64 UTF-16 units.
        { "greeting", r => r.Greeting = new string('福', 64), true },
        { "greeting", r => r.Greeting = new string('福', 65), false },
        { "greeting", r => r.Greeting = string.Concat(Enumerable.Repeat("🧧", 64)), true },
        { "greeting", r => r.Greeting = string.Concat(Enumerable.Repeat("🧧", 65)), false },
        // Joined emoji: one family is seven characters, and its joiners are welcome.
        { "greeting", r => r.Greeting = "👨‍👩‍👧‍👦 新年快乐", true },
        { "greeting", r => r.Greeting = "a\0b", false },
        { "greeting", r => r.Greeting = "a\tb", false },
        { "greeting", r => r.Greeting = "a\u0085b", false },
        { "greeting", r => r.Greeting = "a\u2028b", false },
        { "greeting", r => r.Greeting = "a\ud83e", false },
        { "contentId", r => r.ContentId = new string('v', 64), true },
        { "contentId", r => r.ContentId = new string('v', 65), false },
        { "contentId", r => r.ContentId = "a\rb", false },
        { "scope.kind", r => r.Scope = 0, false },
        { "scope.kind", r => r.Scope = (ScopeKind)5, false },
        { "scope.uids", r => r.Scope = ScopeKind.Exclusive, false },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Exclusive, [1]), true },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Exclusive, [1, 2, 1]), false },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Exclusive, [0]), false },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Exclusive, [-5]), false },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Exclusive, [.. Enumerable.Range(1, 100)]), true },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Exclusive, [.. Enumerable.Range(1, 101)]), false },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Public, [1]), false },
        { "scope.uids", r => (r.Scope, r.ScopeUids) = (ScopeKind.Followers, [1]), false },
    };

    [Fact]
    public async Task Every_field_has_its_limits_and_a_fault_names_it()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        foreach (var row in Fields)
        {
            var (field, change, isAcceptable) = row.Data;
            var request = CoreHarness.Request();
            change(request);

            var answer = await harness.CreateAsync(request);

            var said = $"{field} in {request}: {answer.Result.Code} {string.Join("; ", answer.Result.Faults)}";
            Assert.True(answer.Result.Code == (isAcceptable ? ResultCode.Ok : ResultCode.ValidationFailed), said);
            Assert.True(isAcceptable || answer.Result.Faults.Select(f => f.Field).SequenceEqual([field]), said);
            Assert.Equal(isAcceptable ? 1 : 0, await harness.ReadAsync<int>("select count(*) from requests where request_id = @RequestId", new { request.RequestId }));
        }
    }

    [Fact]
    public async Task All_faults_are_named_at_once()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);

        var answer = await harness.CreateAsync(new CreatePacketRequest { Scope = ScopeKind.Public, Split = SplitKind.Random });

        Assert.Equal(["requestId", "count", "amount", "currency"], answer.Result.Faults.Select(f => f.Field));
    }

    [Fact]
    public async Task Currencies_are_those_of_the_settings()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.Currencies = ["USD", "EUR"]);

        Assert.Equal(ResultCode.Ok, (await harness.CreateAsync(CoreHarness.Request() with { Currency = "EUR" })).Result.Code);
        Assert.Equal(ResultCode.ValidationFailed, (await harness.CreateAsync(CoreHarness.Request() with { Currency = "CNY" })).Result.Code);
    }

    [Theory, BothStores]
    public async Task A_created_packet_is_stored_as_asked_for_and_waits_for_its_payment(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request(8888, 8) with
        {
            Split = SplitKind.Equal,
            Scope = ScopeKind.Exclusive,
            ScopeUids = [9, 3],
            Greeting = "恭喜发财 🧧",
            ContentId = "v1",
            TtlSeconds = 60,
        };

        var created = await harness.UnpaidAsync(request);

        Assert.Equal((PacketStatus.PendingPayment, PaymentStatus.Pending, PacketKind.C2C, false), (created.Status, created.PaymentStatus, created.Kind, created.Repeated));
        var packet = await harness.PacketAsync(created.PacketNo);
        Assert.Equal((8888L, 8, PacketStatus.PendingPayment, "v1", created.PayOrderNo), (packet.Amount, packet.Count, packet.State, packet.ContentId, packet.PayOrderNo));
        Assert.Equal((packet.PayUntil, (long?)null), (created.ExpiresAtMs, packet.ExpiresAt));
        Assert.Equal("恭喜发财 🧧", await harness.ReadAsync<string>("select greeting from packets"));
        Assert.Equal("[3,9]", await harness.ReadAsync<string>("select scope_uids from packets"));
        Assert.Equal(PaymentStatus.Pending, await harness.PaymentAsync(created.PayOrderNo));
        var seed = await harness.ReadAsync<byte[]>("select seed from packets");
        Assert.Equal(created.SeedHash, Splits.SeedDraw.Commitment(created.PacketNo, seed, 8888, 8, SplitKind.Equal, 20_000));
    }

    [Theory]
    [InlineData(ResultCode.Ok, false, ResultCode.ContentRejected)]
    [InlineData(ResultCode.Degraded, false, ResultCode.Degraded)]
    [InlineData(ResultCode.Degraded, true, ResultCode.Degraded)]
    [InlineData(ResultCode.Ok, true, ResultCode.Ok)]
    public async Task A_greeting_is_shown_only_when_moderation_allows_it(ResultCode code, bool isAllowed, ResultCode expected)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Moderation.Check = _ => new ModerationResponse { Result = Result.Of(code), Allowed = isAllowed };

        var answer = await harness.CreateAsync(CoreHarness.Request() with { Greeting = "hello" });

        Assert.Equal(expected, answer.Result.Code);
        Assert.Equal(expected == ResultCode.Ok ? 1 : 0, await harness.ReadAsync<int>("select count(*) from packets"));
        Assert.Equal(ResultCode.Ok, (await harness.CreateAsync(CoreHarness.Request())).Result.Code);
        Assert.Equal(1, harness.Moderation.Asked);
    }

    [Theory, BothStores]
    public async Task The_same_request_again_has_the_first_answer_whatever_became_of_the_packet(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request() with { Scope = ScopeKind.Exclusive, ScopeUids = [1, 2], Greeting = "hello" };
        var first = await harness.UnpaidAsync(request);
        // A changed word list does not change the answer to a repetition.
        harness.Moderation.Check = _ => new ModerationResponse { Allowed = false };

        var second = await harness.CreateAsync(request with { ScopeUids = [2, 1] });

        Assert.True(second.Repeated);
        Assert.Equal(first with { Repeated = true, Result = second.Result }, second);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets"));
        await harness.CallbackAsync(CoreHarness.Notice(first.PayOrderNo, 1000));
        Assert.Equal(PacketStatus.Active, (await harness.PacketAsync(first.PacketNo)).State);
        Assert.Equal(second, (await harness.CreateAsync(request)) with { Result = second.Result });
    }

    [Fact]
    public async Task The_same_number_with_other_content_is_refused_whatever_differs()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.Currencies = ["CNY", "USD"]);
        var request = CoreHarness.Request() with { Scope = ScopeKind.Exclusive, ScopeUids = [1, 2], Greeting = "a", ContentId = "v", TtlSeconds = 60 };
        await harness.UnpaidAsync(request);
        CreatePacketRequest[] others =
        [
            request with { Amount = 1010 }, request with { Count = 5 }, request with { Currency = "USD" }, request with { Split = SplitKind.Equal },
            request with { Scope = ScopeKind.Public, ScopeUids = [] }, request with { ScopeUids = [1, 3] }, request with { Greeting = "b" },
            request with { ContentId = "w" }, request with { TtlSeconds = 61 },
        ];

        foreach (var other in others)
        {
            Assert.Equal(ResultCode.IdempotencyMismatch, (await harness.CreateAsync(other)).Result.Code);
        }

        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets"));
    }

    [Theory, BothStores]
    public async Task A_request_number_belongs_to_its_app_and_user(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request();

        var packets = new[]
        {
            await harness.UnpaidAsync(request), await harness.UnpaidAsync(request, uid: 7002), await harness.UnpaidAsync(request with { Amount = 2000 }, app: "other"),
        };

        Assert.Equal(3, packets.Select(p => p.PacketNo).Distinct().Count());
        Assert.DoesNotContain(packets, p => p.Repeated);
    }

    [Theory, BothStores]
    public async Task Twenty_times_the_same_request_at_once_is_one_packet(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var request = CoreHarness.Request();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => harness.CreateAsync(request))));

        Assert.All(answers, a => Assert.Equal(ResultCode.Ok, a.Result.Code));
        Assert.Single(answers.Select(a => (a.PacketNo, a.PayOrderNo, a.SeedHash)).Distinct());
        Assert.Single(answers, a => !a.Repeated);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets"));
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from payments"));
    }

    [Theory, BothStores]
    public async Task Of_two_bodies_under_one_number_at_the_same_moment_exactly_one_wins(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        for (var round = 0; round < 10; round++)
        {
            var request = CoreHarness.Request();

            var answers = await Task.WhenAll(
                Task.Run(() => harness.CreateAsync(request)), Task.Run(() => harness.CreateAsync(request with { Amount = 2000 })));

            Assert.Equal([ResultCode.Ok, ResultCode.IdempotencyMismatch], answers.Select(a => a.Result.Code).Order());
        }

        Assert.Equal(10, await harness.ReadAsync<int>("select count(*) from packets"));
    }

    [Theory, BothStores]
    public async Task A_users_packets_of_a_day_are_limited_also_when_sent_at_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.PacketsPerDayMax = 5);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => harness.CreateAsync(CoreHarness.Request()))));

        Assert.Equal(5, answers.Count(a => a.Result.IsOk()));
        Assert.All(answers.Where(a => !a.Result.IsOk()), a => Assert.Equal(ResultCode.LimitExceeded, a.Result.Code));
        Assert.Equal(5, await harness.ReadAsync<int>("select count(*) from requests"));
        // Others, and the same number in another app, have limits of their own.
        await harness.UnpaidAsync(uid: 7002);
        await harness.UnpaidAsync(app: "other");
    }

    [Theory, BothStores]
    public async Task A_users_amount_of_a_day_is_limited_also_when_sent_at_once(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.AmountPerDayMax = 5500);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => harness.CreateAsync(CoreHarness.Request(1000)))));

        Assert.Equal(5, answers.Count(a => a.Result.IsOk()));
        Assert.Equal(7, answers.Count(a => a.Result.Code == ResultCode.LimitExceeded));
        await harness.UnpaidAsync(CoreHarness.Request(500));
        Assert.Equal(ResultCode.LimitExceeded, (await harness.CreateAsync(CoreHarness.Request(10))).Result.Code);
        Assert.Equal(5500, await harness.ReadAsync<long>("select sum(amount) from packets"));
    }

    [Theory, BothStores]
    public async Task The_days_last_request_sent_many_times_at_once_is_one_packet_and_no_refusal(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.PacketsPerDayMax = 1);
        var request = CoreHarness.Request();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => harness.CreateAsync(request))));

        Assert.All(answers, a => Assert.Equal(ResultCode.Ok, a.Result.Code));
        Assert.Single(answers.Select(a => a.PacketNo).Distinct());
    }

    [Theory, BothStores]
    public async Task A_new_day_gives_room_again_and_days_long_gone_are_forgotten(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => o.PacketsPerDayMax = 1);
        await harness.UnpaidAsync();
        Assert.Equal(ResultCode.LimitExceeded, (await harness.CreateAsync(CoreHarness.Request())).Result.Code);

        await harness.MoveAsync(TimeSpan.FromDays(1));
        await harness.UnpaidAsync();
        Assert.Equal(ResultCode.LimitExceeded, (await harness.CreateAsync(CoreHarness.Request())).Result.Code);

        await harness.MoveAsync(TimeSpan.FromDays(7));
        await harness.Main.StepAsync("core.days.purge");
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from sent_days"));
    }

    [Theory, BothStores]
    public async Task A_packet_that_was_never_paid_gives_its_amount_back_and_not_its_place(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => (o.PacketsPerDayMax, o.AmountPerDayMax) = (4, 2500));
        await harness.ActiveAsync();
        for (var i = 0; i < 2; i++)
        {
            await harness.UnpaidAsync();
            Assert.Contains("minor units", (await harness.CreateAsync(CoreHarness.Request())).Result.Detail, StringComparison.Ordinal);
            await harness.MoveAsync(TimeSpan.FromSeconds(harness.Options.PaySeconds + 1));
            await harness.Main.StepAsync("core.payments.scan");
        }

        Assert.Equal(2, await harness.ReadAsync<int>("select count(*) from packets where state = 7"));
        await harness.UnpaidAsync();
        Assert.Contains("4 packets", (await harness.CreateAsync(CoreHarness.Request())).Result.Detail, StringComparison.Ordinal);
        Assert.Equal((4, 2000L), (await harness.ReadAsync<int>("select packets from sent_days"), await harness.ReadAsync<long>("select amount from sent_days")));
    }

    [Fact]
    public async Task Currencies_have_limits_of_their_own()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => (o.AmountPerDayMax, o.Currencies) = (1000, ["CNY", "JPY"]));
        await harness.UnpaidAsync();

        await harness.UnpaidAsync(CoreHarness.Request() with { Currency = "JPY" });

        Assert.Equal(ResultCode.LimitExceeded, (await harness.CreateAsync(CoreHarness.Request(10))).Result.Code);
    }

    [Theory, BothStores]
    public async Task A_lost_answer_of_the_commit_is_found_out_and_not_done_twice(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        harness.Main.Store.LoseAnswers(1);
        var request = CoreHarness.Request();

        var answer = await harness.CreateAsync(request);

        Assert.Equal((ResultCode.Ok, true), (answer.Result.Code, answer.Repeated));
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets"));
    }

    [Theory]
    [InlineData(StoreFault.Transient)]
    [InlineData(StoreFault.Unavailable)]
    [InlineData(StoreFault.UnknownOutcome)]
    public async Task A_store_in_trouble_is_answered_with_a_code_that_invites_to_repeat(StoreFault fault)
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        harness.Main.Store.Refuse(fault);
        var request = CoreHarness.Request();

        Assert.Equal(ResultCode.Overloaded, (await harness.CreateAsync(request)).Result.Code);
        Assert.Equal((ResultCode.Ok, false), ((await harness.CreateAsync(request)) is var again ? again.Result.Code : default, again.Repeated));
    }
}
