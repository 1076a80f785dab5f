using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Query.Lists;

namespace Hongbao.Query.Tests;

/// <summary>Parameters that lists do not accept are named; none reaches a database.</summary>
public sealed class PagingTests
{
    public static TheoryData<string> BadCursors =>
    [
        "x", "====", new string('A', 24), "  ", new string('9', 400), "中文", "AQE", Cursor.Write(CursorKind.Claims, -1), Cursor.Write(CursorKind.Sent, 1, -1),
        Cursor.Write(CursorKind.Feed, 5) + "A", Cursor.Write(CursorKind.Feed, 5)[..23], "=" + Cursor.Write(CursorKind.Feed, 5)[1..],
    ];

    [Theory]
    [MemberData(nameof(BadCursors))]
    public async Task A_cursor_that_no_page_gave_is_refused_by_name(string cursor)
    {
        await using var query = await QueryHarness.StartAsync(SqlDialect.Sqlite);
        var packet = await query.Plants.PacketAsync(new PacketPlan());
        var request = new PageRequest { PacketNo = packet.PacketNo, Limit = 10, Cursor = cursor };

        Assert.All(await ListAllAsync(query, request), r => Assert.Equal("cursor", Named(r)));
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        await using var query = await QueryHarness.StartAsync(SqlDialect.Sqlite);
        var packet = await query.Plants.PacketAsync(new PacketPlan());

        foreach (var kind in Enum.GetValues<CursorKind>())
        {
            var results = await ListAllAsync(query, new PageRequest { PacketNo = packet.PacketNo, Limit = 10, Cursor = Cursor.Write(kind, 5, 5) });

            Assert.Single(results, r => r.IsOk());
            Assert.Equal(4, results.Count(r => Named(r) == "cursor"));
        }
    }

    [Fact]
    public void A_cursor_reads_back_what_was_written()
    {
        foreach (var value in new[] { 0, 1, 255, 256, long.MaxValue })
        {
            Assert.True(Cursor.TryRead(Cursor.Write(CursorKind.Received, value, long.MaxValue - value), CursorKind.Received, out var first, out var second));
            Assert.Equal((value, long.MaxValue - value), (first, second));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(101)]
    public async Task A_limit_that_is_not_accepted_is_named(int limit)
    {
        await using var query = await QueryHarness.StartAsync(SqlDialect.Sqlite);
        var packet = await query.Plants.PacketAsync(new PacketPlan());

        Assert.All(await ListAllAsync(query, new PageRequest { PacketNo = packet.PacketNo, Limit = limit }), r => Assert.Equal("limit", Named(r)));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(9999)]
    [InlineData(int.MaxValue)]
    public async Task A_year_that_the_calendar_cannot_count_is_named(int year)
    {
        await using var query = await QueryHarness.StartAsync(SqlDialect.Sqlite);
        var request = new PageRequest { Year = year, Limit = 10 };

        Assert.Equal("year", Named((await query.Query.ListSentAsync(QueryHarness.As(1), request, default)).Result));
        Assert.Equal("year", Named((await query.Query.ListReceivedAsync(QueryHarness.As(1), request, default)).Result));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(9998)]
    public async Task The_first_and_the_last_year_that_the_calendar_can_count_are_empty(int year)
    {
        foreach (var dialect in Enum.GetValues<SqlDialect>())
        {
            await using var query = await QueryHarness.StartAsync(dialect);
            await query.Plants.PacketAsync(new PacketPlan());
            var request = new PageRequest { Year = year, Limit = 10 };

            var sent = await query.Query.ListSentAsync(QueryHarness.As(1001), request, default);
            var received = await query.Query.ListReceivedAsync(QueryHarness.As(1001), request, default);

            Assert.Equal((ResultCode.Ok, 0, 0L), (sent.Result.Code, sent.Items.Count, sent.TotalCount));
            Assert.Equal((ResultCode.Ok, 0, 0L), (received.Result.Code, received.Items.Count, received.TotalCount));
        }
    }

    private static async Task<List<Result>> ListAllAsync(QueryHarness query, PageRequest request) =>
    [
        (await query.Query.ListClaimsAsync(QueryHarness.As(1001), request, default)).Result,
        (await query.Query.ListPacketsAsync(QueryHarness.As(1001), request, default)).Result,
        (await query.Query.ListPacketsAsync(QueryHarness.As(1001), request with { ContentId = "v" }, default)).Result,
        (await query.Query.ListSentAsync(QueryHarness.As(1001), request, default)).Result,
        (await query.Query.ListReceivedAsync(QueryHarness.As(1001), request, default)).Result,
    ];

    private static string Named(Result result) =>
        result.Code == ResultCode.ValidationFailed ? Assert.Single(result.Faults).Field : result.Code.ToString();
}
