using System.Text;

namespace Hongbao.Sdk.Generator;

/// <summary>The files that are generated, by their path from the root of the project.</summary>
internal static class SdkFiles
{
    /// <summary>What the clients over HTTP are made from.</summary>
    public const string Document = "sdk/openapi.json";

    /// <summary>What the client for packages is made from.</summary>
    public const string Protocol = "src/Hongbao.Contracts/Protocol.jce";

    private const string CSharpFolder = "src/Hongbao.Client/Http/Generated";
    private const string YybFolder = "src/Hongbao.Client/Yyb/Generated";
    private const string TypeScriptFolder = "sdk/typescript/src/generated";

    /// <summary>The text of each.</summary>
    /// <exception cref="UnknownShapeException">Something has no form in one of the languages.</exception>
    public static IReadOnlyDictionary<string, string> Of(Api api, YybContract yyb)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in CSharpFiles.Of(api).Append(CodeFiles.CSharp(api, yyb)))
        {
            files[$"{CSharpFolder}/{name}"] = text;
        }

        foreach (var (name, text) in YybFiles.Of(yyb))
        {
            files[$"{YybFolder}/{name}"] = text;
        }

        foreach (var (name, text) in TypeScriptFiles.Of(api, yyb))
        {
            files[$"{TypeScriptFolder}/{name}"] = text;
        }

        return files;
    }

    /// <summary>The generated files that are there now.</summary>
    public static IReadOnlyList<string> Existing(string root) =>
        [.. new[] { CSharpFolder, YybFolder, TypeScriptFolder }.Select(f => Path.Combine(root, f)).Where(Directory.Exists).SelectMany(f => Directory.EnumerateFiles(f))
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
