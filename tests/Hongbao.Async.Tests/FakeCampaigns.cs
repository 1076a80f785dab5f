using Hongbao.Contracts;

namespace Hongbao.Async.Tests;

/// <summary>Campaigns as Async sees them: the wins that they know, and whether they answer.</summary>
internal sealed class FakeCampaigns : ICampaigns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string App, string ExternalNo), SubsidyIssued> _wins = [];
    private readonly SortedDictionary<long, SubsidyIssued> _byNumber = [];
    private readonly List<List<SubsidyIssued>> _questions = [];

    /// <summary>Answers a question without the truth; null leaves it to that. Throwing is no answer.</summary>
    public Func<VerifyWinsRequest, Task<VerifyWinsResponse?>>? Instead { get; set; }

    /// <summary>What the pull of wins gives instead of the truth.</summary>
    public ResultCode PullResult { get; set; } = ResultCode.Ok;

    public int WinsRead { get; private set; }

    /// <summary>The wins of each question, also of those that got no answer.</summary>
    public List<List<SubsidyIssued>> Questions
    {
        get
        {
            lock (_gate)
            {
                return [.. _questions];
            }
        }
    }

    /// <summary>While true, no question is answered.</summary>
    public bool IsDown
    {
        set => Instead = value ? _ => throw new IOException("campaign is down") : null;
    }

    /// <summary>Wins of the campaigns, in the order of their numbers.</summary>
    public void Issue(params IEnumerable<SubsidyIssued> wins)
    {
        lock (_gate)
        {
            foreach (var win in wins)
            {
                _wins.Add((win.App, win.ExternalNo), win);
                _byNumber.Add(_byNumber.Count + 1, win);
            }
        }
    }

    public async Task<VerifyWinsResponse> VerifyWinsAsync(CallContext context, VerifyWinsRequest request, CancellationToken cancellationToken)
    {
        Assert.InRange(request.Items.Count, 1, 1000);
        Assert.All(request.Items, i => Assert.Equal(context.App, i.App));
        lock (_gate)
        {
            _questions.Add([.. request.Items]);
        }

        if (Instead is { } instead && await instead(request) is { } said)
        {
            return said;
        }

        lock (_gate)
        {
            return new VerifyWinsResponse
            {
                Items = request.Items.ConvertAll(i => new WinVerdict
                {
                    ExternalNo = i.ExternalNo,
                    Genuine = _wins.TryGetValue((i.App, i.ExternalNo), out var win) && win == i,
                }),
            };
        }
    }

    public Task<PullWinsResponse> PullWinsAsync(CallContext context, PullWinsRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (PullResult != ResultCode.Ok)
            {
                return Task.FromResult(new PullWinsResponse { Result = Result.Of(PullResult) });
            }

            var page = _byNumber.Where(w => w.Key > request.AfterNo && w.Value.IssuedAtMs < request.OlderThanMs).Take(request.Limit).ToList();
            WinsRead += page.Count;
            return Task.FromResult(new PullWinsResponse
            {
                Items = page.ConvertAll(w => w.Value),
                NextAfterNo = page.Count == 0 ? request.AfterNo : page[^1].Key,
                Finished = page.Count < request.Limit,
            });
        }
    }

    public Task<CampaignListResponse> ListCampaignsAsync(CallContext context, CancellationToken cancellationToken) => throw NotAsked();
    public Task<RainDrawResponse> DrawAsync(CallContext context, RainDrawRequest request, CancellationToken cancellationToken) => throw NotAsked();
    public Task<WinListResponse> ListWinsAsync(CallContext context, CancellationToken cancellationToken) => throw NotAsked();

    private static InvalidOperationException NotAsked() => new("Async does not ask this of campaigns");
}
