using Hongbao.Contracts;
using Hongbao.Core.Orders;
using Hongbao.Core.Packets;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Messaging;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Core.Subsidies;

/// <summary>
/// Creating a packet that a subsidy of the caller funds; the numbered path of docs/architecture.md: (1) the rules, (2) which subsidy it is, (3) the first answer
/// to a repeated request, (4) moderation, (5) the subsidy is stored if it is not, (6) packet, write-off, wish for funding and request id in one transaction,
/// (7) answer. Neither the campaign nor finance is waited for.
/// </summary>
internal sealed class SubsidizedCreation(
    IStore store, DueTable<DueKind> due, Outbox outbox, CoreOptions options, SubsidyTokens tokens, SubsidyBooking booking, NewPackets packets, FirstAnswers answers,
    GreetingCheck greetings, DayTally days, StoreClock storeClock)
{
    // No external number has a control character.
    private const string Unreadable = "\n";

    /// <summary>True for a request that names a subsidy.</summary>
    public static bool IsFor(CreatePacketRequest request) => request.SubsidyNo != 0 || request.Token.Length > 0;

    public async Task<CreatePacketResponse> CreateAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken)
    {
        // (1)
        var faults = PacketRules.Check(request, options, storeClock.NowMs());
        if (request.SubsidyNo != 0 && request.Token.Length > 0)
        {
            faults.Add(new FieldFault { Field = "token", Message = "is only for requests without subsidyNo" });
        }

        if (faults.Count > 0)
        {
            return Refused(new Result { Code = ResultCode.ValidationFailed, Faults = faults });
        }

        // (2) Named by number or by token, it is the same subsidy and the same request.
        var named = await NamedAsync(context, request, cancellationToken).ConfigureAwait(false);

        // (3) Before everything that may have changed since. What cannot be read any more is not known to be the same content.
        var fingerprint = FirstAnswers.Fingerprint(context, request, named?.ExternalNo ?? Unreadable);
        if (await answers.FindAsync(context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false) is { } repeated)
        {
            return repeated;
        }

        if (named is null || named.App != context.App || named.Uid != context.Uid)
        {
            return NotUsable();
        }

        if (FaultAgainst(named, request) is { } fault)
        {
            return Refused(fault);
        }

        // (4)
        if (await greetings.FaultAsync(context, request.Greeting, cancellationToken).ConfigureAwait(false) is { } rejected)
        {
            return Refused(rejected);
        }

        // (5) In a transaction of its own: what came out of a token is stored like what came by message, whatever becomes of the packet.
        var stored = await booking.StoreAsync(named, cancellationToken).ConfigureAwait(false);
        if (stored is null || stored.State == SubsidyStatus.Expired)
        {
            return NotUsable();
        }

        // (6) and (7). One that is used may be used by this very request, which another call brought: its number decides.
        return await answers.OrFindAsync(
            () => WriteAsync(context, request, fingerprint, stored, cancellationToken), context, request.RequestId, fingerprint, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CreatePacketResponse> WriteAsync(
        CallContext context, CreatePacketRequest request, string fingerprint, StoredSubsidy subsidy, CancellationToken cancellationToken)
    {
        var packet = packets.Make(context, request);
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            await FirstAnswers.RecordAsync(session, context, request.RequestId, fingerprint, packet, now, cancellationToken).ConfigureAwait(false);
            // Packets count, so that creating has an end; the money is the campaign's.
            if (await days.AddAsync(session, context, request.Currency, 0, now, cancellationToken).ConfigureAwait(false) is { } overLimit)
            {
                return Refused(overLimit);
            }

            if (!await SubsidyStore.TryUseAsync(session, subsidy, packet.PacketNo, cancellationToken).ConfigureAwait(false))
            {
                return NotUsable();
            }

            await packets.InsertAsync(
                session, packet, new PacketFunding(PacketKind.B2C, PacketStatus.Active, 0, subsidy.CampaignId, subsidy.SubsidyNo), now, now, cancellationToken)
                .ConfigureAwait(false);
            var expiresAt = packet.EndIfActivatedAt(now);
            var deadline = options.DeadlineSeconds * 1000L;
            await due.PutAsync(session, DueKind.Packet, packet.PacketNo, expiresAt, expiresAt + deadline, cancellationToken).ConfigureAwait(false);
            await due.PutAsync(session, DueKind.Funding, packet.PacketNo, now + options.PullAfterMs, now + deadline, cancellationToken).ConfigureAwait(false);
            await outbox.AddAsync(
                session, packet.Slot, Topics.FundingsRequested, context,
                new FundingsRequested { Items = [new FundingWanted { PacketNo = packet.PacketNo, Subsidy = subsidy.Issued }] }, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.subsidy_use.before_commit");
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            Failpoint.Hit("core.subsidy_use.after_commit");
            return new CreatePacketResponse
            {
                PacketNo = packet.PacketNo,
                Kind = PacketKind.B2C,
                Status = PacketStatus.Active,
                ExpiresAtMs = expiresAt,
                SeedHash = packet.SeedHash,
            };
        }
    }

    // The subsidy that the request names: as a genuine token says it, or as the caller's own is stored.
    private async Task<SubsidyIssued?> NamedAsync(CallContext context, CreatePacketRequest request, CancellationToken cancellationToken)
    {
        if (request.Token.Length > 0)
        {
            return tokens.TryRead(request.Token, out var issued) ? issued : null;
        }

        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return (await SubsidyStore.FindAsync(session, context, request.SubsidyNo, cancellationToken).ConfigureAwait(false))?.Issued;
        }
    }

    private static Result? FaultAgainst(SubsidyIssued subsidy, CreatePacketRequest request) =>
        request.Amount != subsidy.Amount ? Result.Invalid("amount", $"must be the subsidy's, {subsidy.Amount}")
        : request.Currency != subsidy.Currency ? Result.Invalid("currency", $"must be the subsidy's, {subsidy.Currency}")
        : null;

    private static CreatePacketResponse NotUsable() => Refused(Result.Of(ResultCode.SubsidyNotUsable, "This subsidy was used, has expired, or is not yours."));

    private static CreatePacketResponse Refused(Result result) => new() { Result = result };
}
