using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>What version 2 of TUP calls the types, beside each value.</summary>
internal static class TupNames
{
    public static string Of(IdlType type) => type.Kind switch
    {
        IdlTypeKind.Bool => "bool",
        IdlTypeKind.Byte => "char",
        // Unsigned numbers go as the next wider signed ones.
        IdlTypeKind.Short or IdlTypeKind.UnsignedByte => "short",
        IdlTypeKind.Int or IdlTypeKind.UnsignedShort or IdlTypeKind.Enum => "int32",
        IdlTypeKind.Long or IdlTypeKind.UnsignedInt => "int64",
        IdlTypeKind.Float => "float",
        IdlTypeKind.Double => "double",
        IdlTypeKind.String => "string",
        IdlTypeKind.Vector => $"list<{Of(type.Element!)}>",
        IdlTypeKind.Map => $"map<{Of(type.Key!)},{Of(type.Value!)}>",
        _ => $"{type.Struct!.Module}.{type.Struct.Name}",
    };
}
