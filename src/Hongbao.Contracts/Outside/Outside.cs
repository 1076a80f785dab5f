namespace Hongbao.Contracts;

/// <summary>How two users stand to each other.</summary>
public enum RelationKind
{
    /// <summary>The other follows the user.</summary>
    Follower = 1,
    /// <summary>Both follow each other.</summary>
    Friend = 2,
}

/// <summary>Asks whether <see cref="Other"/> is a follower or friend of <see cref="Uid"/>.</summary>
public sealed record RelationRequest
{
    /// <summary>The packet's sender.</summary>
    public long Uid { get; set; }
    /// <summary>The one who wants to claim.</summary>
    public long Other { get; set; }
    /// <summary>The relation asked about.</summary>
    public RelationKind Kind { get; set; }
}

/// <summary>Whether the relation holds; the result is Degraded when the host app gives no answer.</summary>
public sealed record RelationResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>True when it holds; meaningful when Ok.</summary>
    public bool Holds { get; set; }
}

/// <summary>The host app's follow graph. Deciding who may take money, it fails closed.</summary>
public interface IRelations
{
    /// <summary>
    /// Asks the host app. Bounded by a timeout; answers are cached for a short while. Every relation of a user to himself
    /// holds, without asking.
    /// </summary>
    Task<RelationResponse> HoldsAsync(CallContext context, RelationRequest request, CancellationToken cancellationToken);
}

/// <summary>A user as others see him.</summary>
public sealed record Profile
{
    /// <summary>The user.</summary>
    public long Uid { get; set; }
    /// <summary>Display name; empty when unknown.</summary>
    public string Name { get; set; } = "";
    /// <summary>URL of a picture; empty when unknown.</summary>
    public string Avatar { get; set; } = "";
}

/// <summary>Asks for several profiles at once.</summary>
public sealed record ProfilesRequest
{
    /// <summary>At most 100.</summary>
    public List<long> Uids { get; set; } = [];
}

/// <summary>The profiles that are known, in no particular order.</summary>
public sealed record ProfilesResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>Those found.</summary>
    public List<Profile> Items { get; set; } = [];
}

/// <summary>Names and pictures from the host app. For show only, it fails open: callers go on without names.</summary>
public interface IProfiles
{
    /// <summary>
    /// Asks the host app. Bounded by a timeout; answers are cached. When some are missing for want of an answer, the result is
    /// Degraded and those at hand are given. Names are at most 64 characters and free of control characters; avatars are http(s)
    /// addresses or absolute paths.
    /// </summary>
    Task<ProfilesResponse> GetAsync(CallContext context, ProfilesRequest request, CancellationToken cancellationToken);
}

/// <summary>Asks whether a text may be shown.</summary>
public sealed record ModerationRequest
{
    /// <summary>The greeting, at most 4,000 characters; an empty one may always be shown.</summary>
    public string Text { get; set; } = "";
}

/// <summary>The verdict; the result is Degraded when the host app gives no answer.</summary>
public sealed record ModerationResponse
{
    /// <summary>How it ended.</summary>
    public Result Result { get; set; } = new();
    /// <summary>True when the text may be shown; meaningful when Ok.</summary>
    public bool Allowed { get; set; }
}

/// <summary>The host app's text check. What it does without an answer is the setting <c>Outside:Moderation:OnFailure</c>, closed by default.</summary>
public interface IModeration
{
    /// <summary>Asks the host app. Bounded by a timeout; verdicts are cached by text.</summary>
    Task<ModerationResponse> CheckAsync(CallContext context, ModerationRequest request, CancellationToken cancellationToken);
}
