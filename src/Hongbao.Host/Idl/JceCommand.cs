using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary>
/// <c>hongbao jce</c>: contracts and the bytes that they describe. Its commands end with 0 when all is well, 1 when there are problems, 2 when they cannot be run so.
/// Results go to the output, problems to the error output.
/// </summary>
internal static class JceCommand
{
    /// <summary>All is well.</summary>
    public const int Fine = 0;

    /// <summary>The contract, its layout or the bytes have problems.</summary>
    public const int Problems = 1;

    /// <summary>It cannot be run so.</summary>
    public const int Unusable = 2;

    /// <summary>The command with its commands.</summary>
    public static Command Create() => new("jce", "Check, lay out, print, accept and document contracts (.jce and .tars files), explain what is wrong with them, and show what bytes hold.")
    {
        CheckCommand.Create(),
        FormatCommand.Create(),
        PrintCommand.Create(),
        AcceptCommand.Create(),
        ReferenceCommand.Create(),
        ExplainCommand.Create(),
    };

    /// <summary>What a command does, with its two outputs; input that is of no use ends it with a sentence.</summary>
    public static void Does(this Command command, Func<ParseResult, TextWriter, TextWriter, int> action) => command.SetAction(parsed =>
    {
        var (output, errors) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            return action(parsed, output, errors);
        }
        catch (UnusableInputException e)
        {
            errors.WriteLine(e.Message);
            return Unusable;
        }
    });

    /// <summary>Writes problems as compilers do, and how to have them explained.</summary>
    /// <returns>True when one of them is an error.</returns>
    public static bool Write(TextWriter errors, IReadOnlyCollection<IdlDiagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            errors.WriteLine(diagnostic);
        }

        if (diagnostics.Count > 0)
        {
            var first = diagnostics.MinBy(static d => d.Severity == IdlSeverity.Error ? 0 : 1)!;
            errors.WriteLine($"'hongbao jce explain {first.Code}' explains {first.Code} and how to mend it.");
        }

        return diagnostics.Any(static d => d.Severity == IdlSeverity.Error);
    }

    /// <summary>A count and what is counted: <c>1 file</c>, <c>2 files</c>.</summary>
    public static string Count(int count, string noun) => FormattableString.Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");
}
