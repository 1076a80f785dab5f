using Hongbao.Campaign.Budgets;
using Hongbao.Campaign.Plans;
using Hongbao.Campaign.Rain;
using Hongbao.Campaign.Reports;
using Hongbao.Contracts;
using Hongbao.Foundation.Chance;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Opening;
using Hongbao.Foundation.Orders;
using Hongbao.Foundation.Stores;
using Microsoft.Extensions.Logging;

namespace Hongbao.Campaign;

/// <summary>The contract's door for operators. Every change is recorded with who made it and why, in its own transaction.</summary>
internal sealed class CampaignOperations(
    IStore store, PlanStore plans, CampaignBoard board, BudgetOrders orders, Settlement settlement, CampaignReport report, DueTable<DueKind> due, NumberMinter numbers,
    StoreClock storeClock, IRandomSource chance, CampaignOptions options, ILogger log) : ICampaignOperations
{
    private const int ListMax = 200;
    private const int ChangesMax = 4;

    public Task<CampaignResponse> CreateAsync(CallContext context, CreateCampaignRequest request, CancellationToken cancellationToken) =>
        CreateDraftAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignDetailsResponse> GetAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        ShowAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignResponse> ScheduleAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        HoldAndScheduleAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignResponse> PauseAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        MoveAsync(context, request, CampaignEvent.Paused, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignResponse> ResumeAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        MoveAsync(context, request, CampaignEvent.Resumed, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignResponse> EndAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        MoveAsync(context, request, CampaignEvent.Ended, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignResponse> ChangeBudgetAsync(CallContext context, ChangeBudgetRequest request, CancellationToken cancellationToken) =>
        SetBudgetAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<PreviewResponse> PreviewAsync(CallContext context, PreviewRequest request, CancellationToken cancellationToken) =>
        SimulateAsync(context, request, cancellationToken).OrAskAgainAsync(log);

    public Task<CampaignReportResponse> ReportAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken) =>
        report.MakeAsync(context, request.CampaignId, cancellationToken).OrAskAgainAsync(log);

    /// <summary>Ends campaigns whose time is over. True when there may be more.</summary>
    public async Task<bool> EndOverAsync(CancellationToken cancellationToken)
    {
        const int PageSize = 20;
        List<long> over;
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            over = await session.QueryAsync<long>(
                $"select campaign_id from campaigns where state in (2, 4) and ends_at <= (select now_ms()) order by campaign_id limit {PageSize}", null, cancellationToken)
                .ConfigureAwait(false);
        }

        foreach (var plan in await plans.LoadAsync(over, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                await MoveAsync(plan, CampaignEvent.Ended, 0, "its time is over", cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException e) when (e.Fault == StoreFault.Fenced)
            {
                // Somebody else moved it; if it is not over, the next look finds it again.
            }
        }

        return over.Count == PageSize;
    }

    private async Task<CampaignResponse> CreateDraftAsync(CallContext context, CreateCampaignRequest request, CancellationToken cancellationToken)
    {
        var faults = PlanRules.Check(request.Plan, request.Reason, options, storeClock.NowMs());
        faults.AddRange(ConditionRules.Faults(request.Plan.Condition, hasSender: false));
        if (faults.Count > 0)
        {
            return new CampaignResponse { Result = new Result { Code = ResultCode.ValidationFailed, Faults = faults } };
        }

        var campaignId = numbers.Mint(Number.SlotOf(context.Uid));
        var secrets = request.Plan.Rounds.ConvertAll(_ =>
        {
            var secret = new byte[Aim.SecretBytes];
            chance.Fill(secret);
            return secret;
        });
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await PlanStore.AddAsync(session, context.App, campaignId, request.Plan, secrets, cancellationToken).ConfigureAwait(false);
            await PlanStore.LogAsync(session, campaignId, context.Uid, "create", request.Reason, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return new CampaignResponse { CampaignId = campaignId, Status = CampaignStatus.Draft };
    }

    private async Task<CampaignDetailsResponse> ShowAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken)
    {
        var shown = request.CampaignId == 0
            ? await plans.ListAsync(context.App, ListMax, cancellationToken).ConfigureAwait(false)
            : await plans.FindAsync(context.App, request.CampaignId, cancellationToken).ConfigureAwait(false) is { } one ? [one] : [];
        if (request.CampaignId != 0 && shown.Count == 0)
        {
            return new CampaignDetailsResponse { Result = Result.Of(ResultCode.NotFound) };
        }

        var issued = await report.IssuedAsync(shown, cancellationToken).ConfigureAwait(false);
        var now = storeClock.NowMs();
        return new CampaignDetailsResponse
        {
            Items = shown.ConvertAll(p => new CampaignDetail
            {
                View = CampaignViews.Of(p, context.Uid, now),
                Plan = CampaignViews.PlanOf(p),
                IssuedAmount = issued.GetValueOrDefault(p.CampaignId).Amount,
                IssuedCount = issued.GetValueOrDefault(p.CampaignId).Count,
                Trouble = p.Trouble ?? "",
            }),
        };
    }

    private async Task<CampaignResponse> HoldAndScheduleAsync(CallContext context, CampaignRequest request, CancellationToken cancellationToken)
    {
        if (PlanRules.ReasonFault(request.Reason) is { } fault)
        {
            return Invalid(request.CampaignId, fault);
        }

        if (await plans.FindAsync(context.App, request.CampaignId, cancellationToken).ConfigureAwait(false) is not { } plan)
        {
            return NotFound(request.CampaignId);
        }

        if (plan.State is CampaignStatus.Scheduled or CampaignStatus.Paused)
        {
            return Done(plan);
        }

        if (plan.State == CampaignStatus.Ended || plan.EndsAtMs <= storeClock.NowMs())
        {
            return NotOpen(plan, "The campaign is over.");
        }

        if (await WriteHoldAsync(plan.CampaignId, context, request.Reason, static p => p.State == CampaignStatus.Draft ? p.Budget : 0, cancellationToken).ConfigureAwait(false) is { } orderNo)
        {
            await orders.AdvanceAsync(context, orderNo, cancellationToken).ConfigureAwait(false);
        }

        return await AfterHoldAsync(context, plan.CampaignId, IsHeld, cancellationToken).ConfigureAwait(false);
    }

    // The order of a hold that finance has not decided on, or a new one of what the campaign, as it is now, lacks; null when it lacks nothing.
    private async Task<long?> WriteHoldAsync(long campaignId, CallContext context, string reason, Func<Plan, long> lackOf, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            // One at a time: two who ask at once have one order, and it is for the budget that the other one may have changed.
            var plan = await PlanStore.LockAsync(session, campaignId, cancellationToken).ConfigureAwait(false);
            var pending = (await BudgetOrders.OfAsync(session, campaignId, cancellationToken).ConfigureAwait(false))
                .Find(static o => o is { Kind: BudgetOrderKind.Hold, State: OrderStatus.Pending });
            if (pending is not null)
            {
                return pending.OrderNo;
            }

            var amount = lackOf(plan);
            if (amount <= 0)
            {
                return null;
            }

            await session.ExecuteAsync(
                "update campaigns set trouble = null, version = version + 1, updated_at = now_ms() where campaign_id = @campaignId", new { campaignId }, cancellationToken).ConfigureAwait(false);
            var orderNo = await orders.AddAsync(session, plan, BudgetOrderKind.Hold, amount, cancellationToken).ConfigureAwait(false);
            await PlanStore.LogAsync(session, plan.CampaignId, context.Uid, $"hold {amount}", reason, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return orderNo;
        }
    }

    private async Task<CampaignResponse> AfterHoldAsync(CallContext context, long campaignId, Func<Plan, bool> isHeld, CancellationToken cancellationToken)
    {
        await board.RefreshAsync(cancellationToken).ConfigureAwait(false);
        var now = (await plans.FindAsync(context.App, campaignId, cancellationToken).ConfigureAwait(false))!;
        return isHeld(now) ? Done(now)
            : now.State == CampaignStatus.Ended ? NotOpen(now, "The campaign is over.")
            : now.Trouble is { } trouble ? new CampaignResponse { Result = Result.Of(ResultCode.InsufficientFunds, trouble), CampaignId = campaignId, Status = now.Status(storeClock.NowMs()) }
            : new CampaignResponse
            {
                Result = Result.Of(ResultCode.Overloaded, "Finance has not answered yet. It goes on being asked; ask again to see how it stands."),
                CampaignId = campaignId,
                Status = now.Status(storeClock.NowMs()),
            };
    }

    private async Task<CampaignResponse> MoveAsync(CallContext context, CampaignRequest request, CampaignEvent on, CancellationToken cancellationToken)
    {
        if (PlanRules.ReasonFault(request.Reason) is { } fault)
        {
            return Invalid(request.CampaignId, fault);
        }

        // Again when somebody else moved it between the look and the move.
        for (var attempt = 0; ; attempt++)
        {
            if (await plans.FindAsync(context.App, request.CampaignId, cancellationToken).ConfigureAwait(false) is not { } plan)
            {
                return NotFound(request.CampaignId);
            }

            if (IsThere(plan.State, on))
            {
                return Done(plan);
            }

            if (!CampaignGraph.Campaign.TryMove(plan.State, on, out _))
            {
                return NotOpen(plan, plan.State == CampaignStatus.Ended ? "The campaign is over." : "The campaign is not scheduled.");
            }

            try
            {
                await MoveAsync(plan, on, context.Uid, request.Reason, cancellationToken).ConfigureAwait(false);
                return Done((await plans.FindAsync(context.App, request.CampaignId, cancellationToken).ConfigureAwait(false))!);
            }
            catch (StoreException e) when (e.Fault == StoreFault.Fenced && attempt < 3)
            {
            }
        }
    }

    // Stopping it closes its chunks in the same transaction: no win commits afterwards.
    private async Task MoveAsync(Plan plan, CampaignEvent on, long uid, string reason, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await PlanStore.MoveAsync(session, plan.CampaignId, plan.State, on, cancellationToken).ConfigureAwait(false);
            if (on != CampaignEvent.Resumed)
            {
                await ChunkStore.CloseCampaignAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false);
            }

            if (on == CampaignEvent.Ended)
            {
                var now = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
                var deadline = Math.Max(now, plan.EndsAtMs) + (plan.TokenTtlSeconds * 1000L) + (options.SettleHours * 3_600_000L);
                await due.RestartAsync(session, DueKind.Settlement, plan.CampaignId, now, deadline, cancellationToken).ConfigureAwait(false);
            }

            await PlanStore.LogAsync(session, plan.CampaignId, uid, on.ToString().ToLowerInvariant(), reason, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        await board.RefreshAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<CampaignResponse> SetBudgetAsync(CallContext context, ChangeBudgetRequest request, CancellationToken cancellationToken)
    {
        if (PlanRules.ReasonFault(request.Reason) is { } fault)
        {
            return Invalid(request.CampaignId, fault);
        }

        // Again when somebody else changed it between the look and the change.
        for (var attempt = 0; attempt < ChangesMax; attempt++)
        {
            if (await plans.FindAsync(context.App, request.CampaignId, cancellationToken).ConfigureAwait(false) is not { } plan)
            {
                return NotFound(request.CampaignId);
            }

            if (await TrySetBudgetAsync(context, plan, request, cancellationToken).ConfigureAwait(false) is { } answer)
            {
                return answer;
            }
        }

        throw new StoreException(StoreFault.Fenced, $"campaign {request.CampaignId} is being changed by others");
    }

    // Null when the campaign is not any more as it was read.
    private async Task<CampaignResponse?> TrySetBudgetAsync(CallContext context, Plan plan, ChangeBudgetRequest request, CancellationToken cancellationToken)
    {
        if (plan.State == CampaignStatus.Ended)
        {
            return NotOpen(plan, "The campaign is over.");
        }

        if (plan.State == CampaignStatus.Draft)
        {
            return await RedraftAsync(context, plan, request, cancellationToken).ConfigureAwait(false);
        }

        if (request.Budget < 1 || request.Budget > options.BudgetMax)
        {
            return Invalid(plan.CampaignId, BudgetFault($"must be between 1 and {options.BudgetMax} minor units"));
        }

        if (request.Budget <= plan.Budget)
        {
            return request.Budget == plan.Budget ? Done(plan) : await LowerAsync(context, plan, request, cancellationToken).ConfigureAwait(false);
        }

        if (plan.Prizes.All(static p => p.ChancePpb == 0))
        {
            return Invalid(plan.CampaignId, BudgetFault("the campaign has no prizes by probability that more money could go to"));
        }

        if (await WriteHoldAsync(
            plan.CampaignId, context, request.Reason, p => IsHeld(p) ? request.Budget - p.Budget : 0, cancellationToken).ConfigureAwait(false) is not { } orderNo)
        {
            return null;
        }

        await orders.AdvanceAsync(context, orderNo, cancellationToken).ConfigureAwait(false);
        return await AfterHoldAsync(context, plan.CampaignId, p => p.Budget >= request.Budget, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CampaignResponse?> RedraftAsync(CallContext context, Plan plan, ChangeBudgetRequest request, CancellationToken cancellationToken)
    {
        var wanted = CampaignViews.PlanOf(plan);
        wanted.Budget = request.Budget;
        var faults = PlanRules.Check(wanted, request.Reason, options, storeClock.NowMs());
        if (faults.Count > 0)
        {
            return new CampaignResponse { Result = new Result { Code = ResultCode.ValidationFailed, Faults = faults }, CampaignId = plan.CampaignId, Status = plan.State };
        }

        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var changed = await session.ExecuteAsync(
                "update campaigns set budget = @Budget, version = version + 1, updated_at = now_ms() where campaign_id = @CampaignId and state = 1", request, cancellationToken).ConfigureAwait(false);
            if ((await BudgetOrders.OfAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false)).Exists(static o => o is { Kind: BudgetOrderKind.Hold, State: OrderStatus.Pending }))
            {
                return NotOpen(plan, "Finance is being asked for the budget as it was; wait for its answer.");
            }

            if (changed == 0)
            {
                return null;
            }

            await PlanStore.LogAsync(session, plan.CampaignId, context.Uid, $"budget {request.Budget}", request.Reason, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        return Done(plan);
    }

    private async Task<CampaignResponse?> LowerAsync(CallContext context, Plan plan, ChangeBudgetRequest request, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await PlanStore.LockAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false);
            if (!IsHeld(now) || request.Budget >= now.Budget)
            {
                return null;
            }

            var cuttable = await BudgetChange.CuttableAsync(session, plan.CampaignId, cancellationToken).ConfigureAwait(false);
            var cut = now.Budget - request.Budget;
            if (cut > cuttable || !await BudgetChange.TryLowerAsync(session, plan.CampaignId, cut, cancellationToken).ConfigureAwait(false))
            {
                return Invalid(plan.CampaignId, BudgetFault($"must be at least {now.Budget - cuttable} minor units: the rest is issued, promised as prizes, or in use at this moment"));
            }

            var nowMs = await session.NowMsAsync(cancellationToken).ConfigureAwait(false);
            await due.RestartAsync(session, DueKind.Settlement, plan.CampaignId, nowMs, nowMs + (options.DeadlineSeconds * 1000L), cancellationToken).ConfigureAwait(false);
            await PlanStore.LogAsync(session, plan.CampaignId, context.Uid, $"budget {request.Budget}", request.Reason, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        await settlement.SettleAsync(plan.CampaignId, cancellationToken).ConfigureAwait(false);
        await board.RefreshAsync(cancellationToken).ConfigureAwait(false);
        return Done(plan);
    }

    private async Task<PreviewResponse> SimulateAsync(CallContext context, PreviewRequest request, CancellationToken cancellationToken) =>
        await plans.FindAsync(context.App, request.CampaignId, cancellationToken).ConfigureAwait(false) is { } plan
            ? Preview.Run(plan, request.Users, new SeededRandomSource(plan.CampaignId ^ request.Users))
            : new PreviewResponse { Result = Result.Of(ResultCode.NotFound) };

    // True while there is a budget that finance holds and that can be another one.
    private static bool IsHeld(Plan plan) => plan.State is CampaignStatus.Scheduled or CampaignStatus.Paused;

    private static bool IsThere(CampaignStatus state, CampaignEvent on) => (state, on) is
        (CampaignStatus.Paused, CampaignEvent.Paused) or (CampaignStatus.Scheduled, CampaignEvent.Resumed) or (CampaignStatus.Ended, CampaignEvent.Ended);

    private CampaignResponse Done(Plan plan) => new() { CampaignId = plan.CampaignId, Status = plan.Status(storeClock.NowMs()) };

    private CampaignResponse NotOpen(Plan plan, string detail) =>
        new() { Result = Result.Of(ResultCode.CampaignNotOpen, detail), CampaignId = plan.CampaignId, Status = plan.Status(storeClock.NowMs()) };

    private static CampaignResponse NotFound(long campaignId) => new() { Result = Result.Of(ResultCode.NotFound), CampaignId = campaignId };

    private static CampaignResponse Invalid(long campaignId, FieldFault fault) =>
        new() { Result = new Result { Code = ResultCode.ValidationFailed, Faults = [fault] }, CampaignId = campaignId };

    private static FieldFault BudgetFault(string message) => new() { Field = "budget", Message = message };
}
