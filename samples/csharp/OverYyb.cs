using Hongbao.Client;
using Hongbao.Client.Yyb;

namespace Hongbao.Sample;

/// <summary>The same packet's life by the package for apps.</summary>
internal static class OverYyb
{
    private const int Shares = 3;

    public static async Task RunAsync(HttpClient http, Uri service, DevUsers users, long firstUid, CancellationToken cancellationToken)
    {
        var sender = new YybClient(http, service, users.As(firstUid));
        var packetNo = await SendAsync(sender, cancellationToken);
        Console.WriteLine($"packet {packetNo}");

        var takers = Enumerable.Range(1, Shares + 1).Select(i => (Uid: firstUid + i, Client: new YybClient(http, service, users.As(firstUid + i)))).ToList();
        foreach (var (_, client) in takers)
        {
            await TakeAsync(client, packetNo, cancellationToken);
        }

        // Two commands, one request.
        var batch = new YybBatch();
        var packet = batch.Add(YybCommands.GetPacket, new GetPacketReq { PacketNo = packetNo });
        var claims = batch.Add(YybCommands.ListClaims, new ListClaimsReq { PacketNo = packetNo });
        await sender.SendAsync(batch, cancellationToken: cancellationToken);
        Console.WriteLine($"packet {packetNo} is {packet.Value.Packet.Status}");
        foreach (var item in claims.Value.Items)
        {
            Console.WriteLine($"share {item.Seq}: {item.Amount} to {item.Uid}{(item.Luckiest ? ", the luckiest" : "")}");
        }

        foreach (var (uid, client) in takers)
        {
            Console.WriteLine($"wallet {uid}: {(await client.GetWalletAsync(cancellationToken: cancellationToken)).Change}");
        }
    }

    private static async Task<long> SendAsync(YybClient sender, CancellationToken cancellationToken)
    {
        // Keep it until there is an answer: sent again under the same number, it is the same packet.
        var requestId = RequestNumber.New();
        var packet = await sender.CreatePacketAsync(requestId, new CreatePacketReq
        {
            Amount = 1000,
            Count = Shares,
            Currency = "CNY",
            Split = SplitKind.Random,
            Scope = new Scope { Kind = ScopeKind.Public },
            Funding = new Funding { Kind = FundingKind.Cashier },
        }, cancellationToken: cancellationToken);
        var order = new PayReq { PayOrderNo = packet.PayOrderNo };
        await Patience.UntilAsync(() => sender.PayAsync(order, cancellationToken: cancellationToken), p => p.Status == PaymentStatus.Succeeded, cancellationToken);
        return packet.PacketNo;
    }

    private static async Task TakeAsync(YybClient client, long packetNo, CancellationToken cancellationToken)
    {
        try
        {
            var claim = await client.ClaimAsync(new ClaimReq { PacketNo = packetNo }, cancellationToken: cancellationToken);
            Console.WriteLine($"took {claim.Claim.Amount}, {claim.RemainingCount} left");
            var taken = new GetClaimReq { ClaimNo = claim.Claim.ClaimNo };
            var ended = await Patience.UntilAsync(
                () => client.GetClaimAsync(taken, cancellationToken: cancellationToken), c => c.Claim.Status is ClaimStatus.Transferred or ClaimStatus.Failed, cancellationToken);
            if (ended.Claim.Status == ClaimStatus.Failed)
            {
                Console.WriteLine("it could not be credited and went back to the sender");
            }
        }
        catch (HongbaoException refused) when (refused.Code == HongbaoCodes.PacketExhausted)
        {
            Console.WriteLine("came too late");
        }
    }
}
