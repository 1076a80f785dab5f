using Hongbao.Bench.Contenders;
using Hongbao.Contracts;
using Hongbao.Core;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Stores;
using Hongbao.Jce;

namespace Hongbao.Bench.Tests;

public sealed class MoneyAuditTests : IAsyncLifetime
{
    private const int Slot = 1;
    private const long PacketNo = 9001;
    private const int Taken = 3;
    private const long Amount = 11 + 12 + 13;
    private readonly string _folder = Directory.CreateTempSubdirectory("hongbao-bench-").FullName;
    private SqliteStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = new SqliteStore("core", Path.Combine(_folder, "core.db"), TimeProvider.System);
        await _store.MigrateAsync(MigrationSet.FromAssembly(typeof(CoreModule).Assembly), default);
        await PacketRows.AddAsync(_store, Slot, [PacketNo], [10]);
        await using var session = await _store.WriteAsync(default);
        for (var seq = 1; seq <= Taken; seq++)
        {
            await session.ExecuteAsync("""
                insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at) values (@no, 1, 'default', @PacketNo, @uid, @seq, @amount, 1, 1)
                """, new { no = 100L + seq, PacketNo, uid = 1000L + seq, seq, amount = 10L + seq });
        }

        await session.ExecuteAsync("update packets set claimed_amount = @Amount, claimed_count = @Taken", new { Amount, Taken });
        var requests = ClaimsAccepted.Of(Enumerable.Range(1, Taken).Select(seq => PacketRows.Wanted(100 + seq, PacketNo, 1000 + seq, seq, 10 + seq, 1)));
        await session.ExecuteAsync("insert into outbox (slot, topic, context, payload, created_at, visible_at) values (1, @topic, x'', @payload, 1, 1)",
            new { topic = Topics.ClaimsAccepted, payload = JceSerializer.ToBytes(requests) });
        await session.CommitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_run_that_adds_up_has_no_fault() => Assert.Empty(await AuditAsync());

    [Theory]
    [InlineData("delete from claims where seq = 3")]
    [InlineData("update claims set amount = amount + 1 where seq = 1")]
    [InlineData("update claims set uid = 5 where seq = 1")]
    [InlineData("update packets set claimed_amount = claimed_amount - 1")]
    [InlineData("delete from outbox")]
    // The last claim's amount, before the ends of its claim and its packet.
    [InlineData("update outbox set payload = cast(substr(payload, 1, length(payload) - 3) || x'010b0b' as blob)")]
    [InlineData("insert into outbox (slot, topic, context, payload, created_at, visible_at) select slot, topic, context, payload, 1, 1 from outbox")]
    public async Task Money_that_is_lost_or_made_is_found(string injury)
    {
        await using (var session = await _store.WriteAsync(default))
        {
            await session.ExecuteAsync(injury);
            await session.CommitAsync();
        }

        Assert.NotEmpty(await AuditAsync());
    }

    [Fact]
    public async Task An_answer_without_its_claim_is_found()
    {
        Assert.Single(await AuditAsync(taken: Taken + 1));
        Assert.Single(await AuditAsync(amount: Amount + 1));
    }

    private Task<List<string>> AuditAsync(long taken = Taken, long amount = Amount) => new MoneyAudit(_store).RunAsync(taken, packetsFollow: true, amount);
}
