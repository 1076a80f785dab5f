using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Hongbao.Jce.Generator;

/// <summary>An additional file that is a contract, or the record of the last accepted one.</summary>
/// <param name="Path">As the compiler has it.</param>
/// <param name="Text">All of it.</param>
/// <param name="IsIncludeOnly">True with the item metadata <c>JceGenerate="false"</c>: it is there to be included, and its code comes from elsewhere.</param>
internal sealed record JceSource(string Path, string Text, bool IsIncludeOnly)
{
    public static JceSource Of(AdditionalText text, AnalyzerConfigOptions options, CancellationToken cancellation) => new(
        text.Path,
        text.GetText(cancellation)?.ToString() ?? "",
        options.TryGetValue("build_metadata.AdditionalFiles.JceGenerate", out var generate) && string.Equals(generate, "false", StringComparison.OrdinalIgnoreCase));
}
