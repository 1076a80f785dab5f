using System.Text;

namespace Hongbao.Sdk.Generator;

/// <summary>The files that are generated, by their path from the root of the project.</summary>
internal static class SdkFiles
{
    /// <summary>What everything is made from.</summary>
    public const string Document = "sdk/openapi.json";

    private const string CSharpFolder = "src/Hongbao.Client/Http/Generated";
    private const string TypeScriptFolder = "sdk/typescript/src/generated";

    /// <summary>The text of each.</summary>
    public static IReadOnlyDictionary<string, string> Of(Api api)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in CSharpFiles.Of(api))
        {
            files[$"{CSharpFolder}/{name}"] = text;
        }

        foreach (var (name, text) in TypeScriptFiles.Of(api))
        {
            files[$"{TypeScriptFolder}/{name}"] = text;
        }

        return files;
    }

    /// <summary>The generated files that are there now.</summary>
    public static IReadOnlyList<string> Existing(string root) =>
        [.. new[] { CSharpFolder, TypeScriptFolder }.Select(f => Path.Combine(root, f)).Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f))
            .Select(f => Path.GetRelativePath(root, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Writes them, and removes those that are made no more.</summary>
    public static void Replace(string root, IReadOnlyDictionary<string, string> files)
    {
        foreach (var old in Existing(root).Where(f => !files.ContainsKey(f)))
        {
            File.Delete(Path.Combine(root, old));
        }

        foreach (var (path, text) in files)
        {
            var full = Path.Combine(root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }
}
