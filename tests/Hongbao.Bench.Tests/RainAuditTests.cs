using Hongbao.Bench.Rain;
using Hongbao.Campaign;
using Hongbao.Contracts;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;

namespace Hongbao.Bench.Tests;

public sealed class RainAuditTests : IAsyncLifetime
{
    private const long CampaignId = 9001;
    private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-bench-").FullName;
    private SqliteStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = new SqliteStore("campaign", Path.Combine(_folder, "campaign.db"), TimeProvider.System);
        await _store.MigrateAsync(MigrationSet.FromAssembly(typeof(CampaignModule).Assembly), default);
        await using var session = await _store.WriteAsync(default);
        await session.ExecuteAsync("insert into pools (campaign_id, round, prize, planned, allocated) values (@CampaignId, 1, 0, 100, 63)", new { CampaignId });
        await session.ExecuteAsync("""
            insert into chunks (campaign_id, round, prize, holder, epoch, state, size, issued, closes_at, lease_until)
            values (@CampaignId, 1, 0, 'a', 2, 2, 30, 30, 9, 9), (@CampaignId, 1, 0, 'b', 1, 1, 33, 3, 9, 9)
            """, new { CampaignId });
        await session.ExecuteAsync("""
            insert into draws (uid, campaign_id, round, slot, app, amount, prize, win_no, nth, key_id, drawn_at, expires_at)
            values (1001, @CampaignId, 1, 1, 'default', 11, 0, 501, 0, 'k', 1, 9), (1002, @CampaignId, 1, 1, 'default', 22, 0, 502, 0, 'k', 1, 9),
              (1003, @CampaignId, 1, 1, 'default', 0, 0, null, 0, null, 1, null)
            """, new { CampaignId });
        var wins = new SubsidiesIssued { Items = [Win(1001, 11), Win(1002, 22)] };
        await session.ExecuteAsync("insert into outbox (slot, topic, context, payload, created_at, visible_at) values (1, @topic, x'', @payload, 1, 1)",
            new { topic = Topics.SubsidiesIssued, payload = JceSerializer.ToBytes(wins) });
        await session.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Books_that_add_up_have_no_fault()
    {
        var wins = new List<(long, long, long)>();

        var books = await RainAudit.ReadAsync(_store, (campaign, uid, amount) => wins.Add((campaign, uid, amount)));

        Assert.Empty(books.Faults());
        Assert.Equal([(CampaignId, 1001, 11), (CampaignId, 1002, 22)], wins);
        Assert.Equal((2, 33, 3, 1, 63), (books.Wins.Count, books.Wins.Amount, books.Rows, books.OpenChunks, books.Allocated));
    }

    [Theory]
    [InlineData("delete from draws where uid = 1002")]
    [InlineData("update draws set amount = amount + 1 where uid = 1001")]
    // The sums are the same, the users are not.
    [InlineData("update draws set uid = 1009 where uid = 1001")]
    [InlineData("update chunks set issued = issued + 1 where holder = 'b'")]
    [InlineData("update pools set allocated = allocated + 1")]
    [InlineData("update pools set planned = 63, allocated = 0")]
    [InlineData("delete from outbox")]
    [InlineData("insert into outbox (slot, topic, context, payload, created_at, visible_at) select slot, topic, context, payload, 1, 1 from outbox")]
    public async Task Money_that_is_lost_or_made_is_found(string injury)
    {
        await using (var session = await _store.WriteAsync(default))
        {
            await session.ExecuteAsync(injury);
            await session.CommitAsync();
        }

        Assert.NotEmpty((await RainAudit.ReadAsync(_store)).Faults());
    }

    private static SubsidyIssued Win(long uid, long amount) => new() { App = CallContext.DefaultApp, ExternalNo = $"{CampaignId}.1.{uid}", CampaignId = CampaignId, Uid = uid, Amount = amount, Currency = "CNY" };
}
