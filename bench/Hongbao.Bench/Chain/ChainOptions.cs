using System.Globalization;

namespace Hongbao.Bench.Chain;

/// <summary>What to run, from the command line.</summary>
internal sealed record ChainOptions
{
    public double Seconds { get; init; } = 120;

    /// <summary>Runs before the clock starts, so that everything is compiled.</summary>
    public double WarmUpSeconds { get; init; } = 8;

    /// <summary>Claims offered a second; 0 offers as many as settle, with at most <see cref="Window"/> of them unsettled.</summary>
    public double Rate { get; init; }

    /// <summary>Unsettled claims that an offer without a fixed rate aims at.</summary>
    public int Window { get; init; } = 8000;

    /// <summary>Shares of a packet; the default limit of the product is 100.</summary>
    public int Shares { get; init; } = 100;

    /// <summary>Packets that are claimed from at the same time; at 8,000 claims/s each of them is empty after little more than a second.</summary>
    public int OpenPackets { get; init; } = 100;

    /// <summary>Print what PostgreSQL spent its time on.</summary>
    public bool Profile { get; init; }

    public string Out { get; init; } = Path.Combine("bench", "results");

    public static ChainOptions Parse(string[] arguments)
    {
        var options = new ChainOptions();
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    options = options with { Seconds = 20, WarmUpSeconds = 6 };
                    continue;
                case "--profile":
                    options = options with { Profile = true };
                    continue;
            }

            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value");
            double Number() => double.Parse(value, CultureInfo.InvariantCulture);
            options = arguments[i] switch
            {
                "--seconds" => options with { Seconds = Number() },
                "--warm-up" => options with { WarmUpSeconds = Number() },
                "--rate" => options with { Rate = Number() },
                "--window" => options with { Window = (int)Number() },
                "--shares" => options with { Shares = (int)Number() },
                "--open" => options with { OpenPackets = (int)Number() },
                "--out" => options with { Out = value },
                _ => throw new ArgumentException($"unknown option {arguments[i]}"),
            };
            i++;
        }

        return options;
    }
}
