using System.Text;
using Spectre.Console;

namespace Hongbao.Host;

/// <summary>Where commands write: bars and colours on a terminal, plain lines that are not cut when output is redirected.</summary>
internal static class Terminal
{
    private const int PlainWidth = 240;

    /// <summary>The console of this process.</summary>
    public static IAnsiConsole Open() => Console.IsOutputRedirected ? Plain(Console.Out) : AnsiConsole.Console;

    /// <summary>A console that writes plain lines.</summary>
    public static IAnsiConsole Plain(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.No,
        ColorSystem = ColorSystemSupport.NoColors,
        Interactive = InteractionSupport.No,
        Out = new PlainOutput(writer),
    });

    private sealed class PlainOutput(TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => false;

        public int Width => PlainWidth;

        public int Height => int.MaxValue;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
