using Microsoft.CodeAnalysis.Diagnostics;

namespace Hongbao.Jce.Generator;

/// <summary>What a project says by properties.</summary>
/// <param name="Namespaces"><c>JceNamespaces</c>: pairs such as <c>Hongbao=Hongbao.Contracts</c>, with commas between them (from a semicolon on the compiler takes it for a comment); a module without one is its own namespace.</param>
/// <param name="AllowReservedPrefix"><c>JceAllowReservedPrefix</c>: names may begin with <c>tars</c> or <c>taf</c>.</param>
/// <param name="IsStrict"><c>JceStrict</c>, true unless it says false: what other compilers accept by mistake is an error.</param>
internal sealed record JceSettings(string Namespaces, bool AllowReservedPrefix, bool IsStrict)
{
    public static JceSettings Of(AnalyzerConfigOptions options) => new(
        Get(options, "JceNamespaces"),
        string.Equals(Get(options, "JceAllowReservedPrefix"), "true", StringComparison.OrdinalIgnoreCase),
        !string.Equals(Get(options, "JceStrict"), "false", StringComparison.OrdinalIgnoreCase));

    public Func<string, string> ToNamespaces()
    {
        var pairs = new Dictionary<string, string>();
        foreach (var pair in Namespaces.Split([';', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=');
            if (parts.Length == 2)
            {
                pairs[parts[0].Trim()] = parts[1].Trim();
            }
        }

        return module => pairs.TryGetValue(module, out var name) ? name : module;
    }

    private static string Get(AnalyzerConfigOptions options, string name) => options.TryGetValue("build_property." + name, out var value) ? value : "";
}
