using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Hongbao.Jce;

/// <summary>
/// Writes fields in one pass, each number in its shortest form. The caller writes them in ascending order of their tags. <see cref="Flush"/> ends it.
/// </summary>
public ref struct JceWriter
{
    private const int HeadMax = 2;
    private const int NaN32 = 0x7FC00000;
    private const long NaN64 = 0x7FF8000000000000;
    private readonly IBufferWriter<byte> _output;
    private Span<byte> _span;
    private int _at;

    /// <summary>Writes to the end of a buffer.</summary>
    /// <param name="output">Where the bytes go.</param>
    /// <param name="form">Which fields generated code writes.</param>
    public JceWriter(IBufferWriter<byte> output, JceForm form = JceForm.Compact)
    {
        _output = output;
        _span = output.GetSpan();
        IsFull = form == JceForm.Full;
    }

    /// <summary>True when optional fields at their default are to be written too.</summary>
    public readonly bool IsFull { get; }

    /// <summary>Hands what was written to the output. Nothing may be written afterwards.</summary>
    public void Flush()
    {
        _output.Advance(_at);
        _span = default;
        _at = 0;
    }

    /// <summary>A truth value, 1 or 0.</summary>
    public void WriteBool(int tag, bool value) => WriteInt32(tag, value ? 1 : 0);

    /// <summary>A signed byte.</summary>
    public void WriteInt8(int tag, sbyte value) => WriteInt32(tag, value);

    /// <summary>A number of up to two bytes.</summary>
    public void WriteInt16(int tag, short value) => WriteInt32(tag, value);

    /// <summary>A number of up to four bytes.</summary>
    public void WriteInt32(int tag, int value)
    {
        Reserve(HeadMax + 4);
        if (value == 0)
        {
            Head(tag, JceType.Zero);
        }
        else if (value == (sbyte)value)
        {
            Head(tag, JceType.Int8);
            Append((byte)value);
        }
        else if (value == (short)value)
        {
            Head(tag, JceType.Int16);
            Append(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((short)value) : (short)value);
        }
        else
        {
            Head(tag, JceType.Int32);
            Append(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
        }
    }

    /// <summary>A number of up to eight bytes.</summary>
    public void WriteInt64(int tag, long value)
    {
        if (value == (int)value)
        {
            WriteInt32(tag, (int)value);
            return;
        }

        Reserve(HeadMax + 8);
        Head(tag, JceType.Int64);
        Append(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(value) : value);
    }

    /// <summary>0 to 255; on the wire a number of up to two bytes.</summary>
    public void WriteUInt8(int tag, byte value) => WriteInt32(tag, value);

    /// <summary>0 to 65,535; on the wire a number of up to four bytes.</summary>
    public void WriteUInt16(int tag, ushort value) => WriteInt32(tag, value);

    /// <summary>0 to 4,294,967,295; on the wire a number of up to eight bytes.</summary>
    public void WriteUInt32(int tag, uint value) => WriteInt64(tag, value);

    /// <summary>A number of single precision, always in full. All that are not numbers are written alike, with the bits that the C++ and JavaScript peers write.</summary>
    public void WriteFloat(int tag, float value)
    {
        Reserve(HeadMax + 4);
        Head(tag, JceType.Float);
        var bits = float.IsNaN(value) ? NaN32 : BitConverter.SingleToInt32Bits(value);
        Append(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bits) : bits);
    }

    /// <summary>A number of double precision; as <see cref="WriteFloat"/>.</summary>
    public void WriteDouble(int tag, double value)
    {
        Reserve(HeadMax + 8);
        Head(tag, JceType.Double);
        var bits = double.IsNaN(value) ? NaN64 : BitConverter.DoubleToInt64Bits(value);
        Append(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(bits) : bits);
    }

    /// <summary>A text as UTF-8. A lone surrogate is written as U+FFFD.</summary>
    public void WriteString(int tag, string value)
    {
        // Three bytes a UTF-16 unit at most: then one pass is enough, and the length is filled in after it.
        if (value.Length * 3 <= byte.MaxValue)
        {
            Reserve(HeadMax + 1 + (value.Length * 3));
            Head(tag, JceType.ShortText);
            var written = Encoding.UTF8.GetBytes(value, _span[(_at + 1)..]);
            _span[_at] = (byte)written;
            _at += 1 + written;
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Reserve(HeadMax + 4);
        if (length <= byte.MaxValue)
        {
            Head(tag, JceType.ShortText);
            Append((byte)length);
        }
        else
        {
            Head(tag, JceType.LongText);
            Append(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(length) : length);
        }

        Reserve(length);
        _at += Encoding.UTF8.GetBytes(value, _span[_at..]);
    }

    /// <summary>A byte list.</summary>
    public void WriteBytes(int tag, scoped ReadOnlySpan<byte> value)
    {
        BeginBytes(tag, value.Length);
        WriteRaw(value);
    }

    /// <summary>The head of a byte list whose bytes follow by <see cref="WriteRaw"/>.</summary>
    public void BeginBytes(int tag, int length)
    {
        Reserve(HeadMax + 1);
        Head(tag, JceType.Bytes);
        Head(0, JceType.Int8);
        WriteInt32(0, length);
    }

    /// <summary>Bytes as they are.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_span[_at..]);
        _at += value.Length;
    }

    /// <summary>The head of a list; so many elements follow, each at tag 0.</summary>
    public void BeginList(int tag, int count)
    {
        Reserve(HeadMax);
        Head(tag, JceType.List);
        WriteInt32(0, count);
    }

    /// <summary>The head of a map; so many pairs follow, the key at tag 0 and the value at tag 1.</summary>
    public void BeginMap(int tag, int count)
    {
        Reserve(HeadMax);
        Head(tag, JceType.Map);
        WriteInt32(0, count);
    }

    /// <summary>The head of a struct; its fields follow, then <see cref="EndStruct"/>.</summary>
    public void BeginStruct(int tag)
    {
        Reserve(HeadMax);
        Head(tag, JceType.StructBegin);
    }

    /// <summary>The end of a struct.</summary>
    public void EndStruct()
    {
        Reserve(HeadMax);
        Head(0, JceType.StructEnd);
    }

    /// <summary>A value that is encoded already, under a tag: its type, and the bytes behind its head.</summary>
    internal void WriteEncoded(int tag, JceType type, scoped ReadOnlySpan<byte> payload)
    {
        Reserve(HeadMax);
        Head(tag, type);
        WriteRaw(payload);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int bytes)
    {
        if (_span.Length - _at < bytes)
        {
            Grow(bytes);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int bytes)
    {
        _output.Advance(_at);
        _span = _output.GetSpan(bytes);
        _at = 0;
    }

    // The room for it is reserved. Others misread the long head of a tag below 15, so it is never written.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Head(int tag, JceType type)
    {
        if (tag < 15)
        {
            Append((byte)((tag << 4) | (int)type));
        }
        else
        {
            Append((byte)(0xF0 | (int)type));
            Append(checked((byte)tag));
        }
    }

    // The room for it is reserved.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Append<T>(T value)
        where T : unmanaged
    {
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetReference(_span), _at), value);
        _at += Unsafe.SizeOf<T>();
    }
}
