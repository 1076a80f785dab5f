using System.Diagnostics;

namespace Hongbao.House.Tests;

/// <summary>A text file of the repository, or one planted by a negative control.</summary>
/// <param name="Path">From the root, with slashes.</param>
/// <param name="Text">All of it.</param>
public sealed record RepositoryFile(string Path, string Text)
{
    public string Name => System.IO.Path.GetFileName(Path);

    public bool IsUnder(params string[] folders) => folders.Any(f => Path.StartsWith(f + "/", StringComparison.Ordinal));

    public bool Ends(params string[] extensions) => extensions.Any(e => Path.EndsWith(e, StringComparison.Ordinal));
}

/// <summary>What git tracks.</summary>
internal static class Repository
{
    private static readonly string[] TextExtensions =
        [".cs", ".sql", ".csproj", ".props", ".slnx", ".md", ".ts", ".tsx", ".css", ".html", ".json", ".yml", ".yaml", ".sh", ".txt", ".mjs", ".js", ".jce", ".tars"];

    public static string Root { get; } = FindRoot();

    private static readonly Lazy<IReadOnlyList<string>> Tracked = new(List);
    private static readonly Lazy<IReadOnlyList<RepositoryFile>> Texts = new(() =>
        [.. Paths.Where(IsText).Select(p => new RepositoryFile(p, File.ReadAllText(Path.Combine(Root, p))))]);

    /// <summary>All tracked paths that exist in the working tree.</summary>
    public static IReadOnlyList<string> Paths => Tracked.Value;

    /// <summary>All tracked text files.</summary>
    public static IReadOnlyList<RepositoryFile> Files => Texts.Value;

    private static bool IsText(string path) =>
        TextExtensions.Any(e => path.EndsWith(e, StringComparison.Ordinal))
        || !Path.GetFileName(path).Contains('.', StringComparison.Ordinal);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hongbao.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the house rules need the repository around them: no Hongbao.slnx above the tests");
    }

    private static List<string> List()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", $"safe.directory={Root}", "-C", Root, "ls-files", "-z"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = git.StandardError.ReadToEndAsync();
        var listed = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
        {
            throw new InvalidOperationException($"the house rules need git and a checkout: {errors.Result}");
        }

        return [.. listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(p => File.Exists(Path.Combine(Root, p)))];
    }
}
