using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Outside;

/// <summary>
/// The parsed content of a JSON file, read again when the file changes. A broken new file leaves the last good content in
/// use and is logged. Thread safe; looks at the file at most once a second.
/// </summary>
internal sealed class WatchedFile<T>
    where T : class
{
    private const int BytesMax = 16 * 1024 * 1024;
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly string _port;
    private readonly string _path;
    private readonly Func<byte[], T> _parse;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private (DateTime ModifiedAt, long Length)? _good;
    private string _complaint = "";
    private long _checkedAt;
    private T? _current;

    /// <param name="port">For logs.</param>
    /// <param name="path">The file; empty for the built-in demo data.</param>
    /// <param name="parse">Throws JsonException or InvalidDataException for content that cannot be used.</param>
    /// <param name="clock">Measures the time between two looks.</param>
    /// <param name="log">Where broken files are told.</param>
    public WatchedFile(string port, string path, Func<byte[], T> parse, TimeProvider clock, ILogger log)
    {
        _port = port;
        _path = path;
        _parse = parse;
        _clock = clock;
        _log = log;
        _checkedAt = clock.GetTimestamp();
        if (path.Length == 0)
        {
            log.LogDebug("The outside port {Port} answers with built-in demo data", port);
            _current = parse(DemoData.Read());
        }
        else
        {
            Check();
        }
    }

    /// <summary>The last good content; null when there was none yet.</summary>
    public T? Current()
    {
        // Whoever comes while another looks goes on with what there is.
        if (_path.Length > 0 && _clock.GetElapsedTime(Volatile.Read(ref _checkedAt)) >= CheckInterval && _gate.TryEnter())
        {
            try
            {
                Volatile.Write(ref _checkedAt, _clock.GetTimestamp());
                Check();
            }
            finally
            {
                _gate.Exit();
            }
        }

        return Volatile.Read(ref _current);
    }

    private void Check()
    {
        try
        {
            // By handle, not by path: the time of a link says nothing about the file behind it.
            using var file = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var stamp = (File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));
            if (stamp == _good)
            {
                return;
            }

            if (stamp.Item2 > BytesMax)
            {
                throw new InvalidDataException($"it is larger than {BytesMax} bytes");
            }

            var bytes = new byte[stamp.Item2];
            var read = 0;
            while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var more)
            {
                read += more;
            }

            Volatile.Write(ref _current, _parse(bytes[..read]));
            _good = stamp;
            _complaint = "";
            _log.LogInformation("The outside port {Port} uses {Path} as of {ModifiedAt:O}", _port, _path, stamp.Item1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
        {
            // A file in the middle of being written is broken for a moment: tried again each time, told once.
            if (_complaint != e.Message)
            {
                _complaint = e.Message;
                _log.LogError("The outside port {Port} cannot use {Path}: {Reason} {Consequence}", _port, _path, e.Message,
                    _current is null ? "There is no earlier content: it gives no answers." : "It goes on with the last good content.");
            }
        }
    }
}
