using Hongbao.Jce;
using Hongbao.Jce.Rpc;

namespace PeerTest;

public sealed partial class PeerProxy(RpcChannel channel) : IPeer
{
    public Task<Everything> EchoAsync(Everything value, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("echo");
        var writer = new JceWriter(call.Arguments);
        writer.BeginStruct(1);
        value.WriteFields(ref writer);
        writer.EndStruct();
        writer.Flush();
        return call.InvokeAsync(DecodeEcho, cancellationToken);
    }

    public Task<PeerAddResult> AddAsync(int a, int b, CancellationToken cancellationToken = default)
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

    public Task<int> SleepAsync(int number, int milliseconds, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("sleep");
        var writer = new JceWriter(call.Arguments);
        writer.WriteInt32(1, number);
        writer.WriteInt32(2, milliseconds);
        writer.Flush();
        return call.InvokeAsync(DecodeSleep, cancellationToken);
    }

    public Task NoteAsync(string text, CancellationToken cancellationToken = default) => Note(text).InvokeAsync(cancellationToken);

    /// <summary>The same without an answer.</summary>
    public Task SendNoteAsync(string text, CancellationToken cancellationToken = default) => Note(text).SendAsync(cancellationToken);

    public Task<List<string>> NotedAsync(CancellationToken cancellationToken = default) => channel.Begin("noted").InvokeAsync(DecodeNoted, cancellationToken);

    public Task NothingAsync(CancellationToken cancellationToken = default) => channel.Begin("nothing").InvokeAsync(cancellationToken);

    public Task<Dictionary<string, string>> SeenAsync(CancellationToken cancellationToken = default) => SeenAsync(null, null, cancellationToken);

    public Task<Dictionary<string, string>> SeenAsync(IRpcScope? scope, string? routeKey, CancellationToken cancellationToken = default)
    {
        var call = channel.Begin("seen", scope);
        call.RouteKey = routeKey;
        return call.InvokeAsync(DecodeSeen, cancellationToken);
    }

    private RpcCall Note(string text)
    {
        var call = channel.Begin("note");
        var writer = new JceWriter(call.Arguments);
        writer.WriteString(1, text);
        writer.Flush();
        return call;
    }

    private static Everything DecodeEcho(ref JceReader reader)
    {
        Everything? value = null;
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag == 0 && reader.BeginStruct())
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
            reader.Miss(0);
        }

        return value!;
    }

    private static PeerAddResult DecodeAdd(ref JceReader reader)
    {
        var (value, sum, text, seen) = (0, 0L, "", 0);
        for (var tag = -1; reader.Next(ref tag);)
        {
            switch (tag)
            {
                case 0:
                    value = reader.ReadInt32();
                    seen++;
                    break;
                case 3:
                    sum = reader.ReadInt64();
                    seen++;
                    break;
                case 4:
                    text = reader.ReadString();
                    seen++;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (seen < 3)
        {
            reader.Miss(0);
        }

        return new(value, sum, text);
    }

    private static int DecodeSleep(ref JceReader reader)
    {
        int? value = null;
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag == 0)
            {
                value = reader.ReadInt32();
            }
            else
            {
                reader.Skip();
            }
        }

        if (value is null)
        {
            reader.Miss(0);
        }

        return value ?? 0;
    }

    private static List<string> DecodeNoted(ref JceReader reader)
    {
        var list = new List<string>();
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag != 0)
            {
                reader.Skip();
                continue;
            }

            for (var left = reader.BeginList(); left > 0 && reader.Element(0); left--)
            {
                list.Add(reader.ReadString());
            }

            reader.EndList();
        }

        return list;
    }

    private static Dictionary<string, string> DecodeSeen(ref JceReader reader)
    {
        var map = new Dictionary<string, string>();
        for (var tag = -1; reader.Next(ref tag);)
        {
            if (tag != 0)
            {
                reader.Skip();
                continue;
            }

            for (var left = reader.BeginMap(); left > 0 && reader.Element(0); left--)
            {
                var key = reader.ReadString();
                if (reader.Element(1))
                {
                    map[key] = reader.ReadString();
                }
            }

            reader.EndList();
        }

        return map;
    }
}
