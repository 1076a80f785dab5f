using Hongbao.Contracts;
using Hongbao.Jce.Bench.Contracts;
using Hongbao.Jce.Rpc;

namespace Hongbao.Jce.Bench.Rpc;

/// <summary>This program as a server with default settings. Each line is answered with how many calls it had; it ends when its standard input does.</summary>
internal static class EchoServerRole
{
    public const string Name = "echo-server";
    public const string Servant = "JceBench.EchoServer.EchoObj";

    public static async Task<int> RunAsync()
    {
        await using var server = new RpcServer(new() { Log = Tell });
        var target = new EchoTarget();
        server.Add(Servant, new EchoDispatcher(target));
        server.Start();
        Console.WriteLine(FormattableString.Invariant($"listening {server.Endpoints[0].Port}"));
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(FormattableString.Invariant($"{target.Calls}"));
        }

        return 0;
    }

    /// <summary>Only what should not happen.</summary>
    public static void Tell(RpcEvent told)
    {
        if (told.Kind is RpcEventKind.CutOff or RpcEventKind.NotConnected or RpcEventKind.ServantFailed or RpcEventKind.LateAnswer)
        {
            Console.Error.WriteLine($"  {told.Kind} {told.Remote} {told.Text} {told.Exception}");
        }
    }

    private sealed class EchoTarget : IEcho
    {
        private long _calls;

        public long Calls => Interlocked.Read(ref _calls);

        public Task<string> EchoAsync(CallContext context, string text, CancellationToken cancellationToken)
        {
            if (context.DeadlineMs == 0 || context.TraceId.Length == 0 || !cancellationToken.CanBeCanceled)
            {
                throw new InvalidOperationException("the deadline or the trace did not arrive");
            }

            Interlocked.Increment(ref _calls);
            return Task.FromResult(text);
        }
    }
}
