namespace Hongbao.Jce.Rpc.Tests;

public sealed class CallTests
{
    [Fact]
    public async Task A_call_is_answered()
    {
        await using var server = new RpcServer();
        server.Add("A.B.Echo", new EchoDispatcher(new EchoTarget()));
        server.Start();
        await using var client = new RpcClient();
        var echo = new EchoProxy(client.Channel(server.AddressOf("A.B.Echo")));

        Assert.Equal("hello", await echo.EchoAsync("hello"));
        Assert.Equal(new AddResult(6, 8), await echo.AddAsync(3, 5));
    }
}
