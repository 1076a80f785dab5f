using System.Security.Cryptography;
using Hongbao.Contracts;
using Hongbao.Foundation.Subsidies;

namespace Hongbao.Crash.Tests;

/// <summary>A campaign that an operator wants; he asks for it again until it is scheduled or over.</summary>
internal sealed class RainCampaign
{
    public const int Rounds = 3;

    public TimeSpan RoundTime { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a win of it can be used.</summary>
    public required int TokenTtlSeconds { get; init; }

    /// <summary>The chance of each user and round to win the prize that goes by chance.</summary>
    public double Probability { get; init; } = 0.5;

    /// <summary>Null until a creation was acknowledged. One without an answer stays a draft for ever and moves no money.</summary>
    public string? CampaignId { get; set; }

    /// <summary>What the plan says; an operator may change the budget of a scheduled one.</summary>
    public long Budget { get; set; }

    public DateTimeOffset StartsAt { get; set; }

    /// <summary>How long an operator lets it run; null for as long as it is planned.</summary>
    public TimeSpan? EndsAfter { get; init; }

    /// <summary>When the schedule was acknowledged.</summary>
    public DateTimeOffset? ScheduledAt { get; set; }

    /// <summary>True once the schedule was acknowledged.</summary>
    public bool IsScheduled => ScheduledAt is not null;

    /// <summary>True while an operator has it paused; whoever comes next resumes it.</summary>
    public bool IsPaused { get; set; }

    /// <summary>True once an operator has ended it, or its time was over before it was scheduled.</summary>
    public bool IsEnded { get; set; }

    /// <summary>What users were told, for ever; null is a loss.</summary>
    public Dictionary<(int Round, long Uid), Win?> Draws { get; } = [];

    /// <summary>Draws without an answer: their users ask again.</summary>
    public HashSet<(int Round, long Uid)> Unanswered { get; } = [];

    /// <summary>The round of a moment; 0 when there is none.</summary>
    public int RoundAt(DateTimeOffset now) => now < StartsAt || now >= StartsAt + (Rounds * RoundTime) ? 0 : 1 + (int)((now - StartsAt) / RoundTime);
}

/// <summary>A win that a user was told of, or one that somebody made who has stolen the key of tokens.</summary>
internal sealed class Win
{
    public required string CampaignId { get; init; }

    public required long Uid { get; init; }

    public required long Amount { get; init; }

    public required string Token { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public bool IsForged { get; init; }

    /// <summary>Requests that use it, one for each device: at most one gets a packet.</summary>
    public List<SentPacket> Uses { get; } = [];
}

/// <summary>A payout that a user wants; his request is repeated until it is answered.</summary>
internal sealed class Withdrawal
{
    public required string RequestId { get; init; }

    public required long Uid { get; init; }

    public required long Amount { get; init; }

    /// <summary>Null until it was acknowledged.</summary>
    public string? WithdrawalNo { get; set; }

    /// <summary>Sends without an answer, under way or lost: each may have made the withdrawal, or still make it.</summary>
    public int Unanswered { get; set; }
}

/// <summary>All that clients were told of campaigns. Used under the world's lock.</summary>
internal sealed class Rain
{
    /// <summary>What forged wins say; no campaign has it.</summary>
    public const long ForgedCampaign = 4711;

    private readonly SubsidyTokens _stolen;

    public Rain()
    {
        var key = new SubsidyKeyOptions { Id = "shared", Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(SubsidyTokens.KeyBytes)) };
        Settings = new Dictionary<string, string> { ["HONGBAO_Subsidies__TokenKeys__0__Id"] = key.Id, ["HONGBAO_Subsidies__TokenKeys__0__Key"] = key.Key };
        _stolen = new SubsidyTokens(new SubsidyOptions { TokenKeys = [key] });
    }

    /// <summary>The key of tokens, which all processes share.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public List<RainCampaign> Campaigns { get; } = [];

    public List<Win> Wins { get; } = [];

    /// <summary>Uses without an answer.</summary>
    public List<SentPacket> OpenUses { get; } = [];

    /// <summary>Uses that got a packet.</summary>
    public int Used { get; set; }

    /// <summary>Uses that were refused: late, or on a second device.</summary>
    public int Refused { get; set; }

    public List<Withdrawal> Withdrawals { get; } = [];

    /// <summary>A win that opens like a genuine one and that no campaign has.</summary>
    public Win Forge(long uid, long amount, DateTimeOffset now)
    {
        var expiresAt = now + TimeSpan.FromSeconds(5);
        var issued = new SubsidyIssued
        {
            App = "default",
            ExternalNo = $"{ForgedCampaign}.1.{uid}-{Guid.NewGuid():N}",
            Uid = uid,
            CampaignId = ForgedCampaign,
            Amount = amount,
            Currency = "CNY",
            ExpiresAtMs = expiresAt.ToUnixTimeMilliseconds(),
            IssuedAtMs = now.ToUnixTimeMilliseconds(),
        };
        return new Win
        {
            CampaignId = ForgedCampaign.ToString(null, null),
            Uid = uid,
            Amount = amount,
            Token = _stolen.Make(issued, _stolen.CurrentKey),
            ExpiresAt = expiresAt,
            IsForged = true,
        };
    }
}
