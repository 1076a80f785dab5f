using System.Globalization;
using Hongbao.Contracts;
using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>One packet of the plan: sent, paid, opened. What the server acknowledges goes to the journal, what it should not say too.</summary>
internal sealed class PacketLife(DemoScene scene, PacketPlan plan)
{
    private static readonly TimeSpan PayRest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PayPatience = TimeSpan.FromSeconds(30);

    private Journal Journal => scene.Journal;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await SendAsync(cancellationToken) is not { } packet)
        {
            return;
        }

        if (plan.IsPaid)
        {
            await Task.WhenAll(Enumerable.Range(0, plan.PaysTwice ? 2 : 1).Select(_ => PayAsync(packet, cancellationToken)));
            if (!packet.IsPaid)
            {
                return;
            }

            if (plan.GetsContentLater)
            {
                await BindContentAsync(packet, cancellationToken);
            }
        }

        await OpenAllAsync(packet.PacketNo, cancellationToken);
    }

    /// <summary>All who are to open it, at the same time.</summary>
    public Task OpenAllAsync(long packetNo, CancellationToken cancellationToken)
    {
        var expected = plan.Scenario switch
        {
            Scenario.Unpaid => "PACKET_NOT_ACTIVE",
            Scenario.LeftOver => "PACKET_EXPIRED",
            Scenario.Rush or Scenario.Filled or Scenario.Exclusive => "PACKET_EXHAUSTED",
        };
        return Task.WhenAll([
            .. plan.Openers.Select(o => OpenAsync(packetNo, o, expected, cancellationToken)),
            .. plan.Strangers.Select(uid => OpenAsync(packetNo, new Opener(uid, Repeats: true), "NOT_IN_SCOPE", cancellationToken)),
        ]);
    }

    /// <summary>Asks for the packet.</summary>
    /// <param name="sender">With whose token.</param>
    /// <param name="requestId">The request's number.</param>
    /// <param name="amount">Minor units.</param>
    /// <param name="contentId">The video; null for none.</param>
    /// <param name="funding">Where the money comes from, as the contract has it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ApiAnswer> CreateAsync(long sender, string requestId, long amount, string? contentId, object funding, CancellationToken cancellationToken) => scene.Client.PostAsync(
        "api/v1/packets", scene.Tokens[sender],
        new
        {
            requestId,
            amount,
            count = plan.Count,
            currency = scene.Currency,
            split = plan.Split.ToString().ToLowerInvariant(),
            scope = plan.Scenario == Scenario.Exclusive
                ? (object)new { kind = "exclusive", uids = plan.Openers.Select(o => o.Uid.ToString(CultureInfo.InvariantCulture)) }
                : new { kind = "public" },
            greeting = plan.Greeting,
            contentId,
            ttlSeconds = plan.ExpiresSoon ? scene.ShortTtlSeconds : (int?)null,
            funding,
        },
        cancellationToken);

    /// <summary>Opens a packet; polls while it is busy, as often as the server says.</summary>
    /// <param name="packetNo">The packet.</param>
    /// <param name="opener">Who.</param>
    /// <param name="expected">The one refusal that is fine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task OpenAsync(long packetNo, Opener opener, string expected, CancellationToken cancellationToken)
    {
        var first = await AskAsync(packetNo, opener.Uid, expected, cancellationToken);
        if (opener.Repeats)
        {
            var again = await AskAsync(packetNo, opener.Uid, expected, cancellationToken);
            if (first is not null && again != first)
            {
                Journal.Incident("a repeated claim gives the same", $"packet {packetNo}: {opener.Uid} had {first}, then {again?.ToString() ?? "nothing"}");
            }
        }
    }

    private async Task<AcknowledgedClaim?> AskAsync(long packetNo, long uid, string expected, CancellationToken cancellationToken)
    {
        for (var polls = 0; ; polls++)
        {
            var answer = await scene.Client.ClaimAsync(packetNo, scene.Tokens[uid], cancellationToken);
            if (answer.IsOk)
            {
                var claim = answer.Read<ClaimShape>();
                var acknowledged = new AcknowledgedClaim(packetNo, uid, claim.ClaimNo, claim.Seq, claim.Amount);
                Journal.Add(acknowledged);
                if (claim.PacketNo != packetNo)
                {
                    Journal.Incident("claim is of its packet", $"asked packet {packetNo}, answered was {claim.PacketNo}");
                }

                return acknowledged;
            }

            if (answer.Code == "CLAIM_BUSY")
            {
                Journal.AddBusy();
                if (polls >= answer.MaxPolls)
                {
                    Journal.Incident("busy ends", $"packet {packetNo}: {uid} was told to come again {polls + 1} times");
                    return null;
                }

                await scene.RestAsync(answer.RetryAfter, cancellationToken);
                continue;
            }

            if (answer.Code == expected)
            {
                Journal.Add(new RefusedClaim(packetNo, uid, answer.Code));
            }
            else
            {
                Journal.Incident("answer to a claim", $"packet {packetNo} ({plan.Scenario}): {uid} got {answer.Summary}; a claim or {expected} was expected");
            }

            return null;
        }
    }

    private async Task<SentPacket?> SendAsync(CancellationToken cancellationToken)
    {
        var contentId = plan.HasContent ? VideoOf("first") : null;
        var answers = await Task.WhenAll(Enumerable.Range(0, plan.CreatesTwice ? 2 : 1).Select(_ => CreateAsync(plan.Amount, contentId, cancellationToken)));
        if (Array.Find(answers, a => !a.IsOk) is { } refused)
        {
            Journal.Incident("packet is created", $"packet {plan.Index} of the plan: {refused.Summary}");
            return null;
        }

        var created = answers[0].Read<CreatedShape>();
        var packet = new SentPacket { Plan = plan, PacketNo = created.PacketNo, PayOrderNo = created.Payment?.PayOrderNo ?? throw new DemoStoppedException("The server creates packets without a payment order."), SeedHash = created.SeedHash, ContentId = contentId };
        Journal.Add(packet);
        if (answers.Length > 1 && answers[1].Read<CreatedShape>() is var repeated && repeated != created)
        {
            Journal.Incident("a repeated request gives the same packet", $"{created}, then {repeated}");
        }

        if (plan.CreatesOther)
        {
            var other = await CreateAsync(plan.Amount + plan.Count, contentId, cancellationToken);
            if (other.Code != "IDEMPOTENCY_MISMATCH" && plan.Amount + plan.Count <= plan.Count * DemoPlanner.ShareMax)
            {
                Journal.Incident("a request id with other content is refused", $"packet {packet.PacketNo}: {other.Summary}");
            }
        }

        return packet;
    }

    private Task<ApiAnswer> CreateAsync(long amount, string? contentId, CancellationToken cancellationToken) =>
        CreateAsync(plan.Sender, $"demo-{scene.RunId}-{plan.Index}", amount, contentId, new { kind = "cashier" }, cancellationToken);

    /// <summary>Presses the button until the payment is through: finance may be slow, or forget to answer.</summary>
    private async Task PayAsync(SentPacket packet, CancellationToken cancellationToken)
    {
        var start = scene.Clock.GetTimestamp();
        while (true)
        {
            var answer = await scene.Client.PostAsync($"cashier/{packet.PayOrderNo}/pay", scene.Tokens[plan.Sender], null, cancellationToken);
            if (answer.IsOk && answer.Read<PaidShape>().Status == "SUCCEEDED")
            {
                packet.IsPaid = true;
                return;
            }

            if (!answer.IsOk || scene.Clock.GetElapsedTime(start) > PayPatience)
            {
                Journal.Incident("payment goes through", $"packet {packet.PacketNo}: {answer.Summary}");
                return;
            }

            await scene.RestAsync(PayRest, cancellationToken);
        }
    }

    private async Task BindContentAsync(SentPacket packet, CancellationToken cancellationToken)
    {
        packet.ContentId = VideoOf("later");
        for (var time = 1; time <= 2; time++)
        {
            var answer = await scene.Client.PutAsync($"api/v1/packets/{packet.PacketNo}/content", scene.Tokens[plan.Sender], new { contentId = packet.ContentId }, cancellationToken);
            if (!answer.IsOk)
            {
                Journal.Incident("video is bound", $"packet {packet.PacketNo}, time {time}: {answer.Summary}");
            }
        }
    }

    private string VideoOf(string when) => $"demo-{scene.RunId}-{when}-{plan.Index}";
}
