using System.CommandLine;
using Hongbao.Jce;
using Hongbao.Jce.Idl;
using Hongbao.Jce.Trees;

namespace Hongbao.Host.Idl;

/// <summary><c>hongbao jce print</c>: what contracts mean, and what bytes hold.</summary>
internal static class PrintCommand
{
    public static Command Create()
    {
        var files = ContractFiles.Argument(isOptional: true);
        var include = ContractFiles.IncludeOption();
        var name = new Option<string?>("--struct") { Description = "The struct that the bytes are, by its contract.", HelpName = "MODULE.NAME" };
        var hex = new Option<string?>("--hex") { Description = "Bytes in hex; white space and a leading 0x or \\x are passed over.", HelpName = "TEXT" };
        var file = new Option<string?>("--file") { Description = "File of bytes.", HelpName = "FILE" };
        var command = new Command("print", "Print contracts with everything resolved; or the bytes of a struct by its contract; or, without contracts, what bytes hold by themselves.")
        {
            files, include, name, hex, file,
        };
        command.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is not null;
            var hasFiles = result.GetResult(files) is { Tokens.Count: > 0 };
            var hasBytes = Has(hex) || Has(file);
            if (Has(hex) && Has(file))
            {
                result.AddError("Give --hex or --file, not both.");
            }

            if (!hasFiles && !hasBytes)
            {
                result.AddError("Name contract files, or give bytes by --hex or --file.");
            }
            else if (!hasFiles && Has(name))
            {
                result.AddError("--struct needs the contract files that define it.");
            }
            else if (Has(name) && !hasBytes)
            {
                result.AddError("--struct needs bytes: give --hex or --file.");
            }
            else if (hasFiles && hasBytes && !Has(name))
            {
                result.AddError("Say by --struct which struct of the contract the bytes are.");
            }
        });
        command.Does((parsed, output, errors) =>
        {
            var bytes = parsed.GetValue(hex) is { } text ? WireBytes.Parse(text) : parsed.GetValue(file) is { } path ? WireBytes.Read(path) : null;
            if (parsed.GetValue(files) is not { Length: > 0 } paths)
            {
                return PrintTree(output, errors, bytes!);
            }

            var contract = ContractFiles.Read(paths, parsed.GetValue(include)).Compile();
            if (JceCommand.Write(errors, contract.Diagnostics))
            {
                return JceCommand.Problems;
            }

            if (bytes is not null)
            {
                return PrintStruct(output, errors, bytes, Find(contract, parsed.GetValue(name)!));
            }

            output.Write(IdlPrinter.Print(contract));
            return JceCommand.Fine;
        });
        return command;
    }

    private static int PrintTree(TextWriter output, TextWriter errors, byte[] bytes)
    {
        var tree = WireTree.Read(bytes, WireBytes.Limits);
        new TreePrinter(output).WriteFields(tree.Root.Fields, 0);
        return WriteEnd(output, errors, tree, tree.Fault.Kind == JceFaultKind.None ? [] : [tree.Fault.ToString()]);
    }

    private static int PrintStruct(TextWriter output, TextWriter errors, byte[] bytes, IdlStruct of)
    {
        var tree = WireTree.Read(bytes, WireBytes.Limits);
        output.WriteLine(of.FullName);
        var printer = new StructPrinter(output);
        printer.Write(of, tree);
        return WriteEnd(output, errors, tree, printer.Faults);
    }

    private static int WriteEnd(TextWriter output, TextWriter errors, WireTree tree, IReadOnlyCollection<string> faults)
    {
        if (tree.Unread > 0)
        {
            output.WriteLine($"then a struct end, and {JceCommand.Count(tree.Unread, "byte")} that no reader looks at");
        }

        foreach (var fault in faults)
        {
            errors.WriteLine($"error: {fault}");
        }

        if (tree.Fault.Kind == JceFaultKind.OverLimit)
        {
            errors.WriteLine(FormattableString.Invariant(
                $"That is a limit of this command, which shows {WireBytes.Limits.CountMax} values, {WireBytes.Limits.DepthMax} deep, of {WireBytes.Limits.TotalMax} bytes. Readers have limits of their own."));
        }

        return faults.Count > 0 ? JceCommand.Problems : JceCommand.Fine;
    }

    private static IdlStruct Find(IdlContract contract, string name)
    {
        var full = name.Replace("::", ".", StringComparison.Ordinal);
        var structs = contract.Files.SelectMany(static f => f.Modules).SelectMany(static m => m.Structs).ToList();
        return structs.Find(s => $"{s.Module}.{s.Name}" == full) ?? throw new UnusableInputException(
            structs.Find(s => s.Name == full[(full.LastIndexOf('.') + 1)..]) is { } near
                ? $"There is no struct {full}. Is it {near.Module}.{near.Name}?"
                : $"There is no struct {full} in {string.Join(", ", contract.Files.Select(static f => f.Path))}.");
    }
}
