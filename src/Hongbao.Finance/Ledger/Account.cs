namespace Hongbao.Finance.Ledger;

/// <summary>Kinds of accounts; the first part of an account's name.</summary>
internal static class AccountKinds
{
    public const string Outside = "outside";
    public const string Escrow = "escrow";
    public const string Change = "change";
    public const string Reward = "reward";
    public const string Unclaimed = "unclaimed";
    public const string CampaignHold = "campaign-hold";
    public const string InTransit = "in-transit";
}

/// <summary>An account of the ledger, by name and currency. Ordered, so that every transaction locks in the same order.</summary>
internal readonly record struct Account : IComparable<Account>
{
    // Every payment debits the outside: spread over rows, so that payers do not queue for one lock.
    private const int OutsideParts = 16;

    private Account(string kind, string name, string currency) => (Kind, Name, Currency) = (kind, name, currency);

    public string Kind { get; }

    public string Name { get; }

    public string Currency { get; }

    /// <summary>Only the bank outside owes: its balance is minus all the money that we hold.</summary>
    public bool MayBeNegative => Kind == AccountKinds.Outside;

    /// <summary>The bank outside, from which payments and holds come and to which releases and payouts go; any number that spreads them.</summary>
    public static Account Outside(long number, string currency) =>
        new(AccountKinds.Outside, $"{AccountKinds.Outside}:{number % OutsideParts}", currency);

    /// <summary>A packet's money.</summary>
    public static Account Escrow(long packetNo, string currency) => new(AccountKinds.Escrow, $"{AccountKinds.Escrow}:{packetNo}", currency);

    /// <summary>What a user can spend.</summary>
    public static Account Change(long uid, string currency) => new(AccountKinds.Change, $"{AccountKinds.Change}:{uid}", currency);

    /// <summary>What a user got from campaigns; leaves only by withdrawal.</summary>
    public static Account Reward(long uid, string currency) => new(AccountKinds.Reward, $"{AccountKinds.Reward}:{uid}", currency);

    /// <summary>What is owed to people whom it could not be returned to.</summary>
    public static Account Unclaimed(string currency) => new(AccountKinds.Unclaimed, AccountKinds.Unclaimed, currency);

    /// <summary>A campaign's budget.</summary>
    public static Account CampaignHold(long campaignId, string currency) =>
        new(AccountKinds.CampaignHold, $"{AccountKinds.CampaignHold}:{campaignId}", currency);

    /// <summary>Withdrawals on their way to a bank.</summary>
    public static Account InTransit(string currency) => new(AccountKinds.InTransit, AccountKinds.InTransit, currency);

    public int CompareTo(Account other)
    {
        var byName = string.CompareOrdinal(Name, other.Name);
        return byName != 0 ? byName : string.CompareOrdinal(Currency, other.Currency);
    }

    public override string ToString() => $"{Name} {Currency}";
}
