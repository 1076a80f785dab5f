using System.Buffers;
using Hongbao.Jce;

namespace Hongbao.Host.Idl;

/// <summary>Bytes as they are given on the command line.</summary>
internal static class WireBytes
{
    /// <summary>
    /// Bounds for bytes that a person wants to see: no text or byte list is too long as long as the whole is not, and of values, of which a tree has each field as well
    /// as each element, there are more than any reader takes.
    /// </summary>
    public static JceLimits Limits { get; } = JceLimits.Untrusted with { LengthMax = JceLimits.Untrusted.TotalMax, CountMax = 4 << 20 };

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Bytes in hex, such as <c>00 0a 1c</c>, <c>0x000a1c</c>, or <c>\x000a1c</c>, as PostgreSQL prints them.</summary>
    /// <exception cref="UnusableInputException">They are none.</exception>
    public static byte[] Parse(string text)
    {
        var digits = string.Concat(text.Where(static c => !char.IsWhiteSpace(c)));
        digits = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || digits.StartsWith("\\x", StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
        var wrong = digits.AsSpan().IndexOfAnyExcept(Digits);
        return wrong >= 0 ? throw new UnusableInputException($"--hex has {TreePrinter.Quote(digits[wrong..(wrong + 1)])}, which is no hex digit.")
            : digits.Length % 2 != 0 ? throw new UnusableInputException($"--hex has {digits.Length} digits; two make a byte.")
            : Convert.FromHexString(digits);
    }

    /// <summary>The bytes of a file.</summary>
    /// <exception cref="UnusableInputException">It cannot be read, or is too long to be looked at.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return !file.Exists ? throw new UnusableInputException($"There is no file {path}.")
                : file.Length > Limits.TotalMax ? throw new UnusableInputException($"{path} has {file.Length} bytes; more than {Limits.TotalMax} are not looked at.")
                : File.ReadAllBytes(path);
        }
        catch (Exception e) when (ContractFiles.IsOfFiles(e))
        {
            throw new UnusableInputException($"{path} cannot be read: {e.Message}");
        }
    }
}
