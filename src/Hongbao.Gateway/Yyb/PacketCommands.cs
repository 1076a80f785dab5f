using Hongbao.Contracts;
using Hongbao.Contracts.Yyb;
using Hongbao.Gateway.Endpoints;
using Hongbao.Gateway.Json;
using Wire = Hongbao.Contracts.Yyb;

namespace Hongbao.Gateway.Yyb;

/// <summary>Commands that create, publish and look at packets.</summary>
internal sealed class PacketCommands(IRedPacketCore core, IRedPacketQuery query, Calls calls, PacketLimits limits)
{
    public async Task<Outcome<CreatePacketRsp>> CreateAsync(CommandCall call, CreatePacketReq request)
    {
        // What Core could only name in the words of HTTP; all else is for it to say.
        var fields = new Fields();
        fields.Choice("split", request.Split);
        fields.Choice("scope.kind", request.Scope.Kind);
        fields.Choice("condition.kind", request.Condition.Kind);
        CheckFunding(fields, request.Funding);
        if (fields.Refusal is { } refusal)
        {
            return refusal;
        }

        var isSubsidized = request.Funding.Kind == Wire.FundingKind.Subsidy;
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
            OpensAtMs = request.OpensAtMs,
            Condition = new Contracts.OpeningCondition
            {
                Kind = (Contracts.ConditionKind)request.Condition.Kind,
                Password = request.Condition.Password,
                Uid = request.Condition.Uid,
                ContentId = request.Condition.ContentId,
            },
            SubsidyNo = isSubsidized ? request.Funding.SubsidyNo : 0,
            Token = isSubsidized ? request.Funding.Token : "",
        }, gone));
        return !response.Result.IsOk() ? response.Result : new CreatePacketRsp
        {
            PacketNo = response.PacketNo,
            Kind = (Wire.PacketKind)response.Kind,
            Status = (Wire.PacketStatus)response.Status,
            ExpiresAtMs = response.ExpiresAtMs,
            PayOrderNo = response.PayOrderNo,
            PaymentStatus = (Wire.PaymentStatus)response.PaymentStatus,
            CashierUrl = PacketDetail.CashierUrlOf(response.PayOrderNo),
            SeedHash = response.SeedHash,
            Repeated = response.Repeated,
        };
    }

    public Task<Outcome<SetContentRsp>> SetContentAsync(CommandCall call, SetContentReq request)
    {
        var fields = new Fields();
        var asked = new SetContentRequest { PacketNo = fields.Number("packetNo", request.PacketNo), ContentId = request.ContentId };
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => core.SetContentAsync(context, asked, gone),
            _ => new SetContentRsp { PacketNo = asked.PacketNo, ContentId = asked.ContentId });
    }

    public Task<Outcome<ListPacketsRsp>> ListAsync(CommandCall call, ListPacketsReq request)
    {
        var fields = new Fields();
        var page = fields.Page(request.Limit, request.Cursor);
        page.ContentId = fields.ContentId(request.ContentId);
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.ListPacketsAsync(context, page, gone),
            static r => new ListPacketsRsp { Items = r.Items.ConvertAll(AppShapes.Of), Next = r.Next });
    }

    public Task<Outcome<GetPacketRsp>> GetAsync(CommandCall call, GetPacketReq request)
    {
        var fields = new Fields();
        var asked = new PacketRequest { PacketNo = fields.Number("packetNo", request.PacketNo) };
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.GetPacketAsync(context, asked, gone), static r => new GetPacketRsp { Packet = AppShapes.Of(r.Packet) });
    }

    public Task<Outcome<GetPacketStatusRsp>> GetStatusAsync(CommandCall call, GetPacketStatusReq request)
    {
        var fields = new Fields();
        var asked = new PacketRequest { PacketNo = fields.Number("packetNo", request.PacketNo) };
        return calls.AnswerAsync(call, fields.Refusal, (context, gone) => query.GetStatusAsync(context, asked, gone),
            r => new GetPacketStatusRsp { PacketNo = asked.PacketNo, Status = (Wire.PacketStatus)r.Status });
    }

    public async Task<Outcome<GetDrawRsp>> GetDrawAsync(CommandCall call, GetDrawReq request)
    {
        var fields = new Fields();
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
            MaxOpensAheadSeconds = now.MaxOpensAheadSeconds,
        };
    }

    private static void CheckFunding(Fields fields, Funding funding)
    {
        if (fields.Choice("funding.kind", funding.Kind) != Wire.FundingKind.Subsidy)
        {
            return;
        }

        if (funding.SubsidyNo != 0)
        {
            fields.Number("funding.subsidyNo", funding.SubsidyNo);
        }

        fields.Text("funding.token", funding.Token);
        if (PacketFunding.FaultOf(funding.SubsidyNo, funding.Token) is var (field, accepted))
        {
            fields.Fault("funding." + field, accepted);
        }
    }
}
