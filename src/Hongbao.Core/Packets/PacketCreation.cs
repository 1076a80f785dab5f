using System.Security.Cryptography;
using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Core.Splits;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Packets;

/// <summary>
/// Creating a packet; the numbered path of docs/architecture.md: (1) the rules, (2) the first answer to a repeated request,
/// (3) moderation, (4) packet, payment order and request id in one transaction, (5) answer.
/// </summary>
internal sealed class PacketCreation(
    IStore store, DueTable<DueKind> due, CoreOptions options, NumberMinter packetNumbers, NumberMinter paymentNumbers, IModeration moderation,
    IRandomSource chance, DayTally days)
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
        public long PayUntil { get; init; }
        public long PayOrderNo { get; init; }
        public string SeedHash { get; init; } = "";
    }

    public async Task<CreatePacketResponse> CreateAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken)
    {
        // (1)
        var faults = PacketRules.Check(request, options);
        if (faults.Count > 0)
        {
            return Refused(new Result { Code = ResultCode.ValidationFailed, Faults = faults });
        }

        // (2) Before moderation, so that a changed word list cannot change the answer to a repetition.
        var fingerprint = Fingerprint(request);
        if (await RepeatAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false) is { } repeated)
        {
            return repeated;
        }

        // (3)
        if (request.Greeting.Length > 0 && await ModerateAsync(context, request.Greeting, cancellationToken).ConfigureAwait(false) is { } rejected)
        {
            return Refused(rejected);
        }

        try
        {
            // (4) and (5)
            return await WriteAsync(context, request, fingerprint, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException e) when (e.Fault is StoreFault.UniqueViolation or StoreFault.UnknownOutcome)
        {
            // The same request at the same moment was faster, or the commit's answer was lost: what stands is the answer.
            return await RepeatAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false)
                ?? Refused(Result.Of(ResultCode.Overloaded, "Please send the same request again."));
        }
    }

    private async Task<CreatePacketResponse> WriteAsync(CallContext context, CreatePacketRequest request, string fingerprint, CancellationToken cancellationToken)
    {
        var slot = Number.SlotOf(context.Uid);
        var packetNo = packetNumbers.Mint(slot);
        var payOrderNo = paymentNumbers.Mint(slot);
        var seed = new byte[SeedDraw.SeedLength];
        chance.Fill(seed);
        var seedHash = SeedDraw.Commitment(packetNo, seed, request.Amount, request.Count, request.Split, options.ShareMax);

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            // Before the limits: the repetition of a request that was the day's last is a repetition, not one too many.
            await session.ExecuteAsync("""
                insert into requests (app, uid, operation, request_id, slot, fingerprint, result_no, created_at)
                values (@App, @Uid, @Operation, @RequestId, @slot, @fingerprint, @packetNo, @now)
                """, new { context.App, context.Uid, Operation, request.RequestId, slot, fingerprint, packetNo, now }, cancellationToken).ConfigureAwait(false);
            if (await days.AddAsync(session, context, request.Currency, request.Amount, now, cancellationToken).ConfigureAwait(false) is { } overLimit)
            {
                return Refused(overLimit);
            }

            var payUntil = now + (options.PaySeconds * 1000L);
            await session.ExecuteAsync("""
                insert into packets (packet_no, slot, app, sender_uid, kind, state, version, currency, amount, count, split, cap, scope, scope_uids,
                  greeting, content_id, ttl_seconds, seed, seed_hash, pay_order_no, created_at, pay_until)
                values (@packetNo, @slot, @App, @Uid, 1, 1, 1, @Currency, @Amount, @Count, @split, @ShareMax, @scope, @scopeUids,
                  @Greeting, @contentId, @ttl, @seed, @seedHash, @payOrderNo, @now, @payUntil)
                """, new
            {
                packetNo,
                slot,
                context.App,
                context.Uid,
                request.Currency,
                request.Amount,
                request.Count,
                split = (int)request.Split,
                options.ShareMax,
                scope = (int)request.Scope,
                scopeUids = request.Scope == ScopeKind.Exclusive ? JsonSerializer.Serialize(request.ScopeUids.Order()) : null,
                request.Greeting,
                contentId = request.ContentId.Length == 0 ? null : request.ContentId,
                ttl = request.TtlSeconds == 0 ? options.TtlSecondsDefault : request.TtlSeconds,
                seed,
                seedHash,
                payOrderNo,
                now,
                payUntil,
            }, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync("""
                insert into payments (pay_order_no, slot, app, uid, packet_no, amount, currency, state, created_at, pay_until, updated_at)
                values (@payOrderNo, @slot, @App, @Uid, @packetNo, @Amount, @Currency, 1, @now, @payUntil, @now)
                """, new { payOrderNo, slot, context.App, context.Uid, packetNo, request.Amount, request.Currency, now, payUntil }, cancellationToken).ConfigureAwait(false);
            await due.PutAsync(session, DueKind.Payment, payOrderNo, payUntil, payUntil + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.create.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.create.after_commit");
            return Created(packetNo, payOrderNo, payUntil, seedHash);
        }
    }

    private async Task<CreatePacketResponse?> RepeatAsync(CallContext context, string requestId, string fingerprint, CancellationToken cancellationToken)
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
                return Refused(Result.Of(ResultCode.IdempotencyMismatch, "This requestId came before with other content."));
            }

            // The first answer, whatever has become of the packet since.
            var row = (await session.FirstAsync<CreatedRow>(
                "select packet_no, pay_until, pay_order_no, seed_hash from packets where packet_no = @ResultNo",
                new { known.ResultNo }, cancellationToken).ConfigureAwait(false))!;
            return Created(row.PacketNo, row.PayOrderNo, row.PayUntil, row.SeedHash) with { Repeated = true };
        }
    }

    private static CreatePacketResponse Created(long packetNo, long payOrderNo, long payUntil, string seedHash) => new()
    {
        PacketNo = packetNo,
        Kind = PacketKind.C2C,
        Status = PacketStatus.PendingPayment,
        ExpiresAtMs = payUntil,
        PayOrderNo = payOrderNo,
        PaymentStatus = PaymentStatus.Pending,
        SeedHash = seedHash,
    };

    private async Task<Result?> ModerateAsync(CallContext context, string greeting, CancellationToken cancellationToken)
    {
        var verdict = await moderation.CheckAsync(context, new ModerationRequest { Text = greeting }, cancellationToken).ConfigureAwait(false);
        return !verdict.Result.IsOk() ? Result.Of(ResultCode.Degraded, "Greetings cannot be checked just now; please try again soon, or send without one.")
            : verdict.Allowed ? null
            : Result.Of(ResultCode.ContentRejected, "This greeting cannot be used.");
    }

    // Over parsed fields: the order of keys, spaces and the order of uids in the body do not matter.
    private static string Fingerprint(CreatePacketRequest request) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        new object[]
        {
            request.Amount, request.Count, request.Currency, (int)request.Split, (int)request.Scope, request.ScopeUids.Order().ToArray(),
            request.Greeting, request.ContentId, request.TtlSeconds,
        })));

    private static CreatePacketResponse Refused(Result result) => new() { Result = result };
}
