namespace Hongbao.Gateway.Auth;

/// <summary>Who may call an endpoint.</summary>
internal enum Access
{
    /// <summary>Everyone; nobody looks at a token that is sent along.</summary>
    Anyone,
    /// <summary>Everyone, and who asks makes a difference: a token that is sent along must be valid.</summary>
    AnyoneOrUser,
    /// <summary>Every user.</summary>
    User,
    /// <summary>Operators and admins.</summary>
    Operator,
    /// <summary>Admins.</summary>
    Admin,
}

/// <summary>Which tickets stand for a token at an endpoint.</summary>
internal enum TicketUse
{
    /// <summary>None: a token is needed.</summary>
    None,
    /// <summary>A fresh ticket, which is used up, or the cashier page's own for its order.</summary>
    Cashier,
}

/// <summary>Metadata that every endpoint of the gateway carries; a test sees to it that none is open by oversight.</summary>
internal sealed record AccessRule(Access Access, TicketUse Tickets = TicketUse.None);

/// <summary>Metadata: the greatest body, in bytes, where it is not <see cref="Default"/>.</summary>
internal sealed record BodyLimit(int Bytes)
{
    public const int Default = 64 * 1024;
}
