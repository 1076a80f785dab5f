using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary><c>hongbao jce format</c>: the one layout of contract files.</summary>
internal static class FormatCommand
{
    public static Command Create()
    {
        var files = ContractFiles.Argument();
        var check = new Option<bool>("--check") { Description = "Change nothing; end with 1 when a file is laid out otherwise." };
        var command = new Command("format", "Lay out contract files in place, comments included; their meaning stays. A file with a wrong syntax is left as it is.") { files, check };
        command.Does((parsed, output, errors) =>
        {
            var isCheck = parsed.GetValue(check);
            var problems = new List<IdlDiagnostic>();
            var others = 0;
            foreach (var source in ContractFiles.Read(parsed.GetValue(files)!).Roots)
            {
                var text = IdlFormatter.Format(source, out var found);
                problems.AddRange(found);
                if (text == source.Text)
                {
                    continue;
                }

                others++;
                if (isCheck)
                {
                    errors.WriteLine(FormattableString.Invariant($"{source.Path}({FirstDifference(source.Text, text)},1): laid out otherwise than 'hongbao jce format' does"));
                }
                else
                {
                    ContractFiles.WriteText(source.Path, text);
                    output.WriteLine($"{source.Path}: laid out");
                }
            }

            JceCommand.Write(errors, problems);
            return problems.Count > 0 || (isCheck && others > 0) ? JceCommand.Problems : JceCommand.Fine;
        });
        return command;
    }

    private static int FirstDifference(string before, string after)
    {
        var same = before.AsSpan().CommonPrefixLength(after);
        return 1 + before.AsSpan(0, same).Count('\n');
    }
}
