using Hongbao.Foundation.Chance;
using Hongbao.Gateway.Auth;

namespace Hongbao.Gateway.Tests;

public sealed class TicketTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.Finance.Order = CashierTests.Known(55);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task<string> TicketAsync(string? token = "") => (await _host.PostAsync("/api/v1/me/tickets", token: token)).Json.GetProperty("ticket").GetString()!;

    [Fact]
    public async Task A_ticket_is_256_random_bits_for_a_minute()
    {
        var answer = await _host.PostAsync("/api/v1/me/tickets");
        Assert.Equal(200, answer.Status);
        Assert.Matches("^[0-9a-f]{64}$", answer.Json.GetProperty("ticket").GetString());
        Assert.Equal("2026-02-17T12:01:00.000Z", answer.Json.GetProperty("expiresAt").GetString());
        Assert.NotEqual(answer.Json.GetProperty("ticket").GetString(), await TicketAsync());
    }

    [Fact]
    public async Task A_ticket_opens_one_page_once()
    {
        var ticket = await TicketAsync();
        Assert.Equal(200, (await _host.GetAsync("/cashier/55?ticket=" + ticket, null)).Status);
        Assert.Equal(401, (await _host.GetAsync("/cashier/55?ticket=" + ticket, null)).Status);
        Assert.Equal(401, (await _host.PostAsync("/cashier/55/pay?ticket=" + ticket, token: null)).Status);
    }

    [Fact]
    public async Task A_ticket_pays_once_where_no_page_was_opened()
    {
        var ticket = await TicketAsync();
        Assert.Equal(200, (await _host.PostAsync("/cashier/55/pay?ticket=" + ticket, token: null)).Status);
        (await _host.PostAsync("/cashier/55/pay?ticket=" + ticket, token: null)).IsProblem(401, "UNAUTHENTICATED");
    }

    [Fact]
    public async Task A_ticket_ends_after_a_minute()
    {
        var (first, second) = (await TicketAsync(), await TicketAsync());
        _host.Clock.Advance(TimeSpan.FromSeconds(59.999));
        Assert.Equal(200, (await _host.GetAsync("/cashier/55?ticket=" + first, null)).Status);
        _host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(401, (await _host.GetAsync("/cashier/55?ticket=" + second, null)).Status);
    }

    [Fact]
    public async Task A_ticket_carries_user_and_app_and_no_role()
    {
        var ticket = await TicketAsync(_host.Token("1001", "admin", "shop"));
        await _host.GetAsync("/cashier/55?ticket=" + ticket, null);
        Assert.Equal(("shop", 1001L), (_host.Core.Asked.Last().Context.App, _host.Core.Asked.Last().Context.Uid));
        var tickets = new Tickets(_host.Clock, new SecureRandomSource());
        Assert.Equal(CallerRole.User, tickets.Redeem(tickets.Issue(new Caller("default", 1, CallerRole.Admin)).Ticket, 55)!.Role);
    }

    [Fact]
    public async Task A_ticket_is_worth_nothing_elsewhere()
    {
        var ticket = await TicketAsync();
        (await _host.GetAsync("/api/v1/me?ticket=" + ticket, null)).IsProblem(401, "UNAUTHENTICATED");
        (await _host.GetAsync("/api/v1/me", ticket)).IsProblem(401, "UNAUTHENTICATED");
        (await _host.PostAsync("/api/v1/packets?ticket=" + ticket, PacketTests.Body(), null)).IsProblem(401, "UNAUTHENTICATED");
        (await _host.PostAsync("/api/v1/me/tickets?ticket=" + ticket, null, null)).IsProblem(401, "UNAUTHENTICATED");
        Assert.Equal(200, (await _host.GetAsync("/cashier/55?ticket=" + ticket, null)).Status);
    }

    [Theory]
    [InlineData("ticket=")]
    [InlineData("ticket=nonsense")]
    [InlineData("ticket=a&ticket=b")]
    public async Task A_wrong_ticket_opens_nothing(string query) => Assert.Equal(401, (await _host.GetAsync("/cashier/55?" + query, null)).Status);

    [Fact]
    public async Task A_very_long_ticket_opens_nothing() => Assert.Equal(401, (await _host.GetAsync("/cashier/55?ticket=" + new string('a', 5000), null)).Status);

    [Fact]
    public void The_pages_own_ticket_pays_its_order_as_often_as_the_button_is_pressed_and_no_other()
    {
        var clock = new TestClock();
        var tickets = new Tickets(clock, new SecureRandomSource());
        var ticket = tickets.IssueForOrder(new Caller("default", 1001, CallerRole.User), 55).Ticket;
        Assert.NotNull(tickets.Redeem(ticket, 55));
        Assert.NotNull(tickets.Redeem(ticket, 55));
        Assert.Null(tickets.Redeem(ticket, 56));
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Null(tickets.Redeem(ticket, 55));
    }

    [Fact]
    public void Tickets_are_bounded_and_the_oldest_go_first()
    {
        var table = new ExpiringTable<string>(TimeSpan.FromSeconds(60), 100, 32, new TestClock());
        for (var i = 0; i < 150; i++)
        {
            table.Add(("default", i), SecretHash.Of($"{i}"), $"{i}");
        }

        Assert.Null(table.Find(SecretHash.Of("49")));
        Assert.Equal("50", table.Find(SecretHash.Of("50")));
        Assert.Equal("149", table.Take(SecretHash.Of("149")));
        Assert.Null(table.Take(SecretHash.Of("149")));
        Assert.Equal((99, 99), table.Held);
    }

    [Fact]
    public void Nobody_crowds_out_the_tickets_of_others()
    {
        var tickets = new Tickets(new TestClock(), new SecureRandomSource());
        var (one, greedy) = (new Caller("default", 1001, CallerRole.User), new Caller("default", 6666, CallerRole.User));
        var sameUidElsewhere = new Caller("shop", 6666, CallerRole.User);
        var (fresh, order) = (tickets.Issue(one).Ticket, tickets.IssueForOrder(one, 55).Ticket);
        var elsewhere = tickets.Issue(sameUidElsewhere).Ticket;
        string[] freshOfGreedy = [.. Enumerable.Range(0, 100_100).Select(_ => tickets.Issue(greedy).Ticket)];
        string[] ordersOfGreedy = [.. Enumerable.Range(0, 100_100).Select(_ => tickets.IssueForOrder(greedy, 56).Ticket)];

        Assert.Equal(1001, tickets.Redeem(fresh, 55)?.Uid);
        Assert.Equal(1001, tickets.Redeem(order, 55)?.Uid);
        Assert.Equal("shop", tickets.Redeem(elsewhere, 55)?.App);
        Assert.Equal(32, freshOfGreedy.Count(t => tickets.Redeem(t, 56) is not null));
        Assert.Equal(ordersOfGreedy[^32..], ordersOfGreedy.Where(t => tickets.Redeem(t, 56) is not null));
    }

    [Fact]
    public void A_used_ticket_makes_room_for_another()
    {
        var table = new ExpiringTable<string>(TimeSpan.FromSeconds(60), 100, 32, new TestClock());
        table.Add(("default", 1), SecretHash.Of("kept"), "kept");
        for (var i = 0; i < 1000; i++)
        {
            table.Add(("default", 1), SecretHash.Of($"{i}"), "used");
            Assert.Equal("used", table.Take(SecretHash.Of($"{i}")));
        }

        Assert.Equal("kept", table.Find(SecretHash.Of("kept")));
    }

    [Fact]
    public void Nothing_is_kept_of_tickets_whose_time_is_over()
    {
        var clock = new TestClock();
        var table = new ExpiringTable<string>(TimeSpan.FromSeconds(60), 1000, 32, clock);
        for (var i = 0; i < 500; i++)
        {
            table.Add(("default", i), SecretHash.Of($"{i}"), "");
        }

        clock.Advance(TimeSpan.FromSeconds(60));
        table.Add(("default", 1), SecretHash.Of("new"), "");

        Assert.Equal((1, 1), table.Held);
    }
}
