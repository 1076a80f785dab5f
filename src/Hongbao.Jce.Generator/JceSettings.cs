using System.Text.RegularExpressions;
using Hongbao.Jce.Idl;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Hongbao.Jce.Generator;

/// <summary>What a project says by properties; docs/idl.md explains them.</summary>
/// <param name="Namespaces"><c>JceNamespaces</c>: pairs such as <c>Hongbao=Hongbao.Contracts</c>, with commas between them (the compiler takes what is behind a semicolon for a comment); a module without one is its own namespace.</param>
/// <param name="IncludeFolders"><c>JceIncludeFolders</c>, with full paths and bars between them, as the .targets hands it over: where included files are looked for.</param>
/// <param name="AllowReservedPrefix"><c>JceAllowReservedPrefix</c>: names may begin with <c>tars</c> or <c>taf</c>.</param>
/// <param name="IsStrict"><c>JceStrict</c>, true unless it says false: what other compilers accept by mistake is an error.</param>
/// <param name="ChecksAccepted">
/// <c>JceCheckAccepted</c>, true unless it says false: the contracts are compared with what was accepted of them. False is for building the program that accepts,
/// and for contracts that belong to somebody else.
/// </param>
internal sealed record JceSettings(string Namespaces, string IncludeFolders, bool AllowReservedPrefix, bool IsStrict, bool ChecksAccepted)
{
    public static JceSettings Of(AnalyzerConfigOptions options) => new(
        Get(options, "JceNamespaces"),
        Get(options, "JceIncludeFolderPaths"),
        string.Equals(Get(options, "JceAllowReservedPrefix"), "true", StringComparison.OrdinalIgnoreCase),
        !string.Equals(Get(options, "JceStrict"), "false", StringComparison.OrdinalIgnoreCase),
        !string.Equals(Get(options, "JceCheckAccepted"), "false", StringComparison.OrdinalIgnoreCase));

    public IdlOptions ToOptions() => new()
    {
        Strict = IsStrict,
        AllowReservedPrefix = AllowReservedPrefix,
        IncludeFolders = [.. IncludeFolders.Split(['|'], StringSplitOptions.RemoveEmptyEntries)],
    };

    /// <summary>The C# namespace of a module.</summary>
    /// <param name="faults">What cannot be read.</param>
    public Func<string, string> ToNamespaces(out IReadOnlyList<string> faults)
    {
        var pairs = new Dictionary<string, string>();
        var found = new List<string>();
        foreach (var pair in Namespaces.Split([';', ','], StringSplitOptions.RemoveEmptyEntries).Select(static p => p.Trim()).Where(static p => p.Length > 0))
        {
            var parts = Pair.Match(pair);
            if (!parts.Success)
            {
                found.Add($"JceNamespaces has '{pair}', which is no pair such as Module=Name.Space");
            }
            else if (pairs.ContainsKey(parts.Groups[1].Value))
            {
                found.Add($"JceNamespaces has module '{parts.Groups[1].Value}' twice");
            }
            else
            {
                pairs.Add(parts.Groups[1].Value, parts.Groups[2].Value);
            }
        }

        faults = found;
        return module => pairs.TryGetValue(module, out var name) ? name : module;
    }

    private static readonly Regex Pair = new(@"^([A-Za-z_]\w*)\s*=\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*)$", RegexOptions.CultureInvariant);

    private static string Get(AnalyzerConfigOptions options, string name) => options.TryGetValue("build_property." + name, out var value) ? value : "";
}
