using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hongbao.Bench.Http.Loading;

/// <summary>
/// Readiness of many sockets by epoll, on the caller's own thread: the load shares two processors with what it measures, and the runtime's asynchronous
/// sockets cost a multiple of the system calls.
/// </summary>
internal sealed partial class Kernel : IDisposable
{
    private const int EventsMax = 1024;
    private const int Add = 1;
    private const uint Readable = 1;
    private const int Interrupted = 4, TryAgain = 11;
    private const int NoSignal = 0x4000;

    // The kernel's epoll_event is packed on x64 and nowhere else.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - 8;
    private readonly int _epoll;
    private readonly SafeFileHandle _owned;
    private readonly byte[] _events = new byte[EventsMax * EventSize];

    public Kernel()
    {
        _epoll = Checked(EpollCreate(0));
        _owned = new SafeFileHandle(_epoll, ownsHandle: true);
    }

    /// <summary>Connects to a server.</summary>
    public static Socket Connect(EndPoint server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        socket.Blocking = false;
        return socket;
    }

    /// <summary>Tells of the socket by this number from now on.</summary>
    public unsafe void Watch(Socket socket, int number)
    {
        Span<byte> entry = stackalloc byte[EventSize];
        entry.Clear();
        MemoryMarshal.Write(entry, Readable);
        MemoryMarshal.Write(entry[DataOffset..], (long)number);
        fixed (byte* e = entry)
        {
            Checked(EpollControl(_epoll, Add, (int)socket.Handle, e));
        }
    }

    /// <summary>Waits until sockets have something to read.</summary>
    /// <param name="ready">Gets their numbers.</param>
    /// <param name="milliseconds">At most so long.</param>
    /// <returns>How many there are.</returns>
    public unsafe int Wait(Span<int> ready, int milliseconds)
    {
        int count;
        fixed (byte* events = _events)
        {
            count = EpollWait(_epoll, events, Math.Min(EventsMax, ready.Length), milliseconds);
        }

        if (count < 0)
        {
            return Marshal.GetLastPInvokeError() == Interrupted ? 0 : throw new Win32Exception();
        }

        for (var i = 0; i < count; i++)
        {
            ready[i] = (int)MemoryMarshal.Read<long>(_events.AsSpan((i * EventSize) + DataOffset));
        }

        return count;
    }

    /// <returns>Bytes that were there, 0 when the server has closed, -1 when there are none yet.</returns>
    public static unsafe int Receive(nint socket, Span<byte> into)
    {
        fixed (byte* to = into)
        {
            var count = (int)Receive((int)socket, to, (nuint)into.Length, 0);
            return count >= 0 ? count : Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? -1 : throw new Win32Exception();
        }
    }

    /// <summary>Sends a request, which is far smaller than the kernel's buffer of an idle connection.</summary>
    public static unsafe void Send(nint socket, ReadOnlySpan<byte> request)
    {
        fixed (byte* from = request)
        {
            var count = Send((int)socket, from, (nuint)request.Length, NoSignal);
            if (count != request.Length)
            {
                throw count < 0 ? new Win32Exception() : new IOException("a connection took only a part of a request");
            }
        }
    }

    public void Dispose() => _owned.Dispose();

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception();

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static unsafe partial int EpollControl(int epoll, int operation, int descriptor, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static unsafe partial int EpollWait(int epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static unsafe partial nint Receive(int descriptor, byte* into, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static unsafe partial nint Send(int descriptor, byte* from, nuint length, int flags);
}
