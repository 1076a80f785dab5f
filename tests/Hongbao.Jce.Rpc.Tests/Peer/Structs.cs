using Hongbao.Jce;

namespace PeerTest;

// The types of tests/peers/node/peer.tars, in the shape that generated code has.
#pragma warning disable CA1819, CA1720

public enum Color
{
    RED = 1,
    GREEN = 5,
    BLUE = 6,
}

public sealed partial record Inner : IJceStruct<Inner>
{
    public int Id { get; set; }

    public string Note { get; set; } = "none";

    public static Inner Create() => new();

    public void WriteFields(ref JceWriter writer)
    {
        writer.WriteInt32(0, Id);
        if (writer.IsFull || Note != "none")
        {
            writer.WriteString(1, Note);
        }
    }

    public void ReadFields(ref JceReader reader)
    {
        var hasId = false;
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 0:
                    Id = reader.ReadInt32();
                    hasId = true;
                    break;
                case 1:
                    Note = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (!hasId)
        {
            reader.Miss(0);
        }
    }
}

public sealed partial record Everything : IJceStruct<Everything>
{
    public bool Truth { get; set; }

    public sbyte Tiny { get; set; }

    public byte TinyUnsigned { get; set; }

    public short Small { get; set; }

    public ushort SmallUnsigned { get; set; }

    public int Medium { get; set; }

    public uint MediumUnsigned { get; set; }

    public long Large { get; set; }

    public float Single { get; set; }

    public double Twice { get; set; }

    public string Text { get; set; } = "";

    public Color Color { get; set; } = Color.RED;

    public Inner Inner { get; set; } = new();

    public byte[] Bytes { get; set; } = [];

    public List<int> Numbers { get; set; } = [];

    public List<string> Texts { get; set; } = [];

    public List<Inner> Inners { get; set; } = [];

    public Dictionary<string, int> Counts { get; set; } = [];

    public Dictionary<int, Inner> ById { get; set; } = [];

    public List<List<long>> Grid { get; set; } = [];

    public Dictionary<string, List<string>> Groups { get; set; } = [];

    public List<byte> UnsignedBytes { get; set; } = [];

    public List<bool> Truths { get; set; } = [];

    public Dictionary<long, double> Ratios { get; set; } = [];

    public long Far { get; set; } = 7;

    public static Everything Create() => new();

    public void WriteFields(ref JceWriter writer)
    {
        writer.WriteBool(0, Truth);
        writer.WriteInt8(1, Tiny);
        writer.WriteUInt8(2, TinyUnsigned);
        writer.WriteInt16(3, Small);
        writer.WriteUInt16(4, SmallUnsigned);
        writer.WriteInt32(5, Medium);
        writer.WriteUInt32(6, MediumUnsigned);
        writer.WriteInt64(7, Large);
        writer.WriteFloat(8, Single);
        writer.WriteDouble(9, Twice);
        writer.WriteString(10, Text);
        writer.WriteInt32(11, (int)Color);
        writer.BeginStruct(12);
        Inner.WriteFields(ref writer);
        writer.EndStruct();
        writer.WriteBytes(13, Bytes);
        writer.BeginList(14, Numbers.Count);
        foreach (var each in Numbers)
        {
            writer.WriteInt32(0, each);
        }

        if (writer.IsFull || Texts.Count > 0)
        {
            writer.BeginList(15, Texts.Count);
            foreach (var each in Texts)
            {
                writer.WriteString(0, each);
            }
        }

        if (writer.IsFull || Inners.Count > 0)
        {
            writer.BeginList(16, Inners.Count);
            foreach (var each in Inners)
            {
                writer.BeginStruct(0);
                each.WriteFields(ref writer);
                writer.EndStruct();
            }
        }

        if (writer.IsFull || Counts.Count > 0)
        {
            writer.BeginMap(17, Counts.Count);
            foreach (var (key, value) in Counts)
            {
                writer.WriteString(0, key);
                writer.WriteInt32(1, value);
            }
        }

        if (writer.IsFull || ById.Count > 0)
        {
            writer.BeginMap(18, ById.Count);
            foreach (var (key, value) in ById)
            {
                writer.WriteInt32(0, key);
                writer.BeginStruct(1);
                value.WriteFields(ref writer);
                writer.EndStruct();
            }
        }

        if (writer.IsFull || Grid.Count > 0)
        {
            writer.BeginList(19, Grid.Count);
            foreach (var row in Grid)
            {
                writer.BeginList(0, row.Count);
                foreach (var each in row)
                {
                    writer.WriteInt64(0, each);
                }
            }
        }

        if (writer.IsFull || Groups.Count > 0)
        {
            writer.BeginMap(20, Groups.Count);
            foreach (var (key, value) in Groups)
            {
                writer.WriteString(0, key);
                writer.BeginList(1, value.Count);
                foreach (var each in value)
                {
                    writer.WriteString(0, each);
                }
            }
        }

        if (writer.IsFull || UnsignedBytes.Count > 0)
        {
            writer.BeginList(21, UnsignedBytes.Count);
            foreach (var each in UnsignedBytes)
            {
                writer.WriteUInt8(0, each);
            }
        }

        if (writer.IsFull || Truths.Count > 0)
        {
            writer.BeginList(22, Truths.Count);
            foreach (var each in Truths)
            {
                writer.WriteBool(0, each);
            }
        }

        if (writer.IsFull || Ratios.Count > 0)
        {
            writer.BeginMap(23, Ratios.Count);
            foreach (var (key, value) in Ratios)
            {
                writer.WriteInt64(0, key);
                writer.WriteDouble(1, value);
            }
        }

        if (writer.IsFull || Far != 7)
        {
            writer.WriteInt64(200, Far);
        }
    }

