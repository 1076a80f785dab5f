using System.Text.Json;
using Hongbao.Foundation.Stores;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>Counts every cent of campaigns, from outside and then in the tables of the stopped server.</summary>
internal sealed class RainAudit(World world, Rain rain, Api api, RainClient client)
{
    // One that was never acknowledged as held may be held a moment later.
    private static readonly TimeSpan UnclearFor = TimeSpan.FromSeconds(5);
    private readonly DateTimeOffset _since = TimeProvider.System.GetUtcNow();
    private long _funded;

    /// <summary>Paid out of users' reward balances.</summary>
    public long Withdrawn { get; private set; }

    /// <summary>What is waited for; null once all campaigns' books are closed and all withdrawals have their end.</summary>
    public async Task<string?> WaitsForAsync()
    {
        if (!client.IsSettled)
        {
            return $"answers: {rain.OpenUses.Count} uses, {rain.Withdrawals.Count(static w => w.WithdrawalNo is null)} withdrawals, {rain.Campaigns.Sum(static c => c.Unanswered.Count)} draws";
        }

        foreach (var campaign in rain.Campaigns.Where(static c => c.CampaignId is not null))
        {
            var report = await ReportAsync(campaign);
            var isDraft = report.GetProperty("status").GetString() == "DRAFT";
            if (isDraft ? TimeProvider.System.GetUtcNow() - _since < UnclearFor : !report.GetProperty("closed").GetBoolean())
            {
                return $"campaign {campaign.CampaignId}: {report}";
            }
        }

        foreach (var withdrawal in rain.Withdrawals)
        {
            if (await StatusAsync(withdrawal) == "PENDING")
            {
                return $"withdrawal {withdrawal.WithdrawalNo}";
            }
        }

        return null;
    }

    /// <summary>Everything that is wrong as operators and users see it.</summary>
    public async Task<List<string>> FromOutsideAsync()
    {
        var faults = new List<string>();
        void Require(bool isTrue, string otherwise)
        {
            if (!isTrue)
            {
                faults.Add(otherwise);
            }
        }

        foreach (var campaign in rain.Campaigns.Where(static c => c.CampaignId is not null))
        {
            var report = await ReportAsync(campaign);
            var total = report.GetProperty("total");
            long Of(string field) => (total.TryGetProperty(field, out var value) ? value : report.GetProperty(field)).GetInt64();
            foreach (var fault in report.GetProperty("faults").EnumerateArray())
            {
                faults.Add($"campaign {campaign.CampaignId}: {fault.GetString()}");
            }

            var won = rain.Wins.FindAll(w => w.CampaignId == campaign.CampaignId);
            var packets = won.SelectMany(static w => w.Uses).Where(static u => u.PacketNo is not null).ToList();
            var used = packets.Sum(static p => p.Amount);
            Require(Of("issuedAmount") <= report.GetProperty("budget").GetInt64(), $"campaign {campaign.CampaignId} gave more than its budget: {report}");
            Require((Of("issuedCount"), Of("issuedAmount")) == (won.Count, won.Sum(static w => w.Amount)), $"users were told {won.Count} wins of {won.Sum(static w => w.Amount)}: {report}");
            Require((Of("storedCount"), Of("storedAmount")) == (Of("issuedCount"), Of("issuedAmount")), $"not every win of campaign {campaign.CampaignId} is a subsidy: {report}");
            Require((Of("usedCount"), Of("usedAmount")) == (packets.Count, used) && Of("fundedAmount") == used, $"{packets.Count} packets of {used} were made: {report}");
            Require(Of("usedAmount") + Of("expiredAmount") == Of("storedAmount") && Of("claimedAmount") + Of("returnedAmount") == Of("usedAmount"), $"its sums differ: {report}");
            Require(Of("heldNowAmount") == 0 && Of("heldAmount") == Of("releasedAmount") + Of("claimedAmount"), $"money of campaign {campaign.CampaignId} is missing: {report}");
            _funded += Of("claimedAmount");
        }

        foreach (var withdrawal in rain.Withdrawals)
        {
            Withdrawn += await StatusAsync(withdrawal) == "SUCCEEDED" ? withdrawal.Amount : 0;
        }

        foreach (var ofUser in rain.Wins.Where(static w => !w.IsForged).GroupBy(static w => w.Uid))
        {
            var list = (await api.GetAsync("/api/v1/me/subsidies", ofUser.Key)).Body.GetProperty("items").EnumerateArray()
                .Select(static i => (i.GetProperty("campaignId").GetString()!, i.GetProperty("amount").GetInt64(), PacketOf(i))).Order().ToList();
            var told = ofUser.Select(static w => (w.CampaignId, w.Amount, w.Uses.Find(static u => u.PacketNo is not null)?.PacketNo ?? "")).Order().ToList();
            list.RemoveAll(static i => i.Item1 == $"{Rain.ForgedCampaign}");
            Require(list.SequenceEqual(told), $"user {ofUser.Key} was told the wins {string.Join(", ", told)} and sees {string.Join(", ", list)}");
        }

        return faults;
    }

    /// <summary>What users got from campaigns, by the campaigns' books.</summary>
    public long Claimed => _funded;

    public string Summary => $"{rain.Campaigns.Count} campaigns, {rain.Wins.Count} wins, {rain.Used} used, {rain.Refused} uses refused, "
        + $"{world.Packets.Count(static p => p.Win is { IsForged: true })} forged, {rain.Withdrawals.Count} withdrawals; funded and claimed {_funded}, withdrawn {Withdrawn}";

