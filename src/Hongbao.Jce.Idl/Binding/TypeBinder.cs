using Hongbao.Jce.Idl.Syntax;

namespace Hongbao.Jce.Idl.Binding;

/// <summary>Gives type names their meaning.</summary>
internal sealed class TypeBinder(SymbolTable symbols, ProblemList problems)
{
    /// <summary>The type; null when it is not known, which is reported.</summary>
    public IdlType? Bind(FileScope scope, string module, TypeNode node)
    {
        if (node.Name is { } name)
        {
            return symbols.Find(scope, module, name, IdlProblems.Undefined) switch
            {
                IdlStruct definition => IdlType.Of(definition),
                IdlEnum definition => IdlType.Of(definition),
                { } other => NotAType(name, other),
                null => null,
            };
        }

        switch (node.Builtin)
        {
            case null:
                return null;
            case IdlTypeKind.Vector:
                return Bind(scope, module, node.First!) is { } element ? IdlType.VectorOf(element) : null;
            case IdlTypeKind.Map:
                var key = Bind(scope, module, node.First!);
                var value = Bind(scope, module, node.Second!);
                if (key?.Kind is IdlTypeKind.Vector or IdlTypeKind.Map)
                {
                    problems.Add(IdlProblems.BadMapKey, node.First!.Span, key);
                }

                return key is null || value is null ? null : IdlType.MapOf(key, value);
            default:
                return IdlType.Of(node.Builtin.Value);
        }
    }

    private IdlType? NotAType(NameNode name, IdlDefinition other)
    {
        problems.Add(IdlProblems.NotAType, name.Span, name.Text, SymbolTable.KindOf(other));
        return null;
    }
}
