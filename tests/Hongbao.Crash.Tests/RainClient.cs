using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// What operators and users do with campaigns, at random: plan and schedule, draw, send packets with what was won, withdraw. Whatever got no answer
/// is repeated as it was by whoever comes next. What was told once must be told again.
/// </summary>
internal sealed class RainClient(World world, Rain rain, Api api, Random random)
{
    private const string Operator = "operator";
    private const string Admin = "admin";

    // A token is looked at by the server's clock a moment after ours; below this it may have expired on its way.
    private static readonly TimeSpan Close = TimeSpan.FromSeconds(1);

    // Every process has looked for new campaigns since.
    private static readonly TimeSpan Heard = TimeSpan.FromSeconds(5);

    public async Task StepAsync()
    {
        var campaign = Current();
        if (!campaign.IsScheduled && random.Next(2) == 0)
        {
            await ScheduleAsync(campaign);
            return;
        }

        if (campaign.IsPaused)
        {
            await OperateAsync(campaign, "resume", () => campaign.IsPaused = false);
            return;
        }

        if (campaign is { IsScheduled: true, EndsAfter: { } endsAfter } && Now() > campaign.StartsAt + endsAfter)
        {
            await OperateAsync(campaign, "end", () => campaign.IsEnded = true);
            return;
        }

        switch (random.Next(40))
        {
            case < 18 when campaign.IsScheduled:
                await DrawAsync(campaign);
                break;
            case < 26:
                await UseAsync();
                break;
            case < 30:
                await UseByNumberAsync();
                break;
            case < 31:
                await UseForgedAsync();
                break;
            case < 35:
                await WithdrawAsync();
                break;
            case < 38:
                await ClaimAndWithdrawAsync();
                break;
            case < 39 when campaign.IsScheduled:
                await ChangeBudgetAsync(campaign);
                break;
            default:
                await (campaign.IsScheduled && random.Next(4) == 0 ? OperateAsync(campaign, "pause", () => campaign.IsPaused = true) : DrawAgainAsync());
                break;
        }
    }

    /// <summary>Repeats all that has no answer yet, and has campaigns end that are not over.</summary>
    public async Task SettleAsync()
    {
        foreach (var campaign in rain.Campaigns.ToArray())
        {
            if (campaign is { IsScheduled: false, IsEnded: false })
            {
                await ScheduleAsync(campaign);
            }

            if (campaign.CampaignId is not null && !campaign.IsEnded && campaign.IsScheduled)
            {
                await OperateAsync(campaign, "end", () => campaign.IsEnded = true);
            }

            foreach (var (round, uid) in campaign.Unanswered.ToArray())
            {
                await DrawAsync(campaign, round, uid);
            }
        }

        foreach (var use in rain.OpenUses.ToArray())
        {
            await SendUseAsync(use);
        }

        foreach (var withdrawal in rain.Withdrawals.Where(static w => w.WithdrawalNo is null).ToArray())
        {
            await SendAsync(withdrawal, isAlone: true);
        }
    }

    /// <summary>True when nothing waits for an answer.</summary>
    public bool IsSettled => rain.OpenUses.Count == 0 && rain.Withdrawals.TrueForAll(static w => w.WithdrawalNo is not null)
        && rain.Campaigns.TrueForAll(static c => c.Unanswered.Count == 0 && c.IsEnded);

    /// <summary>A campaign whose first round has begun and lasts.</summary>
    public async Task<RainCampaign> BeginAsync(int tokenTtlSeconds)
    {
        var campaign = new RainCampaign { Budget = 100_000, TokenTtlSeconds = tokenTtlSeconds, Probability = 0.9, RoundTime = TimeSpan.FromSeconds(60) };
        rain.Campaigns.Add(campaign);
        var patience = Stopwatch.StartNew();
        while (!campaign.IsScheduled)
        {
            Assert.True(patience.Elapsed < Client.Patience, "the campaign is not scheduled");
            await ScheduleAsync(campaign);
        }

        return campaign;
    }

