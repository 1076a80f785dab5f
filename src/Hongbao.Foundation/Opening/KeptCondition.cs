using Hongbao.Contracts;

namespace Hongbao.Foundation.Opening;

/// <summary>A condition as modules keep it: a password only by its hash.</summary>
/// <param name="Kind">What has to be met; never None.</param>
/// <param name="Uid">Who is to be followed; otherwise 0.</param>
/// <param name="ContentId">What is to be shared; otherwise empty.</param>
/// <param name="Password">What a password is compared with; otherwise null.</param>
public sealed record KeptCondition(ConditionKind Kind, long Uid, string ContentId, OpeningPassword? Password)
{
    /// <summary>As it stands in a row; null for none.</summary>
    /// <param name="kind">0 for none.</param>
    /// <param name="uid">Null for none.</param>
    /// <param name="contentId">Null for none.</param>
    /// <param name="passwordHash">Null for none.</param>
    /// <param name="no">The number of the packet or campaign.</param>
    public static KeptCondition? Read(ConditionKind kind, long? uid, string? contentId, byte[]? passwordHash, long no) => kind == ConditionKind.None
        ? null
        : new KeptCondition(kind, uid ?? 0, contentId ?? "", passwordHash is null ? null : new OpeningPassword(passwordHash, no));

    /// <summary>For everybody to see.</summary>
    public OpeningCondition Shown => new() { Kind = Kind, Uid = Uid, ContentId = ContentId };
}
