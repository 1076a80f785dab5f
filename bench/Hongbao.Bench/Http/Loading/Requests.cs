using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hongbao.Bench.Http.Loading;

/// <summary>The bytes of claims or draws: prepared before the clock starts, put together by copying.</summary>
internal sealed class Requests
{
    public const string KeyId = "bench";
    private const int LengthMax = 2048;

    // Far beyond the longest run.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);
    private readonly byte[][] _starts;
    private readonly byte[][] _ends;
    private readonly byte[] _buffer = new byte[LengthMax];

    public Requests(LoadPlan plan, IReadOnlyList<byte[]> tokens)
    {
        var url = new Uri(plan.Url);
        _starts = [.. plan.PacketNos.Select(no => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST /api/v1/{plan.Collection}/{no}/{plan.Endpoint} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer ")))];
        _ends = [.. tokens.Select(t => (byte[])[.. t, .. "\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n"u8])];
    }

    /// <summary>A request; valid until the next one.</summary>
    public ReadOnlySpan<byte> Of(int packet, int user)
    {
        _starts[packet].CopyTo(_buffer, 0);
        _ends[user].CopyTo(_buffer, _starts[packet].Length);
        return _buffer.AsSpan(0, _starts[packet].Length + _ends[user].Length);
    }

    /// <summary>Signed tokens of users, as an app's own login would give them out.</summary>
    public static byte[][] SignTokens(string key, int users)
    {
        var secret = Convert.FromBase64String(key);
        var until = DateTimeOffset.UtcNow.Add(Lifetime).ToUnixTimeSeconds();
        var head = Encode($$"""{"alg":"HS256","kid":"{{KeyId}}","typ":"JWT"}""");
        return [.. Enumerable.Range(0, users).Select(user =>
        {
            var text = head + "." + Encode(string.Create(CultureInfo.InvariantCulture, $$"""{"sub":"{{UidOf(user)}}","aud":"hongbao","iat":{{until - 86_400}},"exp":{{until}}}"""));
            return Encoding.ASCII.GetBytes(text + "." + Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text))));
        })];
    }

    /// <summary>A user's uid, in no order, as indexes meet them in life.</summary>
    public static long UidOf(int user) => (1L << 46) + (unchecked((user + 1) * 0x1E3779B97F4BL) & ((1L << 46) - 1));

    private static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
