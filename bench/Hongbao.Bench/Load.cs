namespace Hongbao.Bench;

/// <summary>Which packets are asked for, and how many shares each needs so that a round does not use them up.</summary>
internal abstract class Load
{
    public const int SharesMax = 100_000;

    // Room for chance: even a packet that is asked for rarely has some.
    protected const int SharesMin = 12;
    private const int Packets = 10_000;

    public abstract string Name { get; }

    public abstract string Title { get; }

    /// <summary>Shares by packet.</summary>
    /// <param name="claims">Claims to be expected at most.</param>
    /// <param name="sharesMax">Shares of a packet at most.</param>
    public abstract int[] Shares(long claims, int sharesMax = SharesMax);

    /// <summary>A fresh choice for one round.</summary>
    public abstract PacketChoice Choose(int packets);

    public static Load Named(string name) => name switch
    {
        "H1" => new Hot(),
        "H2" => new Uniform(),
        "H3" => new Zipf(),
        _ => throw new ArgumentException($"unknown load {name}"),
    };

    private sealed class Hot : Load
    {
        public override string Name => "H1";

        public override string Title => "one hot packet";

        public override int[] Shares(long claims, int sharesMax = SharesMax)
        {
            var each = (int)Math.Min(sharesMax, Math.Max(claims, 1000));
            return [.. Enumerable.Repeat(each, (int)(claims / each) + 2)];
        }

        public override PacketChoice Choose(int packets) => new OneAfterTheOther(packets);
    }

    private sealed class Uniform : Load
    {
        public override string Name => "H2";

        public override string Title => "10,000 packets, uniformly";

        public override int[] Shares(long claims, int sharesMax = SharesMax) => [.. Enumerable.Repeat((int)Math.Max(SharesMin, claims * 2 / Packets), Packets)];

        public override PacketChoice Choose(int packets) => new AnyOf(packets);
    }

    private sealed class Zipf : Load
    {
        private const double Exponent = 1.1;
        private readonly double[] _until = Cumulated();

        public override string Name => "H3";

        public override string Title => "10,000 packets, Zipf 1.1";

        public override int[] Shares(long claims, int sharesMax = SharesMax) =>
            [.. Enumerable.Range(0, Packets).Select(i => (int)Math.Min(sharesMax, SharesMin + (claims * 1.3 * (_until[i] - (i == 0 ? 0 : _until[i - 1])))))];

        public override PacketChoice Choose(int packets) => new Weighted(_until);

        private static double[] Cumulated()
        {
            var until = new double[Packets];
            var sum = 0.0;
            for (var i = 0; i < Packets; i++)
            {
                until[i] = sum += Math.Pow(i + 1, -Exponent);
            }

            return Array.ConvertAll(until, u => u / sum);
        }
    }

    private sealed class OneAfterTheOther(int packets) : PacketChoice
    {
        private int _now;

        public override int Next(Random chance) => Volatile.Read(ref _now);

        public override void NothingHadAt(int packet)
        {
            if (packet < packets - 1)
            {
                Interlocked.CompareExchange(ref _now, packet + 1, packet);
            }
        }
    }

    private sealed class AnyOf(int packets) : PacketChoice
    {
        public override int Next(Random chance) => chance.Next(packets);
    }

    private sealed class Weighted(double[] until) : PacketChoice
    {
        public override int Next(Random chance)
        {
            var at = Array.BinarySearch(until, chance.NextDouble());
            return Math.Min(at < 0 ? ~at : at, until.Length - 1);
        }
    }
}

/// <summary>Where the next claim goes.</summary>
internal abstract class PacketChoice
{
    public abstract int Next(Random chance);

    /// <summary>Somebody was refused or told to wait there.</summary>
    public virtual void NothingHadAt(int packet)
    {
    }
}
