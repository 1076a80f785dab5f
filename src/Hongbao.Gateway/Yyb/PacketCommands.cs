using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using FundingKind = Hongbao.Gateway.Endpoints.FundingKind;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands that create, publish and look at packets.</summary>
internal sealed class PacketCommands(IRedPacketCore core, IRedPacketQuery query, Calls calls, PacketLimits limits)
{
    public async Task<Outcome<CreatePacketRsp>> CreateAsync(CommandCall call, CreatePacketReq request)
    {
        if (RefusalOf(request.Funding) is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => core.CreatePacketAsync(context, new CreatePacketRequest
        {
            RequestId = call.RequestId,
            Amount = request.Amount,
            Count = request.Count,
            Currency = request.Currency,
            Split = (Contracts.SplitKind)request.Split,
            Scope = (Contracts.ScopeKind)request.Scope.Kind,
            ScopeUids = request.Scope.Uids,
            Greeting = request.Greeting,
            ContentId = request.ContentId,
            TtlSeconds = request.TtlSeconds,
        }, gone));
        return !response.Result.IsOk() ? response.Result : new CreatePacketRsp
        {
            PacketNo = response.PacketNo,
            Kind = (Wire.PacketKind)response.Kind,
            Status = (Wire.PacketStatus)response.Status,
            ExpiresAtMs = response.ExpiresAtMs,
            PayOrderNo = response.PayOrderNo,
            PaymentStatus = (Wire.PaymentStatus)response.PaymentStatus,
            CashierUrl = AppShapes.CashierUrlOf(response.PayOrderNo),
            SeedHash = response.SeedHash,
            Repeated = response.Repeated,
        };
    }

    public async Task<Outcome<SetContentRsp>> SetContentAsync(CommandCall call, SetContentReq request)
    {
        var fields = new ListFields();
        var packetNo = fields.Number("packetNo", request.PacketNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => core.SetContentAsync(
            context, new SetContentRequest { PacketNo = packetNo, ContentId = request.ContentId }, gone));
        return !response.Result.IsOk() ? response.Result : new SetContentRsp { PacketNo = packetNo, ContentId = request.ContentId };
    }

    public async Task<Outcome<ListPacketsRsp>> ListAsync(CommandCall call, ListPacketsReq request)
    {
        var fields = new ListFields();
        var page = fields.Page(request.Limit, request.Cursor);
        page.ContentId = fields.ContentId(request.ContentId);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.ListPacketsAsync(context, page, gone));
        return !response.Result.IsOk() ? response.Result : new ListPacketsRsp { Items = response.Items.ConvertAll(AppShapes.Of), Next = response.Next };
    }

    public async Task<Outcome<GetPacketRsp>> GetAsync(CommandCall call, GetPacketReq request)
    {
        var fields = new ListFields();
        var packetNo = fields.Number("packetNo", request.PacketNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.GetPacketAsync(context, new PacketRequest { PacketNo = packetNo }, gone));
        return !response.Result.IsOk() ? response.Result : new GetPacketRsp { Packet = AppShapes.Of(response.Packet) };
    }

    public async Task<Outcome<GetPacketStatusRsp>> GetStatusAsync(CommandCall call, GetPacketStatusReq request)
    {
        var fields = new ListFields();
        var packetNo = fields.Number("packetNo", request.PacketNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.GetStatusAsync(context, new PacketRequest { PacketNo = packetNo }, gone));
        return !response.Result.IsOk() ? response.Result : new GetPacketStatusRsp { PacketNo = packetNo, Status = (Wire.PacketStatus)response.Status };
    }

    public async Task<Outcome<GetDrawRsp>> GetDrawAsync(CommandCall call, GetDrawReq request)
    {
        var fields = new ListFields();
        var packetNo = fields.Number("packetNo", request.PacketNo);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var response = await calls.AskAsync(call.Origin, (context, gone) => query.GetDrawAsync(context, new PacketRequest { PacketNo = packetNo }, gone));
        return !response.Result.IsOk() ? DrawAccess.RefusalOf(response.Result, call.Origin.Caller) : new GetDrawRsp
        {
            PacketNo = response.Packet.PacketNo,
            Algorithm = response.Algorithm,
            Split = (Wire.SplitKind)response.Packet.Split,
            Amount = response.Packet.Amount,
            Count = response.Packet.Count,
            Cap = response.Packet.Cap,
            SeedHash = response.Packet.SeedHash,
            Seed = response.Packet.Seed,
            Draws = response.Draws.ConvertAll(static d => new Wire.DrawnShare { Seq = d.Seq, Amount = d.Amount }),
        };
    }

    public async Task<Outcome<GetLimitsRsp>> GetLimitsAsync(CommandCall call)
    {
        var now = await limits.GetAsync(call.Origin);
        return !now.Result.IsOk() ? now.Result : new GetLimitsRsp
        {
            Currency = now.Currency,
            MaxCount = now.MaxCount,
            MinShare = now.MinShare,
            MaxShare = now.MaxShare,
            MaxGreeting = now.MaxGreeting,
            MinTtlSeconds = now.MinTtlSeconds,
            MaxTtlSeconds = now.MaxTtlSeconds,
            DefaultTtlSeconds = now.DefaultTtlSeconds,
        };
    }

    private static Result? RefusalOf(Funding funding)
    {
        var kind = (FundingKind)funding.Kind;
        return !Enum.IsDefined(kind) ? Result.Invalid("funding.kind", $"must be one of {string.Join(", ", Enum.GetValues<FundingKind>().Select(k => $"{k:D} ({k})"))}")
            : kind == FundingKind.Subsidy && !PacketFunding.IsNamed(funding.SubsidyNo, funding.Token) ? Result.Invalid("funding." + PacketFunding.NamedBy, PacketFunding.NameAccepted)
            : PacketFunding.RefusalOf(kind);
    }
}
