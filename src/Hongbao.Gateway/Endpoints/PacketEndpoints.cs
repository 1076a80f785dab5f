using Hongbao.Contracts;
using Hongbao.Gateway.Auth;
using Hongbao.Gateway.Json;
using Hongbao.Gateway.Problems;

namespace Hongbao.Gateway.Endpoints;

/// <summary>Creating, publishing and looking at packets.</summary>
internal sealed class PacketEndpoints(IRedPacketCore core, IRedPacketQuery query, Calls calls, PacketLimits limits)
{
    private const string Tag = "Packets";

    // More than any setting allows; Core counts exactly.
    private const int ScopeUidsMax = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/packets", CreateAsync).For(Access.User)
            .Describe(Tag, "createPacket", "Create a packet: with its payment order, or active at once when a subsidy of the caller funds it. Idempotent by requestId.", ResultCode.ValidationFailed, ResultCode.RiskRefused,
                ResultCode.IdempotencyMismatch, ResultCode.SubsidyNotUsable, ResultCode.LimitExceeded, ResultCode.ContentRejected, ResultCode.Degraded)
            .Takes(typeof(CreatePacketBody)).Gives(typeof(CreatedPacket), 201, 200);
        routes.MapGet("/api/v1/packets", ListAsync).For(Access.User)
            .Describe(Tag, "listPackets", "Packets of a video that the caller may see, or without one the recent public ones.", ResultCode.ValidationFailed)
            .Lists("contentId").Gives(typeof(PacketPage));
        routes.MapGet("/api/v1/packets/{packetNo}", GetAsync).For(Access.User)
            .Describe(Tag, "getPacket", "A packet as the caller may see it.", ResultCode.ValidationFailed, ResultCode.NotInScope, ResultCode.NotFound, ResultCode.Degraded)
            .Gives(typeof(PacketDetail));
        routes.MapGet("/api/v1/packets/{packetNo}/status", GetStatusAsync).For(Access.User)
            .Describe(Tag, "getPacketStatus", "A packet's status.", ResultCode.ValidationFailed, ResultCode.NotFound)
            .Gives(typeof(PacketStatusAnswer));
        routes.MapPut("/api/v1/packets/{packetNo}/content", SetContentAsync).For(Access.User)
            .Describe(Tag, "setPacketContent", "Bind a packet to a video, by its sender, once.", ResultCode.ValidationFailed, ResultCode.Forbidden, ResultCode.NotFound,
                ResultCode.PacketNotActive, ResultCode.IdempotencyMismatch)
            .Takes(typeof(ContentBody)).Gives(typeof(PacketContent));
        routes.MapGet("/api/v1/packets/{packetNo}/draw", GetDrawAsync).For(Access.AnyoneOrUser)
            .Describe(Tag, "getPacketDraw", "What anyone needs to recompute a packet's amounts; the seed once no more draw is possible. Until then only a public packet's needs no token.",
                ResultCode.ValidationFailed, ResultCode.NotInScope, ResultCode.NotFound, ResultCode.Degraded)
            .Gives(typeof(DrawAnswer));
        routes.MapGet("/api/v1/limits", GetLimitsAsync).For(Access.Anyone)
            .Describe(Tag, "getLimits", "The limits of packets.").Gives(typeof(LimitsAnswer));
    }

    private async Task<IResult> CreateAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadAsync(http);
        var scope = body.Object("scope");
        var funding = body.Object("funding");
        var request = new CreatePacketRequest
        {
            RequestId = body.Text("requestId"),
            Amount = body.Long("amount"),
            Count = body.Int("count"),
            Currency = body.Text("currency"),
            Split = body.Choice<SplitKind>("split"),
            Scope = scope.Choice<ScopeKind>("kind"),
            ScopeUids = scope.OptionalNumbers("uids", ScopeUidsMax),
            Greeting = body.OptionalText("greeting"),
            ContentId = body.OptionalFullText("contentId"),
            TtlSeconds = body.OptionalNonZeroInt("ttlSeconds"),
            OpensAtMs = body.OptionalTime("opensAt"),
            Condition = ConditionBody.Read(body),
        };
        if (funding.Choice<FundingKind>("kind") == FundingKind.Subsidy)
        {
            ReadSubsidy(funding, request);
        }

        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => core.CreatePacketAsync(context, request, gone));
        if (!response.Result.IsOk())
        {
            return ProblemAnswer.From(response.Result);
        }

        http.Response.Headers.Location = $"/api/v1/packets/{response.PacketNo}";
        var answer = new CreatedPacket
        {
            PacketNo = response.PacketNo,
            Kind = response.Kind,
            Status = response.Status,
            ExpiresAt = response.ExpiresAtMs,
            Payment = response.PayOrderNo == 0 ? null : new PaymentPart
            {
                PayOrderNo = response.PayOrderNo,
                Status = response.PaymentStatus,
                CashierUrl = PacketDetail.CashierUrlOf(response.PayOrderNo),
            },
            SeedHash = response.SeedHash,
        };
        return new JsonAnswer<CreatedPacket>(response.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created, answer, GatewayJson.Wire.CreatedPacket);
    }

    private static void ReadSubsidy(RequestBody funding, CreatePacketRequest request)
    {
        request.SubsidyNo = funding.OptionalNumber("subsidyNo");
        request.Token = funding.OptionalText("token");
        if (funding.Refusal is null && PacketFunding.FaultOf(request.SubsidyNo, request.Token) is var (field, accepted))
        {
            funding.Fault(field, accepted);
        }
    }

    private Task<IResult> ListAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var page = parameters.Page();
        page.ContentId = parameters.ContentId();
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => query.ListPacketsAsync(context, page, gone),
            static r => new PacketPage { Items = r.Items.ConvertAll(PacketDetail.From), Next = r.Next.Length == 0 ? null : r.Next }, GatewayJson.Wire.PacketPage);
    }

    private Task<IResult> GetAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var asked = new PacketRequest { PacketNo = parameters.Number("packetNo") };
        return calls.AnswerAsync(
            http, parameters.Refusal, (context, gone) => query.GetPacketAsync(context, asked, gone), static r => PacketDetail.From(r.Packet), GatewayJson.Wire.PacketDetail);
    }

    private Task<IResult> GetStatusAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var asked = new PacketRequest { PacketNo = parameters.Number("packetNo") };
        return calls.AnswerAsync(http, parameters.Refusal, (context, gone) => query.GetStatusAsync(context, asked, gone),
            r => new PacketStatusAnswer { PacketNo = asked.PacketNo, Status = r.Status }, GatewayJson.Wire.PacketStatusAnswer);
    }

    private async Task<IResult> SetContentAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var packetNo = parameters.Number("packetNo");
        if (parameters.Refusal is { } wrongAddress)
        {
            return wrongAddress;
        }

        var body = await RequestBody.ReadAsync(http);
        var asked = new SetContentRequest { PacketNo = packetNo, ContentId = body.Text("contentId") };
        return await calls.AnswerAsync(http, body.Refusal, (context, gone) => core.SetContentAsync(context, asked, gone),
            _ => new PacketContent { PacketNo = asked.PacketNo, ContentId = asked.ContentId }, GatewayJson.Wire.PacketContent);
    }

    private async Task<IResult> GetDrawAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var parameters = new Parameters(http);
        var packetNo = parameters.Number("packetNo");
        if (parameters.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(Calls.OriginOf(http), (context, gone) => query.GetDrawAsync(context, new PacketRequest { PacketNo = packetNo }, gone));
        return response.Result.IsOk()
            ? JsonAnswer.Ok(DrawOf(response), GatewayJson.Wire.DrawAnswer)
            : ProblemAnswer.From(DrawAccess.RefusalOf(response.Result, http.Features.Get<Caller>()));
    }

    private static DrawAnswer DrawOf(DrawResponse response) => new()
    {
        PacketNo = response.Packet.PacketNo,
        Algorithm = response.Algorithm,
        Split = response.Packet.Split,
        Amount = response.Packet.Amount,
        Count = response.Packet.Count,
        Cap = response.Packet.Cap,
        SeedHash = response.Packet.SeedHash,
        Seed = response.Packet.Seed.Length == 0 ? null : response.Packet.Seed,
        Draws = response.Draws.ConvertAll(d => new DrawnPart { Seq = d.Seq, Amount = d.Amount }),
    };

    private async Task<IResult> GetLimitsAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var now = await limits.GetAsync(Calls.OriginOf(http));
        return !now.Result.IsOk() ? ProblemAnswer.From(now.Result) : JsonAnswer.Ok(new LimitsAnswer
        {
            Currency = now.Currency,
            MaxCount = now.MaxCount,
            MinShare = now.MinShare,
            MaxShare = now.MaxShare,
            MaxGreeting = now.MaxGreeting,
            MinTtlSeconds = now.MinTtlSeconds,
            MaxTtlSeconds = now.MaxTtlSeconds,
            DefaultTtlSeconds = now.DefaultTtlSeconds,
            MaxOpensAheadSeconds = now.MaxOpensAheadSeconds > 0 ? now.MaxOpensAheadSeconds : null,
        }, GatewayJson.Wire.LimitsAnswer);
    }
}
