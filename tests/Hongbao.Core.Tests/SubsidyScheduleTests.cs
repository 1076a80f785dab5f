using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Tests;

/// <summary>Random orders of booking, using and expiring, against a model that knows only the rules.</summary>
public sealed class SubsidyScheduleTests(ITestOutputHelper output)
{
    private const int Wanted = 14;
    private const int Moves = 140;

    // What a subsidy should be: nothing yet, or what was stored first.
    private sealed class Model
    {
        public SubsidyIssued? Stored { get; set; }
        public SubsidyStatus Status { get; set; }
        public long PacketNo { get; set; }
        public Dictionary<string, long> Requests { get; } = [];
    }

    [Theory, BothStores]
    public async Task Any_order_of_messages_tokens_and_time_uses_a_subsidy_at_most_once(SqlDialect dialect)
    {
        for (var round = 0; round < 2; round++)
        {
            var seed = Random.Shared.Next();
            output.WriteLine($"{dialect}, seed {seed}");
            await RunAsync(dialect, new Random(seed));
        }
    }

    private static async Task RunAsync(SqlDialect dialect, Random random)
    {
        await using var harness = await CoreHarness.StartAsync(dialect);
        var processes = new[] { harness.Main, await harness.StartProcessAsync() };
        var wins = Enumerable.Range(0, Wanted).Select(i => Wins.New(harness, 9000 + (i % 3)) with { ExpiresAtMs = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds() + random.Next(1, 20) * 60_000 }).ToArray();
        var models = wins.Select(_ => new Model()).ToArray();
        for (var move = 0; move < Moves; move++)
        {
            var i = random.Next(Wanted);
            var (model, win) = (models[i], wins[i]);
            var process = processes[random.Next(2)];
            if (random.Next(10) == 0)
            {
                process.Store.LoseAnswers(1);
            }

            switch (random.Next(6))
            {
                case 0:
                    // A message, sometimes with other content under the same number.
                    await BookAsync(process, random.Next(4) == 0 ? win with { Amount = win.Amount + 1 } : win, model);
                    break;
                case 1 or 2:
                    var request = Wins.ByToken(win) with { RequestId = $"{i}-{random.Next(3)}" };
                    if (model.Stored == win && random.Next(2) == 0)
                    {
                        request = request with { Token = "", SubsidyNo = (await harness.SubsidyAsync(win))!.SubsidyNo };
                    }

                    await UseAsync(process, request, win, random.Next(6) == 0 ? win.Uid + 1 : win.Uid, model);
                    break;
                case 3:
                    await harness.MoveAsync(TimeSpan.FromSeconds(random.Next(1, 20)));
                    break;
                case 4 or 5:
                    await SweepAsync(process);
                    break;
            }

            // A lost answer that met nothing to lose is not left for a later move.
            Array.ForEach(processes, p => p.Store.LoseAnswers(0));
            await CheckAsync(harness, wins, models);
        }

        await harness.MoveAsync(TimeSpan.FromMinutes(30));
        await SweepAsync(processes[0]);
        await CheckAsync(harness, wins, models);
        Assert.Equal(0, await harness.ReadAsync<int>("select count(*) from subsidies where state = 2"));
        Assert.Equal(models.Count(m => m.PacketNo != 0), await harness.ReadAsync<int>("select count(*) from packets"));
        Assert.Equal(models.Where(m => m.PacketNo != 0).Select(m => m.PacketNo).Order(), (await harness.FundingsWantedAsync()).Select(f => f.PacketNo).Order());
    }

    private static async Task BookAsync(CoreProcess process, SubsidyIssued issued, Model model)
    {
        var answer = await CoreHarness.UntilToldAsync(late => process.Core.BookSubsidiesAsync(CoreHarness.System, new BookSubsidiesRequest { Items = [issued] }, late));
        model.Stored ??= issued;
        Assert.Equal(model.Stored == issued, answer.Items[0].SubsidyNo > 0);
    }

    private static async Task UseAsync(CoreProcess process, CreatePacketRequest request, SubsidyIssued win, long uid, Model model)
    {
        var answer = await CoreHarness.UntilToldAsync(late => process.Core.CreatePacketAsync(CoreHarness.As(uid), request, late));
        if (uid != win.Uid)
        {
            Assert.Equal(ResultCode.SubsidyNotUsable, answer.Result.Code);
            return;
        }

        model.Stored ??= win;
        if (model.Requests.TryGetValue(request.RequestId, out var before))
        {
            Assert.Equal((ResultCode.Ok, before), (answer.Result.Code, answer.PacketNo));
        }
        else if (answer.Result.IsOk())
        {
            Assert.True(model.PacketNo == 0 && model.Stored == win, "made twice, or from other content");
            model.Requests.Add(request.RequestId, model.PacketNo = answer.PacketNo);
        }
        else
        {
            Assert.Equal(ResultCode.SubsidyNotUsable, answer.Result.Code);
            Assert.True(model.PacketNo != 0 || model.Stored != win || process.Clock.NowMs() >= win.ExpiresAtMs, "it could have been used");
        }
    }

    private static async Task SweepAsync(CoreProcess process)
    {
        try
        {
            await process.StepAsync("core.subsidies.expire");
        }
        catch (StoreException e) when (e.Fault == StoreFault.UnknownOutcome)
        {
            // Its scheduler would run it again.
        }
    }

    private static async Task CheckAsync(CoreHarness harness, SubsidyIssued[] wins, Model[] models)
    {
        var now = harness.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var rows = (await harness.ReadAllAsync<Wins.Row>("select * from subsidies")).ToDictionary(r => r.ExternalNo);
        for (var i = 0; i < wins.Length; i++)
        {
            var (model, row) = (models[i], rows.GetValueOrDefault(wins[i].ExternalNo));
            Assert.Equal(model.Stored is null, row is null);
            if (row is not null)
            {
                Assert.Equal(model.PacketNo, row.PacketNo ?? 0);
                Assert.Equal(model.PacketNo != 0, row.State == SubsidyStatus.Used);
                // Expired for good, and only when it is over.
                Assert.True(row.State != SubsidyStatus.Expired || row.ExpiresAt <= now);
                Assert.True(model.Status != SubsidyStatus.Expired || row.State == SubsidyStatus.Expired);
                model.Status = row.State;
            }
        }
    }
}
