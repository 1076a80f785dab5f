namespace Hongbao.Jce.Idl.Syntax;

/// <summary>A file as written: nothing is looked up yet.</summary>
internal sealed record FileNode(string Header, IReadOnlyList<Node> Items);

/// <summary>Something that stands in a file or module.</summary>
internal abstract record Node;

internal sealed record IncludeNode(string Path, IdlSpan Span) : Node;

internal sealed record ModuleNode(NameNode Name, IReadOnlyList<Node> Items, string Doc) : Node;

internal sealed record ConstNode(TypeNode Type, NameNode Name, ValueNode Value, string Doc) : Node;

internal sealed record EnumNode(NameNode Name, IReadOnlyList<EnumeratorNode> Enumerators, IReadOnlyList<int> ReservedValues, string Doc) : Node;

internal sealed record EnumeratorNode(NameNode Name, ValueNode? Value, string Doc);

internal sealed record StructNode(NameNode Name, IReadOnlyList<MemberNode> Members, IReadOnlyList<int> ReservedTags, string Doc) : Node;

internal sealed record MemberNode(Token Tag, bool IsRequired, TypeNode Type, NameNode Name, string StorageHint, ValueNode? Default, string Doc);

internal sealed record KeyNode(NameNode Struct, IReadOnlyList<NameNode> Members) : Node;

internal sealed record InterfaceNode(NameNode Name, IReadOnlyList<OperationNode> Operations, string Doc) : Node;

/// <summary>Without a return type it is void.</summary>
internal sealed record OperationNode(TypeNode? ReturnType, NameNode Name, IReadOnlyList<ParameterNode> Parameters, string Doc);

internal sealed record ParameterNode(bool IsOut, bool IsRouteKey, TypeNode Type, NameNode Name, string Doc);

/// <summary>A name as it is declared or used: <c>A</c>, <c>A::B</c>.</summary>
internal sealed record NameNode(string Text, IdlSpan Span);

/// <summary>Builtin with its kind, a vector or map with its arguments, or a name. A broken type, already reported, has none of them.</summary>
internal sealed record TypeNode(IdlTypeKind? Builtin, NameNode? Name, TypeNode? First, TypeNode? Second, IdlSpan Span);

/// <summary>A constant: a bool, long, double or string; or the name of an enumerator; or neither when it could not be read.</summary>
internal sealed record ValueNode(object? Value, NameNode? Name, string Text, IdlSpan Span);
