using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hongbao.Outside.Tests;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLog : ILogger, ILoggerProvider
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, formatter(state, exception)));

    public int Count(string part) => Lines.Count(l => l.Text.Contains(part, StringComparison.Ordinal));

    public void Dispose()
    {
    }
}