    public void ReadFields(ref JceReader reader)
    {
        const int Required = (1 << 15) - 1;
        var seen = 0;
        for (var tag = -1; reader.Next(ref tag);)
        {
            seen |= tag < 15 ? 1 << tag : 0;
            switch (tag)
            {
                case 0:
                    Truth = reader.ReadBool();
                    break;
                case 1:
                    Tiny = reader.ReadInt8();
                    break;
                case 2:
                    TinyUnsigned = reader.ReadUInt8();
                    break;
                case 3:
                    Small = reader.ReadInt16();
                    break;
                case 4:
                    SmallUnsigned = reader.ReadUInt16();
                    break;
                case 5:
                    Medium = reader.ReadInt32();
                    break;
                case 6:
                    MediumUnsigned = reader.ReadUInt32();
                    break;
                case 7:
                    Large = reader.ReadInt64();
                    break;
                case 8:
                    Single = reader.ReadFloat();
                    break;
                case 9:
                    Twice = reader.ReadDouble();
                    break;
                case 10:
                    Text = reader.ReadString();
                    break;
                case 11:
                    Color = (Color)reader.ReadInt32();
                    break;
                case 12:
                    Inner = ReadInner(ref reader);
                    break;
                case 13:
                    Bytes = reader.ReadBytes();
                    break;
                case 14:
                    Numbers = ReadList(ref reader, static (ref JceReader r) => r.ReadInt32());
                    break;
                case 15:
                    Texts = ReadList(ref reader, static (ref JceReader r) => r.ReadString());
                    break;
                case 16:
                    Inners = ReadList(ref reader, ReadInner);
                    break;
                case 17:
                    Counts = ReadMap(ref reader, static (ref JceReader r) => r.ReadString(), static (ref JceReader r) => r.ReadInt32());
                    break;
                case 18:
                    ById = ReadMap(ref reader, static (ref JceReader r) => r.ReadInt32(), ReadInner);
                    break;
                case 19:
                    Grid = ReadList(ref reader, static (ref JceReader r) => ReadList(ref r, static (ref JceReader n) => n.ReadInt64()));
                    break;
                case 20:
                    Groups = ReadMap(ref reader, static (ref JceReader r) => r.ReadString(), static (ref JceReader r) => ReadList(ref r, static (ref JceReader n) => n.ReadString()));
                    break;
                case 21:
                    UnsignedBytes = ReadList(ref reader, static (ref JceReader r) => r.ReadUInt8());
                    break;
                case 22:
                    Truths = ReadList(ref reader, static (ref JceReader r) => r.ReadBool());
                    break;
                case 23:
                    Ratios = ReadMap(ref reader, static (ref JceReader r) => r.ReadInt64(), static (ref JceReader r) => r.ReadDouble());
                    break;
                case 200:
                    Far = reader.ReadInt64();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        for (var tag = 0; seen != Required && tag < 15; tag++)
        {
            if ((seen & (1 << tag)) == 0)
            {
                reader.Miss(tag);
            }
        }
    }

    private delegate T Reading<out T>(ref JceReader reader);

    private static Inner ReadInner(ref JceReader reader)
    {
        var value = new Inner();
        if (reader.BeginStruct())
        {
            value.ReadFields(ref reader);
            reader.EndStruct();
        }

        return value;
    }

    private static List<T> ReadList<T>(ref JceReader reader, Reading<T> read)
    {
        var count = reader.BeginList();
        var list = new List<T>(count);
        for (var i = 0; i < count && reader.Element(0); i++)
        {
            list.Add(read(ref reader));
        }

        reader.EndList();
        return list;
    }

    private static Dictionary<TKey, TValue> ReadMap<TKey, TValue>(ref JceReader reader, Reading<TKey> readKey, Reading<TValue> readValue)
        where TKey : notnull
    {
        var count = reader.BeginMap();
        var map = new Dictionary<TKey, TValue>(count);
        for (var i = 0; i < count && reader.Element(0); i++)
        {
            var key = readKey(ref reader);
            if (reader.Element(1))
            {
                map[key] = readValue(ref reader);
            }
        }

        reader.EndList();
        return map;
    }
}
