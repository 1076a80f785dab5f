using Hongbao.Contracts;
using Hongbao.Jce;

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

        var read = JceSerializer.Read<ClaimsAccepted>(JceSerializer.ToBytes(ClaimsAccepted.Of(wanted)));
        Assert.Equal(2, read.Packets.Count);
        Assert.Equal(wanted, read.Wanted());
    }
}
