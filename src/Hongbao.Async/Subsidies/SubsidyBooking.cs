using System.Globalization;
using Hongbao.Async.Orders;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Messaging;

namespace Hongbao.Async.Subsidies;

/// <summary>
/// Has Core store what campaigns issued. Nothing of it is written down here, not even the messages in an inbox: booking is idempotent by
/// external number, so a message that comes again is booked again, and the pull of wins brings what no message brought.
/// </summary>
internal sealed class SubsidyBooking(Lazy<IRedPacketCore> core, CampaignCalls campaigns, AlertSink alerts, TimeProvider clock)
{
    /// <summary>Most subsidies of one call of Core.</summary>
    public const int BatchMax = 1000;

    // A portion of messages is three or four such calls: they end before its lease does, and otherwise it is only booked twice.
    private static readonly TimeSpan BookingTime = TimeSpan.FromSeconds(5);

    /// <summary>Messages of campaigns, together. They come again whole when Core does not store all of them.</summary>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        foreach (var (app, wins) in Batches(deliveries.SelectMany(static d => d.Read<SubsidiesIssued>().Items)))
        {
            var result = await BookAsync(app, await GenuineAsync(app, wins, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            if (!result.IsOk())
            {
                // Core is away or busy, which is no message's fault.
                throw new HandlerUnreachableException($"Core does not store subsidies just now: {result.Code} {result.Detail}");
            }
        }
    }

    /// <summary>Batches of one app each, of what Core takes at once, as full as they can be.</summary>
    public static IEnumerable<(string App, List<SubsidyIssued> Wins)> Batches(IEnumerable<SubsidyIssued> wins) =>
        wins.GroupBy(static w => w.App, StringComparer.Ordinal).SelectMany(static g => g.Chunk(BatchMax), static (g, some) => (g.Key, some.ToList()));

    /// <summary>
    /// Has Core store these, of one app, at most <see cref="BatchMax"/>. Ok also when it refused some of them, about which it has called a
    /// person, and when it cannot read some, about which a person is called here: asking again would change neither.
    /// </summary>
    public async Task<Result> BookAsync(string app, List<SubsidyIssued> wins, CancellationToken cancellationToken)
    {
        if (wins.Count == 0)
        {
            return Result.Ok();
        }

        var result = (await core.Value.BookSubsidiesAsync(
            CallContext.ForSystem(app, clock.GetUtcNow() + BookingTime), new BookSubsidiesRequest { Items = wins }, cancellationToken).ConfigureAwait(false)).Result;
        if (result.Code != ResultCode.ValidationFailed)
        {
            return result;
        }

        if (wins.Count == 1)
        {
            var faults = string.Join("; ", result.Faults.Select(static f => $"{f.Field} {f.Message}"));
            Raise(
                "subsidy.unreadable", wins[0].CampaignId,
                $"Core cannot read a win of campaign {wins[0].CampaignId}: {faults}. It is not booked; compare Core's settings with the campaign's plan.");
            return Result.Ok();
        }

        // One that Core cannot read must not hold up the others: it is found by halving.
        var half = wins.Count / 2;
        var first = await BookAsync(app, wins[..half], cancellationToken).ConfigureAwait(false);
        return first.IsOk() ? await BookAsync(app, wins[half..], cancellationToken).ConfigureAwait(false) : first;
    }

    // Without those that their campaigns do not know. When they give no answer all are booked: a win is asked about again before any money moves for it.
    private async Task<List<SubsidyIssued>> GenuineAsync(string app, List<SubsidyIssued> wins, CancellationToken cancellationToken)
    {
        if (await campaigns.VerifyAsync(app, wins, Patience.Usual, cancellationToken).ConfigureAwait(false) is not { } verdicts
            || verdicts.TrueForAll(static v => v.Genuine))
        {
            return wins;
        }

        var isGenuine = wins.Zip(verdicts, static (win, verdict) => (Win: win, verdict.Genuine)).ToLookup(static w => w.Genuine, static w => w.Win);
        foreach (var ofCampaign in isGenuine[false].GroupBy(static w => w.CampaignId))
        {
            Raise(
                "subsidy.forged", ofCampaign.Key,
                $"{ofCampaign.Count()} wins were to be booked that campaign {ofCampaign.Key} does not know. They were left out; find out who could send such messages.");
        }

        return [.. isGenuine[true]];
    }

    // By campaign: external numbers name their users.
    private void Raise(string kind, long campaignId, string text) => alerts.Raise(new Alert(kind, campaignId.ToString(CultureInfo.InvariantCulture), text));
}
