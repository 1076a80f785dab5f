using Hongbao.Contracts;
using Hongbao.Foundation.Stores;

namespace Hongbao.Query.Tests;

public sealed class SqliteClaimTests() : ClaimTests(SqlDialect.Sqlite);

public sealed class PostgresClaimTests() : ClaimTests(SqlDialect.Postgres);

public abstract class ClaimTests(SqlDialect dialect)
{
    [Theory]
    [InlineData(ClaimStatus.Claimed, OrderStatus.None, ClaimStatus.Claimed)]
    [InlineData(ClaimStatus.Claimed, OrderStatus.Pending, ClaimStatus.Transferring)]
    // Ended at Async, but not committed by Core yet.
    [InlineData(ClaimStatus.Claimed, OrderStatus.Succeeded, ClaimStatus.Transferring)]
    [InlineData(ClaimStatus.Claimed, OrderStatus.Failed, ClaimStatus.Transferring)]
    [InlineData(ClaimStatus.Transferred, OrderStatus.Succeeded, ClaimStatus.Transferred)]
    [InlineData(ClaimStatus.Failed, OrderStatus.Failed, ClaimStatus.Failed)]
    public async Task A_claims_status_is_cores_and_transferring_while_async_has_an_order(ClaimStatus core, OrderStatus transfer, ClaimStatus shown)
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(2001, 10) { State = core }, new(2002, 20)] });
        if (transfer != OrderStatus.None)
        {
            await query.Plants.TransferAsync(packet.Claims[0], transfer);
        }

        await query.RepairAsync();

        Assert.Equal(shown, (await query.DetailAsync(2001, packet)).Packet.MyClaim.Status);
        Assert.Equal([shown, ClaimStatus.Claimed], (await query.ClaimsAsync(2001, packet)).Items.Select(i => i.Claim.Status));
        Assert.Equal(shown,
            (await query.Query.GetClaimAsync(QueryHarness.As(2001), new ClaimByNoRequest { ClaimNo = packet.Claims[0].ClaimNo }, default)).Claim.Status);
        Assert.Equal(shown,
            (await query.Query.ListReceivedAsync(QueryHarness.As(2001), new PageRequest { Limit = 10 }, default)).Items.Single().Claim.Status);
    }

    [Fact]
    public async Task A_claim_is_for_its_claimer_and_the_packets_sender()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        var packet = await query.Plants.PacketAsync(new PacketPlan { Claims = [new(2001, 10), new(2002, 20)] });
        var request = new ClaimByNoRequest { ClaimNo = packet.Claims[0].ClaimNo };

        foreach (var uid in new long[] { 2001, 1001 })
        {
            Assert.Equal(
                new ClaimView { ClaimNo = request.ClaimNo, PacketNo = packet.PacketNo, Uid = 2001, Seq = 1, Amount = 10, Status = ClaimStatus.Claimed, ClaimedAtMs = Plants.NowMs },
                (await query.Query.GetClaimAsync(QueryHarness.As(uid), request, default)).Claim);
        }

        foreach (var uid in new long[] { 2002, 3001, 0 })
        {
            var refused = await query.Query.GetClaimAsync(QueryHarness.As(uid), request, default);
            Assert.Equal((ResultCode.NotFound, 0L), (refused.Result.Code, refused.Claim.ClaimNo));
        }

        Assert.Equal(ResultCode.NotFound, (await query.Query.GetClaimAsync(QueryHarness.As(2001), new ClaimByNoRequest { ClaimNo = 99 }, default)).Result.Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public async Task Claims_page_in_order_of_seq_with_names_asked_for_once_a_page(int limit)
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        query.HostApp.Name(2003, "Mei");
        var packet = await query.Plants.PacketAsync(new PacketPlan { Amount = 100_000, Count = 250, Claims = [.. Enumerable.Range(1, 249).Select(i => new ClaimPlan(2000 + i, i))] });

        var items = new List<ClaimListItem>();
        var pages = 0;
        for (var cursor = ""; pages == 0 || cursor.Length > 0; pages++)
        {
            var page = await query.ClaimsAsync(3001, packet, cursor, limit);
            items.AddRange(page.Items);
            cursor = page.Next;
        }

        Assert.Equal(Enumerable.Range(1, 249), items.Select(i => i.Claim.Seq));
        Assert.Equal(packet.Claims.Select(c => (c.ClaimNo, c.Uid, c.Amount)), items.Select(i => (i.Claim.ClaimNo, i.Claim.Uid, i.Claim.Amount)));
        Assert.Equal((249 + limit - 1) / limit, pages);
        Assert.Equal(pages, query.HostApp.ProfileAsks.Count);
        Assert.Equal(("Mei", "/avatars/2003.svg"), (items[2].Name, items[2].Avatar));
        Assert.Equal(("", ""), (items[3].Name, items[3].Avatar));
        Assert.DoesNotContain(items, i => i.Luckiest);
    }

    [Fact]
    public async Task The_luckiest_is_the_earliest_greatest_share_of_an_exhausted_packet_on_whichever_page()
    {
        await using var query = await QueryHarness.StartAsync(dialect);
        List<ClaimPlan> Claims() => [new(2001, 20), new(2002, 30), new(2003, 10), new(2004, 30)];
        var exhausted = await query.Plants.PacketAsync(new PacketPlan { State = PacketStatus.Exhausted, Amount = 90, Count = 4, Claims = Claims() });
        var active = await query.Plants.PacketAsync(new PacketPlan { Amount = 100, Count = 5, Claims = Claims() });
        var refunded = await query.Plants.PacketAsync(new PacketPlan { State = PacketStatus.Refunded, Amount = 100, Count = 5, Claims = Claims() });

        var first = await query.ClaimsAsync(3001, exhausted, limit: 1);
        var second = await query.ClaimsAsync(3001, exhausted, first.Next, limit: 3);

        Assert.Equal([false, true, false, false], first.Items.Concat(second.Items).Select(i => i.Luckiest));
        Assert.Equal("", second.Next);
        Assert.DoesNotContain((await query.ClaimsAsync(3001, active)).Items, i => i.Luckiest);
        Assert.DoesNotContain((await query.ClaimsAsync(3001, refunded)).Items, i => i.Luckiest);
    }
}