    // The campaign of this moment; a new one when there is none.
    private RainCampaign Current()
    {
        lock (world)
        {
            if (rain.Campaigns.Count == 0 || rain.Campaigns[^1] is var last && (last.IsEnded || (last.CampaignId is not null && last.RoundAt(Now()) == 0)))
            {
                rain.Campaigns.Add(new RainCampaign
                {
                    Budget = random.Next(20_000, 60_000),
                    TokenTtlSeconds = random.Next(2, 5),
                    EndsAfter = random.Next(4) == 0 ? TimeSpan.FromSeconds(7.5 * random.NextDouble()) : null,
                });
            }

            return rain.Campaigns[^1];
        }
    }

    /// <summary>Asks for a campaign. Several may do so at once: of several drafts the first that is told of counts.</summary>
    public async Task ScheduleAsync(RainCampaign campaign)
    {
        if (campaign.CampaignId is null)
        {
            var startsAt = Now();
            var created = await api.SendAsync(HttpMethod.Post, "/ops/v1/campaigns", 1, Plan(campaign, startsAt), Operator);
            if (!created.IsOk)
            {
                Expect(created, "plan a campaign");
                return;
            }

            lock (world)
            {
                if (campaign.CampaignId is null)
                {
                    campaign.StartsAt = startsAt;
                    campaign.CampaignId = created.Text("campaignId");
                }
            }
        }

        var answer = await api.SendAsync(HttpMethod.Post, $"/ops/v1/campaigns/{campaign.CampaignId}/schedule", 1, new { reason = "rain" }, Admin);
        campaign.ScheduledAt ??= answer.IsOk ? Now() : null;
        campaign.IsEnded |= answer.Code == "CAMPAIGN_NOT_OPEN";
        // Refused by finance: it is asked anew, with another number.
        if (!answer.IsOk && answer.Code is not ("CAMPAIGN_NOT_OPEN" or "INSUFFICIENT_FUNDS"))
        {
            Expect(answer, "schedule");
        }
    }

    private object Plan(RainCampaign campaign, DateTimeOffset startsAt)
    {
        var quantity = random.Next(5, 40);
        var small = random.Next(10, 200);
        return new
        {
            name = "春节红包雨",
            currency = "CNY",
            budget = campaign.Budget,
            startsAt = Text(startsAt),
            endsAt = Text(startsAt + (RainCampaign.Rounds * campaign.RoundTime)),
            rounds = Enumerable.Range(0, RainCampaign.Rounds).Select(r => new
            {
                round = r + 1,
                startsAt = Text(startsAt + (r * campaign.RoundTime)),
                endsAt = Text(startsAt + ((r + 1) * campaign.RoundTime)),
            }).ToArray(),
            prizes = new object[] { new { amount = small, quantity }, new { amount = random.Next(20, 400), probability = campaign.Probability } },
            perUserLimit = random.Next(1, 4),
            tokenTtlSeconds = campaign.TokenTtlSeconds,
            pacing = new { firstPercent = 40, fullPercent = 60 },
            reason = "crash test",
        };
    }

    private async Task ChangeBudgetAsync(RainCampaign campaign)
    {
        var budget = campaign.Budget + random.Next(-5_000, 5_000);
        var answer = await api.SendAsync(HttpMethod.Put, $"/ops/v1/campaigns/{campaign.CampaignId}/budget", 1, new { budget, reason = "crash test" }, Admin);
        if (answer.IsOk)
        {
            campaign.Budget = budget;
        }
        else if (answer.Code is not ("VALIDATION_FAILED" or "INSUFFICIENT_FUNDS" or "CAMPAIGN_NOT_OPEN"))
        {
            Expect(answer, "budget");
        }
    }

