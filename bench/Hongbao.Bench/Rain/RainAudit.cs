using Hongbao.Bench.Http.Loading;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;

namespace Hongbao.Bench.Rain;

/// <summary>What Campaign's tables hold, all campaigns together. Amounts are minor units.</summary>
internal sealed record RainBooks
{
    /// <summary>Recorded wins.</summary>
    public required WinTotals Wins { get; init; }

    /// <summary>Wins in messages that wait.</summary>
    public required WinTotals Messages { get; init; }

    /// <summary>Users with an outcome, won or lost; and rows of outcomes, which must be as many.</summary>
    public required long Users { get; init; }
    public required long Rows { get; init; }

    /// <summary>Issued of chunks, and what chunks have.</summary>
    public required long Issued { get; init; }
    public required long Sizes { get; init; }

    /// <summary>Chunks that somebody may still issue of.</summary>
    public required long OpenChunks { get; init; }

    /// <summary>What pools gave to chunks, and all that they had.</summary>
    public required long Allocated { get; init; }
    public required long Planned { get; init; }

    /// <summary>What does not add up; nothing when all is well.</summary>
    public List<string> Faults()
    {
        var faults = new List<string>();
        Expect(faults, "amount of wins and issued of chunks", Wins.Amount, Issued);
        Expect(faults, "what chunks have and what pools gave", Sizes, Allocated);
        Expect(faults, "users with an outcome, and outcomes", Users, Rows);
        if (Wins.Amount > Planned)
        {
            faults.Add($"{Wins.Amount} was won of {Planned}");
        }

        if (Messages != Wins)
        {
            faults.Add($"messages tell of {Messages.Count} wins of {Messages.Amount}, recorded are {Wins.Count} of {Wins.Amount}; or they are not the same");
        }

        return faults;
    }

    private static void Expect(List<string> faults, string what, long one, long other)
    {
        if (one != other)
        {
            faults.Add($"{what}: {one} and {other}");
        }
    }
}

/// <summary>Reads Campaign's tables.</summary>
internal static class RainAudit
{
    private const int WinsPage = 20_000;
    private const int MessagesPage = 200;

    private sealed class WinRow
    {
        public long WinNo { get; init; }
        public long CampaignId { get; init; }
        public long Uid { get; init; }
        public long Amount { get; init; }
    }

    private sealed class MessageRow
    {
        public long Id { get; init; }
        public byte[] Payload { get; init; } = [];
    }

    private sealed class SumRow
    {
        public long Users { get; init; }
        public long Rows { get; init; }
        public long Issued { get; init; }
        public long Sizes { get; init; }
        public long OpenChunks { get; init; }
        public long Allocated { get; init; }
        public long Planned { get; init; }
    }

    /// <summary>Reads everything.</summary>
    /// <param name="store">Campaign's.</param>
    /// <param name="win">Called with campaign, uid and amount of each recorded win.</param>
    public static async Task<RainBooks> ReadAsync(IReadStore store, Action<long, long, long>? win = null)
    {
        await using var session = await store.ReadAsync(default);
        var wins = new WinTotals();
        for (var after = 0L; ;)
        {
            var rows = await session.QueryAsync<WinRow>(
                "select win_no, campaign_id, uid, amount from draws where win_no > @after order by win_no limit @WinsPage", new { after, WinsPage });
            foreach (var row in rows)
            {
                wins.Add(row.CampaignId, row.Uid, row.Amount);
                win?.Invoke(row.CampaignId, row.Uid, row.Amount);
            }

            if (rows.Count < WinsPage)
            {
                break;
            }

            after = rows[^1].WinNo;
        }

        var messages = await ReadMessagesAsync(session);
        var sums = (await session.FirstAsync<SumRow>("""
            select (select count(*) from (select distinct campaign_id, round, uid from draws) d) as users,
              (select count(*) from draws) as rows,
              (select cast(coalesce(sum(issued), 0) as bigint) from chunks) as issued,
              (select cast(coalesce(sum(size), 0) as bigint) from chunks) as sizes,
              (select count(*) from chunks where state = 1) as open_chunks,
              (select cast(coalesce(sum(allocated), 0) as bigint) from pools) as allocated,
              (select cast(coalesce(sum(planned), 0) as bigint) from pools) as planned
            """))!;
        return new RainBooks
        {
            Wins = wins,
            Messages = messages,
            Users = sums.Users,
            Rows = sums.Rows,
            Issued = sums.Issued,
            Sizes = sums.Sizes,
            OpenChunks = sums.OpenChunks,
            Allocated = sums.Allocated,
            Planned = sums.Planned,
        };
    }

    private static async Task<WinTotals> ReadMessagesAsync(StoreSession session)
    {
        var messages = new WinTotals();
        for (var after = 0L; ;)
        {
            var rows = await session.QueryAsync<MessageRow>(
                "select id, payload from outbox where id > @after and topic = @topic order by id limit @MessagesPage", new { after, topic = Topics.SubsidiesIssued, MessagesPage });
            foreach (var item in rows.SelectMany(r => JceSerializer.Read<SubsidiesIssued>(r.Payload).Items))
            {
                messages.Add(item.CampaignId, item.Uid, item.Amount);
            }

            if (rows.Count < MessagesPage)
            {
                return messages;
            }

            after = rows[^1].Id;
        }
    }
}
