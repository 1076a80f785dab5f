using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Hongbao.Bench.Redis;

/// <summary>A word of a command: bytes, or a number.</summary>
internal readonly struct RedisArgument
{
    private const int DigitsMax = 20;
    private readonly byte[]? _bytes;
    private readonly long _number;

    private RedisArgument(byte[]? bytes, long number) => (_bytes, _number) = (bytes, number);

    public static implicit operator RedisArgument(byte[] bytes) => new(bytes, 0);

    public static implicit operator RedisArgument(string text) => new(Encoding.UTF8.GetBytes(text), 0);

    public static implicit operator RedisArgument(long number) => new(null, number);

    /// <summary>Writes a whole command as Redis reads it.</summary>
    public static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<RedisArgument> words)
    {
        WriteLine(output, '*', words.Length);
        Span<byte> digits = stackalloc byte[DigitsMax];
        foreach (var word in words)
        {
            if (word._bytes is { } bytes)
            {
                WriteText(output, bytes);
            }
            else
            {
                Utf8Formatter.TryFormat(word._number, digits, out var length);
                WriteText(output, digits[..length]);
            }
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> output, scoped ReadOnlySpan<byte> text)
    {
        WriteLine(output, '$', text.Length);
        output.Write(text);
        output.Write("\r\n"u8);
    }

    private static void WriteLine(ArrayBufferWriter<byte> output, char kind, int number)
    {
        var span = output.GetSpan(DigitsMax + 3);
        span[0] = (byte)kind;
        Utf8Formatter.TryFormat(number, span[1..], out var length);
        "\r\n"u8.CopyTo(span[(1 + length)..]);
        output.Advance(length + 3);
    }
}
