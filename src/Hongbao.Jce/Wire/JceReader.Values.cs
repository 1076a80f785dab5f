using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace Hongbao.Jce;

/// <content>Values of fields whose head was read. A wrong one is a fault, and the value given then means nothing.</content>
public ref partial struct JceReader
{
    private const int ShortTextMax = 128;

    /// <summary>A truth value: any number but 0.</summary>
    public bool ReadBool() => ReadInt8() != 0;

    /// <summary>A signed byte.</summary>
    public sbyte ReadInt8()
    {
        if (_type == JceType.Zero)
        {
            return 0;
        }

        if (_type != JceType.Int8)
        {
            Fail(JceFaultKind.WrongType);
            return 0;
        }

        return _at < _end ? (sbyte)_bytes[_at++] : (sbyte)Cut();
    }

    /// <summary>A number of up to two bytes.</summary>
    public short ReadInt16()
    {
        if (_type > JceType.Int16 && _type != JceType.Zero)
        {
            Fail(JceFaultKind.WrongType);
            return 0;
        }

        return (short)ReadInteger();
    }

    /// <summary>A number of up to four bytes.</summary>
    public int ReadInt32()
    {
        if (_type > JceType.Int32 && _type != JceType.Zero)
        {
            Fail(JceFaultKind.WrongType);
            return 0;
        }

        return (int)ReadInteger();
    }

    /// <summary>A number of up to eight bytes.</summary>
    public long ReadInt64()
    {
        if (_type > JceType.Int64 && _type != JceType.Zero)
        {
            Fail(JceFaultKind.WrongType);
            return 0;
        }

        return ReadInteger();
    }

    /// <summary>0 to 255, which comes as a number of up to two bytes.</summary>
    public byte ReadUInt8() => (byte)InRange(ReadInt16(), byte.MaxValue);

    /// <summary>0 to 65,535, which comes as a number of up to four bytes.</summary>
    public ushort ReadUInt16() => (ushort)InRange(ReadInt32(), ushort.MaxValue);

    /// <summary>0 to 4,294,967,295, which comes as a number of up to eight bytes.</summary>
    public uint ReadUInt32() => (uint)InRange(ReadInt64(), uint.MaxValue);

    /// <summary>A number of single precision.</summary>
    public float ReadFloat()
    {
        switch (_type)
        {
            case JceType.Float when _end - _at >= 4:
                return BitConverter.Int32BitsToSingle(ReadBigEndian32());
            case JceType.Float:
                return Cut();
            case JceType.Zero:
                return 0;
            default:
                Fail(JceFaultKind.WrongType);
                return 0;
        }
    }

    /// <summary>A number of double precision, or of single.</summary>
    public double ReadDouble()
    {
        switch (_type)
        {
            case JceType.Double when _end - _at >= 8:
                return BitConverter.Int64BitsToDouble(ReadBigEndian64());
            case JceType.Double:
                return Cut();
            default:
                return ReadFloat();
        }
    }

    /// <summary>A text. The wire has bytes; here they must be UTF-8.</summary>
    public string ReadString()
    {
        var bytes = ReadTextBytes();
        if (bytes.IsEmpty)
        {
            return "";
        }

        // Checked and converted at once where the characters fit on the stack; there are never more of them than bytes.
        if (bytes.Length <= ShortTextMax)
        {
            Span<char> characters = stackalloc char[ShortTextMax];
            if (Utf8.ToUtf16(bytes, characters, out _, out var count, replaceInvalidSequences: false) == OperationStatus.Done)
            {
                return new string(characters[..count]);
            }
        }
        else if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        Fail(JceFaultKind.BadText);
        return "";
    }

    /// <summary>The bytes of a text as they lie in the input, whatever they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> ReadTextBytes()
    {
        if (_type is JceType.ShortText or JceType.LongText)
        {
            return Take(TextLength());
        }

        Fail(JceFaultKind.WrongType);
        return [];
    }

    /// <summary>A byte list, copied.</summary>
    public byte[] ReadBytes()
    {
        var bytes = ReadSpan();
        return bytes.IsEmpty ? [] : bytes.ToArray();
    }

    /// <summary>A byte list as it lies in the input. One that came as a list of numbers is copied.</summary>
    public ReadOnlySpan<byte> ReadSpan()
    {
        if (_type == JceType.Bytes)
        {
            return Take(BytesLength());
        }

        var count = BeginList();
        var bytes = count == 0 ? [] : new byte[count];
        for (var i = 0; i < count && Element(0); i++)
        {
            bytes[i] = (byte)ReadInt8();
        }

        EndList();
        return HasFault ? [] : bytes;
    }

    /// <summary>
    /// The whole field, head and value, as it lies in the input, for those who pass it on: an encoded value that <see cref="JceWriter.WriteEncoded"/> can write under another tag.
    /// </summary>
    internal ReadOnlySpan<byte> TakeValue()
    {
        var from = _at;
        Skip();
        return HasFault ? [] : _bytes[from.._at];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReadInteger()
    {
        switch (_type)
        {
            case JceType.Zero:
                return 0;
            case JceType.Int8 when _end - _at >= 1:
                return (sbyte)_bytes[_at++];
            case JceType.Int16 when _end - _at >= 2:
                var two = BinaryPrimitives.ReadInt16BigEndian(_bytes[_at..]);
                _at += 2;
                return two;
            case JceType.Int32 when _end - _at >= 4:
                return ReadBigEndian32();
            case JceType.Int64 when _end - _at >= 8:
                return ReadBigEndian64();
            default:
                return Cut();
        }
    }

    private int ReadBigEndian32()
    {
        var value = BinaryPrimitives.ReadInt32BigEndian(_bytes[_at..]);
        _at += 4;
        return value;
    }

    private long ReadBigEndian64()
    {
        var value = BinaryPrimitives.ReadInt64BigEndian(_bytes[_at..]);
        _at += 8;
        return value;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _end - _at)
        {
            Fail(JceFaultKind.Truncated);
            return [];
        }

        var bytes = _bytes.Slice(_at, length);
        _at += length;
        return bytes;
    }

    private long InRange(long value, long max)
    {
        if (value >= 0 && value <= max)
        {
            return value;
        }

        Fail(JceFaultKind.OutOfRange);
        return 0;
    }

    private int Cut()
    {
        Fail(JceFaultKind.Truncated);
        return 0;
    }
}
