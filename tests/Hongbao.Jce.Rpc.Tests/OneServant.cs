namespace Hongbao.Jce.Rpc.Tests;

/// <summary>A servant with one function, <c>run</c>, that does what the test wants.</summary>
internal sealed class OneServant(Func<RpcInvocation, Task> run) : RpcServant
{
    public override IReadOnlyList<RpcFunction> Functions { get; } = [new("run", [], true, "list<char>")];

    public override Task InvokeAsync(int function, RpcInvocation call) => run(call);

    /// <summary>A server that has nothing but this, under the usual name.</summary>
    public static RpcServer Start(Func<RpcInvocation, Task> run, RpcServerOptions? options = null)
    {
        var server = new RpcServer(options);
        server.Add(RawConnection.Servant, new OneServant(run));
        server.Start();
        return server;
    }

    public static byte[] Request(int id, int timeoutMs = 30_000) => RawConnection.Request(id, "run", timeoutMs: timeoutMs);
}
