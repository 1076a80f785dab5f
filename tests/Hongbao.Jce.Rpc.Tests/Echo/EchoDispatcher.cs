namespace Hongbao.Jce.Rpc.Tests;

public sealed class EchoDispatcher(IEcho target) : RpcServant
{
    private static readonly RpcFunction[] s_functions =
    [
        new("echo", [new("text", 1, false, "string")], true, "string"),
        new("wait", [new("number", 1, false, "int32")], true, "int32"),
        new("add", [new("a", 1, false, "int32"), new("b", 2, false, "int32"), new("sum", 3, true, "int64")], true, "int32"),
        new("fail", [new("code", 1, false, "int32"), new("text", 2, false, "string")], false),
        new("scope", [], true, "string"),
        new("note", [new("text", 1, false, "string")], false),
    ];

    public override IReadOnlyList<RpcFunction> Functions => s_functions;

    public override Task InvokeAsync(int function, RpcInvocation call) => function switch
    {
        0 => EchoAsync(call),
        1 => WaitAsync(call),
        2 => AddAsync(call),
        3 => FailAsync(call),
        4 => ScopeAsync(call),
        5 => NoteAsync(call),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private async Task EchoAsync(RpcInvocation call)
    {
        string? text = null;
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 1:
                    text = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (text is null)
        {
            reader.Miss(1);
        }

        reader.ThrowIfFault();
        var value = await target.EchoAsync(text!, call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.WriteString(0, value);
        writer.Flush();
    }

    private async Task WaitAsync(RpcInvocation call)
    {
        var number = 0;
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 1:
                    number = reader.ReadInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.ThrowIfFault();
        var value = await target.WaitAsync(number, call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.WriteInt32(0, value);
        writer.Flush();
    }

    private async Task AddAsync(RpcInvocation call)
    {
        int? a = null, b = null;
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 1:
                    a = reader.ReadInt32();
                    break;
                case 2:
                    b = reader.ReadInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (a is null)
        {
            reader.Miss(1);
        }

        if (b is null)
        {
            reader.Miss(2);
        }

        reader.ThrowIfFault();
        var value = await target.AddAsync(a!.Value, b!.Value, call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.WriteInt32(0, value.Value);
        writer.WriteInt64(3, value.Sum);
        writer.Flush();
    }

    private async Task FailAsync(RpcInvocation call)
    {
        var code = 0;
        var text = "";
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 1:
                    code = reader.ReadInt32();
                    break;
                case 2:
                    text = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.ThrowIfFault();
        await target.FailAsync(code, text, call.CancellationToken);
    }

    private async Task ScopeAsync(RpcInvocation call)
    {
        var scope = new Scope(0, "", false);
        call.Arrive(ref scope);
        var value = await target.ScopeAsync(scope, call.CancellationToken);
        call.AnswerContext["route"] = call.Status.GetValueOrDefault(RpcNames.GridKey, "");
        call.AnswerContext["seen"] = string.Join(',', call.Context.Select(p => $"{p.Key}={p.Value}"));
        var writer = new JceWriter(call.Answer);
        writer.WriteString(0, value);
        writer.Flush();
    }

    private async Task NoteAsync(RpcInvocation call)
    {
        var text = "";
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 1:
                    text = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.ThrowIfFault();
        await target.NoteAsync(text, call.CancellationToken);
    }
}
