using Hongbao.Contracts;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>Whether campaigns answer other modules.</summary>
internal sealed class Muting
{
    /// <summary>How they give no answer.</summary>
    public enum Way
    {
        None,
        Throws,
        Hangs,
        Refuses,
    }

    public Way Now { get; set; }
}

/// <summary>Campaigns as other modules reach them: sometimes there is no answer.</summary>
internal sealed class MutedCampaigns(ICampaigns campaigns, Muting muting, TimeProvider clock) : ICampaigns
{
    public Task<CampaignListResponse> ListCampaignsAsync(CallContext context, CancellationToken cancellationToken) =>
        MutedAsync(context, () => campaigns.ListCampaignsAsync(context, cancellationToken), cancellationToken);

    public Task<RainDrawResponse> DrawAsync(CallContext context, RainDrawRequest request, CancellationToken cancellationToken) =>
        MutedAsync(context, () => campaigns.DrawAsync(context, request, cancellationToken), cancellationToken);

    public Task<WinListResponse> ListWinsAsync(CallContext context, CancellationToken cancellationToken) =>
        MutedAsync(context, () => campaigns.ListWinsAsync(context, cancellationToken), cancellationToken);

    public Task<VerifyWinsResponse> VerifyWinsAsync(CallContext context, VerifyWinsRequest request, CancellationToken cancellationToken) =>
        MutedAsync(context, () => campaigns.VerifyWinsAsync(context, request, cancellationToken), cancellationToken);

    public Task<PullWinsResponse> PullWinsAsync(CallContext context, PullWinsRequest request, CancellationToken cancellationToken) =>
        MutedAsync(context, () => campaigns.PullWinsAsync(context, request, cancellationToken), cancellationToken);

    private async Task<TAnswer> MutedAsync<TAnswer>(CallContext context, Func<Task<TAnswer>> ask, CancellationToken cancellationToken)
        where TAnswer : IAnswer, new()
    {
        switch (muting.Now)
        {
            case Muting.Way.Throws:
                throw new TimeoutException("nobody answers");
            case Muting.Way.Hangs:
                // As a call over the network, which ends with its time.
                var left = DateTimeOffset.FromUnixTimeMilliseconds(context.DeadlineMs) - clock.GetUtcNow();
                await Task.Delay(context.DeadlineMs == 0 ? Timeout.InfiniteTimeSpan : left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellationToken);
                throw new TimeoutException("the answer is late");
            case Muting.Way.Refuses:
                return new TAnswer { Result = Result.Of(ResultCode.Overloaded) };
        }

        return await ask();
    }
}
