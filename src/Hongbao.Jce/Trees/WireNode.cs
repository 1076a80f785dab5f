using System.Text;
using System.Text.Unicode;

namespace Hongbao.Jce.Trees;

/// <summary>A value as it stands in an input.</summary>
/// <param name="Offset">Where its head begins, in bytes from the beginning of the input; 0 for the whole.</param>
public abstract record WireNode(int Offset);

/// <summary>A whole number: also a truth value, an enum, or the zero that any kind of number can be.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Type">One of <see cref="JceType.Zero"/> and <see cref="JceType.Int8"/> to <see cref="JceType.Int64"/>.</param>
/// <param name="Value">The number.</param>
public sealed record IntegerNode(int Offset, JceType Type, long Value) : WireNode(Offset);

/// <summary>A number of single or double precision.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Type"><see cref="JceType.Float"/> or <see cref="JceType.Double"/>.</param>
/// <param name="Value">The number; that of a float is exactly one.</param>
public sealed record RealNode(int Offset, JceType Type, double Value) : WireNode(Offset);

/// <summary>A text.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Bytes">As they came.</param>
public sealed record TextNode(int Offset, byte[] Bytes) : WireNode(Offset)
{
    /// <summary>The text; null when the bytes are not UTF-8.</summary>
    public string? Text { get; } = Utf8.IsValid(Bytes) ? Encoding.UTF8.GetString(Bytes) : null;
}

/// <summary>A byte list.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Value">Its bytes.</param>
public sealed record BytesNode(int Offset, byte[] Value) : WireNode(Offset);

/// <summary>A list.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Count">How many elements it says it has; null when that cannot be.</param>
/// <param name="Items">Those read.</param>
public sealed record ListNode(int Offset, int? Count, IReadOnlyList<WireNode> Items) : WireNode(Offset);

/// <summary>A map.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Count">How many pairs it says it has; null when that cannot be.</param>
/// <param name="Pairs">Those read. Keys are not compared: a key may be there twice.</param>
public sealed record MapNode(int Offset, int? Count, IReadOnlyList<WirePair> Pairs) : WireNode(Offset);

/// <summary>A struct, or the whole input.</summary>
/// <param name="Offset">Where its head begins.</param>
/// <param name="Fields">All of them in the order of the input, also those that readers pass over because a higher tag came before.</param>
public sealed record StructNode(int Offset, IReadOnlyList<WireField> Fields) : WireNode(Offset);

/// <summary>A pair of a map.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its value; null when the input is wrong before it.</param>
public sealed record WirePair(WireNode Key, WireNode? Value);

/// <summary>A field of a struct.</summary>
/// <param name="Tag">0 to 255.</param>
/// <param name="Value">Its value.</param>
public sealed record WireField(int Tag, WireNode Value);
