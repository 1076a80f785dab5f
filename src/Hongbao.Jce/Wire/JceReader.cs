using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Hongbao.Jce;

/// <summary>
/// Reads fields one after the other. Nothing is thrown and no byte beyond the input is touched: the first fault is kept, every later read gives nothing, and
/// <see cref="Fault"/> tells at the end. Made for generated code, which switches on the tag:
/// <code>
/// for (var tag = -1; reader.Next(ref tag);)
/// {
///     switch (tag) { case 0: value.Id = reader.ReadInt64(); break; default: reader.Skip(); break; }
/// }
/// </code>
/// </summary>
/// <remarks>
/// A field is found as the other implementations find it, which search upwards: one that comes after a higher tag does not exist. Unlike some of them, faults in
/// fields that are skipped are faults too.
/// </remarks>
public ref partial struct JceReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly JceLimits _limits;
    private int _at;
    private int _end; // the input's length; _at once there is a fault, so that nothing more is there to read
    private int _tag;
    private JceType _type;
    private int _structs;
    private int _depth;
    private long _count;
    private JceFaultKind _fault;
    private int _faultAt;
    private int _faultTag;
    private string? _path;

    /// <summary>Begins at the first byte of bare fields.</summary>
    /// <param name="bytes">The whole input.</param>
    /// <param name="limits">Its bounds; <see cref="JceLimits.Untrusted"/> when null.</param>
    public JceReader(ReadOnlySpan<byte> bytes, JceLimits? limits = null)
    {
        _bytes = bytes;
        _limits = limits ?? JceLimits.Untrusted;
        _end = bytes.Length;
        _tag = -1;
        if (bytes.Length > _limits.TotalMax)
        {
            Fail(JceFaultKind.OverLimit);
        }
    }

    /// <summary>True once something was wrong.</summary>
    public readonly bool HasFault => _fault != JceFaultKind.None;

    /// <summary>The first thing that was wrong.</summary>
    public readonly JceFault Fault => HasFault ? new(_fault, _faultAt, _faultTag, _path ?? "") : JceFault.None;

    /// <summary>Bytes read so far.</summary>
    public readonly int Offset => _at;

    /// <summary>What stands behind the head that was read last.</summary>
    public readonly JceType Type => _type;

    /// <summary>
    /// Goes to the next field of a struct. Its value must be read, or skipped, before the next call.
    /// </summary>
    /// <param name="tag">The tag before, -1 at the beginning; becomes the field's.</param>
    /// <returns>False at the end of the struct, and after a fault.</returns>
    public bool Next(ref int tag)
    {
        while (_at < _end)
        {
            if (!ReadHead())
            {
                return false;
            }

            if (_type == JceType.StructEnd)
            {
                // At the top level it ends the search, and what follows is not looked at: the other implementations do the same.
                if (_structs == 0)
                {
                    _at = _end;
                }

                return false;
            }

            if (_tag > tag)
            {
                tag = _tag;
                return true;
            }

            Skip();
        }

        if (_structs > 0 && !HasFault)
        {
            Fail(JceFaultKind.Truncated);
        }

        return false;
    }

    /// <summary>Goes to an element of a list (tag 0), or the key (0) or value (1) of a pair.</summary>
    /// <returns>False after a fault: a counted element must be there.</returns>
    public bool Element(int tag)
    {
        while (_at < _end)
        {
            if (!ReadHead())
            {
                return false;
            }

            if (_tag > tag || _type == JceType.StructEnd)
            {
                Fail(JceFaultKind.Missing);
                return false;
            }

            if (_tag == tag)
            {
                return true;
            }

            Skip();
        }

        if (!HasFault)
        {
            Fail(JceFaultKind.Truncated);
        }

        return false;
    }

    /// <summary>Enters the struct whose head was read. When true, <see cref="EndStruct"/> must follow.</summary>
    public bool BeginStruct()
    {
        if (_type != JceType.StructBegin)
        {
            Fail(JceFaultKind.WrongType);
            return false;
        }

        if (!Enter())
        {
            return false;
        }

        _structs++;
        return true;
    }

    /// <summary>Leaves a struct whose fields were read to the end.</summary>
    public void EndStruct()
    {
        _structs--;
        _depth--;
    }

    /// <summary>Enters the list whose head was read. <see cref="EndList"/> must follow.</summary>
    /// <param name="weight">Objects that an element is, for <see cref="JceLimits.CountMax"/>.</param>
    /// <returns>How many elements it has; never more than bytes are left.</returns>
    public int BeginList(int weight = 1) => BeginCounted(JceType.List, 1, weight);

    /// <summary>Leaves a list or map whose elements were read.</summary>
    public void EndList() => _depth--;

    /// <summary>Enters the map whose head was read. <see cref="EndList"/> must follow.</summary>
    /// <param name="weight">Objects that a pair is, for <see cref="JceLimits.CountMax"/>.</param>
    /// <returns>How many pairs it has; twice as many are never more than bytes are left.</returns>
    public int BeginMap(int weight = 1) => BeginCounted(JceType.Map, 2, weight);

    /// <summary>Skips the value whose head was read.</summary>
    public void Skip()
    {
        switch (_type)
        {
            case JceType.Int8:
                Pass(1);
                break;
            case JceType.Int16:
                Pass(2);
                break;
            case JceType.Int32 or JceType.Float:
                Pass(4);
                break;
            case JceType.Int64 or JceType.Double:
                Pass(8);
                break;
            case JceType.ShortText or JceType.LongText:
                Pass(TextLength());
                break;
            case JceType.Zero:
                break;
            case JceType.Bytes:
                Pass(BytesLength());
                break;
            case JceType.List:
                SkipElements(BeginList());
                break;
            case JceType.Map:
                SkipElements(2 * BeginMap());
                break;
            case JceType.StructBegin:
                SkipStruct();
                break;
            default:
                Fail(JceFaultKind.WrongType);
                break;
        }
    }

    /// <summary>Marks the input as wrong where it stands. The first fault stays.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Fail(JceFaultKind kind)
    {
        if (!HasFault)
        {
            (_fault, _faultAt, _faultTag) = (kind, _at, _tag);
            _end = _at;
        }
    }

    /// <summary>Tells, on the way out of a fault, which field it was in.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Blame(string field) => _path = _path switch
    {
        null => field,
        ['[', ..] => field + _path,
        _ => $"{field}.{_path}",
    };

    /// <summary>Tells, on the way out of a fault, which element of a list or pair of a map it was in.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Blame(int index) => _path = _path is null or ['[', ..] ? $"[{index}]{_path}" : $"[{index}].{_path}";

    /// <summary>Tells that a required field did not come.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Miss(int tag)
    {
        if (!HasFault)
        {
            Fail(JceFaultKind.Missing);
            _faultTag = tag;
        }
    }

    /// <summary>Throws when there was a fault.</summary>
    /// <exception cref="JceFormatException">What it was.</exception>
    public readonly void ThrowIfFault()
    {
        if (HasFault)
        {
            Throw();
        }
    }

    [DoesNotReturn]
    private readonly void Throw() => throw new JceFormatException(Fault);

    private bool ReadHead()
    {
        var head = _bytes[_at];
        var tag = head >> 4;
        if (tag == 15)
        {
            if (_end - _at < 2)
            {
                Fail(JceFaultKind.Truncated);
                return false;
            }

            tag = _bytes[++_at];
        }

        _at++;
        _tag = tag;
        _type = (JceType)(head & 15);
        return true;
    }

    private bool Enter()
    {
        if (++_depth <= _limits.DepthMax)
        {
            return true;
        }

        Fail(JceFaultKind.OverLimit);
        return false;
    }

    private int BeginCounted(JceType type, int bytesEach, int weight)
    {
        if (_type != type)
        {
            _depth++;
            Fail(JceFaultKind.WrongType);
            return 0;
        }

        if (!Enter())
        {
            return 0;
        }

        var count = ReadCount();
        if (count > (_end - _at) / bytesEach)
        {
            Fail(JceFaultKind.Truncated);
            return 0;
        }

        _count += (long)count * weight;
        if (_count > _limits.CountMax)
        {
            Fail(JceFaultKind.OverLimit);
            return 0;
        }

        return count;
    }

    // A count is a field of tag 0 by itself.
    private int ReadCount()
    {
        if (!Element(0))
        {
            return 0;
        }

        var count = ReadInt32();
        if (count >= 0)
        {
            return count;
        }

        Fail(JceFaultKind.BadLength);
        return 0;
    }

    private int TextLength()
    {
        var size = _type == JceType.ShortText ? 1 : 4;
        if (_end - _at < size)
        {
            Fail(JceFaultKind.Truncated);
            return 0;
        }

        if (size == 1)
        {
            return _bytes[_at++];
        }

        var length = ReadBigEndian32();
        return CheckLength(length);
    }

    private int BytesLength()
    {
        if (_at >= _end)
        {
            Fail(JceFaultKind.Truncated);
            return 0;
        }

        if (!ReadHead())
        {
            return 0;
        }

        if (_type != JceType.Int8)
        {
            Fail(JceFaultKind.WrongType);
            return 0;
        }

        return CheckLength(ReadCount());
    }

    private int CheckLength(int length)
    {
        if (length < 0 || length > _end - _at)
        {
            Fail(length < 0 ? JceFaultKind.BadLength : JceFaultKind.Truncated);
            return 0;
        }

        if (length > _limits.LengthMax)
        {
            Fail(JceFaultKind.OverLimit);
            return 0;
        }

        return length;
    }

    private void Pass(int bytes)
    {
        if (bytes > _end - _at)
        {
            Fail(JceFaultKind.Truncated);
        }
        else
        {
            _at += bytes;
        }
    }

    private void SkipElements(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (_at >= _end)
            {
                Fail(JceFaultKind.Truncated);
                break;
            }

            if (!ReadHead())
            {
                break;
            }

            Skip();
        }

        EndList();
    }

    private void SkipStruct()
    {
        if (Enter())
        {
            while (true)
            {
                if (_at >= _end)
                {
                    Fail(JceFaultKind.Truncated);
                    break;
                }

                if (!ReadHead() || _type == JceType.StructEnd)
                {
                    break;
                }

                Skip();
            }
        }

        _depth--;
    }
}
