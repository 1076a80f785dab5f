namespace Hongbao.Bench.Http.Loading;

/// <summary>Who asks for which packet next. Packets are chosen by the load; each goes through the users in its own turn, so that no pair comes twice.</summary>
internal sealed class Pairs(PacketChoice choice, int packets, int users, bool isOnceEach)
{
    // Of a few packets that everybody had, another is drawn; a load that has used up all of them was planned too small.
    private const int Draws = 10_000;
    private const int Odd = 7919;
    private readonly int[] _asked = new int[packets];
    private readonly Random _chance = new(packets);

    public (int Packet, int User) Next()
    {
        for (var draw = 0; draw < Draws; draw++)
        {
            var packet = choice.Next(_chance);
            if (isOnceEach && _asked[packet] >= users)
            {
                choice.NothingHadAt(packet);
                continue;
            }

            var turn = _asked[packet]++ % users;
            return (packet, (int)((turn + ((long)packet * Odd)) % users));
        }

        throw new InvalidOperationException("every user has asked for every packet");
    }

    /// <summary>Somebody was refused or told to wait there.</summary>
    public void NothingHadAt(int packet) => choice.NothingHadAt(packet);
}
