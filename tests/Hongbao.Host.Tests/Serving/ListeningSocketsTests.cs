using System.Net;
using System.Net.Sockets;
using Hongbao.Host.Serving;

namespace Hongbao.Host.Tests.Serving;

public sealed class ListeningSocketsTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public async Task Who_connected_before_is_taken_over_and_answered()
    {
        var sockets = new ListeningSockets();
        var listener = Listen(sockets);
        using var client = await ConnectAsync(listener);
        await client.SendAsync("ask"u8.ToArray());

        var closing = sockets.CloseAsync(TimeProvider.System);
        using var taken = await listener.AcceptAsync();
        await closing;

        Assert.Throws<ObjectDisposedException>(() => listener.Poll(0, SelectMode.SelectRead));
        var bytes = new byte[8];
        Assert.Equal(3, await taken.ReceiveAsync(bytes));
        await taken.SendAsync("tell"u8.ToArray());
        Assert.Equal(4, await client.ReceiveAsync(bytes));
    }

    [Fact]
    public async Task Who_comes_afterwards_is_refused()
    {
        var sockets = new ListeningSockets();
        var listener = Listen(sockets);
        var address = listener.LocalEndPoint!;
        await sockets.CloseAsync(TimeProvider.System);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var refused = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(address));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Fact]
    public async Task Who_comes_in_the_meantime_is_not_let_in_and_breaks_nothing()
    {
        var sockets = new ListeningSockets();
        var listener = Listen(sockets);
        using var before = await ConnectAsync(listener);
        var closing = sockets.CloseAsync(TimeProvider.System);
        using var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var connecting = late.ConnectAsync(listener.LocalEndPoint!);

        using var taken = await listener.AcceptAsync();
        await closing;

        await Assert.ThrowsAsync<SocketException>(() => connecting);
        await taken.SendAsync("tell"u8.ToArray());
        Assert.Equal(4, await before.ReceiveAsync(new byte[8]));
    }

    [Fact]
    public async Task Connections_that_nobody_takes_over_do_not_hold_the_end()
    {
        var sockets = new ListeningSockets();
        var listener = Listen(sockets);
        using var client = await ConnectAsync(listener);
        await sockets.CloseAsync(TimeProvider.System);
        Assert.Throws<ObjectDisposedException>(() => listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task Closing_twice_or_what_was_closed_before_is_nothing_special()
    {
        var sockets = new ListeningSockets();
        Listen(sockets).Dispose();
        await sockets.CloseAsync(TimeProvider.System);
        await sockets.CloseAsync(TimeProvider.System);
    }

    private static Socket Listen(ListeningSockets sockets)
    {
        var socket = sockets.Bind(AnyPort);
        socket.Listen();
        return socket;
    }

    private static async Task<Socket> ConnectAsync(Socket listener)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndPoint!);
        return client;
    }
}
