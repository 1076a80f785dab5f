namespace Hongbao.Core.Withdrawals;

/// <summary>Gradual release: withdrawals open for a share of the users first, the same ones as the share grows.</summary>
internal static class WithdrawalRelease
{
    private const int Whole = 100;

    /// <summary>Whether it is open for a user. By the uid alone, on every machine and for ever; who is in at 10 % is in at 20 %.</summary>
    /// <param name="uid">The user.</param>
    /// <param name="percent">0 to 100: nobody, everybody.</param>
    public static bool IsOpenFor(long uid, int percent)
    {
        unchecked
        {
            // The finalizer of MurmurHash3: another mix than that of slots, so that the first users to try do not share a few of them.
            var z = (ulong)uid;
            z = (z ^ (z >> 33)) * 0xFF51AFD7ED558CCDUL;
            z = (z ^ (z >> 33)) * 0xC4CEB9FE1A85EC53UL;
            return (int)((z ^ (z >> 33)) % Whole) < percent;
        }
    }
}
