using System.Globalization;
using System.Text;

namespace Hongbao.Bench.Redis;

/// <summary>What Redis answered: a number, a text or a list.</summary>
internal readonly record struct RedisReply(long Number, string? Text, RedisReply[]? Items)
{
    /// <summary>Reads one reply from the front of a buffer; false when it is not complete yet.</summary>
    /// <param name="buffer">Bytes received.</param>
    /// <param name="at">Where to read; afterwards behind the reply.</param>
    /// <param name="reply">The reply.</param>
    /// <param name="error">What Redis complains of.</param>
    public static bool TryRead(ReadOnlySpan<byte> buffer, ref int at, out RedisReply reply, ref string? error)
    {
        reply = default;
        var line = buffer[at..].IndexOf("\r\n"u8);
        if (line < 0)
        {
            return false;
        }

        var kind = buffer[at];
        var rest = buffer.Slice(at + 1, line - 1);
        at += line + 2;
        switch ((char)kind)
        {
            case ':':
                reply = new RedisReply(NumberFrom(rest), null, null);
                return true;
            case '+':
                reply = new RedisReply(0, Encoding.UTF8.GetString(rest), null);
                return true;
            case '-':
                error = Encoding.UTF8.GetString(rest);
                return true;
            case '$':
                return TryReadText(buffer, ref at, (int)NumberFrom(rest), ref reply);
            case '*':
                var items = new RedisReply[Math.Max(0, (int)NumberFrom(rest))];
                for (var i = 0; i < items.Length; i++)
                {
                    if (at >= buffer.Length || !TryRead(buffer, ref at, out items[i], ref error))
                    {
                        return false;
                    }
                }

                reply = new RedisReply(0, null, items);
                return true;
            default:
                throw new InvalidDataException($"Redis sent a reply of kind '{(char)kind}'");
        }
    }

    private static bool TryReadText(ReadOnlySpan<byte> buffer, ref int at, int length, ref RedisReply reply)
    {
        if (length < 0)
        {
            return true;
        }

        if (buffer.Length < at + length + 2)
        {
            return false;
        }

        reply = new RedisReply(0, Encoding.UTF8.GetString(buffer.Slice(at, length)), null);
        at += length + 2;
        return true;
    }

    private static long NumberFrom(ReadOnlySpan<byte> digits) => long.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
