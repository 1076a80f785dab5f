using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hongbao.Foundation.Opening;

/// <summary>
/// The password of a packet or a campaign, kept as a hash that is salted with its number. It is a word that people tell each other, so that a long derivation would not
/// keep it from who has the table, only the crowd from its shares: a thousand rounds, below half a millisecond, make guessing from a stolen table a thousandfold dearer, and what guards
/// against guessing by asking is the limit of tries. Once the right word was said it is known to this process by a plain hash too, and compared in a microsecond.
/// </summary>
public sealed class OpeningPassword
{
    /// <summary>Most Unicode characters.</summary>
    public const int LengthMax = 64;

    private const int Rounds = 1000;
    private readonly byte[] _hash;
    private readonly long _no;
    private volatile byte[]? _said;

    /// <param name="hash">As <see cref="Hash(string, long)"/> made it.</param>
    /// <param name="no">The number of the packet or campaign.</param>
    public OpeningPassword(byte[] hash, long no) => (_hash, _no) = (hash, no);

    /// <summary>What is kept of a password.</summary>
    /// <param name="password">The word.</param>
    /// <param name="no">The number of the packet or campaign: the same word twice looks different.</param>
    public static byte[] Hash(string password, long no)
    {
        Span<byte> salt = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(salt, no);
        return Hash(password, salt);
    }

    /// <summary>The same with another salt.</summary>
    public static byte[] Hash(string password, ReadOnlySpan<byte> salt) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, Rounds, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);

    /// <summary>Why a text can be no password, or null. Length counts Unicode characters; nothing is trimmed or folded.</summary>
    public static string? FaultOf(string text) => ConditionRules.IsPlain(text, LengthMax) ? null : $"must be 1 to {LengthMax} characters without control characters";

    /// <summary>Whether a text is the password, in time that does not depend on how much of it is right. Any thread.</summary>
    public bool Is(string text)
    {
        Span<byte> said = stackalloc byte[SHA256.HashSizeInBytes];
        Plain(text, said);
        if (_said is { } right)
        {
            return CryptographicOperations.FixedTimeEquals(said, right);
        }

        if (!CryptographicOperations.FixedTimeEquals(Hash(text, _no), _hash))
        {
            return false;
        }

        _said = said.ToArray();
        return true;
    }

    // Only ever in memory.
    private void Plain(string text, Span<byte> hash)
    {
        var message = new byte[sizeof(long) + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt64BigEndian(message, _no);
        Encoding.UTF8.GetBytes(text, message.AsSpan(sizeof(long)));
        SHA256.HashData(message, hash);
    }
}
