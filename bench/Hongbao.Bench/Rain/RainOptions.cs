using System.Globalization;

namespace Hongbao.Bench.Rain;

/// <summary>What to run, from the command line.</summary>
internal sealed record RainOptions
{
    private static readonly string[] Parts = ["http", "booking", "kills", "memory"];

    public bool Quick { get; init; }

    /// <summary>Rounds over HTTP, and of booking.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Of a run over HTTP.</summary>
    public double Seconds { get; init; } = 4;

    /// <summary>Of a run over HTTP, before its clock starts.</summary>
    public double WarmUpSeconds { get; init; } = 1;

    /// <summary>Users whose processes are killed, and greatest crowd whose memory is looked at.</summary>
    public int Draws { get; init; } = 1_000_000;

    /// <summary>Wins that are booked in a round.</summary>
    public int Wins { get; init; } = 400_000;

    /// <summary>When processes are killed.</summary>
    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>Parts to run.</summary>
    public string[] Only { get; init; } = Parts;

    public string Out { get; init; } = Path.Combine("bench", "results");

    public bool Has(string part) => Only.Contains(part);

    public static RainOptions Parse(string[] arguments)
    {
        var options = new RainOptions();
        if (arguments.Contains("--quick"))
        {
            options = options with { Quick = true, Rounds = 3, Seconds = 2, Draws = 100_000, Wins = 40_000 };
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                continue;
            }

            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value");
            int Between(int least, int most) => int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new ArgumentException($"{arguments[i]} takes {least} to {most}");
            options = arguments[i] switch
            {
                "--rounds" => options with { Rounds = Between(1, 100) },
                "--seconds" => options with { Seconds = Between(1, 600) },
                "--draws" => options with { Draws = Between(1000, 10_000_000), Wins = Between(1000, 10_000_000) * 2 / 5 },
                "--seed" => options with { Seed = Between(0, int.MaxValue) },
                "--only" => options with { Only = PartsOf(value) },
                "--out" => options with { Out = value },
                _ => throw new ArgumentException($"unknown option {arguments[i]}"),
            };
            i++;
        }

        return options;
    }

    private static string[] PartsOf(string value)
    {
        var parts = value.Split(',');
        return parts.All(Parts.Contains) ? parts : throw new ArgumentException($"--only takes some of {string.Join(",", Parts)}");
    }
}
