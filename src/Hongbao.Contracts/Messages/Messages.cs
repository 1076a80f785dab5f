using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hongbao.Contracts;

/// <summary>Names of the messages between modules.</summary>
public static class Topics
{
    /// <summary><see cref="ClaimsAccepted"/>: Core to Async (transfers) and Query (received lists).</summary>
    public const string ClaimsAccepted = "claims.accepted";
    /// <summary><see cref="RefundsRequested"/>: Core to Async.</summary>
    public const string RefundsRequested = "refunds.requested";
    /// <summary><see cref="TransfersSettled"/>: Async to Core.</summary>
    public const string TransfersSettled = "transfers.settled";
    /// <summary><see cref="RefundsAdvanced"/>: Async to Core.</summary>
    public const string RefundsAdvanced = "refunds.advanced";
    /// <summary><see cref="OrdersDue"/>: Async to itself, delayed: ask finance for those still unanswered.</summary>
    public const string OrdersDue = "orders.due";
}

/// <summary>A claim whose credit Core asks for. The claim number is the owner's number of the transfer.</summary>
public sealed record TransferWanted
{
    /// <summary>The tenant.</summary>
    public string App { get; set; } = "";
    /// <summary>The claim.</summary>
    public long ClaimNo { get; set; }
    /// <summary>The packet whose escrow pays.</summary>
    public long PacketNo { get; set; }
    /// <summary>The payment that funded the packet; a refused transfer is refunded against it.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>Who sent the packet; a refused transfer goes back to him.</summary>
    public long SenderUid { get; set; }
    /// <summary>Who is credited.</summary>
    public long Uid { get; set; }
    /// <summary>Place in the packet.</summary>
    public int Seq { get; set; }
    /// <summary>Minor units.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>Change for C2C, reward balance for B2C.</summary>
    public PacketKind Kind { get; set; }
    /// <summary>When it was claimed, Unix milliseconds.</summary>
    public long ClaimedAtMs { get; set; }
}

/// <summary>Claims of one batch. A hot packet has a thousand of them, so what they share is said once.</summary>
public sealed record ClaimsAccepted
{
    /// <summary>One for each packet and moment, in the order of the batch.</summary>
    public List<PacketClaims> Packets { get; set; } = [];

    /// <summary>The same as wishes, one for each claim.</summary>
    public IEnumerable<TransferWanted> Wanted() => Packets.SelectMany(static p => p.Claims, static (p, claim) => new TransferWanted
    {
        App = p.App,
        ClaimNo = claim.ClaimNo,
        PacketNo = p.PacketNo,
        PayOrderNo = p.PayOrderNo,
        SenderUid = p.SenderUid,
        Uid = claim.Uid,
        Seq = claim.Seq,
        Amount = claim.Amount,
        Currency = p.Currency,
        Kind = p.Kind,
        ClaimedAtMs = p.ClaimedAtMs,
    });

    /// <summary>The message that says these wishes.</summary>
    public static ClaimsAccepted Of(IEnumerable<TransferWanted> wanted) => new()
    {
        Packets =
        [
            .. wanted.GroupBy(static w => (w.App, w.PacketNo, w.PayOrderNo, w.SenderUid, w.Currency, w.Kind, w.ClaimedAtMs)).Select(static g => new PacketClaims
            {
                App = g.Key.App,
                PacketNo = g.Key.PacketNo,
                PayOrderNo = g.Key.PayOrderNo,
                SenderUid = g.Key.SenderUid,
                Currency = g.Key.Currency,
                Kind = g.Key.Kind,
                ClaimedAtMs = g.Key.ClaimedAtMs,
                Claims = [.. g.Select(static w => new AcceptedClaim(w.ClaimNo, w.Uid, w.Seq, w.Amount))],
            }),
        ],
    };
}

