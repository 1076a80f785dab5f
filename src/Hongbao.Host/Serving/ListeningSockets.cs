using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Hongbao.Host.Serving;

/// <summary>
/// The sockets that the server listens on, so that it can stop listening without breaking a connection. Clients count as connected before the server takes
/// them over; closing a listening socket resets those, whatever
/// they have sent by then (Linux, ip-sysctl, tcp_migrate_req).
/// </summary>
internal sealed class ListeningSockets
{
    // Nobody waits longer than this for connections that the server does not take over.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(1);
    private readonly ConcurrentBag<Socket> _sockets = [];

    /// <summary>A socket at an address, as the server makes them (<see cref="SocketTransportOptions.CreateBoundListenSocket"/>).</summary>
    /// <exception cref="SocketException">The address is taken or not ours.</exception>
    public Socket Bind(EndPoint address)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>
    /// Lets no new connection in, waits until the server took over those that came before, and closes the sockets: from then on clients are refused. Repeatable.
    /// </summary>
    public async Task CloseAsync(TimeProvider time)
    {
        foreach (var socket in _sockets)
        {
            TryShut(socket);
        }

        var began = time.GetTimestamp();
        while (_sockets.Any(HasWaiting) && time.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(Pace, time);
        }

        while (_sockets.TryTake(out var socket))
        {
            socket.Dispose();
        }
    }

    private static bool HasWaiting(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    // A filter that drops every packet (one instruction: return 0): who connects now is not answered, and refused when he tries again after the closing.
    // Connections made before have their own sockets, without it. Only Linux has this; elsewhere a connection may be reset.
    private static void TryShut(Socket socket)
    {
        const int solSocket = 1;
        const int soAttachFilter = 26;
        const ushort returnConstant = 0x06;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // struct sock_filter { u16 code; u8 jt, jf; u32 k; }, struct sock_fprog { u16 len; sock_filter* filter; } (linux/filter.h)
        var instruction = Marshal.AllocHGlobal(8);
        try
        {
            Marshal.WriteInt64(instruction, BitConverter.IsLittleEndian ? returnConstant : (long)returnConstant << 48);
            var program = new byte[2 * IntPtr.Size];
            MemoryMarshal.Write(program, (ushort)1);
            MemoryMarshal.Write(program.AsSpan(IntPtr.Size), instruction);
            socket.SetRawSocketOption(solSocket, soAttachFilter, program);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not allowed here: then as elsewhere.
        }
        finally
        {
            Marshal.FreeHGlobal(instruction);
        }
    }
}
