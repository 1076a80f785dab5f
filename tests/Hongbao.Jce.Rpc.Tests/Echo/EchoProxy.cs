namespace Hongbao.Jce.Rpc.Tests;

public sealed class EchoProxy(RpcChannel channel) : IEcho
{
    public Task<string> EchoAsync(string text, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("echo");
        var writer = new JceWriter(call.Arguments);
        writer.WriteString(1, text);
        writer.Flush();
        return call.InvokeAsync(DecodeString, cancellationToken);
    }

    public Task<int> WaitAsync(int number, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("wait");
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, number);
        writer.Flush();
        return call.InvokeAsync(DecodeInt, cancellationToken);
    }

    public Task<AddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("add");
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, a);
        writer.WriteInt32(2, b);
        writer.Flush();
        return call.InvokeAsync(DecodeAdd, cancellationToken);
    }

    public Task FailAsync(int code, string text, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("fail");
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, code);
        writer.WriteString(2, text);
        writer.Flush();
        return call.InvokeAsync(cancellationToken);
    }

    public Task<string> ScopeAsync(Scope scope, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("scope", scope);
        call.RouteKey = "route";
        return call.InvokeAsync(DecodeString, cancellationToken);
    }

    public Task NoteAsync(string text, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("note");
        var writer = new JceWriter(call.Arguments);
        writer.WriteString(1, text);
        writer.Flush();
        return call.SendAsync(cancellationToken);
    }

    private static string DecodeString(ref JceReader reader)
    {
        string? value = null;
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 0:
                    value = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (value is null)
        {
            reader.Miss(0);
        }

        return value ?? "";
    }

    private static int DecodeInt(ref JceReader reader)
    {
        int? value = null;
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 0:
                    value = reader.ReadInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (value is null)
        {
            reader.Miss(0);
        }

        return value ?? 0;
    }

    private static AddResult DecodeAdd(ref JceReader reader)
    {
        var value = 0;
        var sum = 0L;
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 0:
                    value = reader.ReadInt32();
                    break;
                case 3:
                    sum = reader.ReadInt64();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new(value, sum);
    }
}
