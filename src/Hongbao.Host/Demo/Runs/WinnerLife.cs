using Hongbao.Host.Demo.Api;
using Hongbao.Host.Demo.Audits;
using Hongbao.Host.Demo.Plans;

namespace Hongbao.Host.Demo.Runs;

/// <summary>One win: used for a packet, which is opened, or left until it is too late. Whoever tries what must not be is refused.</summary>
internal sealed class WinnerLife(RainScene scene, long uid, int round, ToldWin win, WinPlan plan)
{
    private const string NotUsable = "SUBSIDY_NOT_USABLE";
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan TooLate = TimeSpan.FromSeconds(1);

    private readonly PacketPlan _packet = plan.ToPacket(uid, win.Amount);
    private readonly string _requestId = scene.RequestId($"{plan.Index}");

    private Journal Journal => scene.Journal;

    private object ByToken => new { kind = "subsidy", token = win.Token };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (plan.Way == WinWay.Expires)
        {
            await scene.RestUntilAsync(win.ExpiresAt + TooLate, cancellationToken);
            await ExpectAsync("an expired win is refused", NotUsable, uid, "late", win.Amount, ByToken, cancellationToken);
            return;
        }

        await TryWrongAsync(cancellationToken);
        if (await SendAsync(cancellationToken) is not { } created)
        {
            return;
        }

        var packet = new SentPacket { Plan = _packet, PacketNo = created.PacketNo, PayOrderNo = 0, SeedHash = created.SeedHash, IsPaid = true };
        Journal.Add(packet);
        scene.Packets.Enqueue(new SentWin(uid, round, created.Kind, packet));
        if (created.Payment is not null)
        {
            Journal.Incident("a win needs no payment", $"packet {packet.PacketNo} asks for one");
        }

        if (plan.UsesAgain)
        {
            await ExpectAsync("a win is used once", NotUsable, uid, "again", win.Amount, ByToken, cancellationToken);
        }

        await new PacketLife(scene.Base, _packet).OpenAllAsync(packet.PacketNo, cancellationToken);
    }

    // What must be refused, and must leave the win as it was.
    private async Task TryWrongAsync(CancellationToken cancellationToken)
    {
        if (plan.IsForged)
        {
            var middle = win.Token.Length / 2;
            var forged = win.Token[..middle] + (win.Token[middle] == 'A' ? 'B' : 'A') + win.Token[(middle + 1)..];
            await ExpectAsync("a forged token is refused", NotUsable, uid, "forged", win.Amount, new { kind = "subsidy", token = forged }, cancellationToken);
        }

        if (plan.IsStolen)
        {
            var thief = scene.Plan.Uids.First(u => u != uid);
            await ExpectAsync("a stolen token is refused", NotUsable, thief, "stolen", win.Amount, ByToken, cancellationToken);
        }

        if (plan.AsksForMore)
        {
            await ExpectAsync("a win is worth what it is", "VALIDATION_FAILED", uid, "more", win.Amount + _packet.Count, ByToken, cancellationToken);
        }
    }

    private async Task ExpectAsync(string check, string code, long sender, string request, long amount, object funding, CancellationToken cancellationToken)
    {
        var answer = await CreateAsync(sender, $"{_requestId}-{request}", amount, funding, cancellationToken);

        // Time may have run out in between, which says the same.
        if (answer.Code != code && !(answer.Code == NotUsable && scene.MayBeExpired(win)))
        {
            Journal.Incident(check, $"win {plan.Index} of {uid} in round {round}: {answer.Summary}");
        }
    }

    private async Task<CreatedShape?> SendAsync(CancellationToken cancellationToken)
    {
        switch (plan.Way)
        {
            case WinWay.Number when await AwaitNumberAsync(s => s.Token == win.Token, cancellationToken) is { } subsidyNo:
                return Created(await CreateAsync(uid, _requestId, win.Amount, ByNumber(subsidyNo), cancellationToken));
            case WinWay.TwoDevices:
                return await SendTwiceAsync(cancellationToken);
            case WinWay.TokenThenNumber:
                var first = Created(await CreateAsync(uid, _requestId, win.Amount, ByToken, cancellationToken));
                if (first is not null && await AwaitNumberAsync(s => s.PacketNo == first.PacketNo, cancellationToken) is { } no)
                {
                    CheckSame(first, await CreateAsync(uid, _requestId, win.Amount, ByNumber(no), cancellationToken));
                }

                return first;
            default:
                var again = plan.CreatesTwice ? CreateAsync(uid, _requestId, win.Amount, ByToken, cancellationToken) : null;
                var created = Created(await CreateAsync(uid, _requestId, win.Amount, ByToken, cancellationToken));
                if (again is not null && await again is var repeated && created is not null)
                {
                    CheckSame(created, repeated);
                }

                return created;
        }
    }

    // Of two requests with numbers of their own one has it.
    private async Task<CreatedShape?> SendTwiceAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            CreateAsync(uid, $"{_requestId}-a", win.Amount, ByToken, cancellationToken), CreateAsync(uid, $"{_requestId}-b", win.Amount, ByToken, cancellationToken));
        var taken = answers.Where(a => a.IsOk).ToArray();
        if (taken.Length > 1 || answers.Any(a => !a.IsOk && a.Code != NotUsable))
        {
            Journal.Incident("of two devices one has the packet", $"win {plan.Index} of {uid} in round {round}: {string.Join(" and ", answers.Select(a => a.Summary))}");
        }

        return Created(taken.FirstOrDefault() ?? answers[0]);
    }

    /// <summary>The packet; null when the win was too old after all.</summary>
    private CreatedShape? Created(ApiAnswer answer)
    {
        if (answer.IsOk)
        {
            return answer.Read<CreatedShape>();
        }

        if (answer.Code != NotUsable || !scene.MayBeExpired(win))
        {
            Journal.Incident("a win is usable", $"win {plan.Index} of {uid} in round {round}: {answer.Summary}");
        }

        return null;
    }

    private void CheckSame(CreatedShape first, ApiAnswer repeated)
    {
        if (!repeated.IsOk || repeated.Read<CreatedShape>() is var again && again != first)
        {
            Journal.Incident("a repeated request gives the same packet", $"{first}, then {repeated.Summary}");
        }
    }

    /// <summary>Waits until the subsidy is stored: messages may be late. Null when that would take too long.</summary>
    /// <param name="isMine">Tells it from others: one that can be used has its token, one that was used its packet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task<long?> AwaitNumberAsync(Predicate<SeenSubsidy> isMine, CancellationToken cancellationToken)
    {
        var patience = scene.Now + ((win.ExpiresAt - scene.Now) / 2);
        while (scene.Now < patience)
        {
            var answer = await scene.Client.GetAsync("api/v1/me/subsidies", scene.Base.Tokens[uid], cancellationToken);
            if ((answer.IsOk ? answer.Read<SubsidiesShape>().Items : []).Find(s => s.SubsidyNo != 0 && isMine(s)) is { } mine)
            {
                return mine.SubsidyNo;
            }

            await scene.Base.RestAsync(LookEvery, cancellationToken);
        }

        return null;
    }

    private Task<ApiAnswer> CreateAsync(long sender, string requestId, long amount, object funding, CancellationToken cancellationToken) =>
        new PacketLife(scene.Base, _packet).CreateAsync(sender, requestId, amount, contentId: null, funding, cancellationToken);

    private static object ByNumber(long subsidyNo) => new { kind = "subsidy", subsidyNo = subsidyNo.ToString(null, null) };
}
