using System.Runtime.InteropServices;

namespace Hongbao.Core.Claims;

/// <summary>
/// The gate of one process, counted in memory. Every claim comes through here twice, so that entering and leaving are a few dictionary and
/// array operations under a lock of a sixteenth of all packets, and allocate nothing once the arrays have grown. What it remembers are
/// the places that are taken, no more: a packet with nobody inside is forgotten.
/// </summary>
internal sealed class MemoryGate : IAdmissionGate
{
    private const int SectionBits = 4;
    private readonly Section[] _sections = new Section[1 << SectionBits];
    private readonly TimeProvider _clock;

    public MemoryGate(TimeProvider clock)
    {
        _clock = clock;
        for (var i = 0; i < _sections.Length; i++)
        {
            _sections[i] = new Section(clock.TimestampFrequency);
        }
    }

    /// <summary>Packets that it remembers.</summary>
    public int PacketsHeld => _sections.Sum(s => s.PacketsHeld);

    /// <summary>Places that there is memory for, in use or not.</summary>
    public int PlacesReserved => _sections.Sum(s => s.PlacesReserved);

    public ValueTask<Admission> EnterAsync(long packetNo, int leftCount, CancellationToken cancellationToken) =>
        new(Of(packetNo).Enter(packetNo, IAdmissionGate.PlacesFor(leftCount), _clock.GetTimestamp()));

    public void Leave(AdmissionPlace place)
    {
        if (place.Token != 0)
        {
            Of(place.PacketNo).Leave(place);
        }
    }

    // Neighbouring numbers differ in the sequence, the lowest bits.
    private Section Of(long packetNo) => _sections[unchecked((ulong)packetNo * 0x9E3779B97F4A7C15UL) >> (64 - SectionBits)];

    private sealed class Section(long ticksPerSecond)
    {
        private const int None = -1;
        private readonly long _holdTicks = ticksPerSecond * IAdmissionGate.HoldMax.Ticks / TimeSpan.TicksPerSecond;
        private readonly Lock _gate = new();
        private readonly Dictionary<long, Room> _rooms = [];

        // Taken places are chained in the order of their time, which is the order in which they end; free ones are chained by Later.
        private Place[] _places = [];
        private int _oldest = None;
        private int _newest = None;
        private int _free = None;

        private struct Room
        {
            public int Inside;
            public int Refusals;
            public long RefusalsSince;
        }

        private struct Place
        {
            public long PacketNo;
            public long Since;
            public int Earlier;
            public int Later;

            // Odd while taken; a token of another turn is of somebody who was here before.
            public int Turn;
        }

        public int PacketsHeld
        {
            get
            {
                lock (_gate)
                {
                    return _rooms.Count;
                }
            }
        }

        public int PlacesReserved
        {
            get
            {
                lock (_gate)
                {
                    return _places.Length;
                }
            }
        }

        public Admission Enter(long packetNo, int places, long now)
        {
            lock (_gate)
            {
                // Of every packet of this section, so that what nobody gives back is forgotten as well.
                while (_oldest != None && now - _places[_oldest].Since >= _holdTicks)
                {
                    Empty(_oldest);
                }

                if (places == 0)
                {
                    return Admission.Busy(1);
                }

                ref var room = ref CollectionsMarshal.GetValueRefOrAddDefault(_rooms, packetNo, out _);
                if (room.Inside >= places)
                {
                    return Admission.Busy(Refused(ref room, now));
                }

                room.Inside++;
                return Admission.In(Take(packetNo, now));
            }
        }

        public void Leave(AdmissionPlace place)
        {
            var (at, turn) = unchecked(((int)place.Token, (int)(place.Token >> 32)));
            lock (_gate)
            {
                if (at >= 0 && at < _places.Length && _places[at].Turn == turn && _places[at].PacketNo == place.PacketNo)
                {
                    Empty(at);
                }
            }
        }

        // A count that halves with every second.
        private int Refused(ref Room room, long now)
        {
            var seconds = (now - room.RefusalsSince) / ticksPerSecond;
            if (seconds > 0)
            {
                room.Refusals = seconds < 31 ? room.Refusals >> (int)seconds : 0;
                room.RefusalsSince = now;
            }

            return room.Refusals = Math.Min(room.Refusals, int.MaxValue - 1) + 1;
        }

        private AdmissionPlace Take(long packetNo, long now)
        {
            if (_free == None)
            {
                Grow();
            }

            var at = _free;
            ref var place = ref _places[at];
            _free = place.Later;
            (place.PacketNo, place.Since, place.Earlier, place.Later) = (packetNo, now, _newest, None);
            place.Turn = unchecked(place.Turn + 1);
            if (_newest == None)
            {
                _oldest = at;
            }
            else
            {
                _places[_newest].Later = at;
            }

            _newest = at;
            return new AdmissionPlace(packetNo, ((long)place.Turn << 32) | (uint)at);
        }

        private void Empty(int at)
        {
            ref var place = ref _places[at];
            if (place.Earlier == None)
            {
                _oldest = place.Later;
            }
            else
            {
                _places[place.Earlier].Later = place.Later;
            }

            if (place.Later == None)
            {
                _newest = place.Earlier;
            }
            else
            {
                _places[place.Later].Earlier = place.Earlier;
            }

            place.Turn = unchecked(place.Turn + 1);
            place.Later = _free;
            _free = at;
            ref var room = ref CollectionsMarshal.GetValueRefOrNullRef(_rooms, place.PacketNo);
            if (--room.Inside == 0)
            {
                _rooms.Remove(place.PacketNo);
            }
        }

        private void Grow()
        {
            var first = _places.Length;
            Array.Resize(ref _places, Math.Max(4, first * 2));
            for (var at = _places.Length - 1; at >= first; at--)
            {
                _places[at].Later = _free;
                _free = at;
            }
        }
    }
}
