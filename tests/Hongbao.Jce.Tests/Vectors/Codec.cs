using System.Text.Json.Nodes;
using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Tests.Vectors;

/// <summary>A generated struct that is known only when the test runs.</summary>
public interface ICodec
{
    /// <summary>Reads; what was wrong, or nothing.</summary>
    JceFault Read(ReadOnlySpan<byte> bytes, out IJceStruct value, JceLimits? limits = null);

    byte[] Write(IJceStruct value, JceForm form);

    /// <summary>A value in the vectors' notation as an instance.</summary>
    IJceStruct FromJson(System.Text.Json.JsonElement json);

    /// <summary>An instance in the vectors' notation.</summary>
    JsonNode ToJson(IJceStruct value);
}

internal sealed class Codec<T>(IdlStruct of) : ICodec
    where T : class, IJceStruct<T>
{
    public JceFault Read(ReadOnlySpan<byte> bytes, out IJceStruct value, JceLimits? limits = null)
    {
        JceSerializer.TryRead<T>(bytes, out var read, out var fault, limits);
        value = read;
        return fault;
    }

    public byte[] Write(IJceStruct value, JceForm form) => JceSerializer.ToBytes((T)value, form);

    public IJceStruct FromJson(System.Text.Json.JsonElement json) => (IJceStruct)VectorValues.FromJson(of, typeof(T), json);

    public JsonNode ToJson(IJceStruct value) => VectorValues.ToJson(of, value);
}
