using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hongbao.Foundation.Tests.Messaging;

/// <summary>Remembers what was warned of.</summary>
internal sealed class Warnings : ILogger
{
    public ConcurrentQueue<string> Texts { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Texts.Enqueue(formatter(state, exception));
        }
    }
}
