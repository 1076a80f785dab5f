using Hongbao.Foundation.Alerts;
using Microsoft.Extensions.Logging;

namespace Hongbao.Simulation.Tests.Worlds;

/// <summary>Hears every alert of every node.</summary>
internal sealed class AlertLog : ILogger<AlertSink>
{
    /// <summary>Kind, key and text.</summary>
    public List<Alert> Raised { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = ((IReadOnlyList<KeyValuePair<string, object?>>)state!).ToDictionary(f => f.Key, f => f.Value);
        if (fields.TryGetValue("Kind", out var kind))
        {
            Raised.Add(new Alert((string)kind!, (string)fields["Key"]!, (string)fields["Text"]!));
        }
    }
}
