using System.Text.Json.Serialization;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Audits;

namespace Hongbao.Host.Demo.Api;

/// <summary>Kinds are written in lower case, statuses in upper snake case.</summary>
internal sealed class LowerSplit() : JsonStringEnumConverter<SplitKind>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>The same of packets.</summary>
internal sealed class LowerKind() : JsonStringEnumConverter<PacketKind>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>What the demo reads of <c>/api/v1/limits</c>.</summary>
internal sealed record LimitsShape(string Currency, int MaxCount, long MaxShare, int MinTtlSeconds);

/// <summary>What the demo reads of a development token.</summary>
internal sealed record TokenShape(string Token);

/// <summary>What the demo reads of a created packet.</summary>
internal sealed record CreatedShape(long PacketNo, [property: JsonConverter(typeof(LowerKind))] PacketKind Kind, string SeedHash)
{
    public PaymentShape? Payment { get; init; }
}

/// <summary>A payment order.</summary>
internal sealed record PaymentShape(long PayOrderNo);

/// <summary>What the cashier's button says.</summary>
internal sealed record PaidShape(string Status);

/// <summary>A claim as its claimer is told it.</summary>
internal sealed record ClaimShape(long ClaimNo, long PacketNo, int Seq, long Amount, ClaimStatus Status);

/// <summary>A packet as its sender sees it.</summary>
internal sealed record PacketShape(
    PacketStatus Status, long Sender, long Amount, int Count, [property: JsonConverter(typeof(LowerSplit))] SplitKind Split, string Greeting, long ClaimedAmount, int ClaimedCount,
    int RemainingCount, long RefundedAmount, string SeedHash)
{
    public string? ContentId { get; init; }

    public string? Seed { get; init; }

    public SeenPacket ToSeen() => new()
    {
        Status = Status,
        Sender = Sender,
        Amount = Amount,
        Count = Count,
        Split = Split,
        Greeting = Greeting,
        ContentId = ContentId,
        ClaimedAmount = ClaimedAmount,
        ClaimedCount = ClaimedCount,
        RemainingCount = RemainingCount,
        RefundedAmount = RefundedAmount,
        SeedHash = SeedHash,
        Seed = Seed,
    };
}

/// <summary>A claim in a packet's list.</summary>
internal sealed record ClaimRowShape(long ClaimNo, int Seq, long Uid, long Amount, bool Luckiest);

/// <summary>A page of a list.</summary>
internal sealed record PageShape<T>(List<T> Items)
{
    public string? Next { get; init; }
}

/// <summary>A list with totals of a year.</summary>
internal sealed record TotalsPageShape(TotalsShape Totals);

/// <summary>Totals of a year.</summary>
internal sealed record TotalsShape(long Count, long Amount);

/// <summary>A user's balances.</summary>
internal sealed record WalletShape(long Change, long Reward);

/// <summary>A line of a user's statement.</summary>
internal sealed record EntryShape(long EntryNo, string Kind, string Account, long Amount, long Balance, DateTimeOffset At)
{
    public long PacketNo { get; init; }
}

/// <summary>Finance's fault switches, as they are read and put back.</summary>
internal sealed record FaultsShape(long Seed, List<FinanceFault> Operations);

/// <summary>A sum of finance's ledger.</summary>
internal sealed record LedgerLineShape(string Currency, string Kind, long Accounts, long Balance);

/// <summary>The sums of finance's ledger, and what its check found.</summary>
internal sealed record LedgerShape(List<LedgerLineShape> Lines, List<string> Faults)
{
    /// <summary>The sums of a currency by kind of account.</summary>
    public IReadOnlyDictionary<string, LedgerSum> ToSums(string currency) => Lines.Where(l => l.Currency == currency).GroupBy(l => l.Kind)
        .ToDictionary(g => g.Key, g => new LedgerSum(g.Sum(l => l.Accounts), g.Sum(l => l.Balance)));

    public LedgerTotals ToTotals(string currency)
    {
        var lines = Lines.Where(l => l.Currency == currency).ToLookup(l => l.Kind);
        long BalanceOf(string kind) => lines[kind].Sum(l => l.Balance);
        return new LedgerTotals(BalanceOf("outside"), BalanceOf("escrow"), lines["escrow"].Sum(l => l.Accounts), BalanceOf("unclaimed"));
    }
}
