using System.Globalization;
using System.Text;

namespace Hongbao.Jce.Rpc;

/// <summary>Between the named values of TUP and the bare fields that generated code reads and writes.</summary>
internal static class TupParameters
{
    /// <summary>Writes the values that have an in parameter's name as bare fields. Others are ignored; one that is missing is missed by whoever decodes.</summary>
    /// <exception cref="JceFormatException">The bytes are no named values.</exception>
    public static void ToFields(ReadOnlySpan<byte> buffer, int version, RpcFunction function, JceLimits limits, JceBuffer fields)
    {
        var attributes = TupAttributes.Read(buffer, version, limits);
        var writer = new JceWriter(fields);
        foreach (var parameter in function.Parameters)
        {
            if (!parameter.IsOut && attributes.TryGetBytes(parameter.Name, out var value))
            {
                var reader = new JceReader(value, limits);
                if (reader.Element(0))
                {
                    var type = reader.Type;
                    writer.WriteEncoded(parameter.Tag, type, reader.TakeValue());
                }

                reader.ThrowIfFault();
            }
        }

        writer.Flush();
    }

    /// <summary>Writes the frame of an answer, which with TUP is a request's.</summary>
    public static void WriteAnswer(FrameBuffer output, short version, int id, int messageType, ReadOnlySpan<byte> servant, RpcFunction function, ReadOnlySpan<byte> answer,
        int code, string text, Dictionary<string, string>? status, Dictionary<string, string>? context)
    {
        var attributes = new TupAttributes(version);
        var reader = new JceReader(answer, new JceLimits { LengthMax = int.MaxValue, TotalMax = int.MaxValue, CountMax = int.MaxValue, DepthMax = 512 });
        for (var tag = -1; reader.Next(ref tag);)
        {
            var type = reader.Type;
            var payload = reader.TakeValue();
            if (tag == 0)
            {
                attributes.SetEncoded("", function.ReturnTypeName, type, payload);
                attributes.SetEncoded(RpcNames.TupReturn, function.ReturnTypeName, type, payload);
            }
            else if (Parameter(function, tag) is { } parameter)
            {
                attributes.SetEncoded(parameter.Name, parameter.TypeName, type, payload);
            }
        }

        var buffer = new JceBuffer();
        attributes.Write(buffer);
        Write(output, version, id, messageType, servant, Encoding.UTF8.GetBytes(function.Name), buffer.Written, code, text, status, context);
        buffer.Dispose();
    }

    /// <summary>Writes the frame of an answer without values.</summary>
    public static void WriteAnswer(FrameBuffer output, short version, int id, int messageType, ReadOnlySpan<byte> servant, ReadOnlySpan<byte> function, int code, string text,
        Dictionary<string, string>? status)
    {
        // An empty map at tag 0: the client of @tars/rpc cannot do without.
        Write(output, version, id, messageType, servant, function, [0x08, 0x0c], code, text, status, null);
    }

    private static void Write(FrameBuffer output, short version, int id, int messageType, ReadOnlySpan<byte> servant, ReadOnlySpan<byte> function, ReadOnlySpan<byte> buffer,
        int code, string text, Dictionary<string, string>? status, Dictionary<string, string>? context)
    {
        var frame = output.BeginFrame();
        var writer = new JceWriter(output);
        writer.WriteInt16(1, version);
        writer.WriteInt8(2, 0);
        writer.WriteInt32(3, messageType);
        writer.WriteInt32(4, id);
        RequestPacket.WriteText(ref writer, 5, servant);
        RequestPacket.WriteText(ref writer, 6, function);
        writer.WriteBytes(7, buffer);
        writer.WriteInt32(8, 0);
        TextMap.Write(ref writer, 9, context);
        writer.BeginMap(10, 2 + (status?.Count ?? 0));
        writer.WriteString(0, RpcNames.ResultCode);
        writer.WriteString(1, code.ToString(CultureInfo.InvariantCulture));
        writer.WriteString(0, RpcNames.ResultText);
        writer.WriteString(1, text);
        if (status is not null)
        {
            TextMap.WritePairs(ref writer, status);
        }

        writer.Flush();
        output.EndFrame(frame);
    }

    private static RpcParameter? Parameter(RpcFunction function, int tag)
    {
        foreach (var parameter in function.Parameters)
        {
            if (parameter.Tag == tag)
            {
                return parameter;
            }
        }

        return null;
    }
}
