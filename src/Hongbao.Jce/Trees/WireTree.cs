using System.Globalization;

namespace Hongbao.Jce.Trees;

/// <summary>
/// What bytes hold, read without a contract: for people who want to see it. Programs read with generated code. Of a wrong input it has what stands before the fault.
/// </summary>
/// <param name="Root">The bare fields.</param>
/// <param name="Fault">The first thing that was wrong. Its path is of tags: <c>3[2].1</c>.</param>
/// <param name="Unread">How many bytes stand behind a struct end at the top, which ends the reading; 0 without one.</param>
public sealed record WireTree(StructNode Root, JceFault Fault, int Unread)
{
    /// <summary>
    /// Reads bare fields. Never throws for what the bytes are. Fields count as elements do: there are never more nodes than <see cref="JceLimits.CountMax"/>.
    /// Elements must have their tags also in fields that a reader with a contract skips without looking at them.
    /// </summary>
    /// <param name="bytes">The whole input.</param>
    /// <param name="limits">Its bounds; <see cref="JceLimits.Untrusted"/> when null.</param>
    public static WireTree Read(ReadOnlySpan<byte> bytes, JceLimits? limits = null)
    {
        limits ??= JceLimits.Untrusted;
        var reader = new JceReader(bytes, limits);
        var left = limits.CountMax;
        var fields = new List<WireField>();
        var end = ReadFields(ref reader, fields, ref left);

        // At the top the reader leaves everything behind a struct end; its head has a second byte when the tag is 15 or more.
        var unread = reader.HasFault || end >= bytes.Length ? 0 : bytes.Length - end - (bytes[end] >> 4 == 15 ? 2 : 1);
        return new(new(0, fields), reader.Fault, unread);
    }

    // Gives where the reading stopped.
    private static int ReadFields(ref JceReader reader, List<WireField> fields, ref int left)
    {
        while (true)
        {
            // From -1 each time: all fields are to be seen, whatever their order.
            var tag = -1;
            var offset = reader.Offset;
            if (!reader.Next(ref tag))
            {
                return offset;
            }

            if (ReadNode(ref reader, offset, ref left) is { } node)
            {
                fields.Add(new(tag, node));
            }

            if (reader.HasFault)
            {
                reader.Blame(tag.ToString(CultureInfo.InvariantCulture));
                return offset;
            }
        }
    }

    // A container that is wrong inside is given as far as it goes; of anything else that is wrong there is nothing to give.
    private static WireNode? ReadNode(ref JceReader reader, int offset, ref int left)
    {
        if (left-- <= 0)
        {
            reader.Fail(JceFaultKind.OverLimit);
            return null;
        }

        WireNode node;
        switch (reader.Type)
        {
            case JceType.Zero or JceType.Int8 or JceType.Int16 or JceType.Int32 or JceType.Int64:
                node = new IntegerNode(offset, reader.Type, reader.ReadInt64());
                break;
            case JceType.Float or JceType.Double:
                node = new RealNode(offset, reader.Type, reader.ReadDouble());
                break;
            case JceType.ShortText or JceType.LongText:
                node = new TextNode(offset, reader.ReadTextBytes().ToArray());
                break;
            case JceType.Bytes:
                node = new BytesNode(offset, reader.ReadBytes());
                break;
            case JceType.List:
                return ReadList(ref reader, offset, ref left);
            case JceType.Map:
                return ReadMap(ref reader, offset, ref left);
            case JceType.StructBegin:
                return ReadStruct(ref reader, offset, ref left);
            default:
                reader.Fail(JceFaultKind.WrongType);
                return null;
        }

        return reader.HasFault ? null : node;
    }

    private static ListNode ReadList(ref JceReader reader, int offset, ref int left)
    {
        var items = new List<WireNode>();
        var count = reader.BeginList();
        var isCounted = !reader.HasFault;
        for (var i = 0; i < count; i++)
        {
            var at = reader.Offset;
            if (reader.Element(0) && ReadNode(ref reader, at, ref left) is { } item)
            {
                items.Add(item);
            }

            if (reader.HasFault)
            {
                reader.Blame(i);
                break;
            }
        }

        reader.EndList();
        return new(offset, isCounted ? count : null, items);
    }

    private static MapNode ReadMap(ref JceReader reader, int offset, ref int left)
    {
        var pairs = new List<WirePair>();
        var count = reader.BeginMap();
        var isCounted = !reader.HasFault;
        for (var i = 0; i < count; i++)
        {
            var at = reader.Offset;
            if (reader.Element(0) && ReadNode(ref reader, at, ref left) is { } key)
            {
                at = reader.Offset;
                pairs.Add(new(key, reader.Element(1) ? ReadNode(ref reader, at, ref left) : null));
            }

            if (reader.HasFault)
            {
                reader.Blame(i);
                break;
            }
        }

        reader.EndList();
        return new(offset, isCounted ? count : null, pairs);
    }

    private static StructNode ReadStruct(ref JceReader reader, int offset, ref int left)
    {
        var fields = new List<WireField>();
        if (reader.BeginStruct())
        {
            ReadFields(ref reader, fields, ref left);
            reader.EndStruct();
        }

        return new(offset, fields);
    }
}
