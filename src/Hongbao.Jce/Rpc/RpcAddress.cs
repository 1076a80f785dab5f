using System.Globalization;

namespace Hongbao.Jce.Rpc;

/// <summary>A servant's name and where it is.</summary>
/// <param name="Servant">Its whole name, such as <c>App.Server.Obj</c>.</param>
/// <param name="Endpoints">One or more.</param>
public sealed record RpcAddress(string Servant, IReadOnlyList<RpcEndpoint> Endpoints)
{
    private const int LengthMax = 64 << 10;
    private const int ServantLengthMax = 255;

    /// <summary>
    /// Reads an address as TARS writes it: <c>App.Server.Obj@tcp -h 127.0.0.1 -p 14002 -t 60000:ssl -h host -p 14003</c>. The options of grids, weights and queues are
    /// accepted and ignored; access keys are not spoken, so they are refused.
    /// </summary>
    /// <exception cref="FormatException">It is not; the message says where and why.</exception>
    public static RpcAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
        {
            throw new FormatException($"an address of {text.Length} characters; {LengthMax} are the most");
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            throw new FormatException($"'{Shown(text)}' has no '@' with endpoints behind it, and there is no registry to ask");
        }

        var servant = text[..at].Trim();
        if (servant.Length is 0 or > ServantLengthMax || servant.Any(c => c is <= ' ' or '@' or ':' or > '~'))
        {
            throw new FormatException($"'{Shown(servant)}' is no servant's name");
        }

        return new RpcAddress(servant, ParseEndpoints(text[(at + 1)..]));
    }

    /// <summary>Reads endpoints, one or more, with a colon between them.</summary>
    /// <exception cref="FormatException">They are none.</exception>
    public static IReadOnlyList<RpcEndpoint> ParseEndpoints(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. Split(text).Select(ParseEndpoint)];
    }

    /// <summary>As it is parsed.</summary>
    public override string ToString() => $"{Servant}@{string.Join(':', Endpoints)}";

    // A colon begins the next endpoint only before a protocol; others are of IPv6 addresses.
    private static IEnumerable<string> Split(string text)
    {
        var from = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == ':' && StartsWithProtocol(text.AsSpan(i + 1).TrimStart()))
            {
                yield return text[from..i];
                from = i + 1;
            }
        }

        yield return text[from..];
    }

    private static bool StartsWithProtocol(ReadOnlySpan<char> text) =>
        text.Length > 3 && char.IsWhiteSpace(text[3]) && text[..3] is "tcp" or "ssl" or "udp";

    private static RpcEndpoint ParseEndpoint(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            throw new FormatException("an endpoint is empty");
        }

        RpcProtocol protocol = words[0] switch
        {
            "tcp" => RpcProtocol.Tcp,
            "ssl" => RpcProtocol.Ssl,
            "udp" => RpcProtocol.Udp,
            _ => throw new FormatException($"'{Shown(words[0])}' is no protocol: tcp, ssl and udp are"),
        };
        string? host = null;
        int? port = null;
        var timeoutMs = 0;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 1; i < words.Length; i += 2)
        {
            var option = words[i];
            if (option is not ['-', _] || !seen.Add(option))
            {
                throw new FormatException($"'{Shown(option)}' in '{Shown(text)}' is no option, or came twice");
            }

            if (i + 1 == words.Length)
            {
                throw new FormatException($"{option} in '{Shown(text)}' has no value");
            }

            var value = words[i + 1];
            switch (option[1])
            {
                case 'h':
                    host = value == "*" ? "0.0.0.0" : value;
                    break;
                case 'p':
                    port = Number(option, value, ushort.MaxValue);
                    break;
                case 't':
                    timeoutMs = Number(option, value, int.MaxValue);
                    break;
                case 'e' when value != "0":
                    throw new FormatException("access keys (-e 1) are not spoken");
                case 'g' or 'q' or 'w' or 'v' or 'e':
                    Number(option, value, int.MaxValue);
                    break;
                default:
                    throw new FormatException($"{Shown(option)} is no option of an endpoint");
            }
        }

        if (host is null || Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw new FormatException(host is null ? $"'{Shown(text)}' has no host (-h)" : $"'{Shown(host)}' is no host");
        }

        return new RpcEndpoint(host, port ?? throw new FormatException($"'{Shown(text)}' has no port (-p)"), protocol, timeoutMs);
    }

    private static int Number(string option, string value, int max) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= (option is "-p" or "-t" ? 0 : -1) && number <= max
            ? number
            : throw new FormatException($"{option} cannot be '{Shown(value)}'");

    private static string Shown(string text)
    {
        var clean = new string([.. text.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
        return text.Length > 80 ? clean + "..." : clean;
    }
}
