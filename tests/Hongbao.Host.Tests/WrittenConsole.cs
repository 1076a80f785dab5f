using Spectre.Console;

namespace Hongbao.Host.Tests;

/// <summary>A console that is not a terminal, as when output is redirected.</summary>
internal sealed class WrittenConsole : IDisposable
{
    private readonly StringWriter _writer = new();

    public WrittenConsole() => Console = Terminal.Plain(_writer);

    public IAnsiConsole Console { get; }

    public string Text => _writer.ToString();

    public void Dispose() => _writer.Dispose();
}
