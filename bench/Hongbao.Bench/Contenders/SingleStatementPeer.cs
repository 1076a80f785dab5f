using Hongbao.Contracts;

namespace Hongbao.Bench.Contenders;

/// <summary>P2: lock, draw, claim, credit request and packet in one statement, one round trip.</summary>
internal sealed class SingleStatementPeer(BenchServers servers, int connections) : SqlPeer(servers, connections)
{
    private static readonly string Claim = $"""
        with locked as (
          select packet_no, slot, app, claimed_count + 1 as seq, amount - claimed_amount as left_amount, count - claimed_count as left_count
          from packets where packet_no = $1 and state = 2 and expires_at > now_ms() for update),
        drawn as materialized (
          select l.*, case when left_count = 1 then left_amount
            else 1 + floor(random() * least(2 * left_amount / left_count, left_amount - (left_count - 1)))::bigint end as share
          from locked l),
        claimed as (
          insert into claims (claim_no, slot, app, packet_no, uid, seq, amount, state, claimed_at)
          select $3, slot, app, packet_no, $2, seq, share, 1, now_ms() from drawn on conflict do nothing returning *),
        requested as (
          insert into outbox (slot, topic, context, payload, created_at, visible_at)
          select c.slot, '{Topics.ClaimsAccepted}', $4, {PayloadOf("c")}, c.claimed_at, c.claimed_at from claimed c),
        updated as (
          update packets p set claimed_amount = p.claimed_amount + c.amount, claimed_count = p.claimed_count + 1, version = p.version + 1,
            state = case when p.claimed_count + 1 = p.count then 3 else p.state end
          from claimed c where p.packet_no = c.packet_no)
        select amount from claimed
        """;

    protected override async Task<bool> TryClaimAsync(long packetNo, long uid, long claimNo)
    {
        await using var command = Pool.CreateCommand(Claim);
        command.Parameters.Add(Of(packetNo));
        command.Parameters.Add(Of(uid));
        command.Parameters.Add(Of(claimNo));
        command.Parameters.Add(Of(ContextOf(uid)));
        return await command.ExecuteScalarAsync() is long;
    }
}
