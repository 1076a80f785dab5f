using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary><c>hongbao jce accept</c>: writes down what others may rely on from now on.</summary>
internal static class AcceptCommand
{
    public static Command Create()
    {
        var files = ContractFiles.Argument();
        var include = ContractFiles.IncludeOption();
        var accepted = AcceptedFile.Option("The file to write, such as Hongbao.jce.accepted.", mustExist: false);
        var breaking = new Option<bool>("--breaking") { Description = "Accept also what breaks programs that have the contract as it was accepted. Without it nothing is written then." };
        var command = new Command("accept", "Accept contracts as they are now, and print what that changes. Commit the file with them.") { files, include, accepted, breaking };
        command.Does((parsed, output, errors) =>
        {
            var contract = ContractFiles.Read(parsed.GetValue(files)!, parsed.GetValue(include)).Compile();
            if (JceCommand.Write(errors, contract.Diagnostics))
            {
                return JceCommand.Problems;
            }

            var path = parsed.GetValue(accepted)!;
            var before = AcceptedFile.Read(path);
            var broken = before.Compare(contract);
            if (JceCommand.Write(errors, broken) && !parsed.GetValue(breaking))
            {
                errors.WriteLine("Nothing is accepted: programs that are not rebuilt may break. To accept it nevertheless, add --breaking.");
                return JceCommand.Problems;
            }

            var text = AcceptedContract.Write(contract);
            foreach (var change in before.ChangesTo(text))
            {
                output.WriteLine(change);
            }

            if (before.Is(text))
            {
                output.WriteLine($"{path}: accepted before, nothing changes");
                return JceCommand.Fine;
            }

            ContractFiles.WriteText(path, text);
            output.WriteLine($"{path}: accepted");
            return JceCommand.Fine;
        });
        return command;
    }
}
