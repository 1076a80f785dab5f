using Hongbao.Jce;
using Hongbao.Jce.Rpc;

namespace PeerTest;

public sealed partial class PeerDispatcher(IPeer target) : RpcServant
{
    private static readonly RpcFunction[] s_functions =
    [
        new("echo", [new("value", 1, false, "PeerTest.Everything")], true, "PeerTest.Everything"),
        new("add", [new("a", 1, false, "int32"), new("b", 2, false, "int32"), new("sum", 3, true, "int64"), new("text", 4, true, "string")], true, "int32"),
        new("fail", [new("code", 1, false, "int32"), new("text", 2, false, "string")], false),
        new("sleep", [new("number", 1, false, "int32"), new("milliseconds", 2, false, "int32")], true, "int32"),
        new("note", [new("text", 1, false, "string")], false),
        new("noted", [], true, "list<string>"),
        new("nothing", [], false),
        new("seen", [], true, "map<string,string>"),
    ];

    public override IReadOnlyList<RpcFunction> Functions => s_functions;

    public override Task InvokeAsync(int function, RpcInvocation call) => function switch
    {
        0 => EchoAsync(call),
        1 => AddAsync(call),
        2 => FailAsync(call),
        3 => SleepAsync(call),
        4 => NoteAsync(call),
        5 => NotedAsync(call),
        6 => target.NothingAsync(call.CancellationToken),
        7 => SeenAsync(call),
        _ => throw new ArgumentOutOfRangeException(nameof(function)),
    };

    private async Task EchoAsync(RpcInvocation call)
    {
        Everything? value = null;
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag == 1 && reader.BeginStruct())
            {
                value = new();
                value.ReadFields(ref reader);
                reader.EndStruct();
            }
            else
            {
                reader.Skip();
            }
        }

        if (value is null)
        {
            reader.Miss(1);
        }

        reader.ThrowIfFault();
        var answer = await target.EchoAsync(value!, call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.BeginStruct(0);
        answer.WriteFields(ref writer);
        writer.EndStruct();
        writer.Flush();
    }

    private async Task AddAsync(RpcInvocation call)
    {
        var (a, b) = Two(call.Arguments());
        var answer = await target.AddAsync(a, b, call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.WriteInt32(0, answer.Value);
        writer.WriteInt64(3, answer.Sum);
        writer.WriteString(4, answer.Text);
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

    private async Task SleepAsync(RpcInvocation call)
    {
        var (number, milliseconds) = Two(call.Arguments());
        var answer = await target.SleepAsync(number, milliseconds, call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.WriteInt32(0, answer);
        writer.Flush();
    }

    private async Task NoteAsync(RpcInvocation call)
    {
        var text = "";
        var reader = call.Arguments();
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag == 1)
            {
                text = reader.ReadString();
            }
            else
            {
                reader.Skip();
            }
        }

        reader.ThrowIfFault();
        // What generated code could not know: whether it is answered.
        await target.NoteAsync($"{text}/{(call.IsOneWay ? 1 : 0)}", call.CancellationToken);
    }

    private async Task NotedAsync(RpcInvocation call)
    {
        var answer = await target.NotedAsync(call.CancellationToken);
        var writer = new JceWriter(call.Answer);
        writer.BeginList(0, answer.Count);
        foreach (var each in answer)
        {
            writer.WriteString(0, each);
        }

        writer.Flush();
    }

    private async Task SeenAsync(RpcInvocation call)
    {
        var answer = await target.SeenAsync(call.CancellationToken);
        foreach (var (key, value) in call.Context)
        {
            answer[key] = value;
            call.AnswerContext[key] = value;
        }

        var writer = new JceWriter(call.Answer);
        writer.BeginMap(0, answer.Count);
        foreach (var (key, value) in answer)
        {
            writer.WriteString(0, key);
            writer.WriteString(1, value);
        }

        writer.Flush();
    }

    private static (int First, int Second) Two(JceReader reader)
    {
        int? first = null, second = null;
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 1:
                    first = reader.ReadInt32();
                    break;
                case 2:
                    second = reader.ReadInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (first is null || second is null)
        {
            reader.Miss(first is null ? 1 : 2);
        }

        reader.ThrowIfFault();
        return (first ?? 0, second ?? 0);
    }
}
