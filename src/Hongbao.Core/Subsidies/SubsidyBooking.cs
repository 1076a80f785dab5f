using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Foundation.Alerts;
using Hongbao.Foundation.Faults;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Core.Subsidies;

/// <summary>
/// Stores subsidies, by message, by pull, or because one is used before it was stored. An external number stands for one content for ever: it is written
/// first, and whoever comes with other content is refused.
/// </summary>
internal sealed class SubsidyBooking(IStore store, NumberMinter numbers, CoreOptions options, AlertSink alerts)
{
    private const int ItemsMax = 1000;
    private static readonly BookedSubsidy Refused = new();

    private readonly record struct Key(string App, string ExternalNo)
    {
        public static Key Of(SubsidyIssued issued) => new(issued.App, issued.ExternalNo);
    }

    /// <summary>Stores what is new; tells of each whether and how it stands now.</summary>
    public async Task<BookedSubsidiesResponse> BookAsync(BookSubsidiesRequest request, CancellationToken cancellationToken)
    {
        if (request.Items.Count is < 1 or > ItemsMax)
        {
            return new BookedSubsidiesResponse { Result = Result.Invalid("items", $"must be 1 to {ItemsMax} subsidies") };
        }

        var stored = await StoreAsync(request.Items, cancellationToken).ConfigureAwait(false);
        return new BookedSubsidiesResponse { Items = request.Items.ConvertAll(i => Answer(i.ExternalNo, stored.GetValueOrDefault(i))) };
    }

    /// <summary>A subsidy's row, stored now if it was not; null when it is refused.</summary>
    public async Task<StoredSubsidy?> StoreAsync(SubsidyIssued issued, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if ((await SubsidyStore.FindAllAsync(session, issued.App, [issued.ExternalNo], cancellationToken).ConfigureAwait(false)) is [var known]
                && SubsidyRules.Difference(known.Issued, issued).Length == 0)
            {
                return known;
            }
        }

        return (await StoreAsync([issued], cancellationToken).ConfigureAwait(false)).GetValueOrDefault(issued);
    }

    /// <summary>How the context's app's subsidies stand; changes nothing.</summary>
    public async Task<BookedSubsidiesResponse> GetAsync(CallContext context, SubsidyNumbersRequest request, CancellationToken cancellationToken)
    {
        if (request.ExternalNos.Count is < 1 or > ItemsMax)
        {
            return new BookedSubsidiesResponse { Result = Result.Invalid("externalNos", $"must be 1 to {ItemsMax} numbers") };
        }

        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = (await SubsidyStore.FindAllAsync(session, context.App, request.ExternalNos.Distinct(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false))
                .ToDictionary(s => s.ExternalNo, StringComparer.Ordinal);
            return new BookedSubsidiesResponse { Items = request.ExternalNos.ConvertAll(no => Answer(no, known.GetValueOrDefault(no))) };
        }
    }

    // The rows of those that are stored with the same content, by what was asked for; the others are refused.
    private async Task<Dictionary<SubsidyIssued, StoredSubsidy>> StoreAsync(List<SubsidyIssued> items, CancellationToken cancellationToken)
    {
        var (sound, unsound) = Sort(items);
        var known = await WriteAsync(sound, cancellationToken).ConfigureAwait(false);
        var same = new Dictionary<SubsidyIssued, StoredSubsidy>(items.Count, ReferenceEqualityComparer.Instance);
        var others = new List<(StoredSubsidy Stored, string Difference)>();
        foreach (var item in sound)
        {
            var stored = known[Key.Of(item)];
            if (SubsidyRules.Difference(stored.Issued, item) is { Length: > 0 } difference)
            {
                others.Add((stored, difference));
            }
            else
            {
                same[item] = stored;
            }
        }

        Call(unsound, others);
        return same;
    }

    private (List<SubsidyIssued> Sound, List<(SubsidyIssued Item, FieldFault Fault)> Unsound) Sort(List<SubsidyIssued> items)
    {
        var sound = new List<SubsidyIssued>(items.Count);
        var unsound = new List<(SubsidyIssued, FieldFault)>();
        foreach (var item in items)
        {
            if (SubsidyRules.FaultOf(item, options) is { } fault)
            {
                unsound.Add((item, fault));
            }
            else
            {
                sound.Add(item);
            }
        }

        return (sound, unsound);
    }

    // What is stored under each number afterwards.
    private async Task<Dictionary<Key, StoredSubsidy>> WriteAsync(List<SubsidyIssued> items, CancellationToken cancellationToken)
    {
        // Of the same number twice the first counts, as it would in two calls.
        var first = items.DistinctBy(Key.Of).ToArray();
        if (first.Length == 0)
        {
            return [];
        }

        Array.Sort(first, static (a, b) => string.CompareOrdinal(a.ExternalNo, b.ExternalNo) is var order and not 0 ? order : string.CompareOrdinal(a.App, b.App));
        var fresh = Array.ConvertAll(first, i => new SubsidyStore.Fresh(i, numbers.Mint(Number.SlotOf(i.Uid))));
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var known = (await SubsidyStore.AddAsync(session, fresh, cancellationToken).ConfigureAwait(false)).ToDictionary(s => new Key(s.App, s.ExternalNo));
            var isNew = known.Count > 0;
            foreach (var others in first.Where(i => !known.ContainsKey(Key.Of(i))).GroupBy(i => i.App, StringComparer.Ordinal).ToArray())
            {
                foreach (var stored in await SubsidyStore.FindAllAsync(session, others.Key, others.Select(i => i.ExternalNo), cancellationToken).ConfigureAwait(false))
                {
                    known.Add(new Key(stored.App, stored.ExternalNo), stored);
                }
            }

            if (isNew)
            {
                Failpoint.Hit("core.subsidy_book.before_commit");
                await session.CommitAsync(cancellationToken).ConfigureAwait(false);
                Failpoint.Hit("core.subsidy_book.after_commit");
            }

            return known;
        }
    }

    // One call for a campaign, however many of its subsidies are at fault. External numbers name users and are not told.
    private void Call(List<(SubsidyIssued Item, FieldFault Fault)> unsound, List<(StoredSubsidy Stored, string Difference)> others)
    {
        foreach (var campaign in unsound.GroupBy(u => u.Item.CampaignId))
        {
            var (_, fault) = campaign.First();
            alerts.Raise(new Alert("subsidy.invalid", campaign.Key.ToString(CultureInfo.InvariantCulture),
                $"{campaign.Count()} subsidies of campaign {campaign.Key} cannot be stored; of the first {fault.Field} {fault.Message}. They were left out; look at what the campaign issues."));
        }

        foreach (var campaign in others.GroupBy(o => o.Stored.CampaignId))
        {
            var (stored, difference) = campaign.First();
            alerts.Raise(new Alert("subsidy.mismatch", campaign.Key.ToString(CultureInfo.InvariantCulture),
                $"{campaign.Count()} external numbers of campaign {campaign.Key} came again with other content; the first is that of subsidy {stored.SubsidyNo}, with another {difference}. "
                + "What is stored stays; compare with the campaign."));
        }
    }

    private static BookedSubsidy Answer(string externalNo, StoredSubsidy? stored) => stored is null
        ? Refused with { ExternalNo = externalNo }
        : new BookedSubsidy { ExternalNo = externalNo, SubsidyNo = stored.SubsidyNo, Status = stored.State, PacketNo = stored.PacketNo ?? 0 };
}
