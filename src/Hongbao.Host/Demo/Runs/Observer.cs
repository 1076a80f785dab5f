using Hongbao.Contracts;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Draws;

namespace Hongbao.Host.Demo.Runs;

/// <summary>Reads packets, claims, wallets and totals through the server's doors, with the tokens of those whom they concern.</summary>
internal sealed class Observer(DemoScene scene)
{
    private const int PageSize = 100;

    /// <summary>A user's balance and totals of the present year.</summary>
    public async Task<Balances> ReadBalancesAsync(long uid, CancellationToken cancellationToken)
    {
        var token = scene.Tokens[uid];
        var wallet = await ReadWalletAsync(uid, cancellationToken);
        var sent = (await GetAsync("api/v1/me/packets/sent?limit=1", token, cancellationToken)).Read<TotalsPageShape>().Totals;
        var received = await ReadReceivedAsync(uid, cancellationToken);
        return new Balances(wallet.Change, sent.Count, sent.Amount, received.Count, received.Amount);
    }

    /// <summary>What a user received this year.</summary>
    public async Task<TotalsShape> ReadReceivedAsync(long uid, CancellationToken cancellationToken) =>
        (await GetAsync("api/v1/me/packets/received?limit=1", scene.Tokens[uid], cancellationToken)).Read<TotalsPageShape>().Totals;

    /// <summary>Number of the newest line of a user's statement; 0 when it is empty.</summary>
    public async Task<long> ReadNewestEntryAsync(long uid, CancellationToken cancellationToken) =>
        (await GetAsync("api/v1/me/wallet/entries?limit=1", scene.Tokens[uid], cancellationToken)).Read<PageShape<EntryShape>>().Items.FirstOrDefault()?.EntryNo ?? 0;

    /// <summary>A user's balances.</summary>
    public async Task<WalletShape> ReadWalletAsync(long uid, CancellationToken cancellationToken) => (await GetAsync("api/v1/me/wallet", scene.Tokens[uid], cancellationToken)).Read<WalletShape>();

    /// <summary>The lines of a statement since a number, newest first, by balance: change or reward.</summary>
    /// <param name="token">The user's.</param>
    /// <param name="isNew">False from the first line on that is of no interest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ILookup<string, StatementEntry>> ReadEntriesAsync(string token, Func<EntryShape, bool> isNew, CancellationToken cancellationToken)
    {
        var entries = new List<EntryShape>();
        string? cursor = null;
        do
        {
            var page = (await GetAsync($"api/v1/me/wallet/entries?limit={PageSize}{CursorOf(cursor)}", token, cancellationToken)).Read<PageShape<EntryShape>>();
            var fresh = page.Items.TakeWhile(isNew).ToArray();
            entries.AddRange(fresh);
            cursor = fresh.Length == page.Items.Count ? page.Next : null;
        }
        while (cursor is not null);
        return entries.ToLookup(e => e.Account, e => new StatementEntry(e.EntryNo, e.Kind, e.Amount, e.Balance, e.PacketNo));
    }

    /// <summary>Finance's sums, and the faults that it finds itself.</summary>
    /// <param name="adminToken">An admin's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DemoStoppedException">They cannot be read.</exception>
    public async Task<LedgerShape> ReadLedgerAsync(string adminToken, CancellationToken cancellationToken)
    {
        var answer = await scene.Client.GetAsync("ops/v1/finance/ledger", adminToken, cancellationToken);
        return answer.IsOk ? answer.Read<LedgerShape>() : throw new DemoStoppedException(
            $"The ledger of finance at {scene.Client.Url}ops/v1/finance/ledger cannot be read ({answer.Summary}); the demo needs the reference finance.");
    }

    /// <summary>A user's subsidies of a campaign; null when the campaign's part is missing just now.</summary>
    public async Task<IReadOnlyList<SeenSubsidy>?> ReadSubsidiesAsync(long uid, long campaignId, CancellationToken cancellationToken)
    {
        var list = (await GetAsync("api/v1/me/subsidies", scene.Tokens[uid], cancellationToken)).Read<SubsidiesShape>();
        return list.Degraded.Count > 0 ? null : list.Items.FindAll(s => s.CampaignId == campaignId);
    }

