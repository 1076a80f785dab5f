using System.Globalization;
using System.Text.Json;

namespace Hongbao.Jce.Rpc.Tests;

public sealed class TupAttributesTests
{
    public static TheoryData<string> Tups => Vectors.Names("tup");

    [Theory]
    [MemberData(nameof(Tups))]
    public void Values_of_a_real_peer_are_read(string name)
    {
        var vector = Vectors.Named(name);
        var attributes = TupAttributes.Read(vector.Bytes(), vector.GetProperty("version").GetInt32());

        var entries = vector.GetProperty("entries").EnumerateArray().ToArray();
        Assert.Equal(entries.Select(e => e.GetProperty("name").GetString()), attributes.Names);
        foreach (var entry in entries)
        {
            AssertValue(attributes, entry);
        }
    }

    [Theory]
    [MemberData(nameof(Tups))]
    public void Values_are_written_as_a_real_peer_writes_them(string name)
    {
        var vector = Vectors.Named(name);
        if (name == "tup3/real-world-php")
        {
            // For decoding only: its writer used wider types than it needed.
            return;
        }

        var attributes = new TupAttributes(vector.GetProperty("version").GetInt32());
        foreach (var entry in vector.GetProperty("entries").EnumerateArray())
        {
            SetValue(attributes, entry);
        }

        using var buffer = new JceBuffer();
        attributes.Write(buffer);
        Assert.Equal(vector.GetProperty("hex").GetString(), Convert.ToHexStringLower(buffer.Written));
    }

    [Fact]
    public void Type_names_of_others_are_accepted()
    {
        var theirs = new TupAttributes(2);
        theirs.Set("list", "List<int32>", 0, static (ref JceWriter w, int _) =>
        {
            w.BeginList(0, 1);
            w.WriteInt32(0, 5);
        });
        using var buffer = new JceBuffer();
        theirs.Write(buffer);

        Assert.True(TupAttributes.Read(buffer.Written, 2).TryGet("list", static (ref JceReader r) =>
        {
            Assert.Equal(1, r.BeginList());
            Assert.True(r.Element(0));
            var value = r.ReadInt32();
            r.EndList();
            return value;
        }, out var value));
        Assert.Equal(5, value);
    }

    [Fact]
    public void Empty_buffer_has_no_values()
    {
        Assert.Empty(TupAttributes.Read([], 3).Names);
        Assert.False(new TupAttributes().TryGet("x", static (ref JceReader r) => r.ReadInt32(), out _));
    }

    [Fact]
    public void Value_set_again_replaces_the_first()
    {
        var attributes = new TupAttributes();
        attributes.Set("a", "int32", 1, static (ref JceWriter w, int v) => w.WriteInt32(0, v));
        attributes.Set("a", "int32", 2, static (ref JceWriter w, int v) => w.WriteInt32(0, v));

        Assert.True(attributes.TryGet("a", static (ref JceReader r) => r.ReadInt32(), out var value));
        Assert.Equal(2, value);
    }