    private async Task OperateAsync(RainCampaign campaign, string change, Action done)
    {
        var answer = await api.SendAsync(HttpMethod.Post, $"/ops/v1/campaigns/{campaign.CampaignId}/{change}", 1, new { reason = "crash test" }, Admin);
        if (answer.IsOk)
        {
            done();
        }
        else if (answer.Code == "CAMPAIGN_NOT_OPEN")
        {
            campaign.IsEnded = true;
            campaign.IsPaused = false;
        }
        else
        {
            Expect(answer, change);
        }
    }

    // In any campaign, also in one that is over.
    private Task DrawAgainAsync()
    {
        RainCampaign campaign;
        lock (world)
        {
            var scheduled = rain.Campaigns.FindAll(static c => c.IsScheduled);
            if (scheduled.Count == 0)
            {
                return Task.CompletedTask;
            }

            campaign = Any(scheduled);
        }

        return DrawAsync(campaign);
    }

    // Those without an answer first; sometimes one who knows already how it went.
    private Task DrawAsync(RainCampaign campaign)
    {
        (int Round, long Uid) draw;
        lock (world)
        {
            draw = campaign.Unanswered.Count > 0 && random.Next(2) == 0 ? campaign.Unanswered.First()
                : campaign.Draws.Count > 0 && random.Next(5) == 0 ? campaign.Draws.Keys.ElementAt(random.Next(campaign.Draws.Count))
                : (campaign.RoundAt(Now()), World.FirstUid + random.Next(world.Users));
        }

        return draw.Round == 0 ? Task.CompletedTask : DrawAsync(campaign, draw.Round, draw.Uid);
    }

    /// <summary>A user draws, perhaps again.</summary>
    public async Task DrawAsync(RainCampaign campaign, int round, long uid)
    {
        lock (world)
        {
            campaign.Unanswered.Add((round, uid));
        }

        var answer = await api.SendAsync(HttpMethod.Post, $"/api/v1/campaigns/{campaign.CampaignId}/rounds/{round}/draws", uid);
        if (answer.IsOk || answer.Code == "CAMPAIGN_NOT_OPEN")
        {
            Remember(campaign, round, uid, answer);
        }
        else if (answer.Code != "NOT_FOUND" || Now() > campaign.ScheduledAt + Heard)
        {
            Expect(answer, "draw");
        }
    }

    private void Remember(RainCampaign campaign, int round, long uid, Answer answer)
    {
        var win = answer.IsOk && answer["won"].GetBoolean()
            ? new Win { CampaignId = campaign.CampaignId!, Uid = uid, Amount = answer["amount"].GetInt64(), Token = answer.Text("token"), ExpiresAt = answer["expiresAt"].GetDateTimeOffset() }
            : null;
        lock (world)
        {
            campaign.Unanswered.Remove((round, uid));
            if (!campaign.Draws.TryGetValue((round, uid), out var known))
            {
                // A round that is over keeps its outcomes to itself but for those who had one.
                if (answer.IsOk)
                {
                    campaign.Draws.Add((round, uid), win);
                    if (win is not null)
                    {
                        rain.Wins.Add(win);
                    }
                }
            }
            else if (known is not null ? win is null || known.Amount != win.Amount || known.Token != win.Token : win is not null)
            {
                world.Faults.Add($"user {uid} was told {Outcome(known)} in round {round} of campaign {campaign.CampaignId} and is told {(answer.IsOk ? Outcome(win) : answer.Code)} now");
            }
        }
    }

    private static string Outcome(Win? win) => win is null ? "a loss" : $"a win of {win.Amount} ({win.Token[^8..]})";

