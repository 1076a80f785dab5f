using System.Collections.Immutable;
using Hongbao.Jce.Idl;

namespace Hongbao.Jce.Generator.CSharp;

/// <summary>An interface becomes an interface, a proxy that calls a servant, and a dispatcher that is one.</summary>
internal sealed class InterfaceEmitter(CSharpTypes types)
{
    private const string Rpc = "global::Hongbao.Jce.Rpc.";
    private const string Tasks = "global::System.Threading.Tasks.";
    private const char Own = FieldsEmitter.Own;

    public void Emit(CodeText code, IdlInterface of)
    {
        var operations = Operations(of);
        EmitInterface(code, of, operations);
        code.Line();
        EmitProxy(code, of, operations);
        code.Line();
        EmitDispatcher(code, of, operations);
    }

    private List<Operation> Operations(IdlInterface of)
    {
        var names = CSharpNames.Distinct(of.Operations.Select(static o => CSharpNames.Pascal(o.Name) + "Async"), of.Name);
        var taken = new HashSet<string>(names);
        var operations = new List<Operation>();
        for (var i = 0; i < names.Count; i++)
        {
            var oneWay = "Send" + names[i];
            while (!taken.Add(oneWay))
            {
                oneWay += "_";
            }

            operations.Add(new Operation(types, of.Operations[i], names[i], oneWay, i));
        }

        return operations;
    }

    private static void EmitInterface(CodeText code, IdlInterface of, List<Operation> operations)
    {
        code.Summary(of.Doc, $"The interface {of.Name} of the contract.");
        using (code.Open($"public partial interface I{of.Name}"))
        {
            foreach (var operation in operations)
            {
                code.Summary(operation.Of.Doc, $"The operation {operation.Of.Name} of the contract.");
                foreach (var parameter in operation.Of.Parameters.Where(static p => !p.IsOut))
                {
                    code.Parameter(Operation.Local(parameter.Name).TrimStart('@'), parameter.Doc);
                }

                code.Returns(operation.AnswerDoc);
                code.Line($"{operation.TaskType} {operation.Name}({operation.Parameters}global::System.Threading.CancellationToken {operation.Token} = default);").Line();
            }
        }
    }

    private void EmitProxy(CodeText code, IdlInterface of, List<Operation> operations)
    {
        code.Line($"/// <summary>Calls a servant with the interface {of.Name}. A call that fails throws <see cref=\"{Rpc}RpcException\"/>.</summary>");
        code.Line($"/// <param name=\"channel\">Reaches the servant.</param>");
        using (code.Open($"public partial class {of.Name}Proxy({Rpc}RpcChannel channel) : I{of.Name}"))
        {
            code.Line($"private readonly {Rpc}RpcChannel channel{Own} = channel;").Line();
            foreach (var operation in operations)
            {
                code.Line("/// <inheritdoc/>");
                using (code.Open($"public {operation.TaskType} {operation.Name}({operation.Parameters}global::System.Threading.CancellationToken {operation.Token} = default)"))
                {
                    EmitArguments(code, operation);
                    code.Line(operation.HasAnswer ? $"return call{Own}.InvokeAsync({operation.Decode}, {operation.Token});" : $"return call{Own}.InvokeAsync({operation.Token});");
                }

                code.Line();
                if (operation.HasAnswer)
                {
                    EmitDecode(code, operation);
                }
                else
                {
                    EmitOneWay(code, operation);
                }

                code.Line();
            }
        }
    }

    private void EmitOneWay(CodeText code, Operation operation)
    {
        code.Line($"/// <summary>As <see cref=\"{operation.Name}\"/>, one-way: completes when the request is on its way; nothing is known of what becomes of it.</summary>");
        using (code.Open($"public {Tasks}Task {operation.OneWayName}({operation.Parameters}global::System.Threading.CancellationToken {operation.Token} = default)"))
        {
            EmitArguments(code, operation);
            code.Line($"return call{Own}.SendAsync({operation.Token});");
        }
    }

    private void EmitArguments(CodeText code, Operation operation)
    {
        var scope = operation.Ins.Count > 0 && operation.Ins[0].Type.Kind == IdlTypeKind.Struct ? $", (object){operation.Ins[0].Target} as {Rpc}IRpcScope" : "";
        code.Line($"var call{Own} = channel{Own}.Begin(\"{operation.Of.Name}\"{scope});");
        if (operation.Of.Parameters.FirstOrDefault(static p => p.IsRouteKey) is { } routeKey)
        {
            code.Line($"call{Own}.RouteKey = {RouteKey(routeKey.Type, Operation.Local(routeKey.Name))};");
        }

        if (operation.Ins.Count > 0)
        {
            code.Line($"var writer{Own} = new global::Hongbao.Jce.JceWriter(call{Own}.Arguments);");
            Emitter().Write(code, operation.Ins);
            code.Line($"writer{Own}.Flush();");
        }
    }