    [Fact]
    public void Bytes_that_are_something_else_are_a_format_exception()
    {
        Assert.Throws<JceFormatException>(() => TupAttributes.Read([0x10, 0x01], 3));
        Assert.Throws<JceFormatException>(() => TupAttributes.Read([0x08, 0x00, 0x05], 3));
        Assert.Throws<JceFormatException>(() => TupAttributes.Read(Vectors.Named("tup3/scalars").Bytes(), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TupAttributes(1));
    }

    [Fact]
    public void Value_of_another_type_is_a_format_exception()
    {
        var attributes = TupAttributes.Read(Vectors.Named("tup3/scalars").Bytes());

        Assert.Throws<JceFormatException>(() => attributes.TryGet("s", static (ref JceReader r) => r.ReadInt32(), out _));
    }

    private static void AssertValue(TupAttributes attributes, JsonElement entry)
    {
        var name = entry.GetProperty("name").GetString()!;
        var value = entry.GetProperty("value");
        switch (entry.GetProperty("type").GetString())
        {
            case "bool":
                Assert.Equal(value.GetBoolean(), Get(attributes, name, static (ref JceReader r) => r.ReadBool()));
                break;
            case "int":
                Assert.Equal(value.GetInt32(), Get(attributes, name, static (ref JceReader r) => r.ReadInt32()));
                break;
            case "long":
                Assert.Equal(long.Parse(value.GetString()!, CultureInfo.InvariantCulture), Get(attributes, name, static (ref JceReader r) => r.ReadInt64()));
                break;
            case "double":
                Assert.Equal(value.GetDouble(), Get(attributes, name, static (ref JceReader r) => r.ReadDouble()));
                break;
            case "string":
                Assert.Equal(value.GetString(), Get(attributes, name, static (ref JceReader r) => r.ReadString()));
                break;
            case "vector<byte>":
                Assert.Equal(value.GetString(), Get(attributes, name, static (ref JceReader r) => Convert.ToHexStringLower(r.ReadBytes())));
                break;
            case "Usr":
                Assert.Equal((value.GetProperty("n").GetString()!, value.GetProperty("a").GetInt32()), Get(attributes, name, ReadUsr));
                break;
            default:
                // Others are compared as bytes, when they are written.
                Assert.True(attributes.TryGetBytes(name, out var bytes) && bytes.Length > 0);
                break;
        }
    }

    private static void SetValue(TupAttributes attributes, JsonElement entry)
    {
        var name = entry.GetProperty("name").GetString()!;
        var value = entry.GetProperty("value");
        switch (entry.GetProperty("type").GetString())
        {
            case "bool":
                attributes.Set(name, "bool", value.GetBoolean(), static (ref JceWriter w, bool v) => w.WriteBool(0, v));
                break;
            case "int":
                attributes.Set(name, "int32", value.GetInt32(), static (ref JceWriter w, int v) => w.WriteInt32(0, v));
                break;
            case "long":
                attributes.Set(name, "int64", long.Parse(value.GetString()!, CultureInfo.InvariantCulture), static (ref JceWriter w, long v) => w.WriteInt64(0, v));
                break;
            case "double":
                attributes.Set(name, "double", value.GetDouble(), static (ref JceWriter w, double v) => w.WriteDouble(0, v));
                break;
            case "string":
                attributes.Set(name, "string", value.GetString()!, static (ref JceWriter w, string v) => w.WriteString(0, v));
                break;
            case "vector<byte>":
                attributes.Set(name, "list<char>", Convert.FromHexString(value.GetString()!), static (ref JceWriter w, byte[] v) => w.WriteBytes(0, v));
                break;
            case "vector<int>":
                attributes.Set(name, "list<int32>", value.EnumerateArray().Select(e => e.GetInt32()).ToArray(), static (ref JceWriter w, int[] v) =>
                {
                    w.BeginList(0, v.Length);
                    foreach (var each in v)
                    {
                        w.WriteInt32(0, each);
                    }
                });
                break;
            case "map<string, int>":
                attributes.Set(name, "map<string,int32>", value.EnumerateArray().ToArray(), static (ref JceWriter w, JsonElement[] v) =>
                {
                    w.BeginMap(0, v.Length);
                    foreach (var each in v)
                    {
                        w.WriteString(0, each[0].GetString()!);
                        w.WriteInt32(1, each[1].GetInt32());
                    }
                });
                break;
            case "Usr":
                attributes.Set(name, "Tp.Usr", value, static (ref JceWriter w, JsonElement v) =>
                {
                    w.BeginStruct(0);
                    w.WriteString(0, v.GetProperty("n").GetString()!);
                    w.WriteInt32(1, v.GetProperty("a").GetInt32());
                    w.EndStruct();
                });
                break;
            default:
                Assert.Fail($"{entry.GetProperty("type")} is not written here");
                break;
        }
    }

    private static T Get<T>(TupAttributes attributes, string name, RpcDecoder<T> decode)
    {
        Assert.True(attributes.TryGet(name, decode, out var value));
        return value;
    }

    private static (string Name, int Age) ReadUsr(ref JceReader reader)
    {
        var usr = ("", 3);
        if (reader.BeginStruct())
        {
            for (var tag = -1; reader.Next(ref tag);)
            {
                switch (tag)
                {
                    case 0:
                        usr.Item1 = reader.ReadString();
                        break;
                    case 1:
                        usr.Item2 = reader.ReadInt32();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            reader.EndStruct();
        }

        return usr;
    }
}
