using System.Buffers.Text;

namespace Hongbao.Bench.Http.Loading;

/// <summary>Reads as much of an HTTP/1.1 answer as the load needs.</summary>
internal static class AnswerReader
{
    private const int StatusAt = 9;

    /// <summary>The answer at the beginning of what has arrived.</summary>
    /// <param name="arrived">Everything since the request.</param>
    /// <param name="status">Its status.</param>
    /// <param name="body">Its body.</param>
    /// <returns>False when more has to arrive first.</returns>
    /// <exception cref="InvalidDataException">It is no answer of known length, or something follows it.</exception>
    public static bool TryRead(ReadOnlySpan<byte> arrived, out int status, out ReadOnlySpan<byte> body)
    {
        status = 0;
        body = default;
        var end = arrived.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        // The last header keeps its line's end.
        var head = arrived[..(end + 2)];
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[StatusAt..], out status, out _))
        {
            throw new InvalidDataException("the server does not answer in HTTP/1.1");
        }

        var at = head.IndexOf("\r\nContent-Length: "u8);
        if (at < 0 || !Utf8Parser.TryParse(head[(at + "\r\nContent-Length: ".Length)..], out int length, out _))
        {
            throw new InvalidDataException("an answer has no Content-Length");
        }

        var rest = arrived[(end + 4)..];
        if (rest.Length > length)
        {
            throw new InvalidDataException("more arrived than was asked for");
        }

        body = rest;
        return rest.Length == length;
    }

    /// <summary>The amount in a claim's answer, minor units; 0 when there is none.</summary>
    public static long AmountOf(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"amount\":"u8);
        return at >= 0 && Utf8Parser.TryParse(body[(at + "\"amount\":".Length)..], out long amount, out _) ? amount : 0;
    }

    /// <summary>Whether a problem says that all shares are taken.</summary>
    public static bool IsExhausted(ReadOnlySpan<byte> body) => body.IndexOf("\"PACKET_EXHAUSTED\""u8) >= 0;
}
