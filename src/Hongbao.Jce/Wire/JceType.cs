using System.Diagnostics.CodeAnalysis;

namespace Hongbao.Jce;

/// <summary>What stands behind a field's head on the wire: its low four bits.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "They are names of types.")]
public enum JceType : byte
{
    /// <summary>One signed byte.</summary>
    Int8 = 0,
    /// <summary>Two bytes, big endian, signed.</summary>
    Int16 = 1,
    /// <summary>Four bytes, big endian, signed.</summary>
    Int32 = 2,
    /// <summary>Eight bytes, big endian, signed.</summary>
    Int64 = 3,
    /// <summary>Four bytes, IEEE 754, big endian.</summary>
    Float = 4,
    /// <summary>Eight bytes, IEEE 754, big endian.</summary>
    Double = 5,
    /// <summary>One length byte, then so many bytes of text.</summary>
    ShortText = 6,
    /// <summary>Four length bytes, big endian, then so many bytes of text.</summary>
    LongText = 7,
    /// <summary>A count, then so many pairs of a key (tag 0) and a value (tag 1).</summary>
    Map = 8,
    /// <summary>A count, then so many elements (tag 0).</summary>
    List = 9,
    /// <summary>Fields up to the end of the struct.</summary>
    StructBegin = 10,
    /// <summary>The end of a struct; its tag means nothing.</summary>
    StructEnd = 11,
    /// <summary>Zero, without further bytes.</summary>
    Zero = 12,
    /// <summary>A head of a byte, a count, then so many bytes.</summary>
    Bytes = 13,
}
