using System.CommandLine;
using System.Text;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary>The contract files that a command names, and those that they include.</summary>
internal sealed class ContractFiles
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, IdlSource> _sources = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _folders;

    private ContractFiles(IReadOnlyList<string> folders) => _folders = folders;

    /// <summary>What was named, each once.</summary>
    public IReadOnlyList<IdlSource> Roots { get; private init; } = [];

    /// <summary>The argument for such files.</summary>
    public static Argument<string[]> Argument(bool isOptional = false)
    {
        var argument = new Argument<string[]>("FILES")
        {
            Description = "Contract files; they may include each other.",
            Arity = isOptional ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore,
        };
        argument.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static t => !File.Exists(t.Value)))
            {
                result.AddError($"There is no file {token.Value}.");
            }
        });
        return argument;
    }

    /// <summary>The option for folders of included files.</summary>
    public static Option<string[]> IncludeOption()
    {
        var option = new Option<string[]>("--include")
        {
            Description = "Folder where included files are looked for, after that of the including file. May be given several times.",
            HelpName = "DIR",
            DefaultValueFactory = static _ => [],
        };
        option.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static t => !Directory.Exists(t.Value)))
            {
                result.AddError($"There is no folder {token.Value}.");
            }
        });
        return option;
    }

    /// <summary>Reads the named files.</summary>
    /// <exception cref="UnusableInputException">One cannot be read.</exception>
    public static ContractFiles Read(IEnumerable<string> paths, IReadOnlyList<string>? folders = null)
    {
        var roots = new List<IdlSource>();
        var files = new ContractFiles(folders ?? []) { Roots = roots };
        foreach (var path in paths)
        {
            // The same file under another name is the same file.
            if (files._sources.TryAdd(Path.GetFullPath(path), null!))
            {
                var source = new IdlSource(path, ReadText(path));
                files._sources[Path.GetFullPath(path)] = source;
                roots.Add(source);
            }
        }

        return files;
    }

    /// <summary>The text of a file.</summary>
    /// <exception cref="UnusableInputException">It cannot be read, or is no text.</exception>
    public static string ReadText(string path)
    {
        try
        {
            return Utf8.GetString(File.ReadAllBytes(path));
        }
        catch (DecoderFallbackException)
        {
            throw new UnusableInputException($"{path} is not UTF-8.");
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new UnusableInputException($"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>Writes a file, as UTF-8.</summary>
    /// <exception cref="UnusableInputException">It cannot be written.</exception>
    public static void WriteText(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text, Utf8);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new UnusableInputException($"{path} cannot be written: {e.Message}");
        }
    }

    /// <summary>True for what the file system says of paths that cannot be used.</summary>
    public static bool IsOfFiles(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>All files as one contract, read strictly.</summary>
    public IdlContract Compile() => IdlCompilation.Compile(Roots, new IdlOptions { IncludeFolders = _folders }, Load);

    private IdlSource? Load(string path)
    {
        var full = Path.GetFullPath(path);
        if (!_sources.TryGetValue(full, out var source) && File.Exists(path))
        {
            source = new IdlSource(path, ReadText(path));
            _sources.Add(full, source);
        }

        return source;
    }
}
