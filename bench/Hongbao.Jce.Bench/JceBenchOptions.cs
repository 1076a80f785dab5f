using System.Globalization;

namespace Hongbao.Jce.Bench;

/// <summary>What to run, from the command line.</summary>
internal sealed record JceBenchOptions
{
    public const string CodecPart = "codec", RpcPart = "rpc", CallsPart = "calls";

    private static readonly string[] s_parts = [CodecPart, RpcPart, CallsPart];

    public bool Quick { get; init; }

    public int Rounds { get; init; } = 11;

    /// <summary>How long a codec, or a way of calling, is measured at a time.</summary>
    public TimeSpan Codec { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a client and a server are measured at a time.</summary>
    public TimeSpan Rpc { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long everything of a process runs before the rounds.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same for clients and servers.</summary>
    public TimeSpan RpcWarmUp { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>For a report.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{(Quick ? "quick" : "full")}: {Rounds} rounds; {Codec.TotalMilliseconds:0} ms for each codec and way of calling each time, {Rpc.TotalSeconds:0.0} s for each client and server");

    /// <summary>Parts to run.</summary>
    public string[] Parts { get; init; } = s_parts;

    public string Out { get; init; } = Path.Combine("bench", "results");

    public bool Has(string part) => Parts.Contains(part);

    /// <exception cref="ArgumentException">The arguments are not ours.</exception>
    /// <exception cref="FormatException">A number is none.</exception>
    public static JceBenchOptions Parse(string[] arguments)
    {
        var options = new JceBenchOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                options = options with
                {
                    Quick = true,
                    Rounds = 3,
                    Codec = TimeSpan.FromMilliseconds(100),
                    Rpc = TimeSpan.FromSeconds(1),
                    WarmUp = TimeSpan.FromSeconds(0.4),
                    RpcWarmUp = TimeSpan.FromSeconds(3),
                };
                continue;
            }

            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value");
            double Number() => double.Parse(value, CultureInfo.InvariantCulture);
            options = arguments[i] switch
            {
                "--rounds" => options with { Rounds = (int)Number() },
                "--codec-ms" => options with { Codec = TimeSpan.FromMilliseconds(Number()) },
                "--seconds" => options with { Rpc = TimeSpan.FromSeconds(Number()) },
                "--only" => options with { Parts = value.Split(',') is var parts && parts.All(s_parts.Contains) ? parts : throw new ArgumentException($"--only takes {string.Join(',', s_parts)}") },
                "--out" => options with { Out = value },
                _ => throw new ArgumentException($"unknown option {arguments[i]}"),
            };
            i++;
        }

        return options.Rounds >= 1 && options.Codec > TimeSpan.Zero && options.Rpc > TimeSpan.Zero ? options : throw new ArgumentException("rounds and durations are above 0");
    }
}
