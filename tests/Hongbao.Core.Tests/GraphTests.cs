using Hongbao.Contracts;
using Hongbao.Core.Claims;
using Hongbao.Core.Packets;
using Hongbao.Core.Payments;
using Hongbao.Core.Subsidies;
using Hongbao.Core.Withdrawals;
using Hongbao.Foundation.States;

namespace Hongbao.Core.Tests;

/// <summary>Every pair of state and event against tables written here: a row per state, a column per event, "-" for none.</summary>
public sealed class GraphTests
{
    private const string Packets = """
        from            Paid    PaymentTimedOut  LastShareTaken  TimeOver  RefundStarted  RefundEnded  FundingRefused
        PendingPayment  Active  Closed           -               -         -              -            -
        Active          -       -                Exhausted       Expired   -              -            Expired
        Exhausted       -       -                -               -         -              -            -
        Expired         -       -                -               -         Refunding      Refunded     -
        Refunding       -       -                -               -         -              Refunded     -
        Refunded        -       -                -               -         -              -            -
        Closed          -       -                -               -         -              -            -
        """;

    private const string Payments = """
        from       Paid       TimedOut  ClosedAtFinance
        Pending    Succeeded  Closing   -
        Succeeded  -          -         -
        Closing    PaidLate   -         Closed
        Closed     -          -         -
        PaidLate   -          -         -
        """;

    private const string Claims = """
        from          TransferSucceeded  TransferFailed
        Claimed       Transferred        Failed
        Transferring  -                  -
        Transferred   -                  -
        Failed        -                  -
        """;

    // None and Issued are what is said of subsidies that are not stored.
    private const string Subsidies = """
        from       WrittenOff  TimeOver
        None       -           -
        Issued     -           -
        Available  Used        Expired
        Used       -           -
        Expired    -           -
        """;

    private const string Withdrawals = """
        from       PaidOut    Refused
        Pending    Succeeded  Failed
        Succeeded  -          -
        Failed     -          -
        """;

    [Fact]
    public void Packets_move_as_the_table_says_and_no_other_way() => AssertIs(PacketGraph.Packet, Packets);

    [Fact]
    public void Payments_move_as_the_table_says_and_no_other_way() => AssertIs(PaymentGraph.Payment, Payments);

    [Fact]
    public void Claims_move_as_the_table_says_and_no_other_way() => AssertIs(ClaimGraph.Claim, Claims);

    [Fact]
    public void Subsidies_move_as_the_table_says_and_no_other_way() => AssertIs(SubsidyGraph.Subsidy, Subsidies);

    [Fact]
    public void Withdrawals_move_as_the_table_says_and_no_other_way() => AssertIs(WithdrawalGraph.Withdrawal, Withdrawals);

    [Fact]
    public void Every_stored_state_can_be_reached_and_the_final_ones_are_left_by_nothing()
    {
        AssertLife(PacketGraph.Packet, PacketStatus.PendingPayment, [PacketStatus.Exhausted, PacketStatus.Refunded, PacketStatus.Closed], []);
        AssertLife(PaymentGraph.Payment, PaymentStatus.Pending, [PaymentStatus.Succeeded, PaymentStatus.Closed, PaymentStatus.PaidLate], []);
        AssertLife(SubsidyGraph.Subsidy, SubsidyStatus.Available, [SubsidyStatus.Used, SubsidyStatus.Expired], [SubsidyStatus.None, SubsidyStatus.Issued]);
        AssertLife(WithdrawalGraph.Withdrawal, WithdrawalStatus.Pending, [WithdrawalStatus.Succeeded, WithdrawalStatus.Failed], []);
        // Transferring is derived from the transfer order.
        AssertLife(ClaimGraph.Claim, ClaimStatus.Claimed, [ClaimStatus.Transferred, ClaimStatus.Failed], [ClaimStatus.Transferring]);
    }

    private static void AssertIs<TState, TEvent>(StateGraph<TState, TEvent> graph, string table)
        where TState : struct, Enum
        where TEvent : struct, Enum
    {
        var rows = table.Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        Assert.Equal(Enum.GetNames<TEvent>().Order(), rows[0][1..].Order());
        Assert.Equal(Enum.GetNames<TState>().Order(), rows[1..].Select(r => r[0]).Order());
        var pairs = 0;
        foreach (var row in rows[1..])
        {
            for (var column = 1; column < row.Length; column++)
            {
                var moved = graph.TryMove(Enum.Parse<TState>(row[0]), Enum.Parse<TEvent>(rows[0][column]), out var to);
                Assert.True(row[column] == (moved ? to.ToString() : "-"), $"{row[0]} at {rows[0][column]} goes to {(moved ? to : "-")}, not to {row[column]}");
                pairs++;
            }
        }

        Assert.Equal(Enum.GetValues<TState>().Length * Enum.GetValues<TEvent>().Length, pairs);
    }

    private static void AssertLife<TState, TEvent>(StateGraph<TState, TEvent> graph, TState first, TState[] final, TState[] notStored)
        where TState : struct, Enum
        where TEvent : struct, Enum
    {
        Assert.Equal(Enum.GetValues<TState>().Except(notStored).Order(), Reachable(graph, first).Order());
        Assert.Equal(final.Order(), Reachable(graph, first).Where(graph.IsFinal).Order());
        // From everywhere an end can be reached.
        Assert.All(Reachable(graph, first), s => Assert.Contains(Reachable(graph, s), graph.IsFinal));
    }

    private static HashSet<TState> Reachable<TState, TEvent>(StateGraph<TState, TEvent> graph, TState first)
        where TState : struct, Enum
        where TEvent : struct, Enum
    {
        var seen = new HashSet<TState> { first };
        for (var before = 0; before != seen.Count;)
        {
            before = seen.Count;
            foreach (var from in seen.ToArray())
            {
                foreach (var on in Enum.GetValues<TEvent>())
                {
                    if (graph.TryMove(from, on, out var to))
                    {
                        seen.Add(to);
                    }
                }
            }
        }

        return seen;
    }
}
