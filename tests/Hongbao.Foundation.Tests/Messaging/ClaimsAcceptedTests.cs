using System.Text.Json;
using Hongbao.Contracts;
using Hongbao.Foundation.Messaging;

namespace Hongbao.Foundation.Tests.Messaging;

public sealed class ClaimsAcceptedTests
{
    [Fact]
    public void Wishes_come_back_as_they_were_whatever_they_share()
    {
        var wanted = new List<TransferWanted>();
        foreach (var packet in new[] { 11L, 12L })
        {
            wanted.AddRange(Enumerable.Range(1, 3).Select(i => new TransferWanted
            {
                App = "shop",
                ClaimNo = long.MaxValue - (packet * 10) - i,
                PacketNo = packet,
                PayOrderNo = packet + 100,
                SenderUid = 7,
                Uid = (1L << 62) + i,
                Seq = i,
                Amount = i * 1000L,
                Currency = "CNY",
                Kind = PacketKind.B2C,
                ClaimedAtMs = 1_800_000_000_000 + packet,
            }));
        }

        var text = Outbox.Serialize(ClaimsAccepted.Of(wanted));

        var read = JsonSerializer.Deserialize<ClaimsAccepted>(text, Outbox.Json)!;
        Assert.Equal(2, read.Packets.Count);
        Assert.Equal(wanted, read.Wanted());
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("[1,2,3,4,5]")]
    [InlineData("[1,2,2147483648,4]")]
    [InlineData("[1,2,3,9223372036854775808]")]
    [InlineData("[1,2,3,4.5]")]
    [InlineData("[1,2,3,\"4\"]")]
    [InlineData("[1,2,3,null]")]
    [InlineData("{\"claimNo\":1}")]
    [InlineData("7")]
    [InlineData("null")]
    public void A_claim_of_another_form_is_refused(string claim) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ClaimsAccepted>($$"""{"packets":[{"claims":[{{claim}}]}]}""", Outbox.Json));
}
