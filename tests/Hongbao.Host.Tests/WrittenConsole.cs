using Spectre.Console;

namespace Hongbao.Host.Tests;

/// <summary>A console that is not a terminal, as when output is redirected.</summary>
internal sealed class WrittenConsole : IDisposable
{
    private readonly StringWriter _writer = new();

    public WrittenConsole() => Console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new WideOutput(_writer),
    });

    public IAnsiConsole Console { get; }

    public string Text => _writer.ToString();

    public void Dispose() => _writer.Dispose();

    // So that no sentence is broken in two.
    private sealed class WideOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => 400;

        public int Height => 100;

        public void SetEncoding(System.Text.Encoding encoding)
        {
        }
    }
}
