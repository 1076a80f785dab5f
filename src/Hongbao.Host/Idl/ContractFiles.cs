using System.CommandLine;
using System.Text;
using Hongbao.Jce.Idl;

namespace Hongbao.Host.Idl;

/// <summary>The contract files that a command names, and those that they include.</summary>
internal sealed class ContractFiles
{
    // The longest contract that we know has 60 KiB.
    private const int TextMax = 10 << 20;

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
                result.AddError(Directory.Exists(token.Value) ? $"{token.Value} is a folder; name the files in it." : $"There is no file {token.Value}.");
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
    /// <exception cref="UnusableInputException">It cannot be read, is too long, or is no text.</exception>
    public static string ReadText(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new MemoryStream();
            var piece = new byte[1 << 16];
            while (file.Read(piece) is > 0 and var count)
            {
                bytes.Write(piece, 0, count);
                if (bytes.Length > TextMax)
                {
                    throw new UnusableInputException($"{path} has more than {TextMax} bytes.");
                }
            }

            return Utf8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
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

    /// <summary>Writes a file, as UTF-8. Whenever that is cut short, the file is as it was.</summary>
    /// <exception cref="UnusableInputException">It cannot be written.</exception>
    public static void WriteText(string path, string text)
    {
        try
        {
            // A link stays one.
            var target = (File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null)?.FullName ?? Path.GetFullPath(path);
            var before = new FileInfo(target);
            if (before is { Exists: true, Length: 0 })
            {
                // There is nothing to lose; and devices are among these, which must not be replaced.
                File.WriteAllText(target, text, Utf8);
                return;
            }

            Replace(before, text);
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new UnusableInputException($"{path} cannot be written: {e.Message}");
        }
    }

    private static void Replace(FileInfo target, string text)
    {
        var beside = Path.Combine(target.DirectoryName!, FormattableString.Invariant($".{target.Name}.{Environment.ProcessId}"));
        try
        {
            File.WriteAllText(beside, text, Utf8);
            if (target.Exists && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(beside, target.UnixFileMode);
            }

            File.Move(beside, target.FullName, overwrite: true);
        }
        catch
        {
            File.Delete(beside);
            throw;
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
            source = new IdlSource(path, ReadIncluded(path));
            _sources.Add(full, source);
        }

        return source;
    }

    private static string ReadIncluded(string path)
    {
        try
        {
            // Pipes and devices have no length. A contract that includes one must not make anybody wait for it.
            return new FileInfo(path).Length == 0 ? "" : ReadText(path);
        }
        catch (UnusableInputException e)
        {
            throw new IdlUnreadableException(e.Message.TrimEnd('.'));
        }
        catch (Exception e) when (IsOfFiles(e))
        {
            throw new IdlUnreadableException($"{path} cannot be read: {e.Message.TrimEnd('.')}");
        }
    }
}
