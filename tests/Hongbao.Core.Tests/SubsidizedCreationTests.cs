using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Core.Tests;

/// <summary>Turning a subsidy into a packet: once, by its winner, in its time.</summary>
public sealed class SubsidizedCreationTests
{
    [Theory, BothStores]
    public async Task A_token_makes_an_active_packet_and_asks_for_its_funding(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var win = Wins.New(harness);

        var created = await harness.CreateAsync(Wins.ByToken(win) with { TtlSeconds = 60, Greeting = "恭喜" }, win.Uid);

        Assert.Equal(
            (ResultCode.Ok, PacketKind.B2C, PacketStatus.Active, 0L, false), (created.Result.Code, created.Kind, created.Status, created.PayOrderNo, created.Repeated));
        var packet = await harness.PacketAsync(created.PacketNo);
        Assert.Equal((PacketStatus.Active, 1000L, 10, 0L), (packet.State, packet.Amount, packet.Count, packet.PayOrderNo));
        Assert.Equal((packet.ActivatedAt + 60_000, (long?)created.ExpiresAtMs), (packet.ExpiresAt, packet.ExpiresAt));
        var subsidy = (await harness.SubsidyAsync(win))!;
        Assert.Equal((SubsidyStatus.Used, (long?)created.PacketNo), (subsidy.State, subsidy.PacketNo));
        Assert.Equal($"2 501 {subsidy.SubsidyNo}", await harness.ReadAsync<string>("select kind || ' ' || campaign_id || ' ' || subsidy_no from packets"));
        Assert.Equal(new FundingWanted { PacketNo = created.PacketNo, Subsidy = win }, Assert.Single(await harness.FundingsWantedAsync()));
        Assert.Equal([2, 6], await harness.ReadAllAsync<int>("select kind from due where no = @PacketNo order by kind", new { created.PacketNo }));
        // Neither the cashier nor the campaign has anything to do with it.
        Assert.Empty(harness.Finance.Calls);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from payments"));
        // A message that comes after the use finds it used.
        var late = Assert.Single((await harness.BookAsync(win)).Items);
        Assert.Equal((subsidy.SubsidyNo, SubsidyStatus.Used, created.PacketNo), (late.SubsidyNo, late.Status, late.PacketNo));
        Assert.Empty(harness.AlertKinds());
    }

    [Theory, BothStores]
    public async Task Two_devices_at_once_make_one_packet(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var other = await harness.StartProcessAsync();
        for (var round = 0; round < 10; round++)
        {
            var win = Wins.New(harness);
            var subsidyNo = round % 2 == 0 ? await harness.BookedAsync(win) : 0;
            var requests = Enumerable.Range(0, 6).Select(i => i % 2 == 0 && subsidyNo != 0 ? Wins.ByNumber(win, subsidyNo) : Wins.ByToken(win)).ToArray();

            var answers = await Task.WhenAll(requests.Select((r, i) => CoreHarness.UntilToldAsync(late => (i % 3 == 0 ? other : harness.Main).Core.CreatePacketAsync(CoreHarness.As(win.Uid), r, late))));

            var made = Assert.Single(answers, a => a.Result.IsOk());
            Assert.Equal(5, answers.Count(a => a.Result.Code == ResultCode.SubsidyNotUsable));
            Assert.Equal(made.PacketNo, (await harness.SubsidyAsync(win))!.PacketNo);
            Assert.Equal(round + 1, await harness.ReadAsync<int>("select count(*) from packets"));
            Assert.Equal(round + 1, await harness.ReadAsync<int>("select count(*) from requests"));
        }
    }

    [Theory, BothStores]
    public async Task The_same_request_by_number_and_by_token_is_one_request(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var win = Wins.New(harness);
        var byToken = Wins.ByToken(win);
        var first = await harness.CreateAsync(byToken, win.Uid);
        var byNumber = byToken with { Token = "", SubsidyNo = (await harness.SubsidyAsync(win))!.SubsidyNo };

        // Whatever has become of everything since.
        await harness.ClaimedAsync(first.PacketNo, 1);
        harness.Moderation.Check = _ => new ModerationResponse { Allowed = false };
        await harness.MoveAsync(TimeSpan.FromDays(2));
        await harness.Main.StepAsync("core.packets.scan");
        Assert.Equal(PacketStatus.Expired, (await harness.PacketAsync(first.PacketNo)).State);

        foreach (var request in new[] { byToken, byNumber })
        {
            Assert.Equal(first with { Repeated = true }, await harness.CreateAsync(request, win.Uid));
        }

        // Another subsidy, another content, a token that proves nothing: another request.
        var second = Wins.New(harness);
        CreatePacketRequest[] others = [byToken with { Token = Wins.Token(second) }, byNumber with { Count = 5 }, byToken with { Token = "" }, byToken with { Token = "h1.k1.xx" }];
        foreach (var request in others)
        {
            Assert.Equal(ResultCode.IdempotencyMismatch, (await harness.CreateAsync(request, win.Uid)).Result.Code);
        }

        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets"));
    }

