using System.Security.Cryptography;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Packets;

/// <summary>What requests to create a packet were answered first: a repetition gets the same, whatever has become of the packet since.</summary>
internal sealed class FirstAnswers(IStore store)
{
    private const string Operation = "packet.create";

    private sealed class KnownRequest
    {
        public string Fingerprint { get; init; } = "";
        public long ResultNo { get; init; }
    }

    private sealed class CreatedRow
    {
        public long PacketNo { get; init; }
        public PacketKind Kind { get; init; }
        public long PayUntil { get; init; }
        public long PayOrderNo { get; init; }
        public long? ActivatedAt { get; init; }
        public long? OpensAt { get; init; }
        public int TtlSeconds { get; init; }
        public string SeedHash { get; init; } = "";
    }

    /// <summary>The answer to a request that came before, null to a new one. One with other content is refused.</summary>
    public async Task<CreatePacketResponse?> FindAsync(CallContext context, string requestId, string fingerprint, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = await session.FirstAsync<KnownRequest>("""
                select fingerprint, result_no from requests where app = @App and uid = @Uid and operation = @Operation and request_id = @requestId
                """, new { context.App, context.Uid, Operation, requestId }, cancellationToken).ConfigureAwait(false);
            if (known is null)
            {
                return null;
            }

            if (known.Fingerprint != fingerprint)
            {
                return new CreatePacketResponse { Result = Result.Of(ResultCode.IdempotencyMismatch, "This requestId came before with other content.") };
            }

            var row = (await session.FirstAsync<CreatedRow>(
                "select packet_no, kind, pay_until, pay_order_no, activated_at, opens_at, ttl_seconds, seed_hash from packets where packet_no = @ResultNo",
                new { known.ResultNo }, cancellationToken).ConfigureAwait(false))!;
            return Answer(row) with { Repeated = true };
        }
    }

    /// <summary>Writes a new packet. When the same request was faster at the same moment, or the commit's answer was lost, what stands is the answer.</summary>
    public async Task<CreatePacketResponse> OrFindAsync(
        Func<Task<CreatePacketResponse>> write, CallContext context, string requestId, string fingerprint, CancellationToken cancellationToken)
    {
        try
        {
            return await write().ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Fault is StoreFault.UniqueViolation or StoreFault.UnknownOutcome)
        {
            return await FindAsync(context, requestId, fingerprint, cancellationToken).ConfigureAwait(false)
                ?? new CreatePacketResponse { Result = Result.Of(ResultCode.Overloaded, "Please send the same request again.") };
        }
    }

    /// <summary>Remembers the request in the transaction of its effect.</summary>
    /// <exception cref="StoreException">UniqueViolation when it is known.</exception>
    public static Task RecordAsync(
        StoreSession session, CallContext context, string requestId, string fingerprint, NewPacket packet, long nowMs, CancellationToken cancellationToken) =>
        session.ExecuteAsync("""
            insert into requests (app, uid, operation, request_id, slot, fingerprint, result_no, created_at)
            values (@App, @Uid, @Operation, @requestId, @Slot, @fingerprint, @PacketNo, @nowMs)
            """, new { context.App, context.Uid, Operation, requestId, packet.Slot, fingerprint, packet.PacketNo, nowMs }, cancellationToken);

    /// <summary>What makes a request the same, over parsed fields: the order of keys, spaces and the order of uids in the body do not matter.</summary>
    /// <param name="context">Whose request it is.</param>
    /// <param name="request">The request.</param>
    /// <param name="externalNo">What funds it: the subsidy's external number, however the request names it; empty when the sender pays.</param>
    public static string Fingerprint(CallContext context, CreatePacketRequest request, string externalNo)
    {
        List<object> content =
        [
            request.Amount, request.Count, request.Currency, (int)request.Split, (int)request.Scope, request.ScopeUids.Order().ToArray(),
            request.Greeting, request.ContentId, request.TtlSeconds,
        ];
        if (externalNo.Length > 0)
        {
            content.Add(externalNo);
        }

        // Requests without have the fingerprints that they always had.
        var condition = request.Condition;
        if (request.OpensAtMs != 0 || condition.Kind != ConditionKind.None)
        {
            content.Add(new object[] { request.OpensAtMs, (int)condition.Kind, condition.Uid, condition.ContentId, PasswordPart(context, request) });
        }

        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content)));
    }

    // What stands in the table is a plain hash of fields that are known: the password goes into it as slowly as into the packet's row.
    private static string PasswordPart(CallContext context, CreatePacketRequest request) => request.Condition.Kind == ConditionKind.Password
        ? Convert.ToHexStringLower(OpeningPassword.Hash(
            request.Condition.Password, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new object[] { context.App, context.Uid, request.RequestId }))))
        : "";

    private static CreatePacketResponse Answer(CreatedRow row)
    {
        var subsidized = row.Kind == PacketKind.B2C;
        return new CreatePacketResponse
        {
            PacketNo = row.PacketNo,
            Kind = row.Kind,
            Status = subsidized ? PacketStatus.Active : PacketStatus.PendingPayment,
            ExpiresAtMs = subsidized ? PacketTime.End(row.ActivatedAt!.Value, row.OpensAt ?? 0, row.TtlSeconds) : row.PayUntil,
            PayOrderNo = row.PayOrderNo,
            PaymentStatus = subsidized ? default : PaymentStatus.Pending,
            SeedHash = row.SeedHash,
        };
    }
}
