using Hongbao.Contracts;
using Hongbao.Foundation.Numbers;
using Hongbao.Foundation.Stores;

namespace Hongbao.Foundation.Opening;

/// <summary>
/// How often users guessed at passwords, in the module's own table <c>password_tries</c>. A try is counted before it is compared, and both in one transaction: of any number of guesses at
/// once only so many find a try to count, and the others are refused unseen, the right one too.
/// </summary>
public sealed class PasswordTries(IStore store, int most)
{
    private const string CountSql = """
        insert into password_tries (no, uid, slot, tries, passed, updated_at) values (@no, @uid, @slot, 1, 0, now_ms())
        on conflict (no, uid) do update set tries = password_tries.tries + 1, updated_at = excluded.updated_at
        where password_tries.tries < @most and password_tries.passed = 0
        returning tries
        """;

    private sealed class Row
    {
        public int Tries { get; init; }
        public int Passed { get; init; }
    }

    /// <summary>A user who has guessed wrong.</summary>
    public sealed class Guesser
    {
        /// <summary>The packet or campaign.</summary>
        public long No { get; init; }

        /// <summary>The user.</summary>
        public long Uid { get; init; }

        /// <summary>How often.</summary>
        public int Tries { get; init; }
    }

    /// <summary>Why a user's password does not let him pass, or null. Who passed once passes again, and his try is not counted.</summary>
    /// <param name="no">The packet or campaign.</param>
    /// <param name="uid">The user.</param>
    /// <param name="right">What he should say.</param>
    /// <param name="said">What he says.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">The store; nothing is told of the password then.</exception>
    public async Task<Result?> FaultAsync(long no, long uid, OpeningPassword right, string said, CancellationToken cancellationToken)
    {
        // The end of guessing is read: whoever goes on costs no transaction.
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            if (await FindAsync(session, no, uid, cancellationToken).ConfigureAwait(false) is { } row && (row.Passed != 0 || row.Tries >= most))
            {
                return row.Passed != 0 ? null : UsedUp();
            }
        }

        var writing = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (writing.ConfigureAwait(false))
        {
            var tries = await writing.FirstAsync<long?>(CountSql, new { no, uid, slot = Number.SlotOf(uid), most }, cancellationToken).ConfigureAwait(false);
            if (tries is null)
            {
                return await FindAsync(writing, no, uid, cancellationToken).ConfigureAwait(false) is { Passed: not 0 } ? null : UsedUp();
            }

            var isRight = right.Is(said);
            if (isRight)
            {
                await writing.ExecuteAsync("update password_tries set passed = 1 where no = @no and uid = @uid", new { no, uid }, cancellationToken).ConfigureAwait(false);
            }

            await writing.CommitAsync(cancellationToken).ConfigureAwait(false);
            return isRight ? null : Wrong(most - (int)tries.Value);
        }
    }

    /// <summary>Counts a guess that was found wrong elsewhere.</summary>
    /// <returns>How often he has guessed wrong now; null when all his tries were used up before.</returns>
    /// <exception cref="StoreException">The store.</exception>
    public async Task<int?> CountAsync(long no, long uid, CancellationToken cancellationToken)
    {
        var session = await store.WriteAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var tries = await session.FirstAsync<long?>(CountSql, new { no, uid, slot = Number.SlotOf(uid), most }, cancellationToken).ConfigureAwait(false);
            await session.CommitAsync(cancellationToken).ConfigureAwait(false);
            return (int?)tries;
        }
    }

    /// <summary>Users whose guesses were counted from a time on, by the store's clock.</summary>
    /// <exception cref="StoreException">Unavailable.</exception>
    public async Task<List<Guesser>> SinceAsync(long sinceMs, IReadOnlyCollection<long> nos, CancellationToken cancellationToken)
    {
        var session = await store.ReadAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            return await session.QueryAsync<Guesser>(
                $"select no, uid, tries from password_tries where no {Sql.AnyOf(session.Dialect, "@nos")} and updated_at >= @sinceMs",
                new { nos = session.Longs(nos), sinceMs }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The answer to a wrong password.</summary>
    /// <param name="left">How many tries there still are.</param>
    public static Result Wrong(int left)
    {
        var message = left switch
        {
            0 => "is wrong; no tries are left",
            1 => "is wrong; 1 try is left",
            _ => $"is wrong; {left} tries are left",
        };
        return Result.Invalid("password", message) with { TriesLeft = left };
    }

    /// <summary>The answer to whoever guessed too often, whatever he says now.</summary>
    public static Result UsedUp() => Result.Of(ResultCode.LimitExceeded, "Too many wrong passwords; no more are taken from you here.") with { TriesLeft = 0 };

    private static Task<Row?> FindAsync(StoreSession session, long no, long uid, CancellationToken cancellationToken) =>
        session.FirstAsync<Row>("select tries, passed from password_tries where no = @no and uid = @uid", new { no, uid }, cancellationToken);
}