    [Fact]
    public async Task What_is_not_the_callers_to_use_makes_nothing()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        var win = Wins.New(harness);
        var token = Wins.Token(win);
        var otherKeys = new SubsidyTokens(new SubsidyOptions { TokenKeys = [new SubsidyKeyOptions { Id = "k1", Key = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]) }] });
        var subsidyNo = await harness.BookedAsync(Wins.New(harness));
        (CreatePacketRequest Request, long Uid, string App)[] requests =
        [
            (Wins.ByToken(win), win.Uid + 1, CallContext.DefaultApp),
            (Wins.ByToken(win), win.Uid, "other"),
            (Wins.ByToken(win) with { Token = otherKeys.Make(win, "k1") }, win.Uid, CallContext.DefaultApp),
            (Wins.ByToken(win) with { Token = token[..^1] }, win.Uid, CallContext.DefaultApp),
            (Wins.ByToken(win) with { Token = token.Replace('.', '-') }, win.Uid, CallContext.DefaultApp),
            (Wins.ByToken(win with { Amount = 1000, Currency = "USD" }), win.Uid, CallContext.DefaultApp),
            (Wins.ByNumber(win, subsidyNo), win.Uid + 1, CallContext.DefaultApp),
            (Wins.ByNumber(win, subsidyNo), win.Uid, "other"),
            (Wins.ByNumber(win, subsidyNo + 1), win.Uid, CallContext.DefaultApp),
            (Wins.ByNumber(win, -1), win.Uid, CallContext.DefaultApp),
        ];

        foreach (var (request, uid, app) in requests)
        {
            var answer = await harness.CreateAsync(request, uid, app);

            Assert.True(answer.Result.Code is ResultCode.SubsidyNotUsable || (request.Token.Length > 0 && answer.Result.Faults is [{ Field: "currency" }]), $"{request} {answer.Result}");
        }

        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from packets"));
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from requests"));
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from subsidies"));
    }

    [Fact]
    public async Task Amount_and_currency_are_the_subsidys_and_the_rules_are_those_of_every_packet()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite, o => o.Currencies = ["CNY", "EUR"]);
        var win = Wins.New(harness);
        (string Field, CreatePacketRequest Request)[] requests =
        [
            ("amount", Wins.ByToken(win) with { Amount = 999 }),
            ("amount", Wins.ByToken(win) with { Amount = 1001 }),
            ("currency", Wins.ByToken(win) with { Currency = "EUR" }),
            ("token", Wins.ByToken(win) with { SubsidyNo = 5 }),
            ("count", Wins.ByToken(win) with { Count = 0 }),
            ("amount", Wins.ByToken(win) with { Split = SplitKind.Equal, Count = 7 }),
            ("requestId", Wins.ByToken(win) with { RequestId = "" }),
        ];
        foreach (var (field, request) in requests)
        {
            var answer = await harness.CreateAsync(request, win.Uid);
            Assert.Equal((ResultCode.ValidationFailed, field), (answer.Result.Code, Assert.Single(answer.Result.Faults).Field));
        }

        harness.Moderation.Check = _ => new ModerationResponse { Allowed = false };
        Assert.Equal(ResultCode.ContentRejected, (await harness.CreateAsync(Wins.ByToken(win) with { Greeting = "no" }, win.Uid)).Result.Code);
        Assert.Null(await harness.SubsidyAsync(win));
    }

    [Theory, BothStores]
    public async Task The_stores_clock_decides_whether_it_has_expired(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (one, two, three) = (Wins.New(harness), Wins.New(harness), Wins.New(harness));
        var number = await harness.BookedAsync(two);
        // Between the look and the write.
        harness.Main.Store.BeforeNextWrite(() => harness.MoveAsync(TimeSpan.FromHours(1)));
        Assert.Equal(ResultCode.SubsidyNotUsable, (await harness.CreateAsync(Wins.ByNumber(two, number), two.Uid)).Result.Code);
        Assert.Equal(SubsidyStatus.Available, (await harness.SubsidyAsync(two))!.State);

        Assert.Equal(ResultCode.SubsidyNotUsable, (await harness.CreateAsync(Wins.ByToken(one), one.Uid)).Result.Code);
        Assert.Equal(SubsidyStatus.Expired, (await harness.SubsidyAsync(one))!.State);

        await harness.MoveAsync(TimeSpan.FromMinutes(-59));
        Assert.Equal(ResultCode.Ok, (await harness.CreateAsync(Wins.ByToken(three), three.Uid)).Result.Code);
        Assert.Equal(1, await harness.ReadAsync<int>("select count(*) from packets"));
    }

    [Theory, BothStores]
    public async Task A_token_whose_number_stands_for_something_else_is_refused_and_alerts(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var win = Wins.New(harness);
        await harness.BookedAsync(win with { Amount = 2000 });

        Assert.Equal(ResultCode.SubsidyNotUsable, (await harness.CreateAsync(Wins.ByToken(win), win.Uid)).Result.Code);

        Assert.Equal(["subsidy.mismatch"], harness.AlertKinds());
        Assert.Equal(SubsidyStatus.Available, (await harness.SubsidyAsync(win))!.State);
    }

    [Theory, BothStores]
    public async Task Cut_off_between_storing_and_writing_off_the_repetition_finishes_it(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var win = Wins.New(harness);
        var request = Wins.ByToken(win);
        harness.Main.Store.BeforeNextWrite(() => Task.CompletedTask);
        harness.Main.Store.BeforeNextWrite(() =>
        {
            harness.Main.Store.Refuse(StoreFault.Unavailable);
            return Task.CompletedTask;
        });

        Assert.Equal(ResultCode.Overloaded, (await harness.CreateAsync(request, win.Uid)).Result.Code);
        Assert.Equal(SubsidyStatus.Available, (await harness.SubsidyAsync(win))!.State);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from packets"));
        await harness.RestartAsync();

        Assert.Equal(ResultCode.Ok, (await harness.CreateAsync(request, win.Uid)).Result.Code);
        Assert.Equal(SubsidyStatus.Used, (await harness.SubsidyAsync(win))!.State);
    }

    [Theory, BothStores]
    public async Task A_lost_answer_of_either_commit_is_found_out_and_not_done_twice(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var (stored, fresh) = (Wins.New(harness), Wins.New(harness));
        var byNumber = Wins.ByNumber(stored, await harness.BookedAsync(stored));
        harness.Main.Store.LoseAnswers(1);

        var answer = await harness.CreateAsync(byNumber, stored.Uid);
        Assert.Equal((ResultCode.Ok, true), (answer.Result.Code, answer.Repeated));
        var byToken = Wins.ByToken(fresh);
        harness.Main.Store.LoseAnswers(1);
        Assert.Equal(ResultCode.Overloaded, (await harness.CreateAsync(byToken, fresh.Uid)).Result.Code);
        Assert.Equal((ResultCode.Ok, false), ((answer = await harness.CreateAsync(byToken, fresh.Uid)).Result.Code, answer.Repeated));

        Assert.Equal(2, await harness.ReadAsync<int>("select count(*) from packets"));
        Assert.Equal(2, (await harness.FundingsWantedAsync()).Count);
    }

    [Theory, BothStores]
    public async Task Packets_of_the_day_count_and_the_campaigns_money_does_not(SqlDialect dialect)
    {
        await using var harness = await CoreHarness.StartAsync(dialect, o => (o.PacketsPerDayMax, o.AmountPerDayMax) = (3, 1500));
        await harness.SubsidizedAsync(Wins.New(harness));
        await harness.SubsidizedAsync(Wins.New(harness));

        Assert.Equal(ResultCode.Ok, (await harness.CreateAsync(CoreHarness.Request(1500), Wins.Winner)).Result.Code);
        var fourth = Wins.New(harness);
        Assert.Equal(ResultCode.LimitExceeded, (await harness.CreateAsync(Wins.ByToken(fourth), fourth.Uid)).Result.Code);

        Assert.Equal(SubsidyStatus.Available, (await harness.SubsidyAsync(fourth))!.State);
    }

    [Fact]
    public async Task A_packet_that_its_sender_pays_for_has_the_fingerprint_of_earlier_releases()
    {
        await using var harness = await CoreHarness.StartAsync(SqlDialect.Sqlite);
        await harness.UnpaidAsync(CoreHarness.Request() with { Greeting = "hi", ContentId = "v", TtlSeconds = 60, Scope = ScopeKind.Exclusive, ScopeUids = [9, 3] });

        var content = "[1000,10,\"CNY\",1,4,[3,9],\"hi\",\"v\",60]";
        var expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        Assert.Equal(expected, await harness.ReadAsync<string>("select fingerprint from requests"));
    }
}