    private void EmitDecode(CodeText code, Operation operation)
    {
        using (code.Open($"private static {operation.AnswerType} {operation.Decode}(ref global::Hongbao.Jce.JceReader reader{Own})"))
        {
            EmitVariables(code, operation.Answers);
            Emitter().Read(code, operation.Answers);
            code.Line().Line($"return {operation.AnswerOf(static f => f.Target)};");
        }
    }

    private void EmitDispatcher(CodeText code, IdlInterface of, List<Operation> operations)
    {
        code.Line($"/// <summary>A servant with the interface {of.Name}.</summary>");
        code.Line("/// <param name=\"target\">Does the work.</param>");
        using (code.Open($"public partial class {of.Name}Dispatcher(I{of.Name} target) : {Rpc}RpcServant"))
        {
            code.Line($"private readonly I{of.Name} target{Own} = target;").Line();
            code.Line($"private static readonly {Rpc}RpcFunction[] s_functions =").Line("[");
            using (code.Indent())
            {
                foreach (var operation in operations)
                {
                    var parameters = string.Join(", ", operation.Of.Parameters.Select(static p =>
                        $"new {Rpc}RpcParameter(\"{p.Name}\", {p.Tag}, {(p.IsOut ? "true" : "false")}, \"{TupNames.Of(p.Type)}\")"));
                    code.Line($"new(\"{operation.Of.Name}\", [{parameters}], {(operation.Of.ReturnType is { } type ? $"true, \"{TupNames.Of(type)}\"" : "false")}),");
                }
            }

