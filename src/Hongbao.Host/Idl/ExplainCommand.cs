using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary><c>hongbao jce explain</c>: the page of problems, which whoever has only the program does not have.</summary>
internal static class ExplainCommand
{
    private const string Page = "jce-errors.md";

    public static Command Create()
    {
        var codes = new Argument<string[]>("CODES") { Description = "Codes of problems, such as JCE035. Without any, all are listed.", Arity = ArgumentArity.ZeroOrMore };
        codes.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static t => Find(t.Value) is null))
            {
                result.AddError($"There is no problem {TreePrinter.Quote(token.Value)}; 'hongbao jce explain' lists all.");
            }
        });
        var command = new Command("explain", "Explain problems of contracts by their codes, with an example of each and how to mend it.") { codes };
        command.Does((parsed, output, _) =>
        {
            if (parsed.GetValue(codes) is not { Length: > 0 } wanted)
            {
                foreach (var problem in IdlProblems.All)
                {
                    output.WriteLine($"{problem.Code} {problem.Title}");
                }

                return JceCommand.Fine;
            }

            var sections = ReadPage().Split("\n## ");
            output.WriteLine(string.Join("\n\n", wanted.Select(w => Find(w)!.Code).Distinct().Select(c => sections.First(s => s.StartsWith(c, StringComparison.Ordinal)).Trim())));
            return JceCommand.Fine;
        });
        return command;
    }

    private static IdlProblem? Find(string code) => IdlProblems.All.FirstOrDefault(p => p.Code.Equals(code, StringComparison.OrdinalIgnoreCase));

    private static string ReadPage()
    {
        using var reader = new StreamReader(typeof(ExplainCommand).Assembly.GetManifestResourceStream(Page)!);
        return reader.ReadToEnd();
    }
}
