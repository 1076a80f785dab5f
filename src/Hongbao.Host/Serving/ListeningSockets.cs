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
    /// Lets no new handshake begin, waits until those that had begun have ended and the server took their connections over, and closes the sockets: from then
    /// on clients are refused. Repeatable. Takes <see cref="StopTimes.Handshake"/>, and <see cref="StopTimes.TakeOver"/> more at most.
    /// </summary>
    public async Task CloseAsync(TimeProvider time)
    {
        foreach (var socket in _sockets)
        {
            TryShut(socket);
        }

        await Task.Delay(StopTimes.Handshake, time);
        var began = time.GetTimestamp();
        while (_sockets.Any(HasWaiting) && time.GetElapsedTime(began) < StopTimes.TakeOver)
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

    // A filter that drops the packets that ask for a new connection (SYN without ACK): who does is not answered, and refused when he asks again after the
    // closing. Handshakes that have begun go on, and so do connections, which inherit the filter. Only Linux has this; elsewhere a connection may be reset.
    private static void TryShut(Socket socket)
    {
        const int solSocket = 1;
        const int soAttachFilter = 26;
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        // struct sock_filter { u16 code; u8 jt, jf; u32 k; } (linux/filter.h), over the TCP header, whose byte 13 has the flags.
        ReadOnlySpan<(ushort Code, byte IfTrue, byte IfFalse, uint Value)> instructions =
        [
            (0x30, 0, 0, 13),         // load the byte at 13
            (0x54, 0, 0, 0x12),       // keep SYN and ACK
            (0x15, 0, 1, 0x02),       // SYN alone?
            (0x06, 0, 0, 0),          // drop it
            (0x06, 0, 0, 0xffffffff), // take it whole
        ];
        const int size = 8;
        var memory = Marshal.AllocHGlobal(instructions.Length * size);
        try
        {
            for (var i = 0; i < instructions.Length; i++)
            {
                var (code, ifTrue, ifFalse, value) = instructions[i];
                Marshal.WriteInt16(memory, i * size, (short)code);
                Marshal.WriteByte(memory, (i * size) + 2, ifTrue);
                Marshal.WriteByte(memory, (i * size) + 3, ifFalse);
                Marshal.WriteInt32(memory, (i * size) + 4, unchecked((int)value));
            }

            // struct sock_fprog { u16 len; sock_filter* filter; }, which the kernel copies.
            var program = new byte[2 * IntPtr.Size];
            MemoryMarshal.Write(program, (ushort)instructions.Length);
            MemoryMarshal.Write(program.AsSpan(IntPtr.Size), memory);
            socket.SetRawSocketOption(solSocket, soAttachFilter, program);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not allowed here: then as elsewhere.
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }
}
