using Hongbao.Jce.Tests.Vectors;

namespace Hongbao.Jce.Tests;

/// <summary>Every vector with a struct, through generated code. The packets' frames and TUP are with the RPC's tests.</summary>
public sealed class VectorTests
{
    public static TheoryData<string> Roundtrips => Vector.Names("roundtrip");

    public static TheoryData<string> Decodes => Vector.Names("decode");

    public static TheoryData<string> Errors => Vector.Names("error");

    [Theory]
    [MemberData(nameof(Roundtrips))]
    public void A_value_is_written_as_the_C_plus_plus_peer_writes_it(string name)
    {
        var vector = Vector.Find("roundtrip", name);
        var codec = GeneratedCode.Codec(vector);
        var value = codec.FromJson(vector.Value);
        if (vector.Bytes("hexCpp") is { } compact)
        {
            Assert.Equal(Convert.ToHexStringLower(compact), Convert.ToHexStringLower(codec.Write(value, JceForm.Compact)));
            Assert.Equal(Convert.ToHexStringLower(vector.Bytes("hexCppAll")!), Convert.ToHexStringLower(codec.Write(value, JceForm.Full)));
        }
        else
        {
            // tars2cpp cannot compile this one; floats apart, the other peer writes every field.
            Assert.Equal(Convert.ToHexStringLower(vector.Hex), Convert.ToHexStringLower(codec.Write(value, JceForm.Full)));
        }
    }

    [Theory]
    [MemberData(nameof(Roundtrips))]
    public void What_any_peer_wrote_is_read_to_the_same_value(string name)
    {
        var vector = Vector.Find("roundtrip", name);
        foreach (var property in new[] { "hex", "hexCpp", "hexCppAll" })
        {
            if (vector.Bytes(property) is { } bytes)
            {
                Reads(vector, bytes);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Decodes))]
    public void Unknown_fields_and_lenient_forms_are_read(string name)
    {
        var vector = Vector.Find("decode", name);
        Reads(vector, vector.Hex);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Malformed_input_is_refused(string name)
    {
        var vector = Vector.Find("error", name);
        // Whoever asks first has it compiled, which is not what reading allocates.
        var codec = GeneratedCode.Codec(vector);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var fault = codec.Read(vector.Hex, out _);
        Assert.NotEqual(JceFaultKind.None, fault.Kind);
        Assert.InRange(fault.Offset, 0, vector.Hex.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Reads(Vector vector, byte[] bytes)
    {
        var codec = GeneratedCode.Codec(vector);
        var fault = codec.Read(bytes, out var value);
        Assert.True(fault.Kind == JceFaultKind.None, fault.ToString());
        var json = codec.ToJson(value);
        Assert.True(VectorValues.AreEqual(vector.Value, json), $"expected {vector.Value}\nread     {json.ToJsonString()}");
        Assert.Equal(codec.FromJson(vector.Value), value);
    }
}
