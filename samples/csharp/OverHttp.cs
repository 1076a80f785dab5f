using Hongbao.Client;
using Hongbao.Client.Http;

namespace Hongbao.Sample;

/// <summary>A packet's life over HTTP and JSON.</summary>
internal static class OverHttp
{
    private const int Shares = 3;

    public static async Task RunAsync(HttpClient http, Uri service, DevUsers users, long firstUid, CancellationToken cancellationToken)
    {
        var sender = new HongbaoClient(http, service, users.As(firstUid));
        var packetNo = await SendAsync(sender, cancellationToken);
        Console.WriteLine($"packet {packetNo}");

        // One more than there are shares.
        var takers = Enumerable.Range(1, Shares + 1).Select(i => (Uid: firstUid + i, Client: new HongbaoClient(http, service, users.As(firstUid + i)))).ToList();
        foreach (var (_, client) in takers)
        {
            await TakeAsync(client, packetNo, cancellationToken);
        }

        foreach (var row in (await sender.ListClaimsAsync(packetNo, cancellationToken: cancellationToken)).Items)
        {
            Console.WriteLine($"share {row.Seq}: {row.Amount} to {row.Uid}{(row.Luckiest ? ", the luckiest" : "")}");
        }

        foreach (var (uid, client) in takers)
        {
            Console.WriteLine($"wallet {uid}: {(await client.GetWalletAsync(cancellationToken: cancellationToken)).Change}");
        }
    }

    private static async Task<long> SendAsync(HongbaoClient sender, CancellationToken cancellationToken)
    {
        // Keep it until there is an answer: sent again under the same number, it is the same packet.
        var requestId = RequestNumber.New();
        var packet = await sender.CreatePacketAsync(new CreatePacketBody
        {
            RequestId = requestId,
            Amount = 1000,
            Count = Shares,
            Currency = "CNY",
            Split = SplitKind.Random,
            Scope = new ScopeBody { Kind = ScopeKind.Public },
            Funding = new FundingBody { Kind = FundingKind.Cashier },
        }, cancellationToken: cancellationToken);
        var payOrderNo = packet.Payment!.PayOrderNo;
        await Patience.UntilAsync(() => sender.PayAsync(payOrderNo, cancellationToken: cancellationToken), p => p.Status == PayStatus.Succeeded, cancellationToken);
        return packet.PacketNo;
    }

    private static async Task TakeAsync(HongbaoClient client, long packetNo, CancellationToken cancellationToken)
    {
        try
        {
            var line = new CallOptions { Waiting = w => Console.WriteLine($"in the line: {w.Poll} of {w.MaxPolls}") };
            var claim = await client.ClaimAsync(packetNo, line, cancellationToken);
            Console.WriteLine($"took {claim.Amount}, {claim.RemainingCount} left");
            var ended = await Patience.UntilAsync(
                () => client.GetClaimAsync(claim.ClaimNo, cancellationToken: cancellationToken), c => c.Status is ClaimStatus.Transferred or ClaimStatus.Failed, cancellationToken);
            if (ended.Status == ClaimStatus.Failed)
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
