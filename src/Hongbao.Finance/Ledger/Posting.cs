namespace Hongbao.Finance.Ledger;

/// <summary>One line of a posting: a signed amount on an account, minor units, never 0.</summary>
internal readonly record struct PostingLine(Account Account, long Amount);

/// <summary>What one order does to the ledger: lines that sum to zero in every currency.</summary>
internal sealed class Posting
{
    /// <exception cref="InvalidOperationException">The lines do not balance.</exception>
    public Posting(string kind, long businessNo, long packetNo, IReadOnlyList<PostingLine> lines)
    {
        if (lines.Count < 2 || lines.Any(l => l.Amount == 0))
        {
            throw new InvalidOperationException($"{kind} {businessNo}: a posting has at least two lines, none of them 0");
        }

        foreach (var currency in lines.GroupBy(l => l.Account.Currency, StringComparer.Ordinal))
        {
            var sum = currency.Sum(l => l.Amount);
            if (sum != 0)
            {
                throw new InvalidOperationException($"{kind} {businessNo}: the lines in {currency.Key} sum to {sum}, not to 0");
            }
        }

        (Kind, BusinessNo, PacketNo, Lines) = (kind, businessNo, packetNo, lines);
    }

    /// <summary>The kind of order; with the number it identifies the transaction.</summary>
    public string Kind { get; }

    public long BusinessNo { get; }

    /// <summary>The packet it belongs to, or 0.</summary>
    public long PacketNo { get; }

    public IReadOnlyList<PostingLine> Lines { get; }

    /// <summary>Moves an amount from one account to another.</summary>
    public static Posting Move(string kind, long businessNo, long packetNo, Account from, Account to, long amount) =>
        new(kind, businessNo, packetNo, [new PostingLine(from, -amount), new PostingLine(to, amount)]);
}
