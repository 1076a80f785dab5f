using Hongbao.Bench.Contenders;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hongbao.Bench.Chain;

/// <summary>Active packets in Core's tables and their money in finance's books, as paying them one by one would have left them.</summary>
internal static class ChainPackets
{
    private const int Piece = 2000;

    private static readonly string[] Pay =
    [
        """
        insert into payments (app, pay_order_no, packet_no, uid, amount, currency, subject, status, intent, process_at, visible_at, created_at, paid_at, refunded)
        select 'default', no, no, @sender, @amount, 'CNY', 'Red packet', 2, 0, 0, now_ms(), now_ms(), now_ms(), 0 from unnest(@nos::bigint[]) as t(no)
        """,
        "insert into transactions (app, kind, business_no, at) select 'default', 'payment', no, now_ms() from unnest(@nos::bigint[]) as t(no)",
        """
        insert into accounts (app, account, currency, kind, may_be_negative, balance)
        select 'default', 'escrow:' || no, 'CNY', 'escrow', false, @amount from unnest(@nos::bigint[]) as t(no)
        """,
        """
        insert into entries (app, kind, business_no, account, currency, amount, balance_after, packet_no, at)
        select 'default', 'payment', no, 'escrow:' || no, 'CNY', @amount, @amount, no, now_ms() from unnest(@nos::bigint[]) as t(no)
        """,
        """
        insert into entries (app, kind, business_no, account, currency, amount, balance_after, packet_no, at)
        select 'default', 'payment', no, 'outside:' || no % 16, 'CNY', -@amount,
          coalesce((select balance from accounts where app = 'default' and account = 'outside:' || no % 16 and currency = 'CNY'), 0)
            - @amount * row_number() over (partition by no % 16 order by no), no, now_ms()
        from unnest(@nos::bigint[]) as t(no) order by no
        """,
        """
        insert into accounts (app, account, currency, kind, may_be_negative, balance)
        select 'default', 'outside:' || no % 16, 'CNY', 'outside', true, -@amount * count(*) from unnest(@nos::bigint[]) as t(no) group by no % 16
        on conflict (app, account, currency) do update set balance = accounts.balance + excluded.balance
        """,
    ];

    /// <summary>The numbers of new packets with so many shares each.</summary>
    public static async Task<long[]> AddAsync(StoreCatalog stores, int packets, int shares)
    {
        var core = stores.Open("core");
        var numbers = new NumberMinter("packet", core, TimeProvider.System, new SecureRandomSource(), NullLogger.Instance);
        await numbers.StartAsync(default);
        var slot = Number.SlotOf(PacketRows.Sender);
        long[] nos = [.. Enumerable.Range(0, packets).Select(_ => numbers.Mint(slot))];
        await PacketRows.AddAsync(core, slot, nos, [.. Enumerable.Repeat(shares, packets)]);
        foreach (var piece in nos.Chunk(Piece))
        {
            await using var session = await stores.Open("finance").WriteAsync(default);
            foreach (var statement in Pay)
            {
                await session.ExecuteAsync(statement, new { nos = piece, sender = PacketRows.Sender, amount = shares * PacketRows.Mean });
            }

            await session.CommitAsync();
        }

        await numbers.StopAsync(default);
        return nos;
    }
}
