using System.CommandLine;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary><c>hongbao jce reference</c>: what contracts say, as pages for people.</summary>
internal static class ReferenceCommand
{
    public static Command Create()
    {
        var files = ContractFiles.Argument();
        var include = ContractFiles.IncludeOption();
        var folder = new Option<string>("--out") { Description = "Folder of the pages; made if missing. Files in it that this command did not write are never replaced.", HelpName = "DIR", Required = true };
        var command = new Command("reference", "Write the reference documentation of contracts: a page in Markdown for each file, and README.md, which lists them.") { files, include, folder };
        command.Does((parsed, output, errors) =>
        {
            var contract = ContractFiles.Read(parsed.GetValue(files)!, parsed.GetValue(include)).Compile();
            if (JceCommand.Write(errors, contract.Diagnostics))
            {
                return JceCommand.Problems;
            }

            var pages = IdlReference.Pages(contract);
            var target = MakeFolder(parsed.GetValue(folder)!);
            if (pages.Select(p => Path.Combine(target, p.Name)).FirstOrDefault(p => File.Exists(p) && !IsPage(p)) is { } other)
            {
                throw new UnusableInputException($"{other} is not a page that this command wrote, and would be replaced. Name a folder that is only for these pages.");
            }

            foreach (var page in pages)
            {
                ContractFiles.WriteText(Path.Combine(target, page.Name), page.Text);
            }

            output.WriteLine($"{JceCommand.Count(pages.Count, "page")} in {target}");
            foreach (var page in Directory.EnumerateFiles(target, "*.md").Order(StringComparer.Ordinal).Where(p => !pages.Any(w => w.Name == Path.GetFileName(p)) && IsPage(p)))
            {
                output.WriteLine($"{page} is of none of these contracts, and can be removed");
            }

            return JceCommand.Fine;
        });
        return command;
    }

    private static bool IsPage(string path) => ContractFiles.ReadText(path).Contains(IdlReference.Generated, StringComparison.Ordinal);

    private static string MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return path;
        }
        catch (Exception e) when (ContractFiles.IsOfFiles(e))
        {
            throw new UnusableInputException($"{path} cannot be made: {e.Message}");
        }
    }
}
