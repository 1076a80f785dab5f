using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary><c>hongbao jce check</c>: what is wrong with contracts, by themselves and against what was accepted of them.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var files = ContractFiles.Argument();
        var include = ContractFiles.IncludeOption();
        var accepted = AcceptedFile.Option("What was accepted of the contract: what breaks it is an error, what is new and not accepted a warning.", mustExist: true);
        var command = new Command("check", "Check contracts, and whether a change breaks programs that have the accepted one. Ends with 1 when there is an error.") { files, include, accepted };
        command.Does((parsed, output, errors) =>
        {
            var contract = ContractFiles.Read(parsed.GetValue(files)!, parsed.GetValue(include)).Compile();
            var problems = contract.Diagnostics.ToList();
            if (!contract.HasErrors && parsed.GetValue(accepted) is { } path)
            {
                problems.AddRange(AcceptedFile.Read(path).Compare(contract, withAdditions: true));
            }

            var hasErrors = JceCommand.Write(errors, problems);
            output.WriteLine($"{JceCommand.Count(contract.Files.Count(static f => f.IsRoot), "file")}: {Summary(problems)}");
            return hasErrors ? JceCommand.Problems : JceCommand.Fine;
        });
        return command;
    }

    private static string Summary(List<IdlDiagnostic> problems)
    {
        var errors = problems.Count(static p => p.Severity == IdlSeverity.Error);
        return problems.Count == 0 ? "no problems" : $"{JceCommand.Count(errors, "error")}, {JceCommand.Count(problems.Count - errors, "warning")}";
    }
}