/// <summary>Claims of one packet that were accepted together; what they have in common is as in <see cref="TransferWanted"/>.</summary>
public sealed record PacketClaims
{
    /// <summary>The tenant.</summary>
    public string App { get; set; } = "";
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
    /// <summary>The payment that funded it.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>Who sent it.</summary>
    public long SenderUid { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
    /// <summary>Change or reward balance.</summary>
    public PacketKind Kind { get; set; }
    /// <summary>When they were claimed, Unix milliseconds.</summary>
    public long ClaimedAtMs { get; set; }
    /// <summary>In order of <see cref="AcceptedClaim.Seq"/>.</summary>
    public List<AcceptedClaim> Claims { get; set; } = [];
}

/// <summary>One of <see cref="PacketClaims"/>. In JSON an array of its four numbers.</summary>
/// <param name="ClaimNo">The claim.</param>
/// <param name="Uid">Who is credited.</param>
/// <param name="Seq">Place in the packet.</param>
/// <param name="Amount">Minor units.</param>
[JsonConverter(typeof(AcceptedClaimJson))]
public readonly record struct AcceptedClaim(long ClaimNo, long Uid, int Seq, long Amount);

/// <summary>Reads and writes <c>[claimNo, uid, seq, amount]</c>.</summary>
internal sealed class AcceptedClaimJson : JsonConverter<AcceptedClaim>
{
    public override AcceptedClaim Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var claim = reader.TokenType == JsonTokenType.StartArray
            ? new AcceptedClaim(Next(ref reader), Next(ref reader), (int)Next(ref reader, int.MaxValue), Next(ref reader))
            : throw new JsonException("a claim is an array of four numbers");
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray ? claim : throw new JsonException("a claim has more than four numbers");
    }

    public override void Write(Utf8JsonWriter writer, AcceptedClaim value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteNumberValue(value.ClaimNo);
        writer.WriteNumberValue(value.Uid);
        writer.WriteNumberValue(value.Seq);
        writer.WriteNumberValue(value.Amount);
        writer.WriteEndArray();
    }

    private static long Next(ref Utf8JsonReader reader, long max = long.MaxValue) =>
        reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number <= max ? number
            : throw new JsonException("a claim is an array of four numbers");
}

/// <summary>Why money goes back to the sender; with the cause's number it identifies a refund order.</summary>
public enum RefundCause
{
    /// <summary>The packet expired; the number is the packet's.</summary>
    Expiry = 1,
    /// <summary>A transfer was refused for good; the number is the claim's.</summary>
    FailedClaim = 2,
    /// <summary>Paid after the packet closed; the number is the payment order's.</summary>
    LatePayment = 3,
}

/// <summary>A refund that is asked for. Cause and number together are the owner's number.</summary>
public sealed record RefundWanted
{
    /// <summary>The tenant.</summary>
    public string App { get; set; } = "";
    /// <summary>Why.</summary>
    public RefundCause Cause { get; set; }
    /// <summary>The number of the packet, claim or payment that causes it.</summary>
    public long CauseNo { get; set; }
    /// <summary>The packet whose escrow pays.</summary>
    public long PacketNo { get; set; }
    /// <summary>The payment that is refunded.</summary>
    public long PayOrderNo { get; set; }
    /// <summary>The sender.</summary>
    public long Uid { get; set; }
    /// <summary>Minor units, at least 1.</summary>
    public long Amount { get; set; }
    /// <summary>ISO 4217 code.</summary>
    public string Currency { get; set; } = "";
}

/// <summary>Refunds asked for by Core.</summary>
public sealed record RefundsRequested
{
    /// <summary>In no particular order.</summary>
    public List<RefundWanted> Items { get; set; } = [];
}

/// <summary>The final outcome of a transfer.</summary>
public sealed record TransferOutcome
{
    /// <summary>The claim that it credits.</summary>
    public long ClaimNo { get; set; }
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
    /// <summary><see cref="OrderStatus.Succeeded"/> or <see cref="OrderStatus.Failed"/>.</summary>
    public OrderStatus Status { get; set; }
}

/// <summary>Transfers that ended.</summary>
public sealed record TransfersSettled
{
    /// <summary>In no particular order.</summary>
    public List<TransferOutcome> Items { get; set; } = [];
}

/// <summary>How far a refund is.</summary>
public sealed record RefundProgress
{
    /// <summary>Why.</summary>
    public RefundCause Cause { get; set; }
    /// <summary>The cause's number.</summary>
    public long CauseNo { get; set; }
    /// <summary>The packet.</summary>
    public long PacketNo { get; set; }
    /// <summary>The order's status.</summary>
    public OrderStatus Status { get; set; }
}

/// <summary>Refunds that moved.</summary>
public sealed record RefundsAdvanced
{
    /// <summary>In no particular order.</summary>
    public List<RefundProgress> Items { get; set; } = [];
}

/// <summary>Orders to ask finance about, if they are still unanswered.</summary>
public sealed record OrdersDue
{
    /// <summary>Transfer numbers, which are those of their claims.</summary>
    public List<long> TransferNos { get; set; } = [];
    /// <summary>Refund numbers.</summary>
    public List<long> RefundNos { get; set; } = [];
}