    /// <summary>Everything that is wrong in the tables of the stopped server.</summary>
    public static async Task<List<string>> InTablesAsync(TestDatabase database)
    {
        var faults = new List<string>();
        var (core, async, campaign) = (database.Open("core"), database.Open("async"), database.Open("campaign"));
        Same("wins and subsidies",
            await TextsAsync(campaign, "select campaign_id || '.' || round || '.' || uid || ' of ' || amount || ' until ' || expires_at from draws where amount > 0"),
            await TextsAsync(core, $"select external_no || ' of ' || amount || ' until ' || expires_at from subsidies where campaign_id <> {Rain.ForgedCampaign}"));
        Same("used subsidies and packets",
            await TextsAsync(core, "select subsidy_no || ' ' || packet_no || ' ' || amount || ' ' || uid from subsidies where state = 3"),
            await TextsAsync(core, "select subsidy_no || ' ' || packet_no || ' ' || amount || ' ' || sender_uid from packets where kind = 2"));
        Same("packets of genuine wins and fundings that succeeded",
            await TextsAsync(core, $"select packet_no || ' ' || amount from packets where kind = 2 and campaign_id <> {Rain.ForgedCampaign}"),
            await TextsAsync(async, "select packet_no || ' ' || amount from fundings where state = 2"));
        Same("packets of forged wins and fundings that failed",
            await TextsAsync(core, $"select packet_no || ' ' || amount from packets where campaign_id = {Rain.ForgedCampaign}"),
            await TextsAsync(async, "select packet_no || ' ' || amount from fundings where state = 3"));
        Same("withdrawals and payouts",
            await TextsAsync(core, "select withdrawal_no || ' ' || amount || ' ' || uid || ' ' || state from withdrawals"),
            await TextsAsync(async, "select withdrawal_no || ' ' || amount || ' ' || uid || ' ' || state from payouts"));
        None("subsidies without an end", await TextsAsync(core, "select subsidy_no || ' in ' || state from subsidies where state not in (3, 4)"));
        None("external numbers without a subsidy", await TextsAsync(core, "select external_no from subsidy_numbers where subsidy_no not in (select subsidy_no from subsidies)"));
        None("withdrawals without an end", await TextsAsync(core, "select withdrawal_no || '' from withdrawals where state not in (2, 3)"));
        None("credits without an end", await TextsAsync(core, "select claim_no || '' from reward_credits"));
        None("transfers that wait for money", await TextsAsync(async, "select transfer_no || '' from awaiting_funding"));
        None("budget orders without an end", await TextsAsync(campaign, "select order_no || '' from budget_orders where state = 1"));
        None("open chunks of campaigns that are over", await TextsAsync(campaign, "select holder from chunks where state = 1"));
        None("pools that have not what their chunks have", await TextsAsync(campaign, """
            select p.campaign_id || '.' || p.round || '.' || p.prize || ' gave ' || p.allocated from pools p
            where p.allocated <> (select coalesce(sum(c.size), 0) from chunks c where c.campaign_id = p.campaign_id and c.round = p.round and c.prize = p.prize)
            """));
        None("pools whose chunks did not issue what was won", await TextsAsync(campaign, """
            select p.campaign_id || '.' || p.round || '.' || p.prize from pools p
            where (select coalesce(sum(c.issued), 0) from chunks c where c.campaign_id = p.campaign_id and c.round = p.round and c.prize = p.prize)
              <> (select coalesce(sum(d.amount), 0) from draws d where d.campaign_id = p.campaign_id and d.round = p.round and d.prize = p.prize)
            """));
        None("users who won more often than they may", await TextsAsync(campaign, """
            select d.uid || ' in ' || d.campaign_id from draws d join campaigns c on c.campaign_id = d.campaign_id
            where d.amount > 0 group by d.uid, d.campaign_id, c.per_user_limit having count(*) > c.per_user_limit
            """));
        None("dead messages of campaign", await TextsAsync(campaign, "select topic from outbox where state = 1"));
        return faults;

        void None(string what, string[] found)
        {
            if (found.Length > 0)
            {
                faults.Add($"{what}: {string.Join(", ", found)}");
            }
        }

        void Same(string what, string[] one, string[] other)
        {
            if (!one.Order(StringComparer.Ordinal).SequenceEqual(other.Order(StringComparer.Ordinal)))
            {
                faults.Add($"{what} differ: {string.Join(", ", one.Except(other))} against {string.Join(", ", other.Except(one))}");
            }
        }
    }

    private static async Task<string[]> TextsAsync(IStore store, string sql)
    {
        await using var session = await store.ReadAsync(default);
        return [.. await session.QueryAsync<string>(sql, null, default)];
    }

    private static string PacketOf(JsonElement item) => item.TryGetProperty("packetNo", out var packetNo) ? packetNo.GetString() ?? "" : "";

    private async Task<JsonElement> ReportAsync(RainCampaign campaign)
    {
        var answer = await api.SendAsync(HttpMethod.Get, $"/ops/v1/campaigns/{campaign.CampaignId}/report", 1, role: "operator");
        return answer.IsOk ? answer.Body : throw new HttpRequestException($"no report: {answer}");
    }

    private async Task<string> StatusAsync(Withdrawal withdrawal) =>
        (await api.GetAsync($"/api/v1/me/withdrawals/{withdrawal.WithdrawalNo}", withdrawal.Uid)).Text("status");
}
