using Hongbao.Foundation.Chance;

namespace Hongbao.Gateway.Auth;

/// <summary>A ticket as handed to the client.</summary>
internal readonly record struct IssuedTicket(string Ticket, DateTimeOffset ExpiresAt);

/// <summary>
/// Tickets stand for a token where no header can be sent. A fresh ticket opens one page, once. The cashier page that it opens gets a
/// ticket of its own, which pays that one order as often as the button is pressed.
/// </summary>
internal sealed class Tickets(TimeProvider clock, IRandomSource chance)
{
    public const int LengthMax = 128;
    private const int Capacity = 100_000;

    /// <summary>Live tickets of one user, of each kind: so that nobody crowds out the others'.</summary>
    public const int OwnerCapacity = 32;

    private readonly ExpiringTable<Caller> _fresh = new(TimeSpan.FromSeconds(60), Capacity, OwnerCapacity, clock);
    private readonly ExpiringTable<OrderTicket> _orders = new(TimeSpan.FromMinutes(10), Capacity, OwnerCapacity, clock);

    private sealed record OrderTicket(Caller Caller, long PayOrderNo);

    public IssuedTicket Issue(Caller caller)
    {
        var ticket = chance.Hex(32);
        return new IssuedTicket(ticket, _fresh.Add((caller.App, caller.Uid), SecretHash.Of(ticket), AsUser(caller)));
    }

    public IssuedTicket IssueForOrder(Caller caller, long payOrderNo)
    {
        var ticket = chance.Hex(32);
        return new IssuedTicket(ticket, _orders.Add((caller.App, caller.Uid), SecretHash.Of(ticket), new OrderTicket(AsUser(caller), payOrderNo)));
    }

    /// <summary>Who stands behind a ticket at an order's cashier page; a fresh ticket is used up.</summary>
    public Caller? Redeem(string ticket, long payOrderNo)
    {
        if (ticket.Length > LengthMax)
        {
            return null;
        }

        var secret = SecretHash.Of(ticket);
        return _fresh.Take(secret) ?? (_orders.Find(secret) is { } order && order.PayOrderNo == payOrderNo ? order.Caller : null);
    }

    // A ticket travels in an address: it never carries an operator's powers.
    private static Caller AsUser(Caller caller) => caller with { Role = CallerRole.User };
}