    /// <summary>A withdrawal as it stands now.</summary>
    public async Task<WithdrawalShape> ReadWithdrawalAsync(long uid, long withdrawalNo, CancellationToken cancellationToken) =>
        (await GetAsync($"api/v1/me/withdrawals/{withdrawalNo}", scene.Tokens[uid], cancellationToken)).Read<WithdrawalShape>();

    /// <summary>A packet as it stands now, with its claims unless it is too early to look closer.</summary>
    /// <param name="sent">The packet.</param>
    /// <param name="known">As it was seen before: claims that were final are not asked for again.</param>
    /// <param name="isLastLook">Looks closely in any case, at its draw too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PacketFacts> ReadPacketAsync(SentPacket sent, PacketFacts? known, bool isLastLook, CancellationToken cancellationToken)
    {
        var token = scene.Tokens[sent.Plan.Sender];
        var facts = new PacketFacts { Plan = sent.Plan, PacketNo = sent.PacketNo, SeedHash = sent.SeedHash, ContentId = sent.ContentId, IsPaid = sent.IsPaid };
        var answer = await scene.Client.GetAsync($"api/v1/packets/{sent.PacketNo}", token, cancellationToken);
        if (!answer.IsOk)
        {
            return facts;
        }

        var seen = answer.Read<PacketShape>().ToSeen();
        facts = facts with { Seen = seen };
        if (!isLastLook && sent.IsPaid && !seen.IsFinal)
        {
            return facts;
        }

        facts = facts with { Claims = await ReadClaimsAsync(sent.PacketNo, token, known?.Claims ?? [], cancellationToken) };
        if (!isLastLook)
        {
            return facts;
        }

        var draw = await scene.Client.GetAsync($"api/v1/packets/{sent.PacketNo}/draw", null, cancellationToken);
        return draw.IsOk ? facts with { Draw = draw.Read<ShownDraw>() } : facts;
    }

    private async Task<IReadOnlyList<SeenClaim>> ReadClaimsAsync(long packetNo, string token, IReadOnlyList<SeenClaim> known, CancellationToken cancellationToken)
    {
        var final = known.Where(c => c.IsFinal).DistinctBy(c => c.ClaimNo).ToDictionary(c => c.ClaimNo, c => c.Status);
        var rows = await ReadClaimRowsAsync(packetNo, token, cancellationToken);
        return await Task.WhenAll(rows.Select(async row => new SeenClaim
        {
            ClaimNo = row.ClaimNo,
            Seq = row.Seq,
            Uid = row.Uid,
            Amount = row.Amount,
            Luckiest = row.Luckiest,
            Status = final.TryGetValue(row.ClaimNo, out var status)
                ? status
                : (await GetAsync($"api/v1/claims/{row.ClaimNo}", token, cancellationToken)).Read<ClaimShape>().Status,
        }));
    }

    private async Task<List<ClaimRowShape>> ReadClaimRowsAsync(long packetNo, string token, CancellationToken cancellationToken)
    {
        var rows = new List<ClaimRowShape>();
        string? cursor = null;
        do
        {
            var page = (await GetAsync($"api/v1/packets/{packetNo}/claims?limit={PageSize}{CursorOf(cursor)}", token, cancellationToken)).Read<PageShape<ClaimRowShape>>();
            rows.AddRange(page.Items);
            cursor = page.Next;
        }
        while (cursor is not null);
        return rows;
    }

    private async Task<ApiAnswer> GetAsync(string path, string token, CancellationToken cancellationToken)
    {
        var answer = await scene.Client.GetAsync(path, token, cancellationToken);
        return answer.IsOk ? answer : throw new DemoStoppedException($"GET {path} answered {answer.Summary}.");
    }

    private static string CursorOf(string? cursor) => cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
}
