using Hongbao.Contracts;

namespace Hongbao.Query.Tests;

/// <summary>A campaign that has the wins that a test gives it, or no answer.</summary>
internal sealed class FakeCampaigns : ICampaigns
{
    /// <summary>What it lists, whoever asks.</summary>
    public List<WinView> Wins { get; } = [];

    /// <summary>In place of the list.</summary>
    public Func<CancellationToken, Task<WinListResponse>>? Instead { get; set; }

    public CallContext? LastContext { get; private set; }

    public Task<WinListResponse> ListWinsAsync(CallContext context, CancellationToken cancellationToken)
    {
        LastContext = context;
        return Instead?.Invoke(cancellationToken) ?? Task.FromResult(new WinListResponse { Items = [.. Wins] });
    }

    public Task<CampaignListResponse> ListCampaignsAsync(CallContext context, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<RainDrawResponse> DrawAsync(CallContext context, RainDrawRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<VerifyWinsResponse> VerifyWinsAsync(CallContext context, VerifyWinsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PullWinsResponse> PullWinsAsync(CallContext context, PullWinsRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();
}
