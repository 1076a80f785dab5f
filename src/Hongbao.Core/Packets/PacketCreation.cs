using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Packets;

/// <summary>
/// Creating a packet that its sender pays for; the numbered path of docs/architecture.md: (1) the rules, (2) the first answer to a repeated request,
/// (3) moderation, (4) packet, payment order and request id in one transaction, (5) answer.
/// </summary>
internal sealed class PacketCreation(
    IStore store, DueTable<DueKind> due, CoreOptions options, NewPackets packets, NumberMinter paymentNumbers, FirstAnswers answers, GreetingCheck greetings, DayTally days,
    StoreClock storeClock)
{
    public async Task<CreatePacketResponse> CreateAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken)
    {
        // (1)
        var faults = PacketRules.Check(request, options, storeClock.NowMs());
        if (faults.Count > 0)
        {
            return Refused(new Result { Code = ResultCode.ValidationFailed, Faults = faults });
        }

        // (2) Before moderation, so that a changed word list cannot change the answer to a repetition.
        var fingerprint = FirstAnswers.Fingerprint(context, request, "");
        if (await answers.FindAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false) is { } repeated)
        {
            return repeated;
        }

        // (3)
        if (await greetings.FaultAsync(context, request.Greeting, cancellationToken).ConfigureAwait(false) is { } rejected)
        {
            return Refused(rejected);
        }

        // (4) and (5)
        return await answers.OrFindAsync(
            () => WriteAsync(context, request, fingerprint, cancellationToken), context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CreatePacketResponse> WriteAsync(CallContext context, CreatePacketRequest request, string fingerprint, CancellationToken cancellationToken)
    {
        var packet = packets.Make(context, request);
        var payOrderNo = paymentNumbers.Mint(packet.Slot);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            // Before the limits: the repetition of a request that was the day's last is a repetition, not one too many.
            await FirstAnswers.RecordAsync(session, context, request.RequestId, fingerprint, packet, now, cancellationToken).ConfigureAwait(false);
            if (await days.AddAsync(session, context, request.Currency, request.Amount, now, cancellationToken).ConfigureAwait(false) is { } overLimit)
            {
                return Refused(overLimit);
            }

            var payUntil = now + (options.PaySeconds * 1000L);
            await packets.InsertAsync(
                session, packet, new PacketFunding(PacketKind.C2C, PacketStatus.PendingPayment, payOrderNo, 0, null), now, payUntil, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync("""
                insert into payments (pay_order_no, slot, app, uid, packet_no, amount, currency, state, created_at, pay_until, updated_at)
                values (@payOrderNo, @Slot, @App, @Uid, @PacketNo, @Amount, @Currency, 1, @now, @payUntil, @now)
                """, new { payOrderNo, packet.Slot, context.App, context.Uid, packet.PacketNo, request.Amount, request.Currency, now, payUntil }, cancellationToken)
                .ConfigureAwait(false);
            await due.PutAsync(session, DueKind.Payment, payOrderNo, payUntil, payUntil + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.create.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.create.after_commit");
            return new CreatePacketResponse
            {
                PacketNo = packet.PacketNo,
                Kind = PacketKind.C2C,
                Status = PacketStatus.PendingPayment,
                ExpiresAtMs = payUntil,
                PayOrderNo = payOrderNo,
                PaymentStatus = PaymentStatus.Pending,
                SeedHash = packet.SeedHash,
            };
        }
    }

    private static CreatePacketResponse Refused(Result result) => new() { Result = result };
}
