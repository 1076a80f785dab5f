using System.Diagnostics;
using System.Net;
using Hongbao.Testing;

namespace Hongbao.Crash.Tests;

/// <summary>
/// Sends, pays, publishes and claims at random until the server is gone or the given moment comes. Whatever got no answer is
/// repeated under the same number by whoever comes next, as real clients do.
/// </summary>
internal sealed class Client(World world, Api api, Random random)
{
    /// <summary>How long one thing is repeated until it is answered.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Answers that a busy or dying server may give; the request is repeated.
    private static readonly HttpStatusCode[] TryAgain = [HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable];

    // A packet that so many have is left alone.
    private const int AskersMax = 8;

    /// <summary>Works until the server is gone or nothing is to be done any more.</summary>
    public async Task RunAsync(Func<bool> isOver)
    {
        try
        {
            while (!isOver())
            {
                await StepAsync();
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            // Killed.
        }
    }

    /// <summary>Repeats all that has no answer yet, pays what is to be paid, and ends campaigns.</summary>
    public async Task SettleAsync()
    {
        foreach (var packet in world.Packets.ToArray())
        {
            await SettleAsync(packet);
        }

        if (world.Rain is { } rain)
        {
            await new RainClient(world, rain, api, random).SettleAsync();
        }
    }

    /// <summary>A packet that is created, paid, and taken from by a user.</summary>
    public async Task SendOneAsync()
    {
        var packet = NewPacket(isToBePaid: true);
        world.Packets.Add(packet);
        var patience = Stopwatch.StartNew();
        while (!packet.IsPaid)
        {
            Assert.True(patience.Elapsed < Patience, "the packet is not paid");
            await SettleAsync(packet);
        }

        await ClaimAsync(packet, World.FirstUid);
    }

    private async Task SettleAsync(SentPacket packet)
    {
        if (packet.PacketNo is null)
        {
            await CreateAsync(packet);
        }
        else if (packet is { IsToBePaid: true, IsPaid: false })
        {
            await PayAsync(packet);
        }
    }

    private async Task StepAsync()
    {
        if (world.Rain is { } rain && random.Next(4) > 0)
        {
            await new RainClient(world, rain, api, random).StepAsync();
            return;
        }

        SentPacket packet;
        bool isNew;
        lock (world)
        {
            var open = world.Packets.FindAll(p => p.PacketNo is null || (p.IsToBePaid && !p.IsPaid) || p.Claims.Count < Math.Min(world.Users, AskersMax));
            isNew = open.Count == 0 || random.Next(6) == 0;
            packet = isNew ? NewPacket(isToBePaid: random.Next(5) > 0) : open[random.Next(Math.Max(0, open.Count - 12), open.Count)];
            if (isNew)
            {
                world.Packets.Add(packet);
            }
        }

        if (packet.PacketNo is null || (packet.IsToBePaid && !packet.IsPaid))
        {
            await SettleAsync(packet);
        }
        else if (!packet.IsPublished && random.Next(3) == 0)
        {
            await PublishAsync(packet);
        }
        else
        {
            await ClaimAsync(packet, World.FirstUid + random.Next(world.Users));
        }
    }

    private SentPacket NewPacket(bool isToBePaid)
    {
        var count = random.Next(1, 5);
        var split = random.Next(3);
        var amount = (long)random.Next(count, 5000);
        amount = split == 2 ? amount / count * count : amount;
        var requestId = $"r{world.Packets.Count}-{random.Next()}";
        return new SentPacket
        {
            RequestId = requestId,
            Sender = World.FirstUid + random.Next(world.Users),
            Amount = amount,
            Count = count,
            IsToBePaid = isToBePaid,
            Body = new
            {
                requestId,
                amount,
                count,
                currency = "CNY",
                split = new[] { "random", "fair", "equal" }[split],
                scope = new { kind = "public" },
                greeting = "恭喜发财 🧧",
                ttlSeconds = random.Next(1, 3),
                funding = new { kind = "cashier" },
            },
        };
    }

    private async Task CreateAsync(SentPacket packet)
    {
        var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/packets", packet.Sender, packet.Body);
        if (answer.IsOk)
        {
            lock (world)
            {
                packet.PacketNo ??= answer.Body.GetProperty("packetNo").GetString()!;
                packet.PayOrderNo ??= answer.Body.GetProperty("payment").GetProperty("payOrderNo").GetString()!;
            }

            if (packet.PacketNo != answer.Body.GetProperty("packetNo").GetString())
            {
                world.Fault($"request {packet.RequestId} made two packets");
            }
        }
        else
        {
            Expect(answer, "create");
        }
    }

    private async Task PayAsync(SentPacket packet)
    {
        var answer = await api.SendAsync(HttpMethod.Post, $"/cashier/{packet.PayOrderNo}/pay", packet.Sender);
        if (answer.IsOk)
        {
            packet.IsPaid |= answer.Body.GetProperty("status").GetString() == "SUCCEEDED";
        }
        else if (answer.Code == "PACKET_NOT_ACTIVE")
        {
            // Too late: closed, or paid late and refunded; the audit tells which.
            packet.IsPaid = true;
        }
        else
        {
            Expect(answer, "pay");
        }
    }

    private async Task PublishAsync(SentPacket packet)
    {
        var answer = await api.SendAsync(HttpMethod.Put, $"/api/v1/packets/{packet.PacketNo}/content", packet.Sender, new { contentId = "video-" + packet.PacketNo });
        packet.IsPublished |= answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent;
        if (!packet.IsPublished && answer.Code != "PACKET_NOT_ACTIVE")
        {
            Expect(answer, "publish");
        }
    }

    private async Task ClaimAsync(SentPacket packet, long uid)
    {
        var answer = await api.SendAsync(HttpMethod.Post, $"/api/v1/packets/{packet.PacketNo}/claims", uid);
        if (!world.Take(packet, uid, answer))
        {
            Expect(answer, "claim");
        }
    }

    private void Expect(Answer answer, string step)
    {
        if (!TryAgain.Contains(answer.Status))
        {
            world.Fault($"{step} answered {(int)answer.Status} {answer.Body}");
        }
    }
}
