using System.CommandLine;
using Hongbao.Host.Idl;

namespace Hongbao.Host.Tests.Idl;

/// <summary>A folder of contract files, and <c>hongbao jce</c> on them.</summary>
internal sealed class JceRun : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("hongbao-jce-").FullName;

    /// <summary>Writes a file and gives its path.</summary>
    public string File(string name, string text)
    {
        System.IO.File.WriteAllText(At(name), text);
        return At(name);
    }

    public string At(string name) => Path.Combine(Folder, name);

    public string Read(string name) => System.IO.File.ReadAllText(At(name));

    /// <summary>Runs a command; paths in what it writes are shortened to names.</summary>
    public Outcome Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var errors = new StringWriter { NewLine = "\n" };
        var parsed = JceCommand.Create().Parse(arguments);
        var exitCode = parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors });
        return new(parsed.Errors.Count > 0 ? JceCommand.Unusable : exitCode, Short(output), Short(errors), [.. parsed.Errors.Select(static e => e.Message.Replace(Path.GetTempPath(), "", StringComparison.Ordinal))]);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Short(StringWriter writer) => writer.ToString().Replace(Folder + "/", "", StringComparison.Ordinal);
}

/// <summary>What a command did.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Errors, IReadOnlyList<string> Refusals);
