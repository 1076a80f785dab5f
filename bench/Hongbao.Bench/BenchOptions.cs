using System.Globalization;

namespace Hongbao.Bench;

/// <summary>What to run, from the command line.</summary>
internal sealed record BenchOptions
{
    public bool Quick { get; init; }
    public string[] Loads { get; init; } = ["H1", "H2", "H3"];
    public int[] Clients { get; init; } = [1, 8, 64, 256, 1024];
    public int Rounds { get; init; } = 3;
    public double Seconds { get; init; } = 2;
    public double WarmUpSeconds { get; init; } = 1;
    public string[] Only { get; init; } = [];
    public string Out { get; init; } = Path.Combine("bench", "results");

    /// <summary>No further round is begun that would not fit into this.</summary>
    public TimeSpan Budget { get; init; } = TimeSpan.MaxValue;

    /// <summary>Connections that the SQL peers are tried with.</summary>
    public int[] Pools => Quick ? [8, 64] : [8, 16, 32, 64];

    public static BenchOptions Parse(string[] arguments)
    {
        var options = new BenchOptions();
        if (arguments.Contains("--quick"))
        {
            options = options with { Quick = true, Clients = [8, 64, 1024], Rounds = 9, Seconds = 1, WarmUpSeconds = 0.4, Budget = TimeSpan.FromSeconds(230) };
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == "--quick")
            {
                continue;
            }

            var value = i + 1 < arguments.Length ? arguments[i + 1] : throw new ArgumentException($"{arguments[i]} needs a value");
            options = arguments[i] switch
            {
                "--loads" => options with { Loads = value.Split(',') },
                "--clients" => options with { Clients = [.. value.Split(',').Select(v => int.Parse(v, CultureInfo.InvariantCulture))] },
                "--rounds" => options with { Rounds = int.Parse(value, CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--only" => options with { Only = value.Split(',') },
                "--out" => options with { Out = value },
                _ => throw new ArgumentException($"unknown option {arguments[i]}"),
            };
            i++;
        }

        return options;
    }
}