    // Mostly one that nobody used, sometimes on a second device.
    private async Task UseAsync()
    {
        SentPacket? use;
        lock (world)
        {
            use = rain.OpenUses.Count > 0 && random.Next(3) > 0 ? Any(rain.OpenUses) : null;
            if (use is null)
            {
                var usable = rain.Wins.FindAll(w => w.ExpiresAt > Now() && (w.Uses.Count == 0 || (w.Uses.Count == 1 && random.Next(10) == 0)));
                // Some are left to expire.
                use = usable.Count < 3 ? null : NewUse(Any(usable), null);
            }
        }

        if (use is not null)
        {
            await SendUseAsync(use);
        }
    }

    /// <summary>A user makes a packet of his win.</summary>
    public async Task<SentPacket> UseAsync(Win win)
    {
        SentPacket use;
        lock (world)
        {
            use = NewUse(win, null);
        }

        await SendUseAsync(use);
        return use;
    }

    private async Task UseForgedAsync()
    {
        SentPacket use;
        lock (world)
        {
            use = NewUse(rain.Forge(World.FirstUid + random.Next(world.Users), random.Next(10, 300), Now()), null);
        }

        await SendUseAsync(use);
    }

    // What is stored is named by its number as well.
    private async Task UseByNumberAsync()
    {
        Win? win;
        lock (world)
        {
            var usable = rain.Wins.FindAll(w => w.ExpiresAt > Now() && w.Uses.Count == 0);
            win = usable.Count < 3 ? null : Any(usable);
        }

        if (win is null)
        {
            return;
        }

        var answer = await api.SendAsync(HttpMethod.Get, "/api/v1/me/subsidies", win.Uid);
        if (!answer.IsOk)
        {
            Expect(answer, "subsidies");
            return;
        }

        var item = answer["items"].EnumerateArray().FirstOrDefault(i => i.TryGetProperty("token", out var token) && token.GetString() == win.Token);
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("subsidyNo", out var number))
        {
            SentPacket use;
            lock (world)
            {
                use = NewUse(win, number.GetString());
            }

            await SendUseAsync(use);
        }
    }

    private SentPacket NewUse(Win win, string? subsidyNo)
    {
        var count = random.Next(1, (int)Math.Min(5, win.Amount));
        var requestId = $"u{random.Next()}-{rain.Used}";
        var use = new SentPacket
        {
            RequestId = requestId,
            Sender = win.Uid,
            Amount = win.Amount,
            Count = count,
            IsToBePaid = false,
            Win = win,
            Body = new
            {
                requestId,
                amount = win.Amount,
                count,
                currency = "CNY",
                split = new[] { "random", "fair" }[random.Next(2)],
                scope = new { kind = "public" },
                greeting = "",
                ttlSeconds = random.Next(1, 3),
                funding = subsidyNo is null ? (object)new { kind = "subsidy", token = win.Token } : new { kind = "subsidy", subsidyNo },
            },
        };
        win.Uses.Add(use);
        rain.OpenUses.Add(use);
        return use;
    }

    private async Task SendUseAsync(SentPacket use)
    {
        var win = use.Win!;
        var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/packets", use.Sender, use.Body);
        if (!answer.IsOk && answer.Code != "SUBSIDY_NOT_USABLE")
        {
            Expect(answer, "use");
            return;
        }

        lock (world)
        {
            var isFirst = rain.OpenUses.Remove(use);
            if (!answer.IsOk)
            {
                rain.Refused += isFirst ? 1 : 0;
                if (use.PacketNo is not null || (win.Uses.Count == 1 && Now() < win.ExpiresAt - Close))
                {
                    world.Faults.Add($"request {use.RequestId} uses a good win of {win.Amount} for the {(use.PacketNo is null ? "first" : "same")} time and is told {answer}");
                }

                return;
            }

            var packetNo = answer.Text("packetNo");
            if (use.PacketNo is null)
            {
                use.PacketNo = packetNo;
                world.Packets.Add(use);
                rain.Used++;
            }

            if (use.PacketNo != packetNo || win.Uses.Exists(u => u != use && u.PacketNo is not null))
            {
                world.Faults.Add($"a win of {win.Amount} of campaign {win.CampaignId} made two packets: {string.Join(" and ", win.Uses.Select(u => u.PacketNo))}, and now {packetNo}");
            }
        }
    }

    // Everything of a share that was taken a moment ago: its money is still on its way.
    private async Task ClaimAndWithdrawAsync()
    {
        SentPacket? packet;
        lock (world)
        {
            var open = world.Packets.FindAll(p => p.Win is { IsForged: false } && p.Claims.Count < p.Count);
            packet = open.Count == 0 ? null : open[^(1 + random.Next(Math.Min(3, open.Count)))];
        }

        if (packet is null)
        {
            return;
        }

        var uid = World.FirstUid + random.Next(world.Users);
        var answer = await api.SendAsync(HttpMethod.Post, $"/api/v1/packets/{packet.PacketNo}/claims", uid);
        if (!world.Take(packet, uid, answer))
        {
            Expect(answer, "claim");
        }
        else if (answer.IsOk)
        {
            await SendAsync(NewWithdrawal(uid, answer["amount"].GetInt64()));
        }
    }

    private async Task WithdrawAsync()
    {
        Withdrawal? withdrawal;
        lock (world)
        {
            var open = rain.Withdrawals.FindAll(static w => w.WithdrawalNo is null);
            withdrawal = open.Count == 0 ? null : Any(open);
        }

        if (withdrawal is null || random.Next(2) == 0)
        {
            var uid = World.FirstUid + random.Next(world.Users);
            var wallet = await api.SendAsync(HttpMethod.Get, "/api/v1/me/wallet", uid);
            if (!wallet.IsOk)
            {
                Expect(wallet, "wallet");
                return;
            }

            // A fen is asked for also where there is none: money may be on its way.
            withdrawal = NewWithdrawal(uid, 1 + random.Next((int)Math.Max(1, wallet["reward"].GetInt64())));
        }

        await SendAsync(withdrawal);
    }

    private Withdrawal NewWithdrawal(long uid, long amount)
    {
        lock (world)
        {
            var withdrawal = new Withdrawal { RequestId = $"w{rain.Withdrawals.Count}-{random.Next()}", Uid = uid, Amount = amount };
            rain.Withdrawals.Add(withdrawal);
            return withdrawal;
        }
    }

    // Alone: no other process is alive in which an earlier send of it could still be under way.
    private async Task SendAsync(Withdrawal withdrawal, bool isAlone = false)
    {
        lock (world)
        {
            if (!rain.Withdrawals.Contains(withdrawal))
            {
                return;
            }

            withdrawal.Unanswered++;
        }

        var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/me/withdrawals", withdrawal.Uid, new { requestId = withdrawal.RequestId, amount = withdrawal.Amount });
        lock (world)
        {
            withdrawal.Unanswered--;
            if (answer.IsOk)
            {
                withdrawal.WithdrawalNo ??= answer.Text("withdrawalNo");
            }

            if (answer.IsOk ? withdrawal.WithdrawalNo != answer.Text("withdrawalNo") : withdrawal.WithdrawalNo is not null)
            {
                world.Faults.Add($"request {withdrawal.RequestId} made withdrawal {withdrawal.WithdrawalNo} and is told {answer} now");
            }
            else if (answer.Code is "INSUFFICIENT_FUNDS" or "LIMIT_EXCEEDED")
            {
                // Refused, but another send of it may get the money that comes in a moment later.
                if (isAlone || withdrawal.Unanswered == 0)
                {
                    rain.Withdrawals.Remove(withdrawal);
                }

                return;
            }
        }

        if (!answer.IsOk)
        {
            Expect(answer, "withdraw");
        }
    }

    private T Any<T>(List<T> items) => items[random.Next(items.Count)];

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", null);

    private void Expect(Answer answer, string step)
    {
        if (answer.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
        {
            world.Fault($"{step} answered {(int)answer.Status} {answer.Body}");
        }
    }
}
