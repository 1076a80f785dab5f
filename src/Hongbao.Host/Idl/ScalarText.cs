using Hongbao.Jce;
using Hongbao.Jce.Idl;
using Hongbao.Jce.Trees;

namespace Hongbao.Host.Idl;

/// <summary>Numbers, truth values, texts and enums as their contract calls them. What it takes is what generated code reads.</summary>
internal static class ScalarText
{
    /// <summary>The value; null when it is not one of the type, and then why.</summary>
    public static string? Of(IdlType type, WireNode node, out JceFaultKind fault)
    {
        fault = JceFaultKind.WrongType;
        switch (type.Kind, node)
        {
            case (IdlTypeKind.String, TextNode text):
                fault = text.Text is null ? JceFaultKind.BadText : JceFaultKind.None;
                return text.Text is null ? null : TreePrinter.Quote(text.Text);
            case (IdlTypeKind.Float, RealNode { Type: JceType.Float } real):
                return TreePrinter.Number(real);
            case (IdlTypeKind.Double, RealNode real):
                return TreePrinter.Number(real);
            case (IdlTypeKind.Float or IdlTypeKind.Double, IntegerNode { Type: JceType.Zero }):
                return "0";
            case (_, IntegerNode integer) when Widest(type.Kind) is { } widest && (integer.Type == JceType.Zero || integer.Type <= widest):
                if (Greatest(type.Kind) is { } greatest && (integer.Value < 0 || integer.Value > greatest))
                {
                    fault = JceFaultKind.OutOfRange;
                    return null;
                }

                return Text(type, integer.Value);
            default:
                return null;
        }
    }

    private static string Text(IdlType type, long value) => type.Kind switch
    {
        IdlTypeKind.Bool => value != 0 ? "true" : "false",
        IdlTypeKind.Enum => type.Enum!.WithValue(value) is { } enumerator
            ? $"{enumerator.Name} ({TreePrinter.Number(value)})"
            : $"{TreePrinter.Number(value)} (no enumerator of {type})",
        _ => TreePrinter.Number(value),
    };

    // Unsigned numbers travel in the next wider type.
    private static JceType? Widest(IdlTypeKind kind) => kind switch
    {
        IdlTypeKind.Bool or IdlTypeKind.Byte => JceType.Int8,
        IdlTypeKind.Short or IdlTypeKind.UnsignedByte => JceType.Int16,
        IdlTypeKind.Int or IdlTypeKind.UnsignedShort or IdlTypeKind.Enum => JceType.Int32,
        IdlTypeKind.Long or IdlTypeKind.UnsignedInt => JceType.Int64,
        _ => null,
    };

    // Of what travels in a type that holds more.
    private static long? Greatest(IdlTypeKind kind) => kind switch
    {
        IdlTypeKind.UnsignedByte => byte.MaxValue,
        IdlTypeKind.UnsignedShort => ushort.MaxValue,
        IdlTypeKind.UnsignedInt => uint.MaxValue,
        _ => null,
    };
}