            code.Line("];").Line();
            code.Line("/// <inheritdoc/>");
            code.Line($"public override global::System.Collections.Generic.IReadOnlyList<{Rpc}RpcFunction> Functions => s_functions;").Line();
            code.Line("/// <inheritdoc/>");
            code.Line($"public override {Tasks}Task InvokeAsync(int function, {Rpc}RpcInvocation call) => function switch").Line("{");
            using (code.Indent())
            {
                foreach (var operation in operations)
                {
                    code.Line($"{operation.Index} => {operation.Name}(call),");
                }

                code.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(function)),");
            }

            code.Line("};").Line();
            foreach (var operation in operations)
            {
                EmitHandler(code, operation);
                code.Line();
            }
        }
    }

    private void EmitHandler(CodeText code, Operation operation)
    {
        using (code.Open($"private async {Tasks}Task {operation.Name}({Rpc}RpcInvocation call{Own})"))
        {
            if (operation.Ins.Count > 0)
            {
                code.Line($"{operation.ReadName}(call{Own}{string.Concat(operation.Ins.Select(static f => $", out var {f.Target}"))});");
            }

            var arguments = string.Concat(operation.Ins.Select(static f => f.Target + ", "));
            var invoke = $"await target{Own}.{operation.Name}({arguments}call{Own}.CancellationToken).ConfigureAwait(false);";
            code.Line(operation.HasAnswer ? $"var answer{Own} = {invoke}" : invoke);
            if (operation.HasAnswer)
            {
                code.Line($"{operation.WriteName}(call{Own}, answer{Own});");
            }
        }

        if (operation.Ins.Count > 0)
        {
            code.Line();
            var outs = string.Concat(operation.Ins.Select(f => $", out {types.Of(f.Type)} {f.Target}"));
            using (code.Open($"private static void {operation.ReadName}({Rpc}RpcInvocation call{Own}{outs})"))
            {
                EmitAssignments(code, operation.Ins);
                code.Line($"var reader{Own} = call{Own}.Arguments();");
                Emitter().Read(code, operation.Ins);
                code.Line().Line($"reader{Own}.ThrowIfFault();");
                if (operation.Ins[0].Type.Kind == IdlTypeKind.Struct)
                {
                    using (code.Open($"if ((object){operation.Ins[0].Target} is {Rpc}IRpcScope scope{Own})"))
                    {
                        code.Line($"call{Own}.Arrive(scope{Own});");
                    }
                }
            }
        }

        if (operation.HasAnswer)
        {
            code.Line();
            using (code.Open($"private static void {operation.WriteName}({Rpc}RpcInvocation call, {operation.AnswerType} answer)"))
            {
                code.Line($"var writer{Own} = new global::Hongbao.Jce.JceWriter(call.Answer);");
                Emitter().Write(code, operation.AnswersIn("answer"));
                code.Line($"writer{Own}.Flush();");
            }
        }
    }

    private FieldsEmitter Emitter() => new(types, "writer" + Own, "reader" + Own);

    // As text, numbers as they are and truth values and enums as numbers, like the C++ proxies.
    private static string RouteKey(IdlType type, string value) => type.Kind switch
    {
        IdlTypeKind.String => value,
        IdlTypeKind.Bool => $"{value} ? \"1\" : \"0\"",
        IdlTypeKind.Enum => $"((int){value}).ToString(global::System.Globalization.CultureInfo.InvariantCulture)",
        IdlTypeKind.Struct or IdlTypeKind.Vector or IdlTypeKind.Map => "\"\"",
        _ => $"{value}.ToString(global::System.Globalization.CultureInfo.InvariantCulture)",
    };

    private void EmitVariables(CodeText code, IReadOnlyList<Field> fields)
    {
        foreach (var field in fields)
        {
            code.Line($"{types.Of(field.Type)} {field.Target} = {types.Initial(field.Type, null, isRequired: true) ?? "default"};");
        }
    }

    private void EmitAssignments(CodeText code, IReadOnlyList<Field> fields)
    {
        foreach (var field in fields)
        {
            code.Line($"{field.Target} = {types.Initial(field.Type, null, isRequired: true) ?? "default"};");
        }
    }

    /// <summary>An operation and what its pieces are called in C#.</summary>
    private sealed class Operation
    {
        private readonly List<string> _elements;

        public Operation(CSharpTypes types, IdlOperation of, string name, string oneWayName, int index)
        {
            (Of, Name, OneWayName, Index) = (of, name, oneWayName, index);
            // Names that generated statements use get an underscore when a parameter has them.
            Ins = [.. of.Parameters.Where(static p => !p.IsOut).Select(static p => new Field(p.Tag, p.Type, Local(p.Name), p.Name, IsRequired: true, Default: null))];
            var answers = new List<Field>();
            if (of.ReturnType is { } type)
            {
                answers.Add(new Field(0, type, "result" + Own, "return", IsRequired: true, Default: null));
            }

            answers.AddRange(of.Parameters.Where(static p => p.IsOut).Select(static p => new Field(p.Tag, p.Type, Local(p.Name), p.Name, IsRequired: true, Default: null)));
            Answers = [.. answers];
            _elements = [.. CSharpNames.Distinct(answers.Select(static a => a.Tag == 0 ? "Result" : ElementOf(a.Name)), "Result_")];
            AnswerType = answers.Count switch
            {
                0 => "void",
                1 => types.Of(answers[0].Type),
                _ => $"({string.Join(", ", answers.Select((a, i) => $"{types.Of(a.Type)} {_elements[i]}"))})",
            };
            Parameters = string.Concat(Ins.Select(f => $"{types.Of(f.Type)} {f.Target}, "));
        }

        public IdlOperation Of { get; }

        public string Name { get; }

        public int Index { get; }

        public IReadOnlyList<Field> Ins { get; }

        public ImmutableArray<Field> Answers { get; }

        public string AnswerType { get; }

        public string Parameters { get; }

        /// <summary>What the contract says of its out parameters, each by its name in the answer where there are several.</summary>
        public string AnswerDoc => string.Join("\n", Of.Parameters.Where(static p => p.IsOut && p.Doc.Length > 0)
            .Select(p => Answers.Length == 1 ? p.Doc : $"`{_elements[Answers.Select(static a => a.Tag).ToList().IndexOf(p.Tag)].TrimStart('@')}`: {p.Doc}"));

        public bool HasAnswer => Answers.Length > 0;

        /// <summary>What the token is called: its usual name, unless the contract has taken it.</summary>
        public string Token => Ins.Any(static f => f.Name == "cancellationToken") ? "cancellationToken" + Own : "cancellationToken";

        public string TaskType => HasAnswer ? $"{Tasks}Task<{AnswerType}>" : Tasks + "Task";

        public string OneWayName { get; }

        public string Decode => "Decode" + Stem;

        public string ReadName => "Read" + Stem;

        public string WriteName => "Write" + Stem;

        private string Stem => Name.EndsWith("Async", StringComparison.Ordinal) ? Name.Substring(0, Name.Length - 5) : Name;

        public string AnswerOf(Func<Field, string> of) => Answers.Length == 1 ? of(Answers[0]) : $"({string.Join(", ", Answers.Select(of))})";

        public IReadOnlyList<Field> AnswersIn(string answer) =>
            Answers.Length == 1 ? [Answers[0] with { Target = answer }] : [.. Answers.Select((a, i) => a with { Target = $"{answer}.{_elements[i]}" })];

        /// <summary>A parameter in C#: an underscore alone would be a discard.</summary>
        public static string Local(string name) => name == "_" ? "_" + Own : CSharpNames.Escaped(name);

        // Names that C# gives to the elements of tuples by itself.
        private static string ElementOf(string name)
        {
            var pascal = CSharpNames.Pascal(name);
            var isTaken = pascal is "Rest" or "Deconstruct" || (pascal.StartsWith("Item", StringComparison.Ordinal) && pascal.Length > 4 && pascal.Skip(4).All(char.IsDigit));
            return isTaken ? "Out" + pascal : pascal;
        }
    }
}
