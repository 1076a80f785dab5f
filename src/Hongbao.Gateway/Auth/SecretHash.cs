using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Hongbao.Gateway.Auth;

/// <summary>SHA-256 of a token or ticket: what tables in memory are keyed by, so that no secret lies in them and look-ups leak no timing.</summary>
internal readonly record struct SecretHash(ulong A, ulong B, ulong C, ulong D)
{
    public static SecretHash Of(ReadOnlySpan<char> secret)
    {
        var bound = Encoding.UTF8.GetMaxByteCount(secret.Length);
        var text = bound <= 2048 ? stackalloc byte[2048] : new byte[bound];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..Encoding.UTF8.GetBytes(secret, text)], hash);
        var parts = MemoryMarshal.Cast<byte, ulong>(hash);
        return new SecretHash(parts[0], parts[1], parts[2], parts[3]);
    }
}
